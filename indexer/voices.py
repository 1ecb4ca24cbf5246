"""One text that several judges wrote → an opinion for each voice, with its own type and author."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from indexer.records import CaseRecord, Opinion, OpinionType, PageMark
from indexer.voice_bounds import SEPARATE, Voice, find_voices, first_opening
from indexer.voice_front import split_front
from indexer.voice_kinds import Bench, Form, Opening

_NOBODYS: Final = frozenset({OpinionType.COMBINED, OpinionType.OTHER, OpinionType.SYLLABUS})
_PER_CURIAM: Final = re.compile(r"\W*(?:per curiam|(?:by )?the court)\W*", re.IGNORECASE)
_FEWEST_IN_OTHER: Final = 2
"""Voices that a text of unknown type must hold to be divided."""


def separate_voices(record: CaseRecord) -> CaseRecord:
    """Return ``record`` with each combined text divided where a new voice begins.

    The parts tile the old text: each is an exact slice of it, in order, with its page marks moved
    along and a mark at 0 for the page it begins on. What stands before the first voice becomes
    parts of its own: ``other`` for caption and counsel, ``syllabus`` for the reporter's. The court's
    opinion keeps the old id where it is the only voice; else every part's is the old one,
    ``-`` and its type, from the second on with its number. Texts of a known type, and those in which
    no opening line tells who speaks, are not divided: where the source names no author, a known type's
    get the author, the colleagues and the kind of separate opinion that their first words name, and
    are a plurality's where those say so. ``PER CURIAM`` is nobody. Doing it twice is doing it once.
    """
    bench = Bench(supreme=record.case.court_id == "scotus", date=record.case.date_filed)
    taken = {one.header.id for one in record.opinions}
    parts: list[Opinion] = []
    for opinion in record.opinions:
        voices = _voices(opinion, bench)
        divided = _divided(opinion, voices, taken) if voices else (opinion,)
        parts += (_named(part, bench) for part in divided)
    return replace(record, opinions=tuple(parts))


def _named(opinion: Opinion, bench: Bench) -> Opinion:
    """Give an opinion of a known type what its first words say and the source does not: see `separate_voices`."""
    header = opinion.header
    if header.type in _NOBODYS:
        return opinion
    if header.author is not None:
        curiam = header.type is OpinionType.LEAD and _PER_CURIAM.fullmatch(header.author)
        return _signed(opinion, OpinionType.PER_CURIAM, None) if curiam else opinion
    opening = first_opening(opinion.text, bench)
    if opening is None:
        return opinion
    if opening.type is OpinionType.PER_CURIAM:
        return _signed(opinion, opening.type, None) if header.type is OpinionType.LEAD else opinion
    kind = _kind(header.type, opening)
    if kind is None:
        return opinion
    return _signed(opinion, kind, opening.author, header.joined_by or opening.joined_by)


def _kind(given: OpinionType, opening: Opening) -> OpinionType | None:
    """Return the type of an opinion that came as ``given``; None where the opening is another opinion's.

    ``concurring in part and dissenting in part`` says it plainly: sources and scanners mix the
    separate ones up, and they call a plurality's opinion the court's.
    """
    separate = opening.type in SEPARATE, given in SEPARATE
    if opening.form is Form.SEPARATE and all(separate):
        return opening.type
    if opening.type is OpinionType.PLURALITY and given is OpinionType.LEAD:
        return opening.type
    return given if opening.form is Form.BARE or separate[0] == separate[1] else None


def _signed(
    opinion: Opinion, kind: OpinionType, author: str | None, joined_by: tuple[str, ...] = ()
) -> Opinion:
    header = replace(opinion.header, type=kind, author=author, joined_by=joined_by)
    return replace(opinion, header=header)


def _voices(opinion: Opinion, bench: Bench) -> tuple[Voice, ...]:
    """Return the parts of ``opinion``, the first at 0; none where it stays as it is."""
    kind = opinion.header.type
    if kind not in (OpinionType.COMBINED, OpinionType.OTHER):
        return ()
    found = find_voices(opinion.text, bench) or _first_voice(opinion, bench)
    if not found or (kind is OpinionType.OTHER and len(found) < _FEWEST_IN_OTHER):
        return ()
    first = found[0]
    front = opinion.text[: first.start]
    if not front.strip():
        return (replace(first, start=0), *found[1:])
    return (*split_front(front, headless=first.type in SEPARATE), *found)


def _first_voice(opinion: Opinion, bench: Bench) -> tuple[Voice, ...]:
    """Return the court's voice where a scanner spoiled the first line, by which it would be known."""
    opening = first_opening(opinion.text, bench)
    if opening is None or opening.form is not Form.COURT:
        return ()
    return (Voice(start=0, type=opening.type, author=opening.author, joined_by=opening.joined_by),)


@dataclass(slots=True)
class _Names:
    """Gives out the ids of one text's parts."""

    old: str
    taken: set[str]

    def make(self, kind: OpinionType) -> str:
        name, number = f"{self.old}-{kind.value}", 1
        while name in self.taken:
            number += 1
            name = f"{self.old}-{kind.value}-{number}"
        self.taken.add(name)
        return name


def _divided(opinion: Opinion, voices: Sequence[Voice], taken: set[str]) -> Iterator[Opinion]:
    header = opinion.header
    names = _Names(header.id, taken)
    own = [v for v in voices if v.type not in (OpinionType.OTHER, OpinionType.SYLLABUS)]
    ends = [voice.start for voice in voices[1:]] + [len(opinion.text)]
    for voice, end in zip(voices, ends, strict=True):
        is_first = bool(own) and voice is own[0]
        given = is_first and voice.type not in SEPARATE and voice.type is not OpinionType.PER_CURIAM
        yield Opinion(
            header=replace(
                header,
                id=header.id if len(own) == 1 and is_first else names.make(voice.type),
                type=voice.type,
                author=(header.author if given else None) or voice.author,
                joined_by=voice.joined_by or (header.joined_by if given else ()),
            ),
            text=opinion.text[voice.start : end],
            pages=tuple(
                pages_within(opinion.pages, voice.start, end, last=end == len(opinion.text))
            ),
        )


def pages_within(
    pages: Sequence[PageMark], start: int, end: int, *, last: bool
) -> Iterator[PageMark]:
    """Yield the marks of ``pages`` that hold from ``start`` to ``end``, counted from ``start``.

    Each reporter's page that is open at ``start`` gets a mark at 0. A mark at the very end of the
    text belongs to the ``last`` part.
    """
    open_at_start: dict[str, PageMark] = {}
    inside: list[PageMark] = []
    for mark in pages:
        if mark.start <= start:
            open_at_start[mark.reporter] = mark
        elif mark.start < end or last:
            inside.append(mark)
    for mark in open_at_start.values():
        if mark.page:
            yield replace(mark, start=0)
    for mark in inside:
        yield replace(mark, start=mark.start - start)
