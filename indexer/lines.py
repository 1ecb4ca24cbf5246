"""The form a text came in, and its lines: what headings and sentences are both read from."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final


class TextForm(Enum):
    """How a text was delivered."""

    NATURAL = "natural"
    STRIPPED = "stripped"
    """Lower case; no digits, no citations, no space after a full stop."""


_SAMPLE: Final = 50_000
_LATIN: Final = bytes(range(256)).decode("latin-1")
_UPPER: Final = "".join(filter(str.isupper, _LATIN)).encode("latin-1")
_LOWER: Final = re.sub("[^a-zß-öø-ÿ]", "", _LATIN).encode("latin-1")
_STRIPPED_UPPER_SHARE: Final = 1 / 200
_BLANK_LINE: Final = re.compile(r"\n[ \t\r\f]*\n")
_BLANK_MODE_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds more than white space."""

    start: int
    """Offset of its first character, indentation included."""
    text: str
    """Its words, stripped of the space around them."""
    alone: bool
    """Whether it is a paragraph of its own: where blank lines part paragraphs, one stands on either
    side of it; where single newlines do, always."""


def text_form(text: str) -> TextForm:
    """Tell the stripped form (next to no capitals) from natural text, by the first 50,000 characters."""
    sample = text[:_SAMPLE].encode("latin-1", "ignore")  # bytes are counted faster than matches
    lower = len(sample) - len(sample.translate(None, _LOWER))
    upper = len(sample) - len(sample.translate(None, _UPPER))
    stripped = lower > 0 and upper <= lower * _STRIPPED_UPPER_SHARE
    return TextForm.STRIPPED if stripped else TextForm.NATURAL


def read_lines(text: str) -> list[Line]:
    """Return the lines of ``text`` that hold words, in order."""
    raw: list[tuple[int, str]] = []
    start = 0
    for piece in text.split("\n"):
        raw.append((start, piece.strip()))
        start += len(piece) + 1
    filled = sum(1 for _, words in raw if words)
    by_blank_lines = len(_BLANK_LINE.findall(text)) >= _BLANK_MODE_SHARE * filled
    lines = []
    for i, (offset, words) in enumerate(raw):
        if words:
            open_above = i == 0 or not raw[i - 1][1]
            open_below = i + 1 == len(raw) or not raw[i + 1][1]
            alone = not by_blank_lines or (open_above and open_below)
            lines.append(Line(offset, words, alone))
    return lines
