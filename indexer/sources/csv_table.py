"""Tables as PostgreSQL's COPY writes them: one row in memory at a time.

Quoted by ``"`` or a back quote; inside, the quote is doubled or follows a backslash. Which of these
a file has is read off its beginning.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, TypedDict

from indexer.sources.lines import LONGEST_RECORD
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, open_source
from indexer.sources.streams import why

_SAMPLE: Final = 1024 * 1024
_QUOTES: Final = ('"', "`")
_MOST_WRONG: Final = 100
"""Wrong rows without a right one between them, after which the quoting is lost for good."""
_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)
_BOM: Final = "\ufeff"
_ESCAPED: Final = 0xDC00
"""What a byte that is not UTF-8 is put above while it is looked for."""


class _Dialect(TypedDict):
    quotechar: str
    escapechar: str | None
    doublequote: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its columns that are not empty, by the names of the header."""

    place: str
    fields: dict[str, str]


def columns_of(head: bytes) -> tuple[str, ...]:
    """Return the column names that a table beginning with ``head`` has; empty where it is none."""
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace").strip().removeprefix(_BOM)
    names = tuple(name.strip(" \"`'") for name in first.split(","))
    return names if len(names) > 1 and all(re.fullmatch(r"\w+", name) for name in names) else ()


def read_rows(file: SourceFile) -> Iterator[Row | Refused]:
    """Yield the rows of ``file`` below its header, and why a row gives none."""
    csv.field_size_limit(LONGEST_RECORD)
    try:
        with open_source(file) as stream:
            dialect = _dialect(stream.read(_SAMPLE))
        with open_source(file) as stream:
            text = io.TextIOWrapper(
                stream, encoding="utf-8-sig", errors="surrogateescape", newline=""
            )
            yield from _rows(file.place, text, dialect)
    except OSError as error:
        yield Refused(place=file.place, reason=f"cannot be read on: {why(error)}")


def _rows(place: str, text: io.TextIOWrapper, dialect: _Dialect) -> Iterator[Row | Refused]:
    lines = iter(partial(text.readline, LONGEST_RECORD), "")
    reader = csv.reader(lines, strict=True, **dialect)
    try:
        columns = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        yield Refused(place=f"{place}:1", reason=f"not a header of a table ({error})")
        return
    wrong = 0
    while wrong < _MOST_WRONG:
        at = f"{place}:{reader.line_num + 1}"
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong += 1
            yield Refused(place=at, reason=f"not a row of this table ({error}); is it torn here?")
            continue
        if len(row) == len(columns):
            wrong = 0
            yield _row(at, {name: value for name, value in zip(columns, row, strict=True) if value})
        elif row:
            wrong += 1
            reason = (
                f"{len(row)} columns where the header has {len(columns)}; is the file torn here?"
            )
            yield Refused(place=at, reason=reason)
    yield Refused(place=place, reason=f"{wrong} wrong rows in a row; nothing after them was read")


def _row(place: str, fields: dict[str, str]) -> Row | Refused:
    for name, value in fields.items():
        try:
            f"{value}{name}".encode()
        except UnicodeEncodeError as error:
            byte = ord(error.object[error.start]) - _ESCAPED
            reason = f"not UTF-8: byte 0x{byte:02x} in the column {name!a}; save the file as UTF-8"
            return Refused(place=place, reason=reason)
    return Row(place, fields)


def _dialect(sample: bytes) -> _Dialect:
    """Return how ``sample``, which begins with a header, is quoted.

    Where a backslash is the escape it stands only before a quote or another one, and no quote is
    ever doubled. What this leaves open is settled by which way more rows come out whole.
    """
    text = sample.decode("utf-8-sig", "replace")
    body = text.partition("\n")[2].lstrip()
    quote = body[0] if body[:1] in _QUOTES else _QUOTES[0]
    escaped: _Dialect = {"quotechar": quote, "escapechar": "\\", "doublequote": True}
    doubled: _Dialect = {"quotechar": quote, "escapechar": None, "doublequote": True}
    if any(after not in (quote, "\\") for after in _PAIR.findall(body)):
        return doubled
    wrong_escaped, wrong_doubled = _wrong_rows(text, escaped), _wrong_rows(text, doubled)
    if wrong_escaped != wrong_doubled:
        return escaped if wrong_escaped < wrong_doubled else doubled
    inside = re.search(rf"(?<![\\,\n\r{quote}]){quote}{quote}(?![,\n\r])", body)
    return doubled if inside or quote != _QUOTES[0] else escaped


def _wrong_rows(sample: str, dialect: _Dialect) -> int:
    """Return how many rows of ``sample``, but for its last, do not come out as its header."""
    reader = csv.reader(io.StringIO(sample, newline=""), strict=True, **dialect)
    outcomes: list[int] = []
    while True:
        try:
            outcomes.append(len(next(reader)))
        except StopIteration:
            return sum(1 for columns in outcomes[1:-1] if columns != outcomes[0])
        except csv.Error:
            outcomes.append(-1)
