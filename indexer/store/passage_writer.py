"""Writing ``passages.sqlite``: cases, opinions with their text, sections, passages."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from indexer.errors import IndexWriteError, RecordError
from indexer.lines import TextForm, text_form
from indexer.records import CaseRecord, Citation, Opinion, Passage, Section
from indexer.store.analysis import name_words
from indexer.store.case_finder import TABLES as FINDER_TABLES
from indexer.store.case_finder import citation_rows, name_rows
from indexer.store.citation_links import link_citations
from indexer.store.citation_tables import INSERT_AUTHORITY, INSERT_CITATION, authority_rows
from indexer.store.citation_tables import TABLES as CITATION_TABLES
from indexer.store.citation_tables import citation_rows as cited_rows
from indexer.store.cited_places import TABLE as PLACES_TABLE
from indexer.store.cited_places import write_cited_places
from indexer.store.passage_tables import (
    APPLICATION_ID,
    INDEXES,
    TABLES,
    case_row,
    header_columns,
    section_columns,
    sentence_column,
)
from indexer.store.stored import StoreCounts

_PAGE_BYTES: Final = 8192
_BATCH_PASSAGES: Final = 5_000


@dataclass(slots=True)
class _Counters:
    cases: int = 0
    opinions: int = 0
    sections: int = 0
    passages: int = 0
    characters: int = 0


@dataclass(slots=True)
class _Batch:
    """The rows of one record, all made before the first is written."""

    case: tuple[Any, ...]
    opinions: list[tuple[Any, ...]]
    sections: list[tuple[Any, ...]]
    passages: list[tuple[Any, ...]]
    persons: list[tuple[str, int]]
    citations: list[tuple[Any, ...]]
    names: list[tuple[Any, ...]]
    authorities: list[tuple[Any, ...]] = field(default_factory=list)
    cited: list[tuple[Any, ...]] = field(default_factory=list)
    stripped: list[tuple[int]] = field(default_factory=list)
    characters: int = 0


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        raise IndexWriteError(path, f"SQLite cannot write it ({error})") from error


class PassageWriter:
    """Writes the passage table of one build, record by record; use it as a context manager.

    Memory is bounded by the largest record. The result is a plain file without a journal beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counters = _Counters()
        self._uncommitted = 0
        with _writing(path):
            self._db = sqlite3.connect(path, isolation_level=None)
            # Nobody reads a stage, and publishing syncs it: no journal, no sync here.
            self._db.executescript(
                f"PRAGMA page_size = {_PAGE_BYTES}; PRAGMA journal_mode = OFF;"
                f"PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID};"
                + TABLES
                + FINDER_TABLES
                + CITATION_TABLES
                + PLACES_TABLE
            )
            self._db.execute("BEGIN")

    @property
    def counts(self) -> StoreCounts:
        """What was added so far."""
        c = self._counters
        return StoreCounts(
            cases=c.cases,
            opinions=c.opinions,
            sections=c.sections,
            passages=c.passages,
            characters=c.characters,
        )

    def add(
        self,
        record: CaseRecord,
        sections: Sequence[Sequence[Section]],
        passages: Sequence[Sequence[Passage]],
        citations: Sequence[Sequence[Citation]] = (),
    ) -> None:
        """Append a case: for each opinion its sections, passages in row order, citations.

        Refused with `RecordError`, nothing written: an id that was there before, a date that cannot
        be, text that UTF-8 cannot hold. `ValueError` when the passages or citations do not fit the
        record.
        """
        try:
            self._refuse_known_ids(record)
            batch = self._batch_of(record, sections, passages)
            _add_citations(batch, record, passages, citations)
        except UnicodeEncodeError as error:
            raise RecordError(
                "half of a surrogate pair in its text", place=repr(record.case.id)
            ) from error
        with _writing(self._path):
            self._insert(batch)
            self._count(batch)
            if self._uncommitted >= _BATCH_PASSAGES:
                self._db.execute("COMMIT")
                self._db.execute("BEGIN")
                self._uncommitted = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                with _writing(self._path):
                    self._db.execute("COMMIT")
                    self._db.executescript(INDEXES)
                    link_citations(self._db)
                    write_cited_places(self._db)
        finally:
            self._db.close()

    def _batch_of(
        self,
        record: CaseRecord,
        sections: Sequence[Sequence[Section]],
        passages: Sequence[Sequence[Passage]],
    ) -> _Batch:
        first = self._counters.opinions
        opinions = range(first, first + len(record.opinions))
        try:
            case = case_row(self._counters.cases, record.case, opinions)
        except ValueError as error:
            raise RecordError(str(error), place=repr(record.case.id)) from error
        _require_utf8(case)
        batch = _Batch(
            case=case,
            opinions=[],
            sections=[],
            passages=[],
            persons=[],
            citations=list(citation_rows(case[0], record.case)),
            names=list(name_rows(case[0], record.case)),
        )
        for opinion, parts, cuts in zip(record.opinions, sections, passages, strict=True):
            self._add_opinion(batch, opinion, parts, cuts)
        names = {" ".join(name_words(judge)) for judge in record.case.judges}
        batch.persons += [(name, seq) for seq in opinions for name in sorted(names) if name]
        return batch

    def _add_opinion(
        self,
        batch: _Batch,
        opinion: Opinion,
        sections: Sequence[Section],
        passages: Sequence[Passage],
    ) -> None:
        seq = self._counters.opinions + len(batch.opinions)
        section = self._counters.sections + len(batch.sections)
        row = self._counters.passages + len(batch.passages)
        batch.sections += _section_rows(
            section, seq, sections, _rows_by_section(row, sections, passages)
        )
        batch.passages += _passage_rows(section, row, opinion, passages)
        header = opinion.header
        if header.case_id != batch.case[1]:
            raise ValueError(f"opinion {header.id} names the case {header.case_id}, not its own")
        columns = header_columns(header, opinion.pages)
        _require_utf8((header.id, *columns))
        batch.opinions.append((
            seq, header.id, batch.case[0], *columns, len(opinion.text),
            section, section + len(sections), row, row + len(passages), opinion.text.encode(),
        ))  # fmt: skip
        batch.characters += len(opinion.text)
        if header.author and (name := " ".join(name_words(header.author))):
            batch.persons.append((name, seq))

    def _refuse_known_ids(self, record: CaseRecord) -> None:
        known = self._db.execute(
            "SELECT 1 FROM case_record WHERE id = ?", (record.case.id,)
        ).fetchone()
        if known:
            raise RecordError(f"a case with the id {record.case.id!r} came before it")
        own: set[str] = set()
        for identifier in (opinion.header.id for opinion in record.opinions):
            known = self._db.execute("SELECT 1 FROM opinion WHERE id = ?", (identifier,)).fetchone()
            if known or identifier in own:
                raise RecordError(
                    f"an opinion with the id {identifier!r} came before it",
                    place=repr(record.case.id),
                )
            own.add(identifier)

    def _insert(self, batch: _Batch) -> None:
        run, run_many = self._db.execute, self._db.executemany
        run("INSERT INTO case_record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", batch.case)
        run_many("INSERT INTO opinion VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", batch.opinions)
        run_many("INSERT INTO section VALUES (?,?,?,?,?,?,?,?,?,?,?)", batch.sections)
        run_many("INSERT OR IGNORE INTO case_citation VALUES (?,?,?)", batch.citations)
        run_many("INSERT INTO case_name VALUES (?,?,?,?)", batch.names)
        run_many("INSERT INTO passage VALUES (?,?,?,?,?,?,?,?,?)", batch.passages)
        run_many(
            "INSERT OR IGNORE INTO person (words) VALUES (?)", [(n,) for n, _ in batch.persons]
        )
        run_many(
            "INSERT OR IGNORE INTO opinion_person SELECT id, ?2 FROM person WHERE words = ?1",
            batch.persons,
        )
        run_many(INSERT_AUTHORITY, batch.authorities)
        run_many(INSERT_CITATION, batch.cited)
        run_many("INSERT INTO stripped VALUES (?)", batch.stripped)

    def _count(self, batch: _Batch) -> None:
        self._counters.cases += 1
        self._counters.opinions += len(batch.opinions)
        self._counters.sections += len(batch.sections)
        self._counters.passages += len(batch.passages)
        self._counters.characters += batch.characters
        self._uncommitted += len(batch.passages) + 1


