"""The quotations of a draft, and the citations that each is credited to. No index is asked here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.citations import find_citations
from indexer.records import Citation

_CURLY: Final = re.compile(
    '\u201c([^\u201c\u201d"]*(?:\u201c[^\u201c\u201d]*\u201d[^\u201c\u201d"]*)*)[\u201d"]'
)
_STRAIGHT: Final = re.compile(r"(?<![\w\"])\"(?=\S)([^\"]*\S)\"(?!\w)")
_MARKED: Final = re.compile(r"(?:^[ \t]{0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_INDENTED: Final = re.compile(r"(?<=[:\u2014]\n)\n?(?:(?:[ ]{4,}|\t)[^\n]*\S[^\n]*(?:\n|\Z))+")
_MARK_OF_BLOCK: Final = re.compile(r"^[ \t]{0,3}>+", re.MULTILINE)
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_OVER: Final = re.compile(r"(?<!:)\n[ \t]*\n")
"""The end of a paragraph that does not announce the next one."""
_LONGEST_QUOTE: Final = 6_000
_REACH: Final = 300
_BLOCK_REACH: Final = 160
_REMARK_REACH: Final = 120
_MOST_WORDS: Final = 14
"""Words of the draft's own between a quotation and the citation behind it."""
_SENTENCE: Final = re.compile(
    r"[a-z0-9\])\"\u201d\u2019][.?!][\])\"\u201d\u2019]*\s+(?=[A-Z\u201c\"])"
)
_SIGNALS: Final = re.compile(
    r"\b(?:see|also|accord|cf|but|e\.\s?g|generally|contra|compare|with|citing|quoting|in)\b[.,]*",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?:[A-Z][\w.&'\u2019,-]*\s+(?:of\s+|the\s+|and\s+|&\s+|for\s+)*)+v\.?\s"
)
_WITHIN: Final = re.compile(
    r"\b(?:quoting|citing)(?:\s+in)?\s*(?:see\s+)?[^()]{0,160}\Z", re.IGNORECASE
)
_SEPARATE: Final = re.compile(r"\b(?:dissent\w*|concurr\w*)\b", re.IGNORECASE)
_OMITTED: Final = re.compile(
    r"\((?:[^()]*\b)?(?:citations?|footnotes?|brackets?|quotations?|quotation marks|alterations?|cleaned)\b[^()]*\)",
    re.IGNORECASE,
)
_SAYS_OMITTED: Final = re.compile(r"omitted|cleaned up|removed|deleted", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of a draft that is given as someone's words, without its quotation marks."""

    start: int
    """Code points of the draft."""
    end: int
    block: bool
    """Set off as a block of its own rather than by quotation marks."""


@dataclass(frozen=True, slots=True)
class Credited:
    """A quotation, and what the draft says of where it is from."""

    quotation: Quotation
    citations: tuple[Citation, ...]
    """The one that it is credited to first; then those that say the same, or are quoted there."""
    separate: bool
    """Whether the draft says that it is from a dissent or a concurrence."""
    omits: bool
    """Whether the draft says that citations or notes are left out."""


def credited_quotations(draft: str) -> tuple[list[Credited], tuple[Citation, ...]]:
    """Return the quotations of a draft with their citations, and all of its citations, in text order."""
    citations = find_citations(draft)
    quotations = find_quotations(draft)
    return [_credited(draft, one, quotations, citations) for one in quotations], citations


def find_quotations(draft: str) -> list[Quotation]:
    """Return what stands in double quotation marks, straight or curly, and what is set off as a block.

    A block is a run of lines that begin with ``>``, or of indented lines behind a colon. What is quoted
    within a quotation is a part of it.
    """
    found = [Quotation(*match.span(), block=True) for match in _blocks(draft)]
    for pattern in (_CURLY, _STRAIGHT):
        for match in pattern.finditer(draft):
            one = _bounded(draft, Quotation(*match.span(1), block=False))
            if all(one.end < other.start or one.start > other.end for other in found):
                found.append(one)
    return sorted((one for one in found if one.start < one.end), key=lambda one: one.start)


def _blocks(draft: str) -> Iterator[re.Match[str]]:
    yield from _MARKED.finditer(draft)
    yield from _INDENTED.finditer(draft)


def _bounded(draft: str, found: Quotation) -> Quotation:
    """End a quotation that was never closed with its paragraph."""
    limit = min(found.end, found.start + _LONGEST_QUOTE)
    ended = _PARAGRAPH.search(draft, found.start, limit)
    return Quotation(found.start, ended.start() if ended else limit, block=found.block)


def _credited(
    draft: str,
    one: Quotation,
    quotations: Sequence[Quotation],
    citations: Sequence[Citation],
) -> Credited:
    places = (
        _around(one, citations),
        _behind(draft, one, quotations, citations),
        _before(draft, one, citations),
    )
    main = next((place for place in places if place is not None), None)
    if main is None:
        return Credited(one, (), separate=False, omits=_says_omitted(draft, one.end, quotations))
    members = [citations[main], *_others(draft, citations, main)]
    last = max(one.end, *(member.span.end for member in members))
    return Credited(
        one,
        tuple(members),
        separate=_says_separate(draft, one, citations[main]),
        omits=any(_says_omitted(draft, end, quotations) for end in (last, one.end)),
    )


def _around(one: Quotation, citations: Sequence[Citation]) -> int | None:
    """Return the citation in whose parenthetical the quotation stands."""
    for place, citation in enumerate(citations):
        within = citation.parenthetical
        if within is not None and within.start <= one.start and one.end <= within.end:
            return place
    return None


def _behind(
    draft: str, one: Quotation, quotations: Sequence[Quotation], citations: Sequence[Citation]
) -> int | None:
    """Return the citation right behind a quotation, at the end of its sentence or as the next one."""
    for place, citation in enumerate(citations):
        if citation.span.start < one.end:
            continue
        gap = _own_words(draft, one, citation, quotations)
        return place if gap is not None else None
    return None


def _own_words(
    draft: str, one: Quotation, citation: Citation, quotations: Sequence[Quotation]
) -> str | None:
    """Return what the draft says between a quotation and a citation, if it is little enough."""
    gap = draft[one.end : citation.span.start]
    reach = _BLOCK_REACH if one.block else 2 * _REACH
    if len(gap) > reach or (not one.block and _PARAGRAPH.search(gap)):
        return None
    for other in reversed(quotations):
        if one.end <= other.start and other.end <= citation.span.start:
            gap = gap[: other.start - one.end] + " " + gap[other.end - one.end :]
    own = gap.lstrip(" \t\n\"\u201d\u2019'.,;:)]\u2014-")
    if citation.name:
        own = own.replace(citation.name, "N")
    own = _NAMED.sub("N ", own)
    ended = draft[one.end - 1] in ".?!" or gap[1:2] in {".", "?", "!"}
    if len(_SENTENCE.findall(own)) > (0 if ended else 1):
        return None
    return own if len(re.findall(r"\w+", _SIGNALS.sub(" ", own))) <= _MOST_WORDS else None


def _before(draft: str, one: Quotation, citations: Sequence[Citation]) -> int | None:
    """Return the citation that introduces a quotation: in its sentence, or in the one before."""
    for place in range(len(citations) - 1, -1, -1):
        citation = citations[place]
        if citation.span.end > one.start:
            continue
        gap = draft[citation.span.end : one.start]
        reach = 2 * _REACH if one.block else _REACH
        near = len(gap) <= reach and (one.block or not _PARAGRAPH.search(gap))
        return place if near and len(_SENTENCE.findall(gap)) <= 1 else None
    return None


def _others(draft: str, citations: Sequence[Citation], main: int) -> Iterator[Citation]:
    """Yield what stands behind a citation and means the same case, or what is quoted there."""
    end = citations[main].span.end
    for citation in citations[main + 1 :]:
        between = draft[end : citation.span.start]
        parallel = len(between) <= 12 and not between.strip(" ,-\u20130123456789")
        if not parallel and not (len(between) <= _REACH and _WITHIN.search(between)):
            return
        yield citation
        end = citation.span.end


def _says_separate(draft: str, one: Quotation, citation: Citation) -> bool:
    """Whether a bracket behind the citation, or the sentence of the quotation, names a separate opinion."""
    behind = re.match(
        r"[^()\"\u201c]{0,60}(?:\([^()]*\)\s*){0,3}",
        draft[citation.span.end : citation.span.end + 240],
    )
    if behind is not None and _SEPARATE.search(behind[0]):
        return True
    low = max(0, one.start - _REACH, citation.span.end if citation.span.end < one.start else 0)
    before = draft[low : one.start]
    breaks = [*_SENTENCE.finditer(before), *_OVER.finditer(before)]
    return _SEPARATE.search(before, max((one.end() for one in breaks), default=0)) is not None


def _says_omitted(draft: str, end: int, quotations: Sequence[Quotation]) -> bool:
    """Whether a bracket soon behind ``end`` says that something was left out of the quotation."""
    next_one = min((one.start for one in quotations if one.start > end), default=len(draft))
    behind = draft[end : min(next_one, end + _REMARK_REACH)]
    return any(_SAYS_OMITTED.search(found[0]) for found in _OMITTED.finditer(behind))
