"""Where a quotation may be from: rows that share its words, and the words around them."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from indexer.records import Span
from indexer.store.analysis import query_terms
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from indexer.store.stored import PageMap, PageRange, StoredOpinion, StoredPassage
from service.quotation_match import Stretch
from service.quotation_text import SourceWord, source_words

_CHUNK: Final = 12
_STEP: Final = 8
_BEST: Final = 8
_BEST_CLOSELY: Final = 3
_BEST_OWN: Final = 8
_SHORT: Final = 8
_MOST_EXACT: Final = 40


class Library:
    """Opinions and passages of one build, each read once while a draft is checked."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._passages: dict[int, StoredPassage] = {}
        self._opinions: dict[str, StoredOpinion] = {}
        self._words: dict[int, list[SourceWord]] = {}

    def opinion(self, opinion_id: str) -> StoredOpinion:
        """Return an opinion, whole."""
        if opinion_id not in self._opinions:
            self._opinions[opinion_id] = self.index.passages.opinion(opinion_id)
        return self._opinions[opinion_id]

    def passages(self, rows: Iterable[int]) -> list[StoredPassage]:
        """Return the passages of ``rows``, in their order."""
        wanted = list(rows)
        missing = [row for row in wanted if row not in self._passages]
        for stored in self.index.passages.fetch(missing) if missing else ():
            self._passages[stored.passage.row] = stored
        return [self._passages[row] for row in wanted]

    def passage_at(self, opinion_id: str, at: int) -> StoredPassage:
        """Return the passage that holds a code point of an opinion."""
        rows = self.opinion(opinion_id).rows
        low, high = rows.start, rows.stop - 1
        while low < high:
            middle = (low + high) // 2
            (stored,) = self.passages([middle])
            low, high = (low, middle) if at < stored.passage.span.end else (middle + 1, high)
        return self.passages([low])[0]

    def pages(self, opinion_id: str, span: Span) -> tuple[PageRange, ...]:
        """Return the pages that a stretch of an opinion stands on."""
        return PageMap(self.opinion(opinion_id).pages).ranges(span)

    def stretches(self, rows: Iterable[int]) -> dict[str, list[Stretch]]:
        """Return the words of ``rows`` and of their neighbours, by opinion, in the order of the text."""
        store = self.index.passages
        wanted: set[int] = set()
        for row in rows:
            before, after = store.neighbours(row, 1)
            wanted |= {*before, row, *after}
        found: dict[str, list[Stretch]] = {}
        last: StoredPassage | None = None
        for stored in self.passages(sorted(wanted)):
            words = self._words_of(stored)
            runs = found.setdefault(stored.opinion.id, [])
            if runs and last is not None and _follows(last, stored):
                runs[-1] = Stretch(runs[-1].opinion, [*runs[-1].words, *words])
            else:
                runs.append(Stretch(len(found), words))
            last = stored
        return found

    def _words_of(self, stored: StoredPassage) -> list[SourceWord]:
        passage = stored.passage
        if passage.row not in self._words:
            self._words[passage.row] = source_words(passage.text, offset=passage.span.start)
        return self._words[passage.row]

    def rows_like(
        self, text: str, cases: Sequence[range], *, closely: bool = False
    ) -> tuple[list[int], list[int]]:
        """Return rows that share most with ``text``: those of ``cases``, and of the whole build.

        ``closely`` looks for each dozen of its words apart, so that each part of a stitched quotation
        is found.
        """
        own: dict[int, None] = {}
        others: dict[int, None] = {}
        allowed = _rows_of(cases)
        for chunk in _chunks(text) if closely else [text]:
            terms = query_terms(chunk)
            if allowed is not None:
                found = self.index.lexical.search(terms, _BEST_OWN, allowed)
                own |= dict.fromkeys(found.rows.tolist())
            found = self.index.lexical.search(terms, _BEST_CLOSELY if closely else _BEST, None)
            others |= dict.fromkeys(found.rows.tolist())
        if not closely and len(text.split()) <= _SHORT:
            exact = self.index.lexical.phrase_rows(text)
            if allowed is not None:
                own |= dict.fromkeys(np.intersect1d(exact, allowed)[:_MOST_EXACT].tolist())
            others |= dict.fromkeys(exact[:_BEST].tolist())
        return list(own), list(others)


def _follows(last: StoredPassage, stored: StoredPassage) -> bool:
    return (
        last.opinion.id == stored.opinion.id
        and last.passage.row + 1 == stored.passage.row
        and last.passage.span.end == stored.passage.span.start
    )


def _rows_of(cases: Sequence[range]) -> Rows | None:
    if not cases:
        return None
    return np.unique(np.concatenate([np.arange(one.start, one.stop) for one in cases]))


def _chunks(text: str) -> list[str]:
    """Return overlapping stretches of ``text``, the last one as long as the others."""
    words = text.split()
    if len(words) <= _CHUNK:
        return [text]
    starts = [*range(0, len(words) - _CHUNK, _STEP), len(words) - _CHUNK]
    return [" ".join(words[start : start + _CHUNK]) for start in starts]
