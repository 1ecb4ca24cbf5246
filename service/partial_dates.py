"""Dates on the wire, which may stop at the year or the month: ``2005``, ``2005-05``, ``2005-05-31``."""

from calendar import monthrange
from datetime import date
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from indexer.dates import date_parts

_PATTERN: Final = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
"""What a JSON Schema can say of it."""


def period(value: str) -> tuple[date, date]:
    """Return the first and the last day that a partial date stands for; `ValueError` for none."""
    year, month, day = date_parts(value)
    last_month = month or 12
    last_day = day or monthrange(year, last_month)[1]
    return date(year, month or 1, day or 1), date(year, last_month, last_day)


def check_order(gte: str | None, lte: str | None, *, field: str) -> None:
    """Raise pydantic's error, for ``field``, when the period from ``gte`` to ``lte`` is empty."""
    if gte is not None and lte is not None and period(gte)[0] > period(lte)[1]:
        raise PydanticCustomError(
            "empty_period",
            "gte ({gte}) lies after lte ({lte}); exchange them",
            {"gte": gte, "lte": lte, "field": field},
        )


def _checked(value: str) -> str:
    try:
        period(value)
    except ValueError:
        raise PydanticCustomError(
            "partial_date",
            "is not a day, month or year of the calendar; write YYYY-MM-DD, YYYY-MM or YYYY",
        ) from None
    return value


PartialDate: TypeAlias = Annotated[
    str,
    Field(examples=["2005", "2005-05-31"], json_schema_extra={"pattern": _PATTERN}),
    AfterValidator(_checked),
]
