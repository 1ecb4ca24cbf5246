"""The error table: which exception becomes which status, code and message.

| exception                              | status | code                  |
|----------------------------------------|--------|-----------------------|
| body that is not JSON, or none         | 400    | malformed_body        |
| `NotInIndexError`                      | 404    | not_found             |
| no good key, a revoked one             | 401, 403 | unauthorized, forbidden |
| no such address                        | 404    | unknown_route         |
| wrong method                           | 405    | method_not_allowed    |
| `ModelMismatchError`                   | 409    | model_mismatch        |
| request that does not arrive in time   | 408    | request_timeout       |
| body larger than the setting           | 413    | body_too_large        |
| body of another type than JSON         | 415    | unsupported_media_type|
| headers larger than the service takes  | 431    | headers_too_large     |
| a name that is not known               | 422    | unknown_field         |
| a value that is missing                | 422    | missing_field         |
| any other value, `FilterError`, `QueryError` | 422 | invalid_value       |
| more requests than a caller may send   | 429    | too_many_requests     |
| `NotReadyError`, other `IndexOpenError`| 503    | not_ready             |
| `EngineUnavailableError`               | 503    | engine_unavailable    |
| `OverloadedError`                      | 503    | overloaded            |
| `DeadlineError`                        | 503    | deadline_exceeded     |
| anything else                          | 500    | internal_error        |

No message of a 500 or of an `IndexOpenError` carries a path or a cause: these are in the log.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from indexer.errors import (
    EngineUnavailableError,
    FilterError,
    IndexOpenError,
    ModelMismatchError,
    NotInIndexError,
)
from service.errors import DeadlineError, NotReadyError, OverloadedError, QueryError
from service.schemas import ErrorDetail, ErrorResponse

RETRY_AFTER_S: Final = 2
UNKNOWN_FIELD: Final = "unknown_field"
_WIRE_NAMES: Final = {"date_from": "date_filed.gte", "date_to": "date_filed.lte"}
"""Filters whose name in `Filters` is not their name on the wire."""
_WORDS: Final = {
    "missing": "is required; add it",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "extra_forbidden": "stands twice, under two spellings; keep one of them",
    "string_unicode": "must be Unicode text; a lone surrogate is not",
}
_HTTP: Final = {
    400: ("bad_request", "the request cannot be read; see /openapi.json"),
    401: ("unauthorized", "a key is needed, and this is none; send Authorization: Bearer KEY"),
    403: ("forbidden", "this key was revoked; ask whoever runs the service for another one"),
    404: ("unknown_route", "there is nothing at this address; /openapi.json lists what there is"),
    405: ("method_not_allowed", "this address does not take that method; see the header Allow"),
    413: ("body_too_large", "the body is larger than this service takes; send less at a time"),
    415: ("unsupported_media_type", "send JSON with the header Content-Type: application/json"),
    408: ("request_timeout", "the request did not arrive in time; send it again"),
    429: ("too_many_requests", "too many requests; wait as long as Retry-After says"),
    431: ("headers_too_large", "the headers are larger than this service takes; send less in them"),
    503: ("overloaded", "the service has too much to do; wait as long as Retry-After says"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error as a caller sees it."""

    status: int
    code: str
    message: str
    field: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def body(self) -> bytes:
        """Return the one JSON shape of errors."""
        detail = ErrorDetail(
            code=self.code, message=_encodable(self.message), field=_encodable(self.field)
        )
        return ErrorResponse(error=detail).model_dump_json().encode()

    def in_query_string(self) -> "Problem":
        """Name the field as a query string does: ``q`` for ``query``, no ``filters.`` in front."""
        if self.field is None or self.code == UNKNOWN_FIELD:
            return self
        name = self.field.removeprefix("filters.")
        name = "q" if name == "query" else name
        message = self.message
        if message.startswith(self.field):
            message = name + message.removeprefix(self.field)
        return replace(self, field=name, message=message)


INTERNAL: Final = Problem(
    status=500,
    code="internal_error",
    message="something went wrong inside the service; try again, and if it stays, report the "
    "X-Request-ID of this answer",
)


