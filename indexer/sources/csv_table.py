"""Tables as PostgreSQL's COPY writes them: one row in memory at a time.

Quoted by ``"`` or a back quote; inside, the quote is doubled or follows a backslash. Which of these
a file has is read off its beginning.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypedDict

from indexer.sources.lines import LONGEST_RECORD
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, open_source
from indexer.sources.streams import why

_SAMPLE: Final = 1024 * 1024
_QUOTES: Final = ('"', "`")
_BOM: Final = "\ufeff"


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
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
            yield from _rows(file.place, text, dialect)
    except UnicodeDecodeError as error:
        reason = f"not UTF-8: byte 0x{error.object[error.start]:02x}; nothing after it was read"
        yield Refused(place=file.place, reason=reason)
    except OSError as error:
        yield Refused(place=file.place, reason=f"cannot be read on: {why(error)}")


def _rows(place: str, text: io.TextIOWrapper, dialect: _Dialect) -> Iterator[Row | Refused]:
    reader = csv.reader(text, strict=True, **dialect)
    columns = [name.strip() for name in next(reader, [])]
    while True:
        at = f"{place}:{reader.line_num + 1}"
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Refused(place=at, reason=f"not a row of this table ({error}); is it torn here?")
            continue
        if len(row) == len(columns):
            named = zip(columns, row, strict=True)
            yield Row(at, {name: value for name, value in named if value})
        elif row:
            reason = f"{len(row)} columns where the header has {len(columns)}; is the file torn here?"
            yield Refused(place=at, reason=reason)


def _dialect(sample: bytes) -> _Dialect:
    """Return how ``sample``, which begins with a header, is quoted.

    Inside quotes a doubled quote can only mean that quotes are doubled, and is common in HTML; so
    is the quote behind a backslash where that is the escape, as CourtListener has it.
    """
    text = sample.decode("utf-8", "replace")
    body = text.partition("\n")[2].lstrip()
    quote = body[0] if body[:1] in _QUOTES else '"'
    doubled = len(re.findall(rf"(?<![\\,\n\r{quote}]){quote}{quote}(?![,\n\r])", body))
    escaped = len(re.findall(rf"\\{quote}(?!,{quote}|\r?\n{quote}|$)", body))
    if doubled > escaped or (doubled == escaped == 0 and quote != '"'):
        return {"quotechar": quote, "escapechar": None, "doublequote": True}
    return {"quotechar": quote, "escapechar": "\\", "doublequote": False}
