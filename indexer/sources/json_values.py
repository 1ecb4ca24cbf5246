"""Values that JSON can spell and no answer can hold: half a character, an endless number, a deep nest."""

import math
from dataclasses import dataclass, field
from typing import Any, Final

from indexer.errors import RecordError

MAX_DEPTH: Final = 100
"""Lists and objects in one another; what answers are written with gives up at 250."""
_LONGEST_NAME: Final = 80
_SAFE_DIGITS: Final = 20
"""More are none of 64 bits."""
_WORST: Final = 2**64


@dataclass(slots=True)
class _Wrong:
    reason: str
    place: list[str | int] = field(default_factory=list)
    """Keys and positions that lead to it, the innermost first."""


def check_object(fields: dict[str, Any]) -> None:
    """Raise `RecordError`, which names the place, where a value of ``fields`` cannot be kept."""
    wrong = _wrong(fields, 0)
    if wrong is not None:
        raise RecordError(f"{_named(wrong.place)} {wrong.reason}")


def whole_number(digits: str) -> int | float:
    """Return the number that ``digits`` (a sign before them or not) are; beyond 64 bits it is a float.

    One beyond all floats is infinite, which `check_object` refuses.
    """
    if len(digits) <= _SAFE_DIGITS and -_WORST // 2 <= (number := int(digits)) < _WORST:
        return number
    return float(digits)


def _wrong(value: Any, depth: int) -> _Wrong | None:
    if isinstance(value, str):
        return _half_character(value)
    if isinstance(value, float):
        return None if math.isfinite(value) else _Wrong("is a number beyond all numbers")
    if not isinstance(value, dict | list):
        return None
    if depth == MAX_DEPTH:
        return _Wrong(f"has more than {MAX_DEPTH} lists and objects in one another")
    for key, held in value.items() if isinstance(value, dict) else enumerate(value):
        wrong = (_wrong(key, depth) if isinstance(key, str) else None) or _wrong(held, depth + 1)
        if wrong is not None:
            wrong.place.append(key)
            return wrong
    return None


def _half_character(text: str) -> _Wrong | None:
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return _Wrong(f"has half a character (a lone surrogate) at {error.start}")
    return None


def _named(place: list[str | int]) -> str:
    """Return ``opinions[0].text``, as much of it as can be shown."""
    name = ""
    for part in reversed(place):
        name += f"[{part}]" if isinstance(part, int) else f"{'.' if name else ''}{part}"
    name = name.encode("utf-8", "backslashreplace").decode()
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
