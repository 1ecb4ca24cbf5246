"""What to mark in a passage: the sentence nearest to the question, and the words they share."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from indexer.records import Span
from indexer.sentences import sentence_spans
from indexer.store.analysis import Term
from indexer.store.matching import TermFinder
from service.answers import Highlight, HighlightKind

_REMEMBERED: Final = 2_048
"""Passages whose sentences are remembered: the popular ones come again and again."""


class Marks(NamedTuple):
    """The marked stretches of one passage, and the question's terms found in it."""

    highlights: tuple[Highlight, ...]
    matched: tuple[str, ...]


class Highlighter:
    """Marks passages for one question."""

    def __init__(self, terms: Sequence[str], idf: Callable[[str], float]) -> None:
        self._weights = {term: idf(term) for term in terms}
        self._finder = TermFinder(terms)

    def mark(self, text: str) -> Marks:
        """Mark the sentence that holds most of the question's weight, and every matched term.

        A term counts once a sentence, by its inverse document frequency; the first of equals wins.
        Where terms overlap (a citation and its numbers, a hyphenated word and its parts) they make
        one mark. A passage without any of the terms has none.
        """
        found = self._finder.find(text)
        if not found:
            return Marks((), ())
        sentence = max(_sentences(text), key=lambda span: self._weight(span, found))
        marks = [Highlight(span=_trimmed(sentence, text), kind=HighlightKind.SENTENCE)]
        marks += [Highlight(span=span, kind=HighlightKind.TERM) for span in _merged(found)]
        here = {term.term for term in found}
        return Marks(tuple(marks), tuple(term for term in self._weights if term in here))

    def _weight(self, span: Span, found: Sequence[Term]) -> float:
        start, end = span.start, span.end
        inside = {t.term for t in found if start <= t.start and t.end <= end}
        return sum(self._weights[term] for term in sorted(inside))


@lru_cache(_REMEMBERED)
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(sentence_spans(text))


def _trimmed(span: Span, text: str) -> Span:
    """Leave out the white space around a sentence."""
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))


def _merged(terms: Sequence[Term]) -> list[Span]:
    """Return the stretches that ``terms``, in order of their starts, cover."""
    spans: list[Span] = []
    for term in terms:
        if spans and term.start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, term.end))
        else:
            spans.append(Span(term.start, term.end))
    return spans
