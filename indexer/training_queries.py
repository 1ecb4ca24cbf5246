"""What opinions themselves say about passages, in other words: the queries of training pairs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.records import SectionRole, Span
from indexer.sentences import sentence_spans
from indexer.store.stored import StoredCitation, StoredOpinion

LEAST_WORDS: Final = 7
MOST_WORDS: Final = 60
_LEAST_HEADING: Final = 6

_HELD: Final = re.compile(r"^\s*Held\s*[:.]", re.MULTILINE)
_ENUMERATOR: Final = re.compile(
    r"^\s*(?:(?:\d{1,2}|[IVX]{1,5}|[A-Z])\.|\((?:[a-z]{1,4}|\d{1,2})\))\s+"
)
_PAGES: Final = re.compile(
    r"\bPp?\.\s*(\d+(?:\s*[-–—]\s*\d+)?(?:,\s*\d+(?:\s*[-–—]\s*\d+)?)*)\.?\s*$"
)
_REFERENCE: Final = re.compile(
    r"\d+ [A-Z][A-Za-z0-9. ]{0,14}\d+|\b(?:Id|Ibid)\.|\bsupra\b|\bante\b|\bpost, |\bPp?\. \d|\bv\. [A-Z]"
)
_SIGNAL: Final = re.compile(
    r"(?:\b(?:see|cf|accord|but|also|compare|contra|e\.\s?g|in|under|and|generally)\b[\s.,;]*)+$",
    re.IGNORECASE,
)
_ROLES_WITHOUT_CLAIMS: Final = frozenset(
    {SectionRole.CAPTION, SectionRole.FOOTNOTES, SectionRole.APPENDIX, SectionRole.SYLLABUS}
)


class PairKind(StrEnum):
    """What a query was in its opinion."""

    SYLLABUS_POINT = "syllabus_point"
    """A sentence of what the reporter says was held."""
    SYLLABUS_FACTS = "syllabus_facts"
    """A sentence of what the reporter tells before it."""
    PARENTHETICAL = "parenthetical"
    CITING_SENTENCE = "citing_sentence"
    HEADING = "heading"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceQuery:
    """Words about a passage that is still to be found."""

    kind: PairKind
    text: str
    target_case: str
    pages: tuple[int, int] | None = None
    """The first and the last page it points to, where it says so."""
    rows: range | None = None
    """The rows it is about, where they are known."""


def syllabus_queries(opinion_text: str, case_id: str) -> Iterator[SourceQuery]:
    """Yield the sentences of a syllabus, those behind ``Held:`` with the pages of their point."""
    held = _HELD.search(opinion_text)
    if held is None:
        return
    for paragraph in _paragraphs(opinion_text[: held.start()]):
        for text in _told(paragraph):
            yield SourceQuery(kind=PairKind.SYLLABUS_FACTS, text=text, target_case=case_id)
    for paragraph in _paragraphs(opinion_text[held.end() :]):
        pages = _PAGES.search(paragraph)
        point = _ENUMERATOR.sub("", paragraph[: pages.start()] if pages else paragraph)
        for text in _told(_ENUMERATOR.sub("", point)):
            yield SourceQuery(
                kind=PairKind.SYLLABUS_POINT,
                text=text,
                target_case=case_id,
                pages=page_span(pages[1]) if pages else None,
            )


def page_span(pin: str | None) -> tuple[int, int] | None:
    """Return the first and the last page of a pin as written: ``396-97`` is ``(396, 397)``."""
    found = re.match(r"\s*\*?(\d+)(?:\s*[-–—]\s*\*?(\d+))?", pin or "")
    if found is None:
        return None
    first, last = found[1], found[2] or found[1]
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return (int(first), int(last)) if int(last) >= int(first) else (int(first), int(first))


def citing_queries(
    text: str, citations: Sequence[StoredCitation]
) -> Iterator[tuple[StoredCitation, SourceQuery]]:
    """Yield what a passage's ``text`` says with each of its linked citations.

    The parenthetical; and the words of the sentence before the citation, or where there are too few
    the sentence before it.
    """
    sentences = sentence_spans(text)
    for citation in citations:
        if citation.case_id is None:
            continue
        for kind, words in _said_with(text, sentences, citation):
            query = SourceQuery(
                kind=kind, text=words, target_case=citation.case_id, pages=page_span(citation.pin)
            )
            yield citation, query


def heading_queries(opinion: StoredOpinion) -> Iterator[tuple[Span, SourceQuery]]:
    """Yield the headings of an opinion that say something, each with the span of its section."""
    for section in opinion.sections:
        text = _squeezed(section.heading)
        words = text.split()
        if section.role in _ROLES_WITHOUT_CLAIMS or not _LEAST_HEADING <= len(words) <= MOST_WORDS:
            continue
        if text.isupper():
            text = text.capitalize()
        yield (
            section.span,
            SourceQuery(kind=PairKind.HEADING, text=text, target_case=opinion.case.id),
        )


def _said_with(
    text: str, sentences: Sequence[Span], citation: StoredCitation
) -> Iterator[tuple[PairKind, str]]:
    if citation.parenthetical is not None:
        words = _squeezed(citation.parenthetical)
        if _is_told(words):
            yield PairKind.PARENTHETICAL, words
    place = next(
        (n for n, s in enumerate(sentences) if s.start <= citation.span.start < s.end), None
    )
    if place is None:
        return
    own = _before_citation(text[sentences[place].start : citation.span.start], citation.name)
    before = _squeezed(sentences[place - 1].of(text)) if place else ""
    for words in (own, before):
        if _is_told(words):
            yield PairKind.CITING_SENTENCE, words
            return


def _before_citation(words: str, name: str | None) -> str:
    """Return what a sentence says before it names its authority."""
    if name and (place := words.rfind(name)) >= 0:
        words = words[:place]
    reference = _REFERENCE.search(words)
    if reference is not None:
        words = words[: reference.start()]
    return _SIGNAL.sub("", _squeezed(words)).rstrip(" ,;(")


def _told(paragraph: str) -> Iterator[str]:
    for span in sentence_spans(paragraph):
        text = _squeezed(span.of(paragraph))
        if _is_told(text):
            yield text


def _is_told(words: str) -> bool:
    """Say whether ``words`` are of a query's length and say something themselves."""
    count = len(words.split())
    return LEAST_WORDS <= count <= MOST_WORDS and _REFERENCE.search(words) is None


def _paragraphs(text: str) -> Iterator[str]:
    return (part for part in re.split(r"\n\s*\n", text) if part.strip())


def _squeezed(text: str) -> str:
    return " ".join(text.split())
