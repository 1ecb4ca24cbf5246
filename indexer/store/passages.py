"""Reading ``passages.sqlite``: row → passage, section, opinion, case; filters → rows.

Its writer is `passage_writer`. An opinion's text is one UTF-8 BLOB; a passage is read out of it by
its byte span, so that a long opinion is never loaded for a short passage.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from indexer.errors import IndexCorruptError, NotInIndexError
from indexer.filters import Filters
from indexer.records import (
    CaseRecord,
    Opinion,
    OpinionType,
    Passage,
    Section,
    Span,
)
from indexer.store.case_finder import CaseFinder
from indexer.store.citation_finder import CitationFinder
from indexer.store.cited_places import CitedPlaces
from indexer.store.connections import Connections
from indexer.store.corpus_overview import CorpusOverview
from indexer.store.near_cases import NearCases
from indexer.store.opinion_citations import OpinionCitations
from indexer.store.opinion_facts import FactsReader, OpinionFacts
from indexer.store.passage_facets import facets_of
from indexer.store.passage_rows import PassageRows
from indexer.store.passage_select import conditions_of
from indexer.store.passage_tables import (
    APPLICATION_ID,
    CASE_COLUMNS,
    case_of,
    header_of,
    pages_of,
    section_of,
    sentences_of,
)
from indexer.store.ranking import Rows, rows_of_ranges
from indexer.store.section_table import SectionTables
from indexer.store.stored import (
    CatalogueEntry,
    Facets,
    StoreCounts,
    StoredOpinion,
    StoredPassage,
)

_TYPES: Final = tuple(OpinionType)
_PASSAGE_ID: Final = re.compile(r"(.+):(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})", re.DOTALL)

_FETCH: Final = """
SELECT p.row, s.opinion_seq, p.section_seq, p.start, p."end", p.byte_start, p.byte_end, p.tokens,
       p.text_sha256, {sentences}, s.heading, s.path, s.number, s.role, s.start, s."end", s.noted_at,
       CASE WHEN s.noted_at IS NOT NULL THEN (
           SELECT o.id || ':' || q.start || '-' || q."end" FROM opinion AS o
           JOIN passage AS q ON q.row BETWEEN o.first_row AND p.row
           WHERE o.seq = s.opinion_seq AND q.start <= s.noted_at AND q."end" > s.noted_at) END
FROM json_each(?) AS wanted CROSS JOIN passage AS p ON p.row = wanted.value
JOIN section AS s ON s.seq = p.section_seq
"""
_SECTIONS: Final = """
SELECT heading, path, number, role, start, "end", noted_at FROM section WHERE seq >= ? AND seq < ? ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class _OpinionColumns:
    """What is asked of many rows at once: one entry an opinion, in row order."""

    firsts: Rows
    """First rows, ascending."""
    cases: Rows
    """Positions of their cases in the build."""
    types: npt.NDArray[np.uint8]
    """Places in `_TYPES`."""


