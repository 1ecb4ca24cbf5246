"""What schemathesis is told of this service; loaded by it, in its own environment."""

from typing import Any, Final
from urllib.parse import urlencode

import schemathesis  # type: ignore[import-not-found]  # in an environment of its own
from schemathesis import GenerationMode

_UNSAYABLE: Final = frozenset(
    {
        "binding_on", "cites", "court", "cursor", "end", "date_filed", "date_filed.gte", "date_filed.lte", "fields",
        "filters.binding_on", "filters.cites", "filters.court", "filters.date_filed", "filters.date_filed.gte",
        "filters.date_filed.lte", "filters.judge", "forum", "judge", "q", "query", "ref", "text",
    }
)  # fmt: skip
"""Fields of which no schema can say all: ids of courts, cursors, citations, the order of two dates, a
query of white space."""
_UNPROCESSABLE: Final = 422
_LONGEST_ADDRESS: Final = 60_000
"""The server refuses a longer one before the service sees it."""


@schemathesis.hook  # type: ignore[untyped-decorator]
def filter_case(ctx: Any, case: Any) -> bool:
    """Leave out what no address can hold."""
    return len(urlencode(case.query or {}, doseq=True)) < _LONGEST_ADDRESS


@schemathesis.check  # type: ignore[untyped-decorator]
def refused_only_for_what_a_schema_cannot_say(ctx: Any, response: Any, case: Any) -> None:
    """Fail where data that the schema admits was refused for what the schema could have said."""
    if response.status_code != _UNPROCESSABLE or case.meta is None:
        return
    if case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    error = response.json()["error"]
    assert error["field"] in _UNSAYABLE, error["message"]
