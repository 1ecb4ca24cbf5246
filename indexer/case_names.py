"""Names of cases that were written small, as in an address: given their capitals."""

from collections.abc import Sequence
from typing import Final

_SMALL_WORDS: Final = frozenset(
    "a al an and at by et ex for in of on or re rel the to v.".split()  # noqa: SIM905 - a line, not 17
)


def with_capitals(words: Sequence[str]) -> str:
    """Return ``["erie", "r", "co", "v", "tompkins"]`` as ``Erie R Co v. Tompkins``.

    The first word always gets a capital, and each that is no small word; points of abbreviations
    cannot be brought back.
    """
    named = ("v." if word == "v" else word for word in words)
    return " ".join(
        word if at and word in _SMALL_WORDS else word.capitalize() for at, word in enumerate(named)
    )
