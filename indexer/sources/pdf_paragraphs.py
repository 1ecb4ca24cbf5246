"""Lines to paragraphs: where one ends, and which hyphens only the line end put there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.sources.pdf_lines import Line, Usual

_GAP: Final = 1.3
"""Of the usual distance of lines: what is farther apart is another paragraph."""
_INDENT: Final = 0.6
"""Of the height of a line: what begins farther in, or out, is another paragraph."""
_OTHER_SIZE: Final = 1.15
_CENTRED: Final = 0.04
_NARROW: Final = 0.75
"""The part of the column that a centred line takes at most, unless it is set in capitals."""
_WRAPPED: Final = 0.55
"""The part of the column that a line takes which a heading is broken after."""
_OPEN: Final = 0.15
"""The part of the column that a paragraph's last line leaves free, whatever it ends with."""
_PROSE: Final = 0.15
_QUOTE_LINES: Final = 3
_ENUMERATOR: Final = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]|[A-Z]|[ivxl]+|[IVXL]+)[.)]|[•*·–—-])\s")
_BEGINS: Final = re.compile(r"[A-Z0-9À-ÖØ-Þ\"'“\u2018(\[§¶•*]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BROKEN: Final = re.compile(r"([^\W\d_]+)-$")
_REST: Final = re.compile(r"[^\W\d_]+")
_COMPOUND: Final = frozenset({"all", "cross", "half", "non", "quasi", "self", "well"})
_ENDINGS: Final = frozenset(["ed", "er", "ing", "ion", "ity", "ly", "ment", "ness", "tion"])
"""What quotations bracket by itself (``[hold]ing``), and is no word of its own."""
_OPEN_END: Final = re.compile(r"(?:--|[—–]|(?:^|\s)[\"'\u201c\u2018]*[(\[][(\[\"'\u201c\u2018]*)$")
"""What a word goes on behind without a space: a dash, an opening bracket."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a document has within its lines."""

    words: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Vocabulary":
        """Return the words of ``lines`` but for those that a line end may have broken."""
        words: set[str] = set()
        broken = False
        for line in lines:
            found = [word.lower() for word in _WORD.findall(line.text)]
            if broken and found:
                found = found[1:]
            broken = line.text.endswith("-")
            words.update(found[:-1] if broken else found)
        return cls(frozenset(words))

    def joint(self, left: str, right: str) -> str:
        """Return what stands between ``left``, which ends in a hyphen, and ``right``: it or nothing.

        The word without the hyphen is believed where the document has it elsewhere, or has not the
        one with it; and where it has neither, unless both halves are words of their own.
        """
        broken, rest = _BROKEN.search(left), _REST.match(right)
        if broken is None or rest is None or not _same_case(broken[1], rest[0]):
            return "-"
        first, last = broken[1].lower(), rest[0].lower()
        if f"{first}{last}" in self.words:
            return ""
        halves = first in self.words and last in self.words and last not in _ENDINGS
        known = f"{first}-{last}" in self.words
        return "-" if known or halves or first in _COMPOUND else ""


def _same_case(first: str, rest: str) -> bool:
    return rest[0].islower() or (first.isupper() and rest.isupper())


@dataclass(frozen=True, slots=True)
class Break:
    """What two neighbouring lines are judged by, besides themselves."""

    preceding: Line | None
    """The line before the two."""
    following: Line | None
    """The line behind them."""
    opens: bool
    """Whether the first of the two begins a paragraph."""
    gap: float
    """Points between lines of a paragraph here."""


def paragraphs_of(lines: Sequence[Line], usual: Usual) -> list[list[Line]]:
    """Return ``lines`` in paragraphs; a heading, a line of a caption or of a table is one too."""
    paragraphs: list[list[Line]] = []
    rooms = _rooms(lines)
    for at, line in enumerate(lines):
        if not paragraphs:
            paragraphs.append([line])
            continue
        current = paragraphs[-1]
        following = lines[at + 1] if at + 1 < len(lines) else None
        preceding = lines[at - 2] if at > 1 else None
        here = Break(preceding, following, len(current) == 1, _gap(current, line, following, usual))
        if _parts(current[-1], line, here, rooms[at - 1]):
            paragraphs.append([line])
        else:
            current.append(line)
    return paragraphs


def _gap(current: Sequence[Line], line: Line, following: Line | None, usual: Usual) -> float:
    """Return how far apart the lines of one paragraph stand here."""
    known = [usual.leading]
    pairs = [(line, following)] if following else []
    if len(current) > 1:
        pairs.append((current[-2], current[-1]))
    for a, b in pairs:
        if a.column == b.column and a.y0 - b.y0 > 0.6 * a.height:
            known.append(a.y0 - b.y0)
    return min(known)


def _parts(before: Line, line: Line, here: Break, room: float) -> bool:
    """Whether a paragraph ends between two neighbouring lines."""
    if not 1 / _OTHER_SIZE < line.height / before.height < _OTHER_SIZE:
        return True
    runs_on = line.text[0].islower() and not before.is_ended
    if before.column == line.column:
        if before.y0 - line.y0 > _GAP * here.gap:
            return True
    elif runs_on:
        return False
    if _is_centred(before, here.preceding, line) or _is_centred(line, before, here.following):
        return not _is_wrapped_heading(before, line)
    shift = line.indent - before.indent
    if shift > _INDENT * line.height:
        return not (here.opens and _ENUMERATOR.match(before.text) and room < line.first_word)
    if shift < -_INDENT * line.height and not here.opens:
        return True
    return _is_last(before, line, room) or (here.opens and _opens_too(before, line, here.following))


def _opens_too(before: Line, line: Line, following: Line | None) -> bool:
    """Whether ``before`` was a paragraph of one line, and ``line`` is set in like the next one's first."""
    return (
        before.is_ended
        and _BEGINS.match(line.text) is not None
        and following is not None
        and following.column == line.column
        and line.indent - following.indent > _INDENT * line.height
    )


def _is_last(before: Line, line: Line, room: float) -> bool:
    """Whether ``before`` was broken off although the next word would have found room in it."""
    if room < line.first_word + line.height / 4 + 1:
        return False
    begins = _BEGINS.match(line.text) is not None
    if room > line.first_word + _OPEN * line.width:
        return begins or before.is_ended
    return begins and before.is_ended


def _is_centred(line: Line, *neighbours: Line | None) -> bool:
    """Whether ``line`` leaves as much free on the left as on the right, and is no line of a quote."""
    if min(line.indent, line.room) < line.height:
        return False
    taken = line.width - line.indent - line.room
    if taken > _NARROW * line.width and not line.text.isupper():
        return False
    even = abs(line.indent - line.room) <= max(line.height / 2, _CENTRED * line.width)
    return even and not any(one is not None and _in_one_block(one, line) for one in neighbours)


def _is_wrapped_heading(before: Line, line: Line) -> bool:
    taken = before.width - before.indent - before.room
    return (
        before.column == line.column
        and _is_centred(before)
        and _is_centred(line)
        and taken >= _WRAPPED * before.width
        and not before.is_ended
        and ((before.text.isupper() and line.text.isupper()) or line.text[0].islower())
    )


def _rooms(lines: Sequence[Line]) -> list[float]:
    """Return how far each line stays behind the right margin; a quote has a margin of its own."""
    rooms = [line.room for line in lines]
    start = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines) and _in_one_block(lines[at - 1], lines[at]):
            continue
        block = rooms[start:at]
        least = min(block, default=0.0)
        reaching = sum(room - least <= _PROSE * lines[start].width for room in block)
        quoted = lines[start].indent > lines[start].height if lines else False
        if quoted and len(block) >= _QUOTE_LINES and reaching * 2 >= len(block):
            rooms[start:at] = [room - least for room in block]
        start = at
    return rooms


def _in_one_block(a: Line, b: Line) -> bool:
    return a.column == b.column and abs(a.indent - b.indent) < 3


def joined(before: str, after: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return ``before`` and what is to follow it so that ``after`` goes on with its sentence."""
    if before.endswith("-") and not before.endswith(("--", " -")):
        return (before[:-1], "") if not vocabulary.joint(before, after) else (before, "")
    return (before, "") if _OPEN_END.search(before) else (before, " ")
