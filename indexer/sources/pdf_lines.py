"""The lines of a document in reading order, and which of them are notes at the foot of a page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from indexer.sources.pdf_columns import Column
from indexer.sources.pdf_rows import Row

_RULE: Final = re.compile(r"[_=\-–—.\s]{5,}")
_SMALLER: Final = 0.94
"""Of the usual height of a line: what is set smaller may be a note."""
_TIGHTER: Final = 0.75
"""Of the usual distance of lines, where notes are set in the size of the text."""
_MISSED: Final = 2
"""How many notes may have escaped between two that are found."""
_PLAIN_MARK: Final = re.compile(r"(\d{1,3})[.)/]?\s+\S|([*†‡]{1,3})\s*\w")
_BRACKETED: Final = re.compile(r"\[\d{1,3}\]\s*")
_ENDED: Final = re.compile(r"[.?!][\"'”’)\]]*(?:\[\d+\])?$")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a column."""

    text: str
    page: int
    column: int
    """The column it stands in, counted through the document."""
    indent: float
    """Points from the column's left margin."""
    room: float
    """Points that are free before the column's right margin."""
    width: float
    """Points between the margins."""
    y0: float
    height: float
    first_word: float
    """Points that its first word takes."""
    note: str | None = None
    """The raised figure that it begins with."""

    @property
    def is_ended(self) -> bool:
        """Whether it ends as sentences do."""
        return _ENDED.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Usual:
    """What most lines of a document are like."""

    height: float
    leading: float
    """Points from one line to the next."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note at the foot of a page, perhaps going on at the foot of the next."""

    mark: str
    lines: tuple[Line, ...]


def lines_of(columns: Sequence[Column]) -> list[list[Line]]:
    """Return the lines of each column; lines that are only ruled are left out."""
    return [
        [line for row in column.rows if (line := _line(row, column, at)) is not None]
        for at, column in enumerate(columns)
    ]


def _line(row: Row, column: Column, at: int) -> Line | None:
    text = row.text
    if _RULE.fullmatch(text):
        return None
    return Line(
        text=text,
        page=column.page,
        column=at,
        indent=row.x0 - column.left,
        room=column.right - row.x1,
        width=max(1.0, column.right - column.left),
        y0=row.y0,
        height=row.height,
        first_word=row.words[0].x1 - row.x0,
        note=row.note,
    )


def usual_of(columns: Sequence[Sequence[Line]]) -> Usual:
    """Return the height and distance that most of the text has."""
    heights: Counter[float] = Counter()
    gaps: Counter[float] = Counter()
    for column in columns:
        for line in column:
            heights[line.height] += len(line.text)
    height = max(heights, key=lambda one: (heights[one], one), default=1.0)
    for column in columns:
        for a, b in pairwise(column):
            if a.height == b.height == height:
                gaps[round((a.y0 - b.y0) * 2) / 2] += len(b.text)
    return Usual(height, max(gaps, key=lambda one: (gaps[one], one), default=height))


def split_notes(
    columns: Sequence[Sequence[Line]], usual: Usual
) -> tuple[list[Sequence[Line]], list[Note]]:
    """Return the columns without the notes at their feet, and the notes in order.

    A note begins with its mark: a raised figure that counts on from the note before it (or from 1,
    where another opinion begins), or smaller print that begins with that figure or an asterisk.
    """
    bodies: list[Sequence[Line]] = []
    notes: list[Note] = []
    for column in columns:
        at = _foot(column, usual, notes)
        bodies.append(column[:at])
        for line in column[at:]:
            _add(line, notes, usual)
    return bodies, notes


def _foot(column: Sequence[Line], usual: Usual, notes: Sequence[Note]) -> int:
    """Return at which line of ``column`` its notes begin."""
    alike = _note_like(column, usual)
    begins = [
        at
        for at, line in enumerate(column)
        if _mark(line, notes, usual) is not None and (line.note or at >= alike)
    ]
    first = begins[0] if begins else len(column)
    goes_on = bool(notes) and not notes[-1].lines[-1].is_ended
    follows = goes_on and bool(column) and notes[-1].lines[-1].column < column[0].column
    return min(first, alike) if follows else first


def _note_like(column: Sequence[Line], usual: Usual) -> int:
    """Return from where on all lines are set smaller, or tighter, than the text is."""
    start = len(column)
    for at in range(len(column) - 1, -1, -1):
        line = column[at]
        below = column[at + 1] if at + 1 < len(column) else None
        tight = below is not None and line.y0 - below.y0 <= _TIGHTER * usual.leading
        small = line.height < _SMALLER * usual.height
        if not (small or tight or (below is None and _is_tight_last(column, usual))):
            break
        start = at
    return start


def _is_tight_last(column: Sequence[Line], usual: Usual) -> bool:
    return len(column) > 1 and column[-2].y0 - column[-1].y0 <= _TIGHTER * usual.leading


def _mark(line: Line, notes: Sequence[Note], usual: Usual) -> str | None:
    """Return the mark of the note that begins with ``line``."""
    small = line.height < _SMALLER * usual.height
    if line.note is not None:
        return line.note if _counts_on(line.note, notes, small=small) else None
    plain = _PLAIN_MARK.match(line.text)
    if plain is None or not small:
        return None
    if plain[2]:
        return plain[2]
    return plain[1] if plain[1] == str(_last(notes) + 1) else None


def _counts_on(mark: str, notes: Sequence[Note], *, small: bool) -> bool:
    number, last = int(mark), _last(notes)
    return number == 1 or last < number <= last + (1 + _MISSED if small else 1)


def _last(notes: Sequence[Note]) -> int:
    """Return the figure of the last numbered note, 0 where there is none."""
    return next((int(one.mark) for one in reversed(notes) if one.mark.isdecimal()), 0)


def _add(line: Line, notes: list[Note], usual: Usual) -> None:
    mark = _mark(line, notes, usual)
    if mark is not None:
        notes.append(Note(mark, (line,)))
    elif notes:
        notes[-1] = Note(notes[-1].mark, (*notes[-1].lines, line))


def words_of_note(note: Note) -> Iterator[Line]:
    """Yield the lines of ``note``; the first without the mark."""
    for at, line in enumerate(note.lines):
        if at:
            yield line
            continue
        text = _BRACKETED.sub("", line.text, count=1) if line.note else _unmarked(line.text)
        yield Line(
            text, line.page, line.column, line.indent, line.room, line.width,
            line.y0, line.height, line.first_word,
        )  # fmt: skip


def _unmarked(text: str) -> str:
    return re.sub(r"^(?:\d{1,3}[.)/]?\s+|[*†‡]{1,3}\s*)", "", text, count=1)
