"""What stands on the pages and is no part of the text: running heads and feet, page and line numbers.

Nothing is known by its words. A head or foot is what comes back, but for its figures, on other pages
at the same height; or what stands, alone on its page, where the others have theirs. Line numbers
count down the margin at even distances.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from indexer.sources.pdf_rows import Row, rows_of
from indexer.sources.pdf_words import Sheet, Word

_ZONE: Final = 0.22
"""The part of a page, above and below, in which heads and feet stand."""
_MOST_ROWS: Final = 6
_BUCKET: Final = 4.0
"""Points that one head may stand higher on one page than on another."""
_SHARE: Final = 0.5
_OFTEN: Final = 3
_FEW_PAGES: Final = 5
_LONE: Final = "#"
"""The key of a row that is a number and nothing else."""
_FIGURES: Final = re.compile(r"\d+")
_NUMBER_ALONE: Final = re.compile(
    r"[-–—\s\[(]*(?:[Pp](?:age|AGE)\s*)?(?:\d{1,4}|[ivxl]{1,7})(?:\s*(?:of|OF|/)\s*\d+)?[-–—\s\])]*"
)
"""Capital numerals are headings."""
_LINE_NUMBER: Final = re.compile(r"\d{1,2}")
_LINE_NUMBERS: Final = 15
_EVEN: Final = 1.6
_SHORT: Final = 0.7
"""The part of the page's width that a head known only by its place may take."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """One page without its furniture."""

    width: float
    height: float
    rows: tuple[Row, ...]
    """From the top down, over all columns."""
    head: tuple[str, ...]
    """The rows taken from above, from the top down."""
    foot: tuple[str, ...]
    """The rows taken from below, from the bottom up."""

    @property
    def words(self) -> list[Word]:
        """The words of its rows."""
        return [word for row in self.rows for word in row.words]

    @property
    def furniture(self) -> tuple[str, ...]:
        """All rows that were taken."""
        return (*self.head, *self.foot)


@dataclass(frozen=True, slots=True)
class _Edge:
    """The rows of one page that may be its head, or its foot, from the outside in."""

    rows: tuple[Row, ...]
    keys: tuple[str, ...]
    heights: tuple[int, ...]
    short: tuple[bool, ...]


def clear_furniture(sheets: Iterable[Sheet]) -> list[Cleared]:
    """Return the pages without running heads and feet, page numbers and line numbers."""
    pages = [_Page(sheet) for sheet in sheets]
    heads, feet = [page.edge(-1) for page in pages], [page.edge(1) for page in pages]
    head_counts, foot_counts = _taken(heads), _taken(feet)
    return [
        page.cleared(heads[at].rows[: head_counts[at]], feet[at].rows[: foot_counts[at]])
        for at, page in enumerate(pages)
    ]


class _Page:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        numbers = set(map(id, line_numbers(sheet.words)))
        self._words = tuple(word for word in sheet.words if id(word) not in numbers)
        self._rows = rows_of(self._words)

    def edge(self, side: int) -> _Edge:
        """Return the outermost rows above (-1) or below (1)."""
        height = self._sheet.height
        inward = self._rows if side < 0 else self._rows[::-1]
        zone = [
            row
            for row in inward[:_MOST_ROWS]
            if (row.y0 > height * (1 - _ZONE) if side < 0 else row.y0 < height * _ZONE)
        ]
        keys = tuple(_key(row.text) for row in zone)
        short = tuple(row.x1 - row.x0 < _SHORT * self._sheet.width for row in zone)
        return _Edge(tuple(zone), keys, tuple(round(row.y0 / _BUCKET) for row in zone), short)

    def cleared(self, head: Sequence[Row], foot: Sequence[Row]) -> Cleared:
        """Return the page without the rows of its head and foot."""
        gone = set(map(id, (*head, *foot)))
        return Cleared(
            self._sheet.width,
            self._sheet.height,
            tuple(row for row in self._rows if id(row) not in gone),
            tuple(row.text for row in head),
            tuple(row.text for row in foot if row not in head),
        )