class PassageStore:
    """The passage table of one build, read-only; any number of threads may read it."""

    def __init__(self, path: Path) -> None:
        """Take a checked file; use `open`."""
        self._connections = Connections(path)
        self.finder: Final = CaseFinder(self._connections)
        self.citations: Final = CitationFinder(self._connections)
        self.cited_places: Final = CitedPlaces(self._connections)
        self.near: Final = NearCases(self._connections)
        self.opinion_citations: Final = OpinionCitations(self._connections)
        self.corpus: Final = CorpusOverview(self._connections)
        self.rows: Final = PassageRows(self._connections)
        self.sections: Final = SectionTables(self._connections)
        self._fetch_rows = lru_cache(1)(self._fetch_statement)
        self._facts: Final = FactsReader()
        self._opinion_columns = lru_cache(1)(self._read_columns)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open what `PassageWriter` wrote; `IndexCorruptError` when it is something else."""
        if not path.is_file():
            raise IndexCorruptError(path, "the file is missing")
        opened = cls(path)
        with opened._connections.lend() as db:
            if db.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
                raise IndexCorruptError(path, "this is not a passage table")
        return opened

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._connections.close()
        self._facts.forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fetch(self, rows: Iterable[int] | Rows) -> list[StoredPassage]:
        """Return the passages of ``rows``, in their order; `NotInIndexError` for a row too many."""
        wanted = [int(row) for row in rows]
        with self._connections.lend() as db:
            asked = json.dumps(sorted(set(wanted)))
            found = {row[0]: row for row in db.execute(self._fetch_rows(), (asked,))}
            missing = [row for row in wanted if row not in found]
            if missing:
                raise NotInIndexError("row", str(missing[0]))
            facts = self._facts.of(db, {columns[1] for columns in found.values()})
            made = {row: _stored(db, columns, facts[columns[1]]) for row, columns in found.items()}
        return [made[row] for row in wanted]

    def row_of(self, passage_id: str) -> int:
        """Return the row of a passage by its exact id; `NotInIndexError` for any other."""
        parts = _PASSAGE_ID.fullmatch(passage_id)
        if parts is not None:
            with self._connections.lend() as db:
                row = db.execute(
                    "SELECT p.row FROM opinion AS o JOIN passage AS p "
                    "ON p.row >= o.first_row AND p.row < o.end_row "
                    'WHERE o.id = ? AND p.start = ? AND p."end" = ?',
                    (_sqlite_text(parts[1]), int(parts[2]), int(parts[3])),
                ).fetchone()
            if row is not None:
                return int(row[0])
        raise NotInIndexError("passage", passage_id)

    def opinion_rows(self, opinion_id: str) -> tuple[int, int]:
        """Return the half-open range of an opinion's rows."""
        with self._connections.lend() as db:
            row = db.execute(
                "SELECT first_row, end_row FROM opinion WHERE id = ?", (_sqlite_text(opinion_id),)
            ).fetchone()
        if row is None:
            raise NotInIndexError("opinion", opinion_id)
        return int(row[0]), int(row[1])

    def opinion(self, opinion_id: str) -> StoredOpinion:
        """Return one opinion, whole."""
        with self._connections.lend() as db:
            found = db.execute(
                "SELECT seq, first_section, end_section, first_row, end_row, pages, text "
                "FROM opinion WHERE id = ?",
                (_sqlite_text(opinion_id),),
            ).fetchone()
            if found is None:
                raise NotInIndexError("opinion", opinion_id)
            seq, first, end, first_row, end_row, pages, text = found
            facts = self._facts.of(db, [seq])[seq]
            return StoredOpinion(
                header=facts.header,
                case=facts.case,
                text=bytes(text).decode(),
                sections=_sections(db, first, end),
                pages=pages_of(pages),
                rows=range(first_row, end_row),
                cited_by=facts.cited_by,
            )

    def case(self, case_id: str) -> CatalogueEntry:
        """Return one case and its opinions without their words."""
        with self._connections.lend() as db:
            row = db.execute(
                "SELECT * FROM case_record WHERE id = ?", (_sqlite_text(case_id),)
            ).fetchone()
            if row is None:
                raise NotInIndexError("case", case_id)
            return self._entry(db, row)

    def cases(self, filters: Filters, *, after: int = -1, limit: int) -> list[CatalogueEntry]:
        """Return the next ``limit`` cases behind position ``after``, in the order of the build.

        A case is listed, with all its opinions, when a passage of it passes the filters (with
        filters on the case alone: when it does). ``binding_on`` and ``cites`` are not looked at.
        """
        asked = conditions_of(filters)
        tables = ["case_record AS c"]
        if asked.opinion or asked.section:
            tables.append("JOIN opinion AS o ON o.case_seq = c.seq")
        if asked.section:
            tables.append("JOIN section AS s ON s.opinion_seq = o.seq AND s.end_row > s.first_row")
        statement = ["SELECT DISTINCT c.* FROM", *tables, "WHERE c.seq > ? AND", asked.where()]
        with self._connections.lend() as db:
            rows = db.execute(
                " ".join([*statement, "ORDER BY c.seq LIMIT ?"]), (after, *asked.values, limit)
            ).fetchall()
            return [self._entry(db, row) for row in rows]

    def records(self) -> Iterator[CaseRecord]:
        """Yield every case with its opinions as it was added, in order, one in memory at a time."""
        with self._connections.lend() as db:
            for row in db.execute("SELECT * FROM case_record ORDER BY seq"):
                yield CaseRecord(case=case_of(row), opinions=tuple(self._opinions(db, row)))

    def select(self, filters: Filters) -> Rows | None:
        """Return the rows that pass the filters, as a set; None when nothing is asked.

        ``binding_on`` and ``cites`` are not looked at: the caller resolves them into ``court`` and
        rows. A court or a case that is not in the corpus admits nothing. `FilterError` for a value
        that cannot be.
        """
        asked = conditions_of(filters)
        if asked.is_empty:
            return None
        statement = ["SELECT o.first_row, o.end_row FROM opinion AS o"]
        if asked.section:
            statement = [
                "SELECT s.first_row, s.end_row FROM section AS s JOIN opinion AS o ON o.seq = s.opinion_seq"
            ]
        if asked.case:
            statement.append("JOIN case_record AS c ON c.seq = o.case_seq")
        with self._connections.lend() as db:
            ranges = db.execute(
                " ".join([*statement, "WHERE", asked.where()]), asked.values
            ).fetchall()
        return rows_of_ranges(np.array(ranges, dtype=np.int64).reshape(len(ranges), 2))

    def neighbours(self, row: int, n: int) -> tuple[range, range]:
        """Return up to ``n`` rows before and after ``row`` in its opinion, each ascending."""
        with self._connections.lend() as db:
            found = db.execute(
                "SELECT o.first_row, o.end_row FROM passage AS p JOIN section AS s "
                "ON s.seq = p.section_seq JOIN opinion AS o ON o.seq = s.opinion_seq WHERE p.row = ?",
                (int(row),),
            ).fetchone()
        if found is None:
            raise NotInIndexError("row", str(row))
        return range(max(found[0], row - n), row), range(row + 1, min(found[1], row + 1 + n))

    def cases_of(self, rows: Rows) -> Rows:
        """Return the position in the build of the case of each of ``rows``, same shape and order."""
        opinions = self._opinion_columns()
        return opinions.cases[np.searchsorted(opinions.firsts, rows, side="right") - 1]

    def types_of(self, rows: Rows) -> list[OpinionType]:
        """Return the type of the opinion that each of ``rows`` belongs to."""
        return [_TYPES[place] for place in self.voices_of(rows).tolist()]

    def voices_of(self, rows: Rows) -> npt.NDArray[np.uint8]:
        """Return the same as places in ``tuple(OpinionType)``."""
        opinions = self._opinion_columns()
        return opinions.types[np.searchsorted(opinions.firsts, rows, side="right") - 1]

    def case_rows(self, row: int) -> tuple[int, int]:
        """Return the half-open range of the rows of the case that ``row`` belongs to."""
        (seq,) = self.cases_of(np.array([row]))
        with self._connections.lend() as db:
            first, end = db.execute(
                "SELECT min(first_row), max(end_row) FROM opinion WHERE case_seq = ?", (int(seq),)
            ).fetchone()
        return int(first), int(end)

    def counts(self) -> StoreCounts:
        """Count what is in the file."""
        with self._connections.lend() as db:
            cases, opinions, sections, passages, characters = db.execute(
                "SELECT (SELECT count(*) FROM case_record), count(*), (SELECT count(*) FROM section),"
                " (SELECT count(*) FROM passage), coalesce(sum(characters), 0) FROM opinion"
            ).fetchone()
        return StoreCounts(
            cases=cases,
            opinions=opinions,
            sections=sections,
            passages=passages,
            characters=characters,
        )

    def facets(self) -> Facets:
        """Count the values of the filters."""
        with self._connections.lend() as db:
            return facets_of(db)

    def _fetch_statement(self) -> str:
        """Return the statement of `fetch`: a build of format 3 does not tell sentences."""
        with self._connections.lend() as db:
            columns = {name for _, name, *_ in db.execute("PRAGMA table_info(passage)")}
        return _FETCH.format(sentences="p.sentences" if "sentences" in columns else "NULL")

    def _read_columns(self) -> _OpinionColumns:
        with self._connections.lend() as db:
            found = db.execute(
                "SELECT first_row, case_seq, type FROM opinion ORDER BY seq"
            ).fetchall()
        return _OpinionColumns(
            firsts=np.array([row[0] for row in found], dtype=np.int64),
            cases=np.array([row[1] for row in found], dtype=np.int64),
            types=np.array([_TYPES.index(OpinionType(row[2])) for row in found], dtype=np.uint8),
        )

    def _entry(self, db: sqlite3.Connection, row: Sequence[Any]) -> CatalogueEntry:
        opinions = range(row[CASE_COLUMNS + 2], row[CASE_COLUMNS + 3])
        facts = self._facts.of(db, opinions)
        headers = tuple(facts[seq].header for seq in opinions)
        cited_by = row[CASE_COLUMNS + 4]
        return CatalogueEntry(seq=row[0], case=case_of(row), opinions=headers, cited_by=cited_by)

    def _opinions(self, db: sqlite3.Connection, case: Sequence[Any]) -> Iterator[Opinion]:
        for row in db.execute(
            "SELECT id, type, author, joined_by, source_sha256, extra, pages, text FROM opinion "
            "WHERE seq >= ? AND seq < ? ORDER BY seq",
            (case[CASE_COLUMNS + 2], case[CASE_COLUMNS + 3]),
        ):
            yield Opinion(
                header=header_of(row[0], case[1], row[1:6]),
                text=bytes(row[7]).decode(),
                pages=pages_of(row[6]),
            )


