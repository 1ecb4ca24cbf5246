"""What other opinions point to: a passage that fits the question and cites a case speaks for that case.

A court restates what an earlier case held where it relies on it, often in plainer words than the
case's own. Of the candidates those with the most evidence are read for what they cite: the cited
case's candidates gain by it, those on the page that is named most, and what is cited but was found by
no lane becomes a candidate.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from heapq import nlargest
from typing import Final, Protocol, TypeVar

import numpy as np

from indexer.evidence import Evidence
from indexer.store.cited_places import CitedPlace
from indexer.store.ranking import Rows, is_in
from service.retrieval import Asked, Candidates
from service.row_sets import both

_Place = TypeVar("_Place", bound=Hashable)
Weigh = Callable[[Asked, Rows], Evidence]
"""`Retriever.weigh`."""


class FindsPlaces(Protocol):
    """What `indexer.store.cited_places.CitedPlaces` does."""

    def of(self, rows: Rows) -> list[CitedPlace]:
        """Return what the passages ``rows`` cite of other cases of the build."""
        ...


_STRONG: Final = 0.65
"""A passage is read for what it cites when its evidence is this far from the weakest to the best."""
_MOST_VOICES: Final = 3
"""So many passages may speak for one place."""
_CASE, _PAGE = 0.3, 1.2
"""What a place gains, as a share of what its voices have above `_STRONG`. All four were chosen on the
choosing halves; see ARCHITECTURE.md."""
_MOST_UNFOUND: Final = 5
"""Cited cases without a candidate that are looked into, those with the strongest voices first."""
_OF_UNFOUND: Final = 3
"""How many of their passages become candidates."""


class Pointing:
    """Weighs what candidates cite."""

    def __init__(self, places: FindsPlaces, weigh: Weigh) -> None:
        self._places = places
        self._weigh = weigh

    def follow(self, found: Candidates) -> Candidates:
        """Return the candidates with what the best of them point to, in the new order."""
        if len(found.rows) == 0:
            return found
        voices = _voices(found)
        places = self._places.of(np.array(sorted(voices), np.int64))
        if not places:
            return found
        cases = _strengths((place.case, place.by) for place in places)
        for_cases = {case: _CASE * _sum(by, voices) for case, by in cases.items()}
        pages = _strengths((row, place.by) for place in places for row in place.rows.tolist())
        for_rows = {row: _PAGE * _sum(by, voices) for row, by in pages.items()}
        more, weighed = self._more(found, places, for_cases)
        rows = np.concatenate([found.rows, more])
        bonus = _bonus(rows, for_cases, for_rows)
        evidence = np.concatenate([found.evidence, weighed]) + bonus
        best = np.argsort(-evidence, kind="stable")
        return found._replace(
            rows=rows[best],
            evidence=evidence[best],
            pointed={
                row: gain
                for row, gain in zip(rows.tolist(), bonus.tolist(), strict=True)
                if gain > 0
            },
        )

    def _more(
        self, found: Candidates, places: Sequence[CitedPlace], for_cases: Mapping[range, float]
    ) -> tuple[Rows, Evidence]:
        """Return rows that are cited and not yet candidates, ascending, and what speaks for them.

        All that may become one is weighed at once: asking the words costs more by the call than by
        the row.
        """
        known = sorted(found.rows.tolist())
        pinned = sorted({row for place in places for row in place.rows.tolist()})
        unfound = [case for case in for_cases if not _any_in(known, case)]
        strongest = nlargest(_MOST_UNFOUND, unfound, key=lambda case: for_cases[case])
        looked_into = [case for case in strongest if not _any_in(pinned, case)]
        every = sorted(set(pinned).difference(known).union(*looked_into))
        rows = both(found.allowed, np.array(every, np.int64))
        if not len(rows):
            return rows, np.empty(0)
        evidence = self._weigh(found.asked, rows)
        chosen = is_in(rows, np.array(pinned, np.int64))
        for case in looked_into:
            first, end = np.searchsorted(rows, (case.start, case.stop)).tolist()
            best = np.argsort(-evidence[first:end], kind="stable")[:_OF_UNFOUND]
            chosen[first + best] = True
        return rows[chosen], evidence[chosen]


def _voices(found: Candidates) -> dict[int, float]:
    """Return how far each strong candidate is above the limit, by row."""
    weakest, best = float(found.evidence[-1]), float(found.evidence[0])
    limit = weakest + _STRONG * (best - weakest)
    strong = found.evidence > limit
    return dict(zip(found.rows[strong].tolist(), found.evidence[strong] - limit, strict=True))


def _strengths(pairs: Iterable[tuple[_Place, int]]) -> dict[_Place, set[int]]:
    """Return which rows speak for each place."""
    found: dict[_Place, set[int]] = defaultdict(set)
    for place, by in pairs:
        found[place].add(by)
    return found


def _sum(rows: set[int], voices: Mapping[int, float]) -> float:
    return sum(nlargest(_MOST_VOICES, (voices[row] for row in rows)))


def _bonus(rows: Rows, for_cases: Mapping[range, float], for_rows: Mapping[int, float]) -> Evidence:
    """Return what each of ``rows``, in any order, gains by its case and by itself."""
    order = np.argsort(rows)
    ascending = rows[order].tolist()
    gains = [for_rows.get(row, 0.0) for row in ascending] if for_rows else [0.0] * len(rows)
    for case, gain in for_cases.items():
        for place in range(bisect_left(ascending, case.start), bisect_left(ascending, case.stop)):
            gains[place] += gain
    bonus = np.empty(len(rows))
    bonus[order] = gains
    return bonus


def _any_in(rows: Sequence[int], case: range) -> bool:
    """Whether any of the ascending ``rows`` is one of the case's."""
    place = bisect_left(rows, case.start)
    return place < len(rows) and rows[place] < case.stop
