"""Dates as the records carry them: ISO 8601, perhaps partial."""

import re
from datetime import date
from typing import Final

_PARTIAL_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def date_parts(text: str) -> tuple[int, int | None, int | None]:
    """Return year, month and day of ``2005``, ``2005-05`` or ``2005-05-31``.

    Anything else, and a day that no calendar has, raises `ValueError`.
    """
    found = _PARTIAL_DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an ISO 8601 date (2005, 2005-05 or 2005-05-31)")
    year, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    try:
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise ValueError(f"{text!r} is an impossible date: {error}") from None
    return year, month, day
