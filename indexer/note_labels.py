"""The lines that may open footnotes, and the runs of labels they make: 1, 2, 3 … in one dress."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from indexer.lines import Line

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_STARS: Final = r"[*†‡]{1,3}"
_LABEL: Final = rf"(?P<label>[1-9]\d{{0,2}}|{_STARS})"


class Dress(Enum):
    """How the label of a footnote is written."""

    NAMED = "named"
    """``Footnote 3`` alone on its line, or ``[ Footnote 3 ] See …``."""
    BRACKETED = "bracketed"
    """``[3] See …``"""
    DOTTED = "dotted"
    """``3 . See …``"""
    STARRED = "starred"
    """``* Sitting by designation.``"""
    ALONE = "alone"
    """``3`` alone on its line."""
    LEADING = "leading"
    """``3See …``, ``3 See …``"""
    LOOSE = "loose"
    """``3 49 U.S.C.``: any paragraph that a number leads, but for ``28 U.S.C.``"""


_DRESSES: Final = {
    Dress.NAMED: re.compile(
        rf"(?:\[ ?(?:Footnote|FOOTNOTE) {_LABEL} ?\]|(?:Footnote|FOOTNOTE) (?P<alone>[1-9]\d{{0,2}}|{_STARS})$)"
    ),
    Dress.BRACKETED: re.compile(rf"\[(?P<label>[1-9]\d{{0,2}}[a-z]?|{_STARS})\]"),
    Dress.DOTTED: re.compile(r"(?P<label>[1-9]\d{0,2}) \. ?(?=[^\s.])"),
    Dress.STARRED: re.compile(rf"(?P<label>{_STARS}) ?(?=[A-Z\"“])"),
    Dress.ALONE: re.compile(r"(?P<label>[1-9]\d{0,2})$"),
    Dress.LEADING: re.compile(
        r"(?P<label>[1-9]\d?) ?(?=[A-Z\"“])(?![A-Z][\w.]*\.(?:[A-Z\d]|\s+(?:[A-Z]\.|§|\d)))"
    ),
    Dress.LOOSE: re.compile(
        r"(?P<label>[1-9]\d{0,2}) (?!(?:U\. ?S\.|C\. ?F\. ?R\.|CFR|Fed\.|F\. ?\d|F\. ?Supp|S\. ?Ct|Stat\.|Op\.|L\. ?Ed))(?=\S{2})"
    ),
}
_NOTE_TITLE: Final = re.compile(r"(?:FOOT|END)?NOTES?:?|(?:Foot|End)?[Nn]otes?:?")
_STEP: Final = 3
"""How far a label may be from the one before it: labels get lost."""
_RESUMES: Final = re.compile(r"(?:APPENDI(?:X|CES)|Appendi(?:x|ces))\b[^;]{0,60}")


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A line that may open a footnote."""

    line: int
    """Its place among the lines of the text."""
    start: int
    """Offset of the line."""
    label: str
    """As written, without brackets and stops: ``3``, ``*``."""
    heading: str
    """The label with its dress: ``Footnote 3``; the label alone where it has none."""

    @property
    def number(self) -> int | None:
        """Its value; `None` of a star."""
        return None if self.label[0] in "*†‡" else int(self.label.rstrip(_LETTERS))

    @property
    def is_inserted(self) -> bool:
        """Whether it stands beside a number: ``3a``."""
        return self.label[-1] in _LETTERS


@dataclass(frozen=True, slots=True)
class Run:
    """Footnotes numbered together, in order."""

    labels: tuple[LabelLine, ...]
    title: Line | None
    """``NOTES``, where it stands above them."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its lines."""

    text: str
    lines: Sequence[Line]

    def offset(self, line: int) -> int:
        """Return where a line begins; the end of the text behind the last."""
        return self.lines[line].start if line < len(self.lines) else len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One footnote."""

    start: int
    """Code-point offset of its label, or of the title (``NOTES``) right above it."""
    end: int
    label: str
    """As written, without what dresses it: ``3``, ``*``."""
    heading: str
    """``Footnote 3`` where the source writes so, else the label."""
    title: str | None
    """The title of the footnotes that it belongs to."""
    noted_at: int | None = None
    """Offset of the mark that points to it; `None` where that is not sure."""


def note_of(
    source: Source, label: LabelLine, end: int, *, title: Line | None = None, at: int | None = None
) -> Note:
    """Return the note from ``label`` to before the line ``end``; the first under a title holds it."""
    titled = title is not None and source.lines[label.line - 1] is title
    return Note(
        start=title.start if titled and title else label.start,
        end=source.offset(end),
        label=label.label,
        heading=label.heading,
        title=title.text if title else None,
        noted_at=at,
    )


def is_note_title(words: str) -> bool:
    """Tell the line that heads footnotes: ``NOTES``, ``Footnotes``."""
    return _NOTE_TITLE.fullmatch(words) is not None


def resumes(words: str) -> bool:
    """Tell the line with which something other than footnotes begins behind them."""
    return _RESUMES.fullmatch(words) is not None


def label_lines(lines: Sequence[Line], dress: Dress) -> list[LabelLine]:
    """Return the lines in one dress, in order."""
    pattern = _DRESSES[dress]
    found = []
    for i, line in enumerate(lines):
        match = pattern.match(line.text)
        if match is not None:
            label = match["label"] or match["alone"]
            heading = match[0].strip("[] ") if dress is Dress.NAMED else label
            found.append(LabelLine(i, line.start, _written(lines, i, label, dress), heading))
    return found


def _written(lines: Sequence[Line], i: int, label: str, dress: Dress) -> str:
    """Return a star where a publisher numbered a note that the court starred."""
    if dress is not Dress.NAMED or lines[i].text != f"Footnote {label}" or i + 1 == len(lines):
        return label
    star = re.match(_STARS, lines[i + 1].text)
    return star[0] if star else label


def runs_of(labels: Sequence[LabelLine], lines: Sequence[Line]) -> list[Run]:
    """Divide labels into runs: one begins under a title, with 1, and with a star behind a number.

    Numbers that neither begin a run nor go on with one are words of the note they stand in.
    """
    runs: list[list[LabelLine]] = []
    titles: list[Line | None] = []
    for label in labels:
        title = title_above(lines, label.line)
        fits = bool(runs) and _goes_on(runs[-1], label)
        if title is not None or not runs or (not fits and _begins(label)):
            runs.append([label])
            titles.append(title)
        elif fits:
            runs[-1].append(label)
    return [Run(tuple(run), title) for run, title in zip(runs, titles, strict=True)]


def title_above(lines: Sequence[Line], line: int) -> Line | None:
    """Return the title that stands right above a line, if one does."""
    above = lines[line - 1] if line else None
    return above if above is not None and is_note_title(above.text) else None


def _goes_on(run: Sequence[LabelLine], label: LabelLine) -> bool:
    last = next((one.number for one in reversed(run) if one.number is not None), None)
    if label.number is None:
        return last is None and all(one.label != label.label for one in run)
    if last is None:
        return label.number <= _STEP
    return last + (not label.is_inserted) <= label.number <= last + _STEP


def _begins(label: LabelLine) -> bool:
    named = label.heading.startswith(("Footnote", "FOOTNOTE"))
    return named or label.number in (None, 1)
