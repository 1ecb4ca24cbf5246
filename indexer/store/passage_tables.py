"""The tables of ``passages.sqlite``, and how records become their rows and come back.

A ``seq`` is dense, 0-based and in source order; a passage's is its row. What belongs together is
neighbouring, so an opinion, a section and a filter are ranges of rows.
"""

import datetime
import json
import re
import struct
from calendar import monthrange
from collections.abc import Sequence
from typing import Any, Final

from indexer.errors import RecordError
from indexer.records import (
    Case,
    NameSource,
    OpinionHeader,
    OpinionType,
    PageMark,
    Section,
    SectionRole,
    Span,
)

APPLICATION_ID: Final = 0x4F505331
"""``OPS1`` in the file's header: this is a passage table and nothing else."""

TABLES: Final = """
CREATE TABLE case_record (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_full TEXT,
    name_source TEXT NOT NULL, court_id TEXT, court TEXT, court_citation_string TEXT,
    date_filed TEXT, docket_number TEXT, citations TEXT NOT NULL, judges TEXT NOT NULL,
    status TEXT, url TEXT, extra TEXT NOT NULL,
    date_first TEXT, date_last TEXT, first_opinion INTEGER NOT NULL, end_opinion INTEGER NOT NULL,
    cited_by INTEGER NOT NULL  -- other cases of the build; told when all are there
);
CREATE TABLE opinion (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_seq INTEGER NOT NULL,
    type TEXT NOT NULL, author TEXT, joined_by TEXT NOT NULL, source_sha256 TEXT NOT NULL,
    extra TEXT NOT NULL, pages TEXT NOT NULL, characters INTEGER NOT NULL,
    first_section INTEGER NOT NULL, end_section INTEGER NOT NULL,
    first_row INTEGER NOT NULL, end_row INTEGER NOT NULL,
    text BLOB NOT NULL  -- last: reading the others never touches it
);
CREATE TABLE section (
    seq INTEGER PRIMARY KEY, opinion_seq INTEGER NOT NULL, heading TEXT NOT NULL,
    path TEXT NOT NULL, number TEXT, role TEXT NOT NULL, start INTEGER NOT NULL,
    "end" INTEGER NOT NULL, noted_at INTEGER, first_row INTEGER NOT NULL, end_row INTEGER NOT NULL
);
CREATE TABLE passage (
    row INTEGER PRIMARY KEY, section_seq INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    byte_start INTEGER NOT NULL, byte_end INTEGER NOT NULL,
    tokens INTEGER NOT NULL, text_sha256 BLOB NOT NULL,
    sentences BLOB  -- starts of all but the first, uint16; NULL: not told, or too far apart
);
CREATE TABLE person (id INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE);
CREATE TABLE opinion_person (
    person_id INTEGER NOT NULL, opinion_seq INTEGER NOT NULL,
    PRIMARY KEY (person_id, opinion_seq)
) WITHOUT ROWID;
"""

INDEXES: Final = """
CREATE INDEX case_by_court ON case_record (court_id);
CREATE INDEX case_by_date ON case_record (date_first, date_last);
CREATE INDEX opinion_by_case ON opinion (case_seq);
CREATE INDEX opinion_by_type ON opinion (type);
CREATE INDEX section_by_opinion ON section (opinion_seq);
CREATE INDEX section_by_role ON section (role);
"""

_FARTHEST: Final = 0xFFFF
"""The greatest start of a sentence that its column holds."""

CASE_COLUMNS: Final = 15
"""How many columns of ``case_record`` from ``seq`` on make a `Case`."""

_PARTIAL_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def date_period(date: str) -> tuple[str, str]:
    """Return the first and the last day of a date, perhaps partial; `ValueError` of anything else."""
    parts = _PARTIAL_DATE.fullmatch(date)
    if parts is None:
        raise ValueError(f"{date!r} is not a date: write 2005, 2005-05 or 2005-05-31")
    year = int(parts[1])
    month, day = (int(part) if part else None for part in parts.groups()[1:])
    try:
        first = datetime.date(year, 1 if month is None else month, 1 if day is None else day)
        last_month = 12 if month is None else month
        last = (
            first
            if day
            else first.replace(month=last_month, day=monthrange(first.year, last_month)[1])
        )
    except ValueError as error:
        raise ValueError(f"{date!r} is not a date of the calendar") from error
    return first.isoformat(), last.isoformat()


