"""Case citations taken apart: volume, reporter, first page; and which reporter comes first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_CITATION: Final = re.compile(r"\s*(\d[\d-]*)\s+(\S.*?)\s+(\d{1,12})\s*")
_LONGEST: Final = 200
"""Characters of a citation; the time to match grows with the square of them."""

_ORDER: Final = (
    ("us",),
    ("f", "f2d", "f3d", "f4th"),
    ("fsupp", "fsupp2d", "fsupp3d", "br", "frd", "fedcl", "clct", "tc", "vetapp", "mj"),
    ("fappx", "fedappx"),
    ("sct",),
    ("led", "led2d"),
)
_ELECTRONIC: Final = re.compile(r"\b(?:LEXIS|WL|U\.?S\.?L\.?W\.?)\b|^(?:WL|LEXIS)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Citation:
    """``392 U.S. 1`` taken apart."""

    volume: str
    reporter: str
    page: int

    @property
    def series(self) -> str:
        """Volume and reporter, as a `PageMark` names them: ``392 U.S.``."""
        return f"{self.volume} {self.reporter}"

    @property
    def is_electronic(self) -> bool:
        """Whether it names a data base (LEXIS, WL), whose numbers are not pages."""
        return _ELECTRONIC.search(self.reporter) is not None


@lru_cache(maxsize=4096)
def parse_citation(text: str) -> Citation | None:
    """Return the parts of ``518 F.3d 398``; `None` where ``text`` is not volume, reporter, page."""
    found = _CITATION.fullmatch(text) if len(text) <= _LONGEST else None
    return None if found is None else Citation(found[1], found[2], int(found[3]))


def preferred(citations: Sequence[str]) -> str | None:
    """Return the citation that the Bluebook's table T1 would have, of those there are.

    U.S. before the federal reporters, these before S. Ct. and L. Ed., all of them before what this
    table does not know (state reporters, specialised ones; the first given wins), and LEXIS and WL
    numbers only when there is nothing else.
    """
    return min(citations, key=_rank, default=None)


def by_preference(citations: Sequence[str]) -> list[str]:
    """Return all of them, that of `preferred` first; equals in the order given."""
    return sorted(citations, key=_rank)


@lru_cache(maxsize=4096)
def _rank(text: str) -> int:
    cited = parse_citation(text)
    if cited is None:
        return len(_ORDER) + 1
    if cited.is_electronic:
        return len(_ORDER) + 2
    name = re.sub(r"[^a-z0-9]", "", cited.reporter.lower())
    return next((rank for rank, names in enumerate(_ORDER) if name in names), len(_ORDER))
