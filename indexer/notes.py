"""The footnotes of a text: where each begins and ends, what it is called, and where its mark stands."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from indexer.lines import Line
from indexer.note_feet import leading_labels, notes_at_feet, starred_notes
from indexer.note_labels import (
    Dress,
    LabelLine,
    Note,
    Run,
    Source,
    label_lines,
    note_of,
    resumes,
    runs_of,
    title_above,
)
from indexer.note_marks import MAIN_STYLES, Mark, Style, in_order, match_marks

_SURE: Final = 0.6
"""Share of the labels that must have marks, where the labels alone don't tell footnotes."""
_LIKELY: Final = 0.34
"""The same where the labels are of a dress that little else has."""
_LONG: Final = 1_500
"""Characters that footnotes whose labels stand alone have on average, at the most."""
_PARAGRAPHS: Final = 10
"""Lone numbers above the footnotes that show a text to be numbered by paragraph."""
_TRIED: Final = 6
"""Runs, counted from the last, that are tried as the first of the footnotes."""
_MOST: Final = 999
"""Footnotes of one opinion, at the most."""
_PART: Final = re.compile(r"[A-HIVX]+\.?")
_IN_WORDS: Final = (Style.BRACKETED, Style.RAISED, Style.RUN_IN)


def find_notes(text: str, lines: Sequence[Line]) -> tuple[Note, ...]:
    """Return the footnotes of a natural text, in order; they don't overlap.

    ``lines`` are those of the whole text. A numbered list is not footnotes: what is not dressed as
    footnotes alone are needs marks in the text that point to it. Time grows linearly with the text.
    """
    source = Source(text, lines)
    notes = next((notes for find in _WAYS if (notes := find(source))), ())
    return (*starred_notes(source, notes), *notes)


def _named(source: Source) -> tuple[Note, ...]:
    return _noted(source, runs_of(label_lines(source.lines, Dress.NAMED), source.lines))


def _bracketed(source: Source) -> tuple[Note, ...]:
    runs = runs_of(label_lines(source.lines, Dress.BRACKETED), source.lines)
    titled = next((i for i, run in enumerate(runs) if run.title is not None), None)
    if titled is not None:
        return _noted(source, runs[titled:])
    return _with_marks(source, [run for run in runs if _is_brief(run.labels, source)], _SURE)


def _dotted(source: Source) -> tuple[Note, ...]:
    runs = runs_of(label_lines(source.lines, Dress.DOTTED), source.lines)
    notes = _with_marks(source, runs, _LIKELY)
    if notes or not runs:
        return notes
    last = runs[-1].labels
    counted = len(last) > 1 and last[0].number == 1 and _is_brief(last, source)
    return _noted(source, runs[-1:]) if counted else ()


def _with_marks(source: Source, runs: Sequence[Run], share: float) -> tuple[Note, ...]:
    """Return the notes from the first run on that has marks."""
    tried = runs[-_TRIED:]
    for first in range(len(tried)):
        notes = _noted(source, tried[first:])
        if _share(notes[: len(tried[first].labels)]) >= share:
            return notes
    return ()


def _alone(source: Source) -> tuple[Note, ...]:
    """Read the last series of lone numbers, if it is one of footnotes and not of headings or marks."""
    labels = label_lines(source.lines, Dress.ALONE)
    first = next((i for i in reversed(range(len(labels))) if labels[i].number == 1), None)
    if first is None or not _counts_to_the_end(labels[first:], source):
        return ()
    run, before = labels[first:], labels[:first]
    again = len(run) > 2 and bool(before) and abs((before[-1].number or 0) - len(run)) <= 1
    styles = (*_IN_WORDS, Style.ALONE) if again else _IN_WORDS
    title = title_above(source.lines, run[0].line)
    notes = _noted(source, [Run(tuple(run), title)], styles)
    least = 2 if len(before) < _PARAGRAPHS else 1
    return notes if len(notes) >= least and _share(notes) >= _SURE else ()


def _counts_to_the_end(run: Sequence[LabelLine], source: Source) -> bool:
    numbers = [label.number or 0 for label in run]
    if any(not 0 < after - before <= 2 for before, after in pairwise(numbers)):
        return False
    if not _is_brief(run, source):
        return False
    return not any(_PART.fullmatch(line.text) for line in source.lines[run[0].line :])


def _is_brief(run: Sequence[LabelLine], source: Source) -> bool:
    return len(source.text) - run[0].start <= _LONG * len(run)


def _marked_alone(source: Source) -> tuple[Note, ...]:
    """Read ``3 See …`` behind the last of the marks that stand on lines of their own."""
    marks = [Mark(one.start, one.label) for one in label_lines(source.lines, Dress.ALONE)[:_MOST]]
    counted = in_order([str(number + 1) for number in range(_MOST)], marks)
    if not counted:
        return ()
    behind = counted[-1][1].at
    lines = [one for one in label_lines(source.lines, Dress.LOOSE) if one.start > behind]
    by_start = {one.start: one for one in lines}
    found = in_order(
        [mark.label for _, mark in counted], [Mark(one.start, one.label) for one in lines]
    )
    run = [by_start[mark.at] for _, mark in found]
    if len(run) < _SURE * len(counted) or not _is_brief([*run, *run[:1]], source):
        return ()
    title = title_above(source.lines, run[0].line)
    notes = _noted(source, [Run(tuple(run), title)], (Style.ALONE,))
    return notes if _share(notes) >= _SURE else ()


def _endnotes(source: Source) -> tuple[Note, ...]:
    """Read ``3 See …`` behind the last mark of the text."""
    runs = [
        run for run in runs_of(leading_labels(source), source.lines)[-1:] if len(run.labels) > 2
    ]
    notes = _noted(source, runs, _IN_WORDS)
    return notes if _share(notes) >= _SURE else ()


_WAYS: Final[tuple[Callable[[Source], tuple[Note, ...]], ...]] = (
    _named,
    _bracketed,
    _dotted,
    _alone,
    _marked_alone,
    _endnotes,
    notes_at_feet,
)
"""In the order in which they are tried."""


def _noted(
    source: Source, runs: Sequence[Run], styles: Sequence[Style] = MAIN_STYLES
) -> tuple[Note, ...]:
    """Return the notes of ``runs``, each up to the next, with their marks."""
    labels = [(label, run.title) for run in runs for label in run.labels]
    firsts = [
        label.line - (title is not None and source.lines[label.line - 1] is title)
        for label, title in labels
    ]
    notes = []
    for (label, title), end in zip(labels, [*firsts[1:], len(source.lines)], strict=False):
        inside = range(label.line + 1, end)
        resumed = next((i for i in inside if resumes(source.lines[i].text)), end)
        notes.append(note_of(source, label, resumed, title=title))
    return _pointed(source.text, runs, notes, styles)


def _pointed(
    text: str, runs: Sequence[Run], notes: Sequence[Note], styles: Sequence[Style]
) -> tuple[Note, ...]:
    """Give each note its mark: the text points to a note before it is read."""
    spans = [(note.start, note.end) for note in notes]
    names = [[label.label for label in run.labels] for run in runs]
    marks = match_marks(text, names, spans, styles)
    places = [(r, i) for r, run in enumerate(names) for i in range(len(run))]
    found = (marks.get(place) for place in places)
    return tuple(
        replace(note, noted_at=at if at is not None and at < note.start else None)
        for note, at in zip(notes, found, strict=True)
    )


def _share(notes: Sequence[Note]) -> float:
    return sum(note.noted_at is not None for note in notes) / len(notes) if notes else 0.0
