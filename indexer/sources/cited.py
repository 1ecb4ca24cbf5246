"""The full citations of a line or a title, as eyecite finds them."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from indexer.reporters import parse_citation

_FIGURES: Final = re.compile(r"\d.*\D\s\S*[\d_]", re.DOTALL)
"""What every citation has: volume, reporter, page (or the blank for it)."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation that names volume, reporter and page."""

    text: str
    """As reporters-db writes it: ``490 U.S. 386``."""
    start: int
    end: int
    court_id: str | None
    """The court that its parenthetical, or its reporter, names."""

    @property
    def is_whole(self) -> bool:
        """Whether its page is a number, and not a blank to be filled in."""
        return parse_citation(self.text) is not None


@lru_cache(maxsize=1024)
def cited_in(text: str) -> tuple[Cited, ...]:
    """Return the full citations of ``text`` in order."""
    if not _FIGURES.search(text):
        return ()
    from eyecite import get_citations  # takes half a second, and most sources never ask
    from eyecite.models import FullCaseCitation

    found: list[Any] = [one for one in get_citations(text) if isinstance(one, FullCaseCitation)]
    places: list[tuple[int, int]] = [one.span() for one in found]
    return tuple(
        Cited(one.corrected_citation(), start, end, one.metadata.court or None)
        for one, (start, end) in zip(found, places, strict=True)
    )
