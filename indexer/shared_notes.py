"""The footnotes of several opinions, gathered behind the last → each behind the opinion that it is of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import Final

from indexer.lines import read_lines
from indexer.note_labels import Dress, is_note_title, label_lines
from indexer.note_owners import NoteRun, Writing, owners, split_runs
from indexer.notes import find_notes
from indexer.records import CaseRecord, Opinion, OpinionHeader, OpinionType, PageMark
from indexer.voices import pages_within

_T: Final = OpinionType
_GAP: Final = "\n\n"
_SET_APART: Final = re.compile(r".*-notes(?:-\d+)?", re.DOTALL)
_LABELLED: Final = re.compile(
    r"^[ \t]*(?:\[ ?(?:Footnote|FOOTNOTE) |(?:Footnote|FOOTNOTE) [1-9*†‡]|\[[1-9*†‡])", re.MULTILINE
)
"""A line that may open a footnote, in one of the dresses that a gathered one comes in."""
_DRESSES: Final = (Dress.NAMED, Dress.BRACKETED)
_CAPTIONS: Final = re.compile(r"[\n*†‡\]1-9] ?Together with\b[^\n]{0,300}")
"""How the reporter's note begins that names the other cases decided by the opinion."""
_LINE: Final = re.compile(r"([^\n]*)\s*")
_MOST: Final = 60
"""Runs in a block of footnotes, at the most: no court has so many opinions in a case."""


def return_notes(record: CaseRecord) -> CaseRecord:
    """Return ``record`` with each run of footnotes in the opinion whose words point to it.

    Publishers set the footnotes of all opinions behind the last one, and dividing a combined text
    leaves them there: a note of the court would be cited as the dissenter's. A run that surely is of
    an earlier opinion is put behind that one's text, two line ends before it, with its page marks. What surely
    is not of the opinion it stands in, and of no other surely, becomes an opinion of its own, of type
    ``other`` and without an author, its id that of the opinion it stood in and ``-notes``. Nothing else tells
    of the move: ids, authors and `source_sha256` stay. No word is added or lost. A syllabus gets no notes, and
    an opinion that has labelled notes of its own gets none: where all have, all is left as it is. Doing it twice
    is doing it once. Time grows linearly with the texts.
    """
    opinions = record.opinions
    while (returned := _returned(opinions)) != opinions:  # notes go forward only: it ends
        opinions = returned
    return record if opinions is record.opinions else replace(record, opinions=opinions)


def _returned(opinions: Sequence[Opinion]) -> tuple[Opinion, ...]:
    """Return ``opinions`` with what each had of others at the outset put where it belongs, the last first."""
    givers = [at for at in range(1, len(opinions)) if _may_give(opinions, at)]
    for at in reversed(givers):
        opinions = _without_others(opinions, at)
    return tuple(opinions)


def _may_give(opinions: Sequence[Opinion], at: int) -> bool:
    giver = opinions[at]
    if giver.header.type is _T.SYLLABUS or _is_set_apart(giver):
        return False
    if _LABELLED.search(giver.text) is None:
        return False
    return any(_is_voice(one) and not _has_notes(one) for one in opinions[:at])


def _is_voice(opinion: Opinion) -> bool:
    header = opinion.header
    return header.type is not _T.SYLLABUS and (header.type is not _T.OTHER or bool(header.author))


def _is_set_apart(opinion: Opinion) -> bool:
    return opinion.header.type is _T.OTHER and bool(_SET_APART.fullmatch(opinion.header.id))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A run of footnotes where it stands."""

    start: int
    end: int
    run: NoteRun
    owner: int | None = None
    """Place of the opinion it is of; `None`: nobody's."""


def _without_others(opinions: Sequence[Opinion], at: int) -> Sequence[Opinion]:
    """Return the opinions with what is not of the one ``at`` put where it belongs."""
    giver = opinions[at]
    stretches = _stretches(giver.text)
    if not stretches or len(stretches) > _MOST or not giver.text[: stretches[0].start].strip():
        return opinions
    writings = [Writing(one.text, _is_voice(one), _has_notes(one)) for one in opinions[:at]]
    writings.append(Writing(giver.text[: stretches[0].start], _is_voice(giver)))
    told = [one for one in stretches if not _is_captions(giver.text, one)]
    found = dict(zip(told, owners([one.run for one in told], writings), strict=True))
    nobodys = None if _is_voice(giver) else at
    owned = [(one, found.get(one)) for one in stretches]
    placed = [replace(one, owner=nobodys if to is None else to) for one, to in owned]
    return _moved(opinions, at, placed)


def _is_captions(text: str, stretch: _Stretch) -> bool:
    """Whether a note hangs on the caption: nobody's words, whatever mark it seems to have."""
    return len(stretch.run.labels) == 1 and bool(_CAPTIONS.search(text, stretch.start, stretch.end))


def _has_notes(opinion: Opinion) -> bool:
    if _LABELLED.search(opinion.text) is None:
        return False
    lines = read_lines(opinion.text)
    return any(label_lines(lines, dress) for dress in _DRESSES)