def _add_citations(
    batch: _Batch,
    record: CaseRecord,
    passages: Sequence[Sequence[Passage]],
    citations: Sequence[Sequence[Citation]],
) -> None:
    """Add the citations of each opinion, whose rows are made; and which opinions are stripped."""
    every = citations or [()] * len(record.opinions)
    made = zip(batch.opinions, record.opinions, every, passages, strict=True)
    for (seq, *_), opinion, cited, cuts in made:
        batch.authorities += authority_rows(cited)
        batch.cited += cited_rows(seq, opinion, cited, cuts)
        if text_form(opinion.text) is TextForm.STRIPPED:
            batch.stripped.append((seq,))
    for columns in batch.cited:
        _require_utf8(columns)


def _require_utf8(columns: Sequence[Any]) -> None:
    for column in columns:
        if isinstance(column, str):
            column.encode()


def _rows_by_section(
    row: int, sections: Sequence[Section], passages: Sequence[Passage]
) -> list[tuple[int, int]]:
    """Return the row range of each section; passages must come section by section."""
    counts = [0] * len(sections)
    before = 0
    for passage in passages:
        if not before <= passage.section < len(sections):
            raise ValueError(
                f"row {passage.row}: section {passage.section} is out of order or not there"
            )
        before = passage.section
        counts[passage.section] += 1
    ranges = []
    for count in counts:
        ranges.append((row, row + count))
        row += count
    return ranges


def _section_rows(
    first: int, opinion: int, sections: Sequence[Section], rows: Sequence[tuple[int, int]]
) -> list[tuple[Any, ...]]:
    made = [
        (first + place, opinion, *section_columns(section), *rows[place])
        for place, section in enumerate(sections)
    ]
    for columns in made:
        _require_utf8(columns)
    return made


def _passage_rows(
    first_section: int, row: int, opinion: Opinion, passages: Sequence[Passage]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an opinion's passages; each knows its bytes as well as its code points."""
    text, at, at_byte = opinion.text, 0, 0
    for place, passage in enumerate(passages):
        span = passage.span
        if passage.row != row + place:
            raise ValueError(f"row {passage.row} came where row {row + place} is due")
        if (
            passage.opinion_id != opinion.header.id
            or span.start < at
            or span.of(text) != passage.text
        ):
            raise ValueError(f"row {passage.row}: not the opinion's text, or not in its order")
        data = passage.text.encode()
        start = at_byte + len(text[at : span.start].encode())
        at, at_byte = span.end, start + len(data)
        yield (
            passage.row, first_section + passage.section, span.start, span.end, start, at_byte,
            passage.tokens, hashlib.sha256(data).digest(), sentence_column(passage.sentences),
        )  # fmt: skip
