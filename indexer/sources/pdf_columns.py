"""The lines of a page in reading order: columns from left to right, between what spans them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import median
from typing import Final

from indexer.sources.pdf_furniture import Cleared
from indexer.sources.pdf_rows import Row, rows_of
from indexer.sources.pdf_words import Word

_MIDDLE: Final = (0.35, 0.65)
_BIN: Final = 2.0
"""Points: the step in which a gutter is looked for."""
_NARROWEST: Final = 8.0
_CROSSED: Final = 0.12
"""The part of a gutter's neighbours' words that may cross it: titles over both columns."""
_ROWS: Final = 6
_JUSTIFIED: Final = 0.3
"""The part of the lines that end at one place where the text is justified."""
_FILLED: Final = 0.7
"""The part of a column that half of its rows fill, as prose does and the boxes of a caption do not."""


@dataclass(frozen=True, slots=True)
class Column:
    """Lines that are read one after the other, from the top down, between two margins."""

    page: int
    """The page of the document, from 0."""
    rows: tuple[Row, ...]
    left: float
    right: float


def read_columns(pages: Sequence[Cleared]) -> list[Column]:
    """Return the columns of all pages in reading order; a page without columns is one.

    A page whose second column is too short to show where the gutter is takes the gutter of the page
    before it. Columns of few lines take the margins that others of their kind have.
    """
    columns: list[tuple[str, Column]] = []
    before: float | None = None
    for at, page in enumerate(pages):
        gutter = _gutter(page)
        if gutter is None and before is not None and _is_free(page.words, before):
            gutter = before
        columns += _columns(at, page, gutter)
        before = gutter
    usual = _usual_margins(columns)
    return [_with_margins(column, usual.get(side)) for side, column in columns]


def _columns(at: int, page: Cleared, gutter: float | None) -> list[tuple[str, Column]]:
    if gutter is None:
        return _column("page", at, page.rows)
    left: list[Word] = []
    right: list[Word] = []
    across: list[Row] = []
    for row in page.rows:
        if any(word.x0 < gutter < word.x1 for word in row.words):
            across.append(row)
        else:
            left += [word for word in row.words if word.x1 <= gutter]
            right += [word for word in row.words if word.x0 >= gutter]
    columns: list[tuple[str, Column]] = []
    top = page.height + 1
    for title in [*across, None]:
        bottom = title.y0 if title is not None else -1.0
        for side, words in (("left", left), ("right", right)):
            columns += _column(side, at, rows_of([one for one in words if bottom < one.y0 <= top]))
        columns += _column("page", at, [title] if title is not None else [])
        top = bottom
    return columns


def _column(side: str, at: int, rows: Sequence[Row]) -> list[tuple[str, Column]]:
    return [(side, Column(at, tuple(rows), *margins(rows)))] if rows else []


def margins(rows: Sequence[Row]) -> tuple[float, float]:
    """Return where the lines of running text among ``rows`` begin and end."""
    widest = max(row.x1 - row.x0 for row in rows)
    wide = [row for row in rows if row.x1 - row.x0 >= widest / 2]
    starts = sorted(row.x0 for row in wide)
    ends = sorted(row.x1 for row in wide)
    flush, often = Counter(round(end / _BIN) * _BIN for end in ends).most_common(1)[0]
    right = flush if often >= _JUSTIFIED * len(ends) else ends[-1 - len(ends) // 20]
    return starts[len(starts) // 10], right


def _usual_margins(columns: Sequence[tuple[str, Column]]) -> dict[str, tuple[float, float]]:
    kinds: dict[str, list[Column]] = {}
    for side, column in columns:
        if len(column.rows) >= _ROWS:
            kinds.setdefault(side, []).append(column)
    return {
        side: (median(one.left for one in these), median(one.right for one in these))
        for side, these in kinds.items()
    }


def _with_margins(column: Column, usual: tuple[float, float] | None) -> Column:
    if usual is None or len(column.rows) >= _ROWS:
        return column
    return replace(column, left=min(column.left, usual[0]), right=max(column.right, usual[1]))


def _gutter(page: Cleared) -> float | None:
    """Return the middle of the white stripe that parts two columns of prose, where there is one."""
    words = page.words
    if not words:
        return None
    left, right = min(one.x0 for one in words), max(one.x1 for one in words)
    low, high = (left + (right - left) * part for part in _MIDDLE)
    covers = _covers(words, low, high)
    if not covers:
        return None
    allowed = _CROSSED * max(covers)
    free = [cover <= allowed for cover in covers]
    start, length = _longest(free)
    if length * _BIN < _NARROWEST:
        return None
    middle = low + _BIN * (start + (length - 1) / 2)
    prose = all(_is_prose(side) for side in _sides(words, middle))
    return middle if prose else None


def _covers(words: Sequence[Word], low: float, high: float) -> list[int]:
    """Return how many words stand over each step from ``low`` to ``high``."""
    steps = int((high - low) / _BIN) + 1
    changes = [0] * (steps + 1)
    for word in words:
        first = max(0, math.floor((word.x0 - low) / _BIN) + 1)
        behind = min(steps, math.ceil((word.x1 - low) / _BIN))
        if first < behind:
            changes[first] += 1
            changes[behind] -= 1
    return list(accumulate(changes[:-1]))


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """Return where the longest stretch of set flags begins, and how long it is."""
    best, start = (0, 0), 0
    for at, flag in enumerate([*flags, False]):
        if not flag:
            best = max(best, (start, at - start), key=lambda one: one[1])
            start = at + 1
    return best


def _sides(words: Sequence[Word], middle: float) -> tuple[list[Word], list[Word]]:
    return (
        [word for word in words if word.x1 <= middle],
        [word for word in words if word.x0 >= middle],
    )


def _is_prose(words: Sequence[Word]) -> bool:
    rows = rows_of(words)
    if len(rows) < _ROWS:
        return False
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    full = sum(row.x1 - row.x0 >= _FILLED * (right - left) for row in rows)
    return full * 2 >= len(rows)


def _is_free(words: Sequence[Word], gutter: float) -> bool:
    covers = _covers(words, gutter * 0.5, gutter * 1.5)
    return covers[len(covers) // 2] <= _CROSSED * max(covers)
