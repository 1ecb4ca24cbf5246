"""What to mark in a passage: the sentence nearest to the question, and the words they share."""

from bisect import bisect_right
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

    def mark(self, text: str, starts: Sequence[int] | None = None) -> Marks:
        """Mark the sentence that holds most of the question's weight, and every matched term.

        A term counts once a sentence, by its inverse document frequency; the first of equals wins.
        Where terms overlap (a citation and its numbers, a hyphenated word and its parts) they make
        one mark. A passage without any of the terms has none. ``starts`` is where its sentences
        begin; without it they are looked for, which takes ten times as long as all the rest.
        """
        found = self._finder.find(text)
        if not found:
            return Marks((), ())
        sentence = self._heaviest(starts or _sentence_starts(text), len(text), found)
        marks = [Highlight(span=_trimmed(sentence, text), kind=HighlightKind.SENTENCE)]
        marks += [Highlight(span=span, kind=HighlightKind.TERM) for span in _merged(found)]
        here = {term.term for term in found}
        return Marks(tuple(marks), tuple(term for term in self._weights if term in here))

    def _heaviest(self, starts: Sequence[int], end: int, found: Sequence[Term]) -> Span:
        """Return the sentence whose terms weigh most; one that reaches beyond it is in none."""
        inside: dict[int, set[str]] = {}
        for term in found:
            place = bisect_right(starts, term.start) - 1
            if place + 1 == len(starts) or term.end <= starts[place + 1]:
                inside.setdefault(place, set()).add(term.term)
        best, most = 0, -1.0
        for place, here in inside.items():  # in the order of the text, as what was found is
            weight = sum([self._weights[term] for term in sorted(here)])
            if weight > most:
                best, most = place, weight
        return Span(starts[best], starts[best + 1] if best + 1 < len(starts) else end)


@lru_cache(_REMEMBERED)
def _sentence_starts(text: str) -> tuple[int, ...]:
    return tuple(span.start for span in sentence_spans(text))


def _trimmed(span: Span, text: str) -> Span:
    """Leave out the white space around a sentence."""
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))


def _merged(terms: Sequence[Term]) -> list[Span]:
    """Return the stretches that ``terms``, in order of their starts and one at least, cover."""
    stretches: list[tuple[int, int]] = []
    start, end = terms[0].start, terms[0].end
    for term in terms[1:]:
        if term.start < end:
            end = max(end, term.end)
        else:
            stretches.append((start, end))
            start, end = term.start, term.end
    return [Span(*stretch) for stretch in (*stretches, (start, end))]