def problem_of(error: Exception) -> Problem:
    """Return what a caller is told of ``error``; `INTERNAL` for one that is in no table."""
    for kind in type(error).__mro__:
        if kind in _TABLE:
            return _TABLE[kind](error)
    return INTERNAL


def _unavailable(code: str, message: str, *, after_s: int | None = None) -> Problem:
    headers = (("Retry-After", str(after_s or RETRY_AFTER_S)),)
    return Problem(status=503, code=code, message=message, headers=headers)


def _invalid(field: str, message: str) -> Problem:
    return Problem(status=422, code="invalid_value", message=message, field=field)


def _of_filter(error: FilterError) -> Problem:
    name = f"filters.{_WIRE_NAMES.get(error.name, error.name)}"
    return _invalid(name, f"{name}: {error.reason}")


def _of_mismatch(error: ModelMismatchError) -> Problem:
    message = (
        f"the index was built with the model {error.built_with}, but {error.loaded} was loaded; "
        "set OPINION_SEARCH_MODEL to the former, or build the index again"
    )
    return Problem(status=409, code="model_mismatch", message=message)


def _of_http(error: HTTPException) -> Problem:
    fallback = (HTTPStatus(error.status_code).name.lower(), HTTPStatus(error.status_code).phrase)
    code, message = _HTTP.get(error.status_code, fallback)
    return Problem(
        status=error.status_code,
        code=code,
        message=message,
        headers=tuple((error.headers or {}).items()),
    )


def _of_request(error: RequestValidationError) -> Problem:
    """Read FastAPI's findings, whose places begin with where the value came from: body, query."""
    return _of_details([{**found, "loc": found["loc"][1:]} for found in error.errors()])


def _of_validation(error: ValidationError) -> Problem:
    return _of_details(error.errors(include_url=False, include_input=False))


def _of_details(details: Sequence[Any]) -> Problem:
    """Tell of the first of pydantic's findings; the others show once it is put right."""
    first = details[0]
    kind, context = str(first["type"]), first.get("ctx", {})
    if kind == "json_invalid":
        return _malformed(f"the body is not JSON: {context.get('error', 'unreadable')}; correct it")
    name = _path(first["loc"], context)
    if kind == "missing" and not name:
        return _malformed("the request has no body; send a JSON object")
    words = _WORDS.get(kind, str(first["msg"]))
    return Problem(
        status=422,
        code={"missing": "missing_field", UNKNOWN_FIELD: UNKNOWN_FIELD}.get(kind, "invalid_value"),
        message=f"{name or 'the body'}: {words}",
        field=name or None,
    )


def _malformed(message: str) -> Problem:
    return Problem(status=400, code="malformed_body", message=message)


def _path(location: Sequence[int | str], context: Mapping[str, Any]) -> str:
    inner = context.get("field")
    return ".".join(str(part) for part in (*location, *([inner] if inner else ())))


def _encodable(text: Any) -> Any:
    """Replace what UTF-8 has no bytes for, so that an error about it can be sent."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text


_TABLE: Final[Mapping[type, Callable[[Any], Problem]]] = {
    RequestValidationError: _of_request,
    ValidationError: _of_validation,
    HTTPException: _of_http,
    NotInIndexError: lambda e: Problem(status=404, code="not_found", message=str(e)),
    FilterError: _of_filter,
    QueryError: lambda e: _invalid(e.field, str(e)),
    ModelMismatchError: _of_mismatch,
    IndexOpenError: lambda _: _unavailable(
        "not_ready", "the index cannot be opened; the service's log says why"
    ),
    EngineUnavailableError: lambda _: _unavailable(
        "engine_unavailable",
        "the server that holds the vectors does not answer; wait as long as Retry-After says, then "
        "try again (mode lexical needs no vectors)",
    ),
    NotReadyError: lambda e: _unavailable("not_ready", str(e)),
    OverloadedError: lambda e: _unavailable("overloaded", str(e), after_s=e.retry_after_s),
    DeadlineError: lambda e: _unavailable("deadline_exceeded", str(e)),
}
