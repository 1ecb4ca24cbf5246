"""JSON objects out of a file of lines: one line in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from indexer.errors import RecordError
from indexer.sources.json_values import check_object
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, open_source
from indexer.sources.streams import TornError, why

_BOM: Final = b"\xef\xbb\xbf"
LONGEST_RECORD: Final = 256 * 1024 * 1024
"""Bytes; no case is this long, and a file without line ends must not fill the memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLine:
    """One line that holds a JSON object."""

    place: str
    fields: dict[str, Any]


def json_lines(file: SourceFile) -> Iterator[JsonLine | Refused]:
    """Yield each line of ``file`` as an object, or why it is none; empty lines are passed over.

    A byte order mark and CRLF line ends are accepted. A compressed file that ends early gives what
    could be read of it and then the reason why there is no more.
    """
    number = offset = 0
    try:
        with open_source(file) as stream:
            while line := stream.readline(LONGEST_RECORD):
                number += 1
                where = offset
                offset += len(line)
                place = f"{file.place}:{number}"
                if len(line) == LONGEST_RECORD and not line.endswith(b"\n"):
                    yield Refused(place=place, reason=TOO_LONG)
                    return
                body = line.removeprefix(_BOM) if number == 1 else line
                if body.strip():
                    yield _one(body, place, where + len(line) - len(body))
    except TornError as error:
        yield Refused(
            place=f"{file.place}:{number + 1}",
            reason=f"the compressed file is torn here, nothing after this line was read ({error})",
        )
    except OSError as error:
        yield Refused(place=file.place, reason=f"cannot be read: {why(error)}")


TOO_LONG: Final = (
    f"a record of more than {LONGEST_RECORD:,} bytes, nothing after this was read; "
    "is this a file of opinions?"
)


def _one(line: bytes, place: str, offset: int) -> JsonLine | Refused:
    try:
        return JsonLine(place=place, fields=_object(line, offset))
    except RecordError as error:
        return Refused(place=place, reason=error.reason)


def _object(line: bytes, offset: int) -> dict[str, Any]:
    try:
        value = orjson.loads(decode(line, offset))
    except orjson.JSONDecodeError as error:
        torn = (
            "" if line.endswith(b"\n") else "; the last line has no line end: was the file cut off?"
        )
        raise RecordError(f"not JSON: {error.msg} at character {error.pos}{torn}") from None
    return checked_object(value)


def checked_object(value: object) -> dict[str, Any]:
    """Return ``value`` if it is a JSON object that can be kept whole; else raise `RecordError`."""
    if not isinstance(value, dict):
        raise RecordError(f"not a JSON object but {_kind(value)}; one object a line is expected")
    check_object(value)
    return value


def decode(data: bytes, offset: int = 0) -> str:
    """Return ``data`` as text; `RecordError` names the byte of the file that is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise RecordError(
            f"not UTF-8: byte 0x{data[error.start]:02x} at offset {offset + error.start}; "
            "save the file as UTF-8"
        ) from None


def _kind(value: object) -> str:
    if value is None:
        return "null"
    return {list: "a list", str: "a string", bool: "true or false"}.get(type(value), "a number")
