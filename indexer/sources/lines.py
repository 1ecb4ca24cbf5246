"""JSON objects out of a file of lines, plain, gzip or xz: one line in memory at a time."""

import gzip
import lzma
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson

from indexer.errors import RecordError
from indexer.sources.refused import Refused

_BOM: Final = b"\xef\xbb\xbf"
_GZIP: Final = b"\x1f\x8b"
_XZ: Final = b"\xfd7zXZ\x00"
TORN_STREAM: Final = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
"""What the readers raise when a compressed file ends early or is not what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLine:
    """One line that holds a JSON object."""

    place: str
    fields: dict[str, Any]


def open_bytes(path: Path) -> BinaryIO | gzip.GzipFile | lzma.LZMAFile:
    """Open ``path`` for reading; what its first bytes say is compressed is read uncompressed."""
    with path.open("rb") as plain:
        magic = plain.read(len(_XZ))
    if magic.startswith(_GZIP):
        return gzip.open(path, "rb")
    if magic == _XZ:
        return lzma.open(path, "rb")
    return path.open("rb")


def json_lines(path: Path) -> Iterator[JsonLine | Refused]:
    """Yield each line of ``path`` as an object, or why it is none; empty lines are passed over.

    A byte order mark and CRLF line ends are accepted. A compressed file that ends early gives what
    could be read of it and then the reason why there is no more.
    """
    number = offset = 0
    try:
        with open_bytes(path) as file:
            for line in file:
                number += 1
                where = offset
                offset += len(line)
                body = line.removeprefix(_BOM) if number == 1 else line
                if body.strip():
                    yield _one(body, f"{path}:{number}", where + len(line) - len(body))
    except TORN_STREAM as error:
        yield Refused(
            place=f"{path}:{number + 1}",
            reason=f"the compressed file is torn here, nothing after this line was read ({error})",
        )
    except OSError as error:
        yield Refused(place=str(path), reason=f"cannot be read: {error.strerror or error}")


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
    if not isinstance(value, dict):
        raise RecordError(f"not a JSON object but {_kind(value)}; one object a line is expected")
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