def _json(value: object) -> str:
    """Return a column of JSON; raises `RecordError` for half a character, with which no answer could be written."""
    told = json.dumps(value)
    if "\\ud" in told:  # half of a pair, or a whole one
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise RecordError("half of a surrogate pair in its fields") from None
    return told


def case_row(seq: int, case: Case, opinions: range) -> tuple[Any, ...]:
    """Return a row of ``case_record``; `ValueError` when the date cannot be, `RecordError` for half a character."""
    first, last = date_period(case.date_filed) if case.date_filed else (None, None)
    return (
        seq, case.id, case.name, case.name_full, case.name_source.value, case.court_id, case.court,
        case.court_citation_string, case.date_filed, case.docket_number, _json(case.citations),
        _json(case.judges), case.status, case.url, _json(dict(case.extra)),
        first, last, opinions.start, opinions.stop, 0,
    )  # fmt: skip


def case_of(row: Sequence[Any]) -> Case:
    """Read the first `CASE_COLUMNS` of a row of ``case_record``."""
    return Case(
        id=row[1], name=row[2], name_full=row[3], name_source=NameSource(row[4]), court_id=row[5],
        court=row[6], court_citation_string=row[7], date_filed=row[8], docket_number=row[9],
        citations=tuple(json.loads(row[10])), judges=tuple(json.loads(row[11])), status=row[12],
        url=row[13], extra=json.loads(row[14]),
    )  # fmt: skip


def header_columns(header: OpinionHeader, pages: Sequence[PageMark]) -> tuple[Any, ...]:
    """Return the columns ``type`` to ``pages`` of ``opinion``."""
    return (
        header.type.value, header.author, _json(header.joined_by), header.source_sha256,
        _json(dict(header.extra)), _json([(p.reporter, p.page, p.start) for p in pages]),
    )  # fmt: skip


def header_of(opinion_id: str, case_id: str, columns: Sequence[Any]) -> OpinionHeader:
    """Read the columns ``type`` to ``extra`` of ``opinion``."""
    kind, author, joined_by, source_sha256, extra = columns
    return OpinionHeader(
        id=opinion_id, case_id=case_id, type=OpinionType(kind), author=author,
        joined_by=tuple(json.loads(joined_by)), source_sha256=source_sha256, extra=json.loads(extra),
    )  # fmt: skip


def pages_of(column: str) -> tuple[PageMark, ...]:
    """Read the column ``pages`` of ``opinion``."""
    return tuple(
        PageMark(reporter=reporter, page=page, start=start)
        for reporter, page, start in json.loads(column)
    )


def section_columns(section: Section) -> tuple[Any, ...]:
    """Return the columns ``heading`` to ``noted_at`` of ``section``."""
    return (
        section.heading, _json(section.path), section.number, section.role.value,
        section.span.start, section.span.end, section.noted_at,
    )  # fmt: skip


def section_of(columns: Sequence[Any]) -> Section:
    """Read the columns ``heading`` to ``noted_at`` of ``section``."""
    heading, path, number, role, start, end, noted_at = columns
    return Section(
        heading=heading, path=tuple(json.loads(path)), number=number, role=SectionRole(role),
        span=Span(start, end), noted_at=noted_at,
    )  # fmt: skip


def sentence_column(sentences: Sequence[int] | None) -> bytes | None:
    """Return the column ``sentences`` of ``passage``."""
    if sentences is None or sentences[-1] > _FARTHEST:
        return None
    return struct.pack(f"<{len(sentences) - 1}H", *sentences[1:])


def sentences_of(column: bytes | None) -> tuple[int, ...] | None:
    """Read the column ``sentences`` of ``passage``; `None` where it does not tell."""
    if column is None:
        return None
    return (0, *struct.unpack(f"<{len(column) // 2}H", column))
