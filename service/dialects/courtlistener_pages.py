"""Pages of one search, which never show a case twice.

A ranking reaches further down when more is asked for, and may then put cases in another order. So
the cursor holds which cases earlier pages showed, and the next page is the best of all others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from service.cursors import sealed, unsealed

PAGE: Final = 20
MOST: Final = 100
"""Cases that can be paged through."""
_SEEN: Final = re.compile(r"[0-9]{1,12}(?:,[0-9]{1,12}){0,99}")
_ADVICE: Final = "go to the address in `next` as it came"

Seen = tuple[int, ...]
"""Positions, in the build, of the cases that earlier pages showed."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one search of one build."""

    address: str
    asked: Sequence[tuple[str, str]]
    """Parameters of the address, without the cursor."""
    build_id: str

    def after(self, seen: Seen) -> str:
        """Return the address of the page that follows these cases."""
        cursor = [("cursor", cursor_of(seen, build_id=self.build_id))] if seen else []
        return f"{self.address}?{urlencode([*self.asked, *cursor])}"

    def before(self, seen: Seen) -> str | None:
        """Return the address of the page that showed the last of these cases; `None` for none."""
        return self.after(seen[:-PAGE]) if seen else None


def cursor_of(seen: Seen, *, build_id: str) -> str:
    """Return the cursor that goes on behind these cases."""
    return sealed(",".join(map(str, seen)), build_id=build_id)


def seen_of(cursor: str | None, *, build_id: str) -> Seen:
    """Return what a cursor holds; `QueryError` for one that is not ours or of another build."""
    if cursor is None:
        return ()
    place = unsealed(cursor, _SEEN, build_id=build_id, advice=_ADVICE)
    return tuple(int(one) for one in place.split(","))
