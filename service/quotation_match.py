"""Laying a quotation against the words of opinions: what agrees, what was changed, where it jumps.

One dynamic programme: a changed, added or omitted word costs `EDIT`; to go on at another place costs
`JUMP`, so that two stitched passages come out as two runs and a swapped word as a swapped word.
Ellipses and bracketed words skip for nothing within one opinion.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np
import numpy.typing as npt

from service.quotation_text import Item, Kind, SourceWord

EDIT: Final = 1_000
JUMP: Final = 4_000
CHANGE: Final = EDIT + 3
"""A word in the place of another; rather one added and one left out, if another then agrees."""
ADD: Final = EDIT + 5
"""A word of the quotation that the opinion has not; rather one left out, if more then agrees."""
_NEVER: Final = 1_000_000_000
_BORDER: Final = SourceWord("", 0, 0, is_mark=False)
"""Stands between two stretches."""
_MOST_FREE: Final = 15
"""Words of the opinion that one bracket may stand for."""

_Costs = npt.NDArray[np.int64]


class Step(Enum):
    """How an item and a word of the opinion meet."""

    SAME = auto()
    CHANGED = auto()
    ADDED = auto()
    """In the quotation only."""
    OMITTED = auto()
    """In the opinion only."""
    SKIPPED = auto()
    """In the opinion only, and openly left out or replaced."""
    MARK = auto()
    """In the opinion only: a footnote's mark."""
    OPEN = auto()
    """An ellipsis or a bracket itself."""


@dataclass(frozen=True, slots=True)
class Met:
    """One step of an alignment, in the quotation's order."""

    step: Step
    item: int | None
    word: int | None
    """Position in the words laid against."""
    jumped: bool = False
    """Whether the quotation goes on here at another place."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring words of one opinion."""

    opinion: int
    """Any number that tells opinions apart."""
    words: Sequence[SourceWord]


class Ground:
    """Stretches of opinions, in the order of the text, to lay quotations against."""

    def __init__(self, stretches: Sequence[Stretch], *, omission: int = EDIT) -> None:
        """``omission`` is what it costs to leave out a word of the opinion."""
        self.words: list[SourceWord] = []
        self.stretch: list[int] = []
        """Of each word, the position of its stretch."""
        skip: list[int] = []
        leave: list[int] = []
        cross: list[int] = []
        before: int | None = None
        for place, stretch in enumerate(stretches):
            if place:
                self._add(_BORDER, place, (skip, _NEVER), (leave, _NEVER))
                cross.append(_NEVER if before != stretch.opinion else 0)
            for word in stretch.words:
                self._add(word, place, (skip, 0 if word.is_mark else omission), (leave, 0))
                cross.append(0)
            before = stretch.opinion
        self._ids = {key: n for n, key in enumerate(dict.fromkeys(w.key for w in self.words))}
        self._keys = np.array([self._ids[word.key] for word in self.words], np.int64)
        self._borders = self._keys == self._ids.get(_BORDER.key, -1)
        self.skip, self.leave, self.cross = (_summed(one) for one in (skip, leave, cross))

    def _add(self, word: SourceWord, place: int, *costs: tuple[list[int], int]) -> None:
        self.words.append(word)
        self.stretch.append(place)
        for costs_, cost in costs:
            costs_.append(cost)

    def differs(self, item: Item) -> _Costs:
        """Return the cost of each word in the place of ``item``, shape ``(words,)``."""
        if item.kind is Kind.WORD:
            fits = self._keys == self._ids.get(item.key, -1)
        else:
            numbers = [
                number
                for key, number in self._ids.items()
                if key.startswith(item.key) and key.endswith(item.ending)
            ]
            fits = np.isin(self._keys, numbers)
        costs = np.where(fits, 0, CHANGE).astype(np.int64)
        costs[self._borders] = _NEVER
        return costs


def _summed(costs: Sequence[int]) -> _Costs:
    return np.concatenate([[0], np.cumsum(np.array(costs, np.int64))])


