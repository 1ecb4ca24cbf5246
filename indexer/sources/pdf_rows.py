"""Words to rows: what stands at one height of a page, read from left to right."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.sources.pdf_words import Word

_OVERLAP: Final = 0.5
"""The part of the smaller one's height that two words of one row have in common."""
_OPEN: Final = 4
"""Rows that words may still be added to, from the top of the page down."""
_RAISED_SIZE: Final = 0.92
_RAISED_BY: Final = 0.1
_GLUED: Final = 0.1
"""Heights between two words that are one although the file begins a line between them: a mark."""
_GLUED_IN_FILE: Final = 0.35
_NOTE: Final = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Row:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]
    y0: float
    """Of the words in its usual size, as is ``height``."""
    height: float

    @property
    def x0(self) -> float:
        """Where its first word begins."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Where its last word ends."""
        return max(word.x1 for word in self.words)

    @property
    def text(self) -> str:
        """Its words; a raised figure, which refers to a note, stands in brackets: ``law,[3]``."""
        pieces: list[str] = []
        for at, word in enumerate(self.words):
            if at and not _is_glued(self.words[at - 1], word):
                pieces.append(" ")
            pieces.append(f"[{word.text}]" if self._is_note(word) else word.text)
        return "".join(pieces)

    @property
    def note(self) -> str | None:
        """The mark of the note that begins here: a raised figure before the first word."""
        if len(self.words) > 1 and self._is_note(self.words[0]):
            return self.words[0].text
        return None

    def _is_note(self, word: Word) -> bool:
        raised = word.height < _RAISED_SIZE * self.height and (
            word.y0 > self.y0 + _RAISED_BY * self.height
        )
        return raised and _NOTE.fullmatch(word.text) is not None

    def without(self, words: Iterable[Word]) -> "Row | None":
        """Return the row without ``words``; `None` where none are left."""
        gone = set(map(id, words))
        return row_of([word for word in self.words if id(word) not in gone])


def row_of(words: Sequence[Word]) -> Row | None:
    """Return the row of ``words``; its height is that of most of its characters."""
    if not words:
        return None
    sizes: Counter[tuple[float, float]] = Counter()
    for word in words:
        sizes[(round(word.height * 2) / 2, round(word.y0 * 2) / 2)] += len(word.text)
    (height, y0), _ = max(sizes.items(), key=lambda one: (one[1], one[0]))
    return Row(tuple(sorted(words, key=lambda word: word.x0)), y0, height)


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Return the rows of a page, or of a column of one, from the top down."""
    groups: list[list[Word]] = []
    boxes: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda one: (-(one.y0 + one.y1), one.x0)):
        best = _row_for(word, boxes)
        if best is None:
            groups.append([word])
            boxes.append((word.y0, word.y1))
            continue
        groups[best].append(word)
        if word.y1 - word.y0 > boxes[best][1] - boxes[best][0]:
            boxes[best] = (word.y0, word.y1)
    rows = [row for group in groups if (row := row_of(group)) is not None]
    return sorted(rows, key=lambda row: -row.y0)


def _row_for(word: Word, boxes: Sequence[tuple[float, float]]) -> int | None:
    """Return which of the lowest rows ``word`` overlaps most, if it does enough."""
    best, most = None, _OVERLAP
    y0, y1 = word.y0, word.y1
    for at in range(max(0, len(boxes) - _OPEN), len(boxes)):
        low, high = boxes[at]
        shared = (min(high, y1) - max(low, y0)) / max(0.1, min(high - low, y1 - y0))
        if shared >= most:
            best, most = at, shared
    return best


def _is_glued(before: Word, word: Word) -> bool:
    """Whether two neighbours are one word: set in two sizes or fonts, or a mark behind its word."""
    if word.spaced:
        return False
    gap = word.x0 - before.x1
    height = max(before.height, word.height)
    return gap < (_GLUED if word.spaced is None else _GLUED_IN_FILE) * height
