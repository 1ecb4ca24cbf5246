"""Enumerators of headings: what ``iii.``, ``II-A``, ``B.``, ``(a)`` may mean."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from indexer.lines import TextForm


class Series(IntEnum):
    """Kinds of enumerators, from those of whole parts to those of small ones."""

    ROMAN = 1
    UPPER = 2
    ARABIC = 3
    LOWER = 4
    LOWER_ROMAN = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """One reading of one enumerator."""

    series: Series
    value: int
    """1-based place in the series."""
    wrapped: bool = False
    """Whether it stood in round brackets."""

    @property
    def style(self) -> tuple[Series, bool]:
        """What siblings have in common."""
        return self.series, self.wrapped


@dataclass(frozen=True, slots=True)
class Enumerator:
    """An enumerator at the start of a line."""

    written: str
    """Without full stop, but with round brackets where it had two."""
    links: tuple[tuple[str, tuple[Mark, ...]], ...]
    """Outermost first; ``II-A`` has two. Each: its own text, and its possible readings."""
    title: str
    """What follows on the line; empty for a bare enumerator."""


_ROMAN_VALUES: Final = {"i": 1, "v": 5, "x": 10}
_ROMAN: Final = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")
# Scanners read III as Ill, IIL or HI, IV as IY.
_MISREAD: Final = {
    "IL": 2,
    "Ill": 3,
    "IIl": 3,
    "IlI": 3,
    "IIL": 3,
    "HI": 3,
    "IY": 4,
    "TV": 4,
    "YI": 6,
    "YII": 7,
    "VH": 7,
}
_DEBRIS: Final = re.compile(
    r"(?:[HhIl1t>]\s?[-\u2013\u2014]\s?[HIil14t]|[Hh][Hh])(?:\s(?:[HhIl1t>]\s?[-\u2013\u2014]\s?[HIil14t]|[Hh][Hh]))*|[nm]"
)
"""What scanners make of ``I``, ``II`` or ``III`` alone on a line: which it was, only the numbers around it tell."""
_NATURAL: Final = re.compile(
    r"(?:(?:Part|PART)\s+)?(?P<open>\()?"
    r"(?P<head>Ill|IIl|IlI|IIL|IL|HI|IY|TV|YII?|VH|[IVX]{1,6}|[A-Z]|\d{1,2}|[ivx]{1,5}|[a-z])"
    r"(?P<chain>(?:\s?[-\u2013—]\s?(?:[A-H]|\d{1,2})(?![\w]))*)"
    r"(?P<close>\.\)|[.):])?\s*(?:[-\u2013—]+\s*)?(?P<title>.*)"
)
_STRIPPED: Final = re.compile(r"(?P<head>[ivx]{1,6}|[a-z])\.(?:(?P<second>[a-z])\.)?(?P<title>.*)")
_BARE: Final = re.compile(r"[ivx]{1,6}|[a-h]|ill\.?")
_ALONE: Final = 20
"""Characters of the longest misread numeral."""
_INITIALS: Final = re.compile(r"[A-Z]\.|[a-z]\.")


def roman_value(text: str) -> int | None:
    """Return the value of a roman numeral up to 39, or None."""
    lowered = text.lower()
    if not _ROMAN.fullmatch(lowered):
        return None
    total = 0
    for here, following in zip(lowered, [*lowered[1:], ""], strict=True):
        value = _ROMAN_VALUES[here]
        total += -value if _ROMAN_VALUES.get(following, 0) > value else value
    return total


def parse_enumerator(line: str, form: TextForm) -> Enumerator | None:
    """Read the enumerator ``line`` begins with, or None where it begins with none."""
    return _parse_stripped(line) if form is TextForm.STRIPPED else _parse_natural(line)


def _parse_stripped(line: str) -> Enumerator | None:
    bare = _BARE.fullmatch(line)
    if bare and line.startswith("ill"):
        return Enumerator("ill", (("ill", (Mark(Series.ROMAN, _MISREAD["Ill"]),)),), "")
    found = _STRIPPED.fullmatch(f"{line}." if bare else line)
    if not found or _INITIALS.match(found["title"]):
        return None
    head, second = found["head"], found["second"]
    marks = _stripped_marks(head)
    if not marks:
        return None
    links = [(head, marks)]
    if second:
        if marks[0].series is not Series.ROMAN:
            return None
        links.append((second, (Mark(Series.UPPER, _letter(second)),)))
    written = f"{head}.{second}" if second else head
    return Enumerator(written, tuple(links), found["title"].strip())


def _parse_natural(line: str) -> Enumerator | None:
    if len(line) <= _ALONE and _DEBRIS.fullmatch(line):
        return Enumerator(line, ((line, (Mark(Series.ROMAN, 3), Mark(Series.ROMAN, 2))),), "")
    found = _NATURAL.fullmatch(line)
    if not found or not _is_set_off(found):
        return None
    wrapped = found["close"] == ")" or found["open"] is not None
    links = [(found["head"], _natural_marks(found["head"], wrapped=wrapped))]
    for part in re.findall(r"[A-H]|\d{1,2}", found["chain"]):
        series, value = (
            (Series.ARABIC, int(part)) if part.isdigit() else (Series.UPPER, _letter(part))
        )
        links.append((part, (Mark(series, value),)))
    if not all(marks for _, marks in links):
        return None
    written = found["head"] + found["chain"]
    return Enumerator(f"({written})" if found["open"] else written, tuple(links), found["title"])


def _is_set_off(found: re.Match[str]) -> bool:
    """Whether the enumerator is one, and not the first word (or initial) of a sentence."""
    head, close, title = found["head"], found["close"], found["title"]
    if found["open"] and close != ")":
        return False
    if not title:
        return close != ":"
    if _INITIALS.match(title) and len(head) == 1 and head.isalpha():
        return False
    gap = found.start("title") - (found.end("close") if close else found.end("chain"))
    if close:
        return gap > 0 or (len(title) > 3 and title[0].isupper())
    loose = len(head) > 1 and roman_value(head) is not None
    return gap > 0 and title == title.upper() and (loose or head in {"I", "V", "X"})


def _letter(text: str) -> int:
    return ord(text.lower()) - ord("a") + 1


def _stripped_marks(head: str) -> tuple[Mark, ...]:
    value = roman_value(head)
    marks = [] if value is None else [Mark(Series.ROMAN, value)]
    if len(head) == 1:
        marks.append(Mark(Series.UPPER, _letter(head)))
    if value is not None:
        marks.append(Mark(Series.LOWER_ROMAN, value))
    return tuple(marks)


def _natural_marks(head: str, *, wrapped: bool) -> tuple[Mark, ...]:
    if head.isdigit():
        return (Mark(Series.ARABIC, int(head), wrapped),) if int(head) else ()
    upper = head[0].isupper()
    value = _MISREAD.get(head) or roman_value(head)
    roman = Series.ROMAN if upper else Series.LOWER_ROMAN
    marks = [] if value is None else [Mark(roman, value, wrapped)]
    if len(head) == 1:
        letters = Series.UPPER if upper else Series.LOWER
        marks.append(Mark(letters, _letter(head), wrapped))
    return tuple(marks)
