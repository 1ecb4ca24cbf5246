"""Page marks lifted out of the running text into a page map, so that what is left is the court's own words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.star_pages import Reading

_SENTENCE_END: Final = ".?!:;\"'\N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK})]*"
_HEADING_LENGTH: Final = 60
"""A line shorter than this before a blank line may be a heading; a longer one breaks off a sentence."""
_LAST_WORD: Final = re.compile(r"[^\W\d_]+-$")
_FIRST_WORD: Final = re.compile(r"[^\W\d_]+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SPACE: Final = re.compile(r"\s*")
_WINDOW: Final = 40
_BEFORE: Final = 400


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with page marks still in it."""

    text: str
    marks: tuple[Reading, ...] = ()
    """Those that markup names as page labels. Without any, stars in the text may be page marks."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: at ``at`` of the new text stands ``put`` where the old one had ``removed``."""

    at: int
    removed: str
    put: str


@dataclass(frozen=True, slots=True)
class Lifted:
    """A text without its marks, and where each mark's page begins."""

    text: str
    starts: tuple[int, ...]
    """Parallel to the marks."""
    edits: tuple[Edit, ...]


def lift_marks(text: str, marks: Sequence[Reading]) -> Lifted:
    """Take ``marks`` (in text order) out of ``text``.

    A word that a mark splits is one word again; the hyphen of a word broken at a page end goes only
    where the same text has the word without it. A sentence that a mark on its own line tore into two
    paragraphs is one again. Nothing else changes: `restore` gives the old text back.
    """
    words: frozenset[str] | None = None
    pieces: list[str] = []
    starts: list[int] = []
    edits: list[Edit] = []
    done = length = 0
    for mark in marks:
        if words is None and _hyphen_before(text, mark):
            words = frozenset(word.lower() for word in _WORD.findall(text))
        start, end, put = _cut(text, mark, words or frozenset())
        start = max(start, done)
        pieces += [text[done:start], put]
        length += start - done
        edits.append(Edit(length, text[start:end], put))
        length += len(put)
        starts.append(length)
        done = end
    pieces.append(text[done:])
    return Lifted("".join(pieces), tuple(starts), tuple(edits))


def restore(text: str, edits: Sequence[Edit]) -> str:
    """Undo what `lift_marks` did."""
    for edit in reversed(edits):
        text = f"{text[: edit.at]}{edit.removed}{text[edit.at + len(edit.put) :]}"
    return text


def _cut(text: str, mark: Reading, words: frozenset[str]) -> tuple[int, int, str]:
    """Return what to take out for ``mark`` (from, to) and what to put there instead."""
    start, end = mark.start, mark.end
    before = text[max(0, start - _BEFORE) : start]
    kept = before.rstrip()
    gap = before[len(kept) :]
    if not gap:
        return _joined(text, start, end, words, put="")
    space_after = _SPACE.match(text, end)
    after = space_after.end() if space_after else end
    own_line = "\n" in gap
    torn = _tears_a_sentence(kept, text[after : after + 1]) if own_line else kept.endswith("-")
    if torn:
        return _joined(text, start - len(gap), after, words, put=" ")
    if own_line and text[end : end + 1] == "\n":
        return start, after, ""
    return start, end + (text[end : end + 1] in (" ", "\t")), ""


def _tears_a_sentence(kept: str, after: str) -> bool:
    unnoted = kept.rstrip("0123456789 ")  # "the bill.21" has ended, with its note's figure
    if not unnoted or unnoted[-1] in _SENTENCE_END:
        return False
    line = kept[kept.rfind("\n") + 1 :]
    return after.islower() or (bool(after) and len(line) > _HEADING_LENGTH and not line.isupper())


def _hyphen_before(text: str, mark: Reading) -> bool:
    return text[max(0, mark.start - 4) : mark.start].rstrip().endswith("-")


def _joined(
    text: str, start: int, end: int, words: frozenset[str], *, put: str
) -> tuple[int, int, str]:
    """Return the cut from ``start`` to ``end``, without the hyphen that only a page end put there."""
    left = _LAST_WORD.search(text, max(0, start - _WINDOW), start)
    right = _FIRST_WORD.match(text, end)
    if left is None or right is None or not right[0][0].islower():
        return start, end, put
    if f"{left[0][:-1]}{right[0]}".lower() in words:
        return start - 1, end, ""
    if f"{left[0]}{right[0]}".lower() in words:
        return start, end, ""
    return start, end, put
