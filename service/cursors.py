"""Cursors: where a list goes on, good for one build only."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from service.errors import QueryError

_CURSOR: Final = re.compile(r"(?P<after>[0-9]{1,18})@(?P<build>.+)")


def cursor_at(position: int, *, build_id: str) -> str:
    """Return the cursor of a position, 0 or more, in a list of a build."""
    return urlsafe_b64encode(f"{position}@{build_id}".encode()).decode().rstrip("=")


def position_of(cursor: str | None, *, build_id: str, first: int) -> int:
    """Return a cursor's position, ``first`` without one; `QueryError` for another build's.

    Positions of another build would skip or repeat entries.
    """
    if cursor is None:
        return first
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise QueryError("cursor", "is not one of ours; pass `next_cursor` as it came")
    if match["build"] != build_id:
        raise QueryError("cursor", "is of an earlier build of the index; start again without it")
    return int(match["after"])
