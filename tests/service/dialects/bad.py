"""What a bad request of a dialect is, and whether it was told of as it should: in the dialect's own shape."""

import json
from dataclasses import dataclass
from typing import Any, Final

from service.dialects.names import Dialect

JSON: Final = (("Content-Type", "application/json"),)
FORM: Final = (("Content-Type", "application/x-www-form-urlencoded"),)
LONG: Final = "x" * 20_001
TEXT: Final = "x" * 501
HUGE: Final = "1" + "0" * 400
SURROGATE: Final = b'{"query": "\\ud800", "message": "\\ud800"}'
NAN: Final = b'{"query": "force", "k": NaN}'


@dataclass(frozen=True)
class Bad:
    """A request that ``dialect`` refuses: with ``code`` where its shape has one, naming ``field``."""

    name: str
    dialect: Dialect
    status: int
    code: str | int | None
    field: str | None
    words: tuple[str, ...]
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


def wrong(bad: Bad, status: int, answer: Any) -> str:
    """Return what is not as the table says, or nothing."""
    code, field, message = _told(bad.dialect, answer)
    named = bad.field is None or message.startswith(f"{bad.field}: ")
    if bad.dialect in {Dialect.DIFY, Dialect.SEARXNG}:
        field = bad.field  # their shapes have no place for it but the message
    found = (status, code, field)
    if found != (bad.status, bad.code, bad.field) or not named:
        return f"{bad.name}: {found} instead of {bad.status, bad.code, bad.field}: {message[:300]}"
    missing = [word for word in bad.words if word not in message]
    return f"{bad.name}: without {missing}: {message[:300]}" if missing else ""


def _told(dialect: Dialect, answer: Any) -> tuple[str | int | None, str | None, str]:
    """Return code, field and message of an error, whose shape must be that of the contract."""
    match dialect:
        case Dialect.DIFY:
            assert set(answer) == {"error_code", "error_msg"}, answer
            return answer["error_code"], None, answer["error_msg"]
        case Dialect.SEARXNG:
            assert set(answer) == {"error"}, answer
            return None, None, answer["error"]
        case Dialect.COURTLISTENER:
            ((field, messages),) = answer.items()
            if field == "detail":
                return None, None, messages
            (message,) = messages
            return None, field, message
        case Dialect.OPENAI:
            error = answer["error"]
            assert set(error) == {"message", "type", "param", "code"}, answer
            assert error["type"] == "invalid_request_error"
            return error["code"], error["param"], error["message"]
    assert set(answer) == {"error"}, answer
    assert set(answer["error"]) == {"code", "message", "field"}
    return answer["error"]["code"], answer["error"]["field"], answer["error"]["message"]


def raw(
    dialect: Dialect, name: str, path: str, status: int, code: str | int | None, content: bytes
) -> Bad:
    """Return a request whose body is not the JSON that it says it is."""
    words = ("the body is not JSON", "correct it")
    return Bad(name, dialect, status, code, None, words, path, content, JSON)


def own(
    dialect: Dialect,
    path: str,
    name: str,
    field: str | None,
    *words: str,
    status: int = 422,
    code: str = "invalid_value",
    body: Any,
) -> Bad:
    """Return a request of a dialect that tells of problems as the service itself does."""
    return Bad(name, dialect, status, code, field, words, path, json.dumps(body).encode(), JSON)