def _key(text: str) -> str:
    """Return what stays the same of a running head from page to page."""
    if _NUMBER_ALONE.fullmatch(text):
        return _LONE
    return _FIGURES.sub("#", " ".join(text.lower().split()))


def _taken(edges: Sequence[_Edge]) -> list[int]:
    """Return how many of the outer rows of each page are furniture."""
    seen: Counter[tuple[str, int]] = Counter()
    for edge in edges:
        near = {
            (key, at + d)
            for key, at in zip(edge.keys, edge.heights, strict=True)
            for d in (-1, 0, 1)
        }
        seen.update(near)
    needed = _OFTEN if len(edges) > _FEW_PAGES else 2
    repeated = [
        [seen[key, at] >= needed for key, at in zip(edge.keys, edge.heights, strict=True)]
        for edge in edges
    ]
    places = _places(edges, repeated)
    return [
        _count(edge, flags, places if page else frozenset())
        for page, (edge, flags) in enumerate(zip(edges, repeated, strict=True))
    ]


def _places(edges: Sequence[_Edge], repeated: Sequence[Sequence[bool]]) -> set[int]:
    """Return the heights at which at least half of the pages have a head that comes back."""
    at_height: Counter[int] = Counter()
    for edge, flags in zip(edges, repeated, strict=True):
        at_height.update({at for at, known in zip(edge.heights, flags, strict=True) if known})
    needed = max(_OFTEN, _SHARE * len(edges))
    return {at for at, count in at_height.items() if count >= needed}


def _count(edge: _Edge, repeated: Sequence[bool], places: Container[int]) -> int:
    """Return how many rows of a page are its head: those outside one that comes back, and it.

    Behind them, row by row, a number by itself, and what stands where other pages have theirs.
    """
    count = max((at + 1 for at, known in enumerate(repeated) if known), default=0)
    while count < len(edge.rows) and (
        edge.keys[count] == _LONE or (edge.short[count] and edge.heights[count] in places)
    ):
        count += 1
    return count


def line_numbers(words: Sequence[Word]) -> list[Word]:
    """Return the words that number the lines of pleading paper: 1, 2, 3 … evenly down the margin."""
    figures = [word for word in words if _LINE_NUMBER.fullmatch(word.text)]
    if len(figures) < _LINE_NUMBERS:
        return []
    for edge_of in (_right_edge, _left_edge):
        counted = _counted(_aligned(figures, edge_of))
        gaps = [a.y0 - b.y0 for a, b in pairwise(counted)]
        even = len(counted) >= _LINE_NUMBERS and max(gaps) <= _EVEN * median(gaps)
        if even and _is_margin(counted, words):
            return counted
    return []


def _right_edge(word: Word) -> int:
    return round(word.x1 / _BUCKET)


def _left_edge(word: Word) -> int:
    return round(word.x0 / _BUCKET)


def _aligned(figures: Sequence[Word], edge_of: Callable[[Word], int]) -> list[Word]:
    """Return the figures of the fullest column, from the top down."""
    columns: Counter[int] = Counter()
    for word in figures:
        columns.update({edge_of(word), edge_of(word) + 1})
    fullest = max(columns, key=lambda at: (columns[at], -at))
    column = [word for word in figures if fullest - 1 <= edge_of(word) <= fullest]
    return sorted(column, key=lambda word: -word.y0)


def _counted(column: Sequence[Word]) -> list[Word]:
    """Return those of ``column`` that count 1, 2, 3 … downward."""
    found: list[Word] = []
    for word in column:
        if int(word.text) == len(found) + 1:
            found.append(word)
    return found


def _is_margin(counted: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether nothing else stands as far left (or right) as the numbers."""
    numbers = set(map(id, counted))
    low = min(word.x0 for word in counted)
    high = max(word.x1 for word in counted)
    others = [word for word in words if id(word) not in numbers]
    beside = [word for word in others if counted[-1].y0 <= word.y0 <= counted[0].y1]
    left = sum(word.x0 >= high for word in beside)
    right = sum(word.x1 <= low for word in beside)
    return max(left, right) >= 0.98 * len(beside)
