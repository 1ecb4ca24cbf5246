"""Footnotes amid a text: those at the feet of its pages, and starred ones that stand alone."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from indexer.note_labels import Dress, LabelLine, Note, Source, label_lines, note_of, title_above
from indexer.note_marks import Style, marks_in, match_marks

_PAGES: Final = 8_000
"""Characters between a mark and a footnote at the foot of its page, at the most."""
_FOOT: Final = 3_000
"""Characters between two footnotes at the foot of one page, at the most."""
_STAR_NOTE: Final = 800
"""Characters of a starred footnote, at the most."""
_STEP: Final = 3
_FINISHED: Final = re.compile(r"[.?!][\"”\u2019'»)\]*\d]*$")
_TAIL: Final = 20
_OPEN: Final = 3
"""Paragraphs that a note may run on where the one before is left open: quotations."""


def leading_labels(source: Source) -> list[LabelLine]:
    """Return the paragraphs that a number leads: ``3See …``, ``3 See …``."""
    return [
        label
        for label in label_lines(source.lines, Dress.LEADING)
        if source.lines[label.line].alone or source.text.endswith("\n\n", 0, label.start)
    ]


def notes_at_feet(source: Source) -> tuple[Note, ...]:
    """Read footnotes at the feet of pages: each stands closely behind its mark, and the text goes on."""
    labels = leading_labels(source)
    offsets: dict[str, list[int]] = {}
    for mark in marks_in(source.text, Style.RUN_IN, frozenset(one.label for one in labels)):
        offsets.setdefault(mark.label, []).append(mark.at)
    taken: list[tuple[LabelLine, int]] = []
    for label in labels:
        number, at = (taken[-1][0].number or 0, taken[-1][1]) if taken else (0, -1)
        known = offsets.get(label.label, [])
        place = bisect_left(known, max(at + 1, label.start - _PAGES))
        goes_on = number < (label.number or 0) <= number + _STEP
        if goes_on and place < len(known) and known[place] < label.start:
            taken.append((label, known[place]))
    glued = taken and " " not in source.lines[taken[0][0].line].text[:_STEP]
    return _feet(source, taken) if len(taken) > 1 or glued else ()


def _feet(source: Source, taken: Sequence[tuple[LabelLine, int]]) -> tuple[Note, ...]:
    notes = []
    for i, (label, mark) in enumerate(taken):
        following = taken[i + 1] if i + 1 < len(taken) else None
        last = following[0].line if following else len(source.lines)
        on_one_page = (
            following is not None
            and following[1] < label.start
            and following[0].start - label.start < _FOOT
        )
        end = last if on_one_page else _foot_end(source, label.line, last)
        notes.append(note_of(source, label, end, at=mark))
    return tuple(notes)


def _foot_end(source: Source, line: int, last: int) -> int:
    """Return the line after the note: its paragraph ends it, unless that is left open."""
    last = min(line + 1 + _OPEN, last)
    lines = source.lines
    ended = (i + 1 for i in range(line, last) if _FINISHED.search(lines[i].text[-_TAIL:]))
    return next(ended, line + 1)


def starred_notes(source: Source, notes: Sequence[Note]) -> tuple[Note, ...]:
    """Read ``* Sitting by designation.`` right above the other footnotes, or at the end of the text."""
    lines = source.lines
    starts = [line.start for line in lines]
    end = bisect_left(starts, notes[0].start) if notes else len(lines)
    first = end
    while first and lines[first - 1].text[0] in "*†‡" and len(lines[first - 1].text) < _STAR_NOTE:
        first -= 1
    found = label_lines(lines[first:end], Dress.STARRED)
    labels = [LabelLine(one.line + first, one.start, one.label, one.heading) for one in found]
    if not labels or len({one.label for one in labels}) < end - first:
        return ()
    styles = (Style.BRACKETED, Style.RUN_IN, Style.ALONE)
    spans = [(labels[0].start, source.offset(end))]
    spans += [(note.start, note.end) for note in notes]
    marks = match_marks(source.text, [[one.label for one in labels]], spans, styles)
    if len(marks) < len(labels):
        return ()
    return tuple(
        note_of(source, one, one.line + 1, title=title_above(lines, one.line), at=marks[0, i])
        for i, one in enumerate(labels)
    )