def _stored(db: sqlite3.Connection, columns: Sequence[Any], facts: OpinionFacts) -> StoredPassage:
    row, opinion_seq, section_seq, start, end, byte_start, byte_end, tokens = columns[:8]
    span = Span(start, end)
    with db.blobopen("opinion", "text", opinion_seq, readonly=True) as text:
        text.seek(byte_start)
        data = text.read(byte_end - byte_start)
    return StoredPassage(
        passage=Passage(
            row=row,
            opinion_id=facts.header.id,
            section=section_seq - facts.first_section,
            span=span,
            text=data.decode(),
            tokens=tokens,
            sentences=sentences_of(columns[9]),
        ),
        section=section_of(columns[10:-1]),
        noted_in=columns[-1],
        opinion=facts.header,
        case=facts.case,
        text_sha256=bytes(columns[8]).hex(),
        pages=facts.pages.ranges(span),
        cited_by=facts.cited_by,
    )


def _sqlite_text(identifier: str) -> str | None:
    """Return an id as SQLite can be asked for it; None, which equals nothing, for broken Unicode."""
    try:
        identifier.encode()
    except UnicodeEncodeError:
        return None
    return identifier


def _sections(db: sqlite3.Connection, first: int, end: int) -> tuple[Section, ...]:
    return tuple(section_of(row) for row in db.execute(_SECTIONS, (first, end)))
