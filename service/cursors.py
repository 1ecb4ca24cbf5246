"""Cursors: where a list goes on, good for one build only."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from service.errors import QueryError

_POSITION: Final = re.compile(r"[0-9]{1,18}")
_BUILD: Final = re.compile(r".+")
_ADVICE: Final = "pass `next_cursor` as it came"


def sealed(place: str, *, build_id: str) -> str:
    """Return the cursor of a place in something of a build; ``place`` has no ``@``."""
    return urlsafe_b64encode(f"{place}@{build_id}".encode()).decode().rstrip("=")


def unsealed(cursor: str, form: re.Pattern[str], *, build_id: str, advice: str) -> str:
    """Return the place in a cursor, which is of ``form``.

    Raises `QueryError` for one that is not, with ``advice``, and for one of another build.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    place, _, build = text.partition("@")
    if form.fullmatch(place) is None or _BUILD.fullmatch(build) is None:
        raise QueryError("cursor", f"is not one of ours; {advice}")
    if build != build_id:
        raise QueryError("cursor", "is of an earlier build of the index; start again without it")
    return place


def cursor_at(position: int, *, build_id: str) -> str:
    """Return the cursor of a position, 0 or more, in a list of a build."""
    return sealed(str(position), build_id=build_id)


def position_of(cursor: str | None, *, build_id: str, first: int) -> int:
    """Return a cursor's position, ``first`` without one; `QueryError` for another build's.

    Positions of another build would skip or repeat entries.
    """
    if cursor is None:
        return first
    return int(unsealed(cursor, _POSITION, build_id=build_id, advice=_ADVICE))
