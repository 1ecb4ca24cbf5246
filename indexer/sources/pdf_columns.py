"""The lines of a page in reading order: columns from left to right, between what spans them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        return _column("page", at, rows_of(page.words))
    left: list[Word] = []
    right: list[Word] = []
    across: list[Row] = []
    for row in rows_of(page.words):
        if any(word.x0 < gutter < word.x1 for word in row.words):
            across.append(row)
        else:
            left += [word for word in row.words if word.x1 <= gutter]
            right += [word for word in row.words if word.x0 >= gutter]
    columns: list[tuple[str, Column]] = []
    top = page.height + 1
    for row in [*across, None]:
        bottom = row.y0 if row else -1.0
        for side, words in (("left", left), ("right", right)):
            columns += _column(side, at, rows_of([one for one in words if bottom < one.y0 <= top]))
        columns += _column("page", at, [row] if row else [])
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
    return starts[len(starts) // 10], ends[-1 - len(ends) // 20]


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
    bins = int((high - low) / _BIN)
    if bins <= 0:
        return None
    allowed = _CROSSED * _usual_cover(words, low, high)
    free = [_cover(words, low + _BIN * at) <= allowed for at in range(bins + 1)]
    start, length = _longest(free)
    if length * _BIN < _NARROWEST:
        return None
    middle = low + _BIN * (start + (length - 1) / 2)
    prose = all(_is_prose(side) for side in _sides(words, middle))
    return middle if prose else None


def _cover(words: Sequence[Word], x: float) -> int:
    return sum(word.x0 < x < word.x1 for word in words)


def _usual_cover(words: Sequence[Word], low: float, high: float) -> float:
    steps = [low + (high - low) * part / 20 for part in range(21)]
    return max(_cover(words, x) for x in steps)


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
    low, high = gutter * 0.5, gutter * 1.5
    return _cover(words, gutter) <= _CROSSED * _usual_cover(words, low, high)