def align(items: Sequence[Item], ground: Ground, *, jump: int = JUMP) -> list[Met]:
    """Return the cheapest way to lay ``items`` along ``ground``; of equal ones the earliest."""
    if not ground.words:
        return [Met(_lone(item), place, None) for place, item in enumerate(items)]
    tables = [np.zeros(len(ground.words) + 1, np.int64)]
    differs: list[_Costs | None] = []
    for item in items:
        costs = ground.differs(item) if item.kind in {Kind.WORD, Kind.PATTERN} else None
        differs.append(costs)
        tables.append(_row(item, tables[-1], costs, ground, jump))
    return _traced(items, tables, differs, ground)


def _lone(item: Item) -> Step:
    return Step.OPEN if item.kind in {Kind.FREE, Kind.GAP} else Step.ADDED


def _row(item: Item, above: _Costs, differs: _Costs | None, ground: Ground, jump: int) -> _Costs:
    """Return the cost of having laid all items up to this one and ended at each word."""
    if item.kind is Kind.GAP:
        return _carried(above, ground.cross)
    if differs is None:
        best = above.copy()
        for count in range(1, min(_MOST_FREE, len(above) - 1) + 1):
            crossed = ground.leave[count:] - ground.leave[:-count]
            best[count:] = np.minimum(best[count:], above[:-count] + crossed)
        return best
    row = above + ADD
    row[1:] = np.minimum(row[1:], above[:-1] + differs)
    row[1:] = np.minimum(row[1:], above.min() + jump + differs)
    return _carried(row, ground.skip)


def _carried(row: _Costs, weights: _Costs) -> _Costs:
    """Let each word be reached from an earlier one, at the cost of the words between."""
    return np.minimum.accumulate(row - weights) + weights


def _traced(
    items: Sequence[Item],
    tables: Sequence[_Costs],
    differs: Sequence[_Costs | None],
    ground: Ground,
) -> list[Met]:
    """Walk back from the cheapest end."""
    at = int(np.argmin(tables[-1]))
    place = len(items)
    steps: list[Met] = []
    while place:
        costs = differs[place - 1]
        if costs is None:
            step, at, place = _open_step(items[place - 1], tables, ground, at, place)
            steps += step
            continue
        met, at, place = _word_step(tables, costs, ground, at, place)
        steps.append(met)
    return steps[::-1]


def _open_step(
    item: Item, tables: Sequence[_Costs], ground: Ground, at: int, place: int
) -> tuple[list[Met], int, int]:
    """Step back over an ellipsis or a bracket, and over all that it stands for."""
    above, value = tables[place - 1], tables[place][at]
    weights = ground.cross if item.kind is Kind.GAP else ground.leave
    origin = at
    while above[origin] + weights[at] - weights[origin] != value:
        origin -= 1
    skipped = [Met(Step.SKIPPED, None, word) for word in range(at - 1, origin - 1, -1)]
    return [*skipped, Met(Step.OPEN, place - 1, None)], origin, place - 1


def _word_step(
    tables: Sequence[_Costs], costs: _Costs, ground: Ground, at: int, place: int
) -> tuple[Met, int, int]:
    """Step back from a word: it met one, was added, jumped, or one of the opinion was left out."""
    above, value = tables[place - 1], tables[place][at]
    if at:
        step = Step.CHANGED if costs[at - 1] else Step.SAME
        if above[at - 1] + costs[at - 1] == value:
            return Met(step, place - 1, at - 1), at - 1, place - 1
        if tables[place][at - 1] + ground.skip[at] - ground.skip[at - 1] == value:
            mark = ground.words[at - 1].is_mark
            return Met(Step.MARK if mark else Step.OMITTED, None, at - 1), at - 1, place
        if above[at] + ADD != value:
            origin = int(np.argmin(above))
            return Met(step, place - 1, at - 1, jumped=True), origin, place - 1
    return Met(Step.ADDED, place - 1, None), at, place - 1