def _stretches(text: str) -> list[_Stretch]:
    """Return the runs of the footnotes of ``text``, in order."""
    notes = find_notes(text, read_lines(text))
    titled = [
        _title_end(text, note.start) > note.start or (i > 0 and notes[i - 1].end != note.start)
        for i, note in enumerate(notes)
    ]
    stretches = []
    first = 0
    for run in split_runs([note.label for note in notes], titled):
        end = first + len(run.labels)
        stretches.append(_Stretch(notes[first].start, notes[end - 1].end, run))
        first = end
    return stretches


def _title_end(text: str, start: int) -> int:
    """Return where the title that stands at ``start`` ends, white space behind it included; else ``start``."""
    line = _LINE.match(text, start)
    return line.end() if line and is_note_title(line[1].strip()) else start


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the giving opinion's text, and the place of the opinion that it is of."""

    start: int
    end: int
    owner: int | None


def _pieces(giver: Opinion, home: int, stretches: Sequence[_Stretch]) -> list[_Piece]:
    """Return the pieces that tile the text; neighbours differ in their owner.

    A title stays with what stays of the runs below it; where nothing does, it goes with its first.
    """
    edges = [_Piece(0, 0, home)]
    for i, one in enumerate(stretches):
        below = takewhile(lambda later: not later.run.titled, stretches[i + 1 :])
        keeps_title = one.run.titled and any(later.owner == home for later in below)
        start = _title_end(giver.text, one.start) if keeps_title else one.start
        edges += [_Piece(edges[-1].end, start, home), _Piece(start, one.end, one.owner)]
    edges.append(_Piece(edges[-1].end, len(giver.text), home))
    grouped = groupby((edge for edge in edges if edge.start < edge.end), lambda edge: edge.owner)
    runs = [(owner, list(same)) for owner, same in grouped]
    return [_Piece(same[0].start, same[-1].end, owner) for owner, same in runs]


def _moved(
    opinions: Sequence[Opinion], at: int, stretches: Sequence[_Stretch]
) -> Sequence[Opinion]:
    """Return the opinions with each piece of the one ``at`` joined to the opinion it is of."""
    giver = opinions[at]
    pieces = _pieces(giver, at, stretches)
    if len(pieces) == 1:
        return opinions
    moved = list(opinions)
    for place, receiver in enumerate(opinions[:at]):
        gone = [_cut(giver, piece) for piece in pieces if piece.owner == place]
        if not gone:
            continue
        moved[place] = _joined(receiver.header, [_whole(receiver), *gone], gap=_GAP)
    kept = [piece for piece in pieces if piece.owner == at]
    last = _cut(giver, kept[-1], strip=kept[-1] is not pieces[-1])
    whole = [_cut(giver, piece, strip=False) for piece in kept[:-1]]
    moved[at] = _joined(giver.header, [*whole, last], gap="")
    nobodys = [_cut(giver, piece) for piece in pieces if piece.owner is None]
    if nobodys:
        header = _nobodys(giver.header, {one.header.id for one in opinions})
        moved.insert(at + 1, _joined(header, nobodys, gap=_GAP))
    return moved


def _nobodys(giver: OpinionHeader, taken: set[str]) -> OpinionHeader:
    """Return the header of the notes that are set apart from the opinion ``giver``."""
    name, number = f"{giver.id}-notes", 1
    while name in taken:
        number += 1
        name = f"{giver.id}-notes-{number}"
    return OpinionHeader(
        id=name, case_id=giver.case_id, type=_T.OTHER, source_sha256=giver.source_sha256
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of text and its page marks, counted from its start."""

    text: str
    pages: tuple[PageMark, ...]


def _whole(opinion: Opinion) -> _Part:
    return _Part(opinion.text, opinion.pages)


def _cut(opinion: Opinion, piece: _Piece, *, strip: bool = True) -> _Part:
    """Return a piece of an opinion, without the white space behind it where that is to ``strip``."""
    text = opinion.text[piece.start : piece.end]
    text = text.rstrip() if strip else text
    end = piece.start + len(text)
    last = end == len(opinion.text)
    return _Part(text, tuple(pages_within(opinion.pages, piece.start, end, last=last)))


def _joined(header: OpinionHeader, parts: Sequence[_Part], *, gap: str) -> Opinion:
    text = ""
    pages: list[PageMark] = []
    for part in parts:
        text += gap if text else ""
        pages += _pages_of(part, len(text), {mark.reporter: mark.page for mark in pages})
        text += part.text
    return Opinion(header=header, text=text, pages=tuple(pages))


def _pages_of(part: _Part, start: int, open_pages: dict[str, str]) -> Iterator[PageMark]:
    """Yield the marks of a part that is put at ``start``, where ``open_pages`` are open by reporter.

    Where the part does not tell its page, it must not be taken for the page of the words before.
    """
    known = {mark.reporter for mark in part.pages if not mark.start}
    for reporter, page in open_pages.items():
        if page and reporter not in known:
            yield PageMark(reporter=reporter, page="", start=start)
    for mark in part.pages:
        if mark.start or open_pages.get(mark.reporter) != mark.page:
            yield replace(mark, start=mark.start + start)
