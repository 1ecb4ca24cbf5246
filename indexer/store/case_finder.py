"""Finding cases by what lawyers call them: reporter, volume and page, or the names of the parties.

The tables of ``passages.sqlite`` that serve this, their rows and their reader.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import numpy as np

from indexer.records import Case, NameSource, PageMark, Span
from indexer.reporters import parse_citation
from indexer.store.analysis import fold, name_words
from indexer.store.connections import Connections
from indexer.store.passage_tables import pages_of
from indexer.store.ranking import Rows

TABLES: Final = """
CREATE TABLE case_citation (
    series TEXT NOT NULL, page INTEGER NOT NULL, case_seq INTEGER NOT NULL,
    PRIMARY KEY (series, page, case_seq)
) WITHOUT ROWID;
CREATE TABLE case_name (
    word TEXT NOT NULL, side INTEGER NOT NULL, case_seq INTEGER NOT NULL, words INTEGER NOT NULL,
    PRIMARY KEY (word, side, case_seq)
) WITHOUT ROWID;
"""
"""A word of a name stands on the side of the first (0) or the second party (1); ``words`` counts both
sides. A name without parties (``In re Gault``) is one entry of side 2."""

_NUMBER: Final = re.compile(r"[0-9]{1,9}")
LAST_PAGE: Final = 10**9
"""Greater numbers name no page."""
_VERSUS: Final = frozenset({"v", "vs", "versus"})
_OTHERS: Final = frozenset({"et", "al", "ux", "vir"})
_UNITED_STATES: Final = {("us",), ("u", "s"), ("usa",), ("u", "s", "a")}
_LONGEST_NAME: Final = 600
"""Characters; no question that is longer is only a name."""
_MOST_CASES: Final = 20
"""A name that more cases bear says too little to single them out."""
_MOST_BEARERS: Final = 5_000
"""Nor is a name looked for whose rarest word is in more names than this: ``state v. state``."""

_SERIES: Final = "SELECT DISTINCT series FROM case_citation WHERE case_seq = ? ORDER BY 1"
_STANDING: Final = 'SELECT row FROM passage WHERE row >= ? AND row < ? AND start < ? AND "end" > ?'
_COUNT: Final = "SELECT count(*) FROM (SELECT 1 FROM case_name WHERE word = ? AND side = ? LIMIT ?)"
_ALSO: Final = "EXISTS (SELECT 1 FROM case_name AS o WHERE o.word = ? AND o.side = ? AND o.case_seq = n.case_seq)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCase:
    """A case, and the rows of its passages."""

    seq: int
    """Its position in the build."""
    rows: range


def series_key(volume: str, reporter: str) -> str:
    """Return what all spellings of a volume have in common: ``392 U. S.`` gives ``392_us``."""
    letters = re.sub(r"\([^()]*\)|\W|_", "", reporter)
    return f"{volume}_{fold(letters)}"


def citation_rows(seq: int, case: Case) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``case_citation`` of a case."""
    for text in case.citations:
        cited = parse_citation(text)
        if cited is not None and cited.page < LAST_PAGE:
            yield series_key(cited.volume, cited.reporter), cited.page, seq


def name_rows(seq: int, case: Case) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``case_name`` of a case; a name that was only inferred has none."""
    words = name_words(case.name)
    if case.name_source is NameSource.INFERRED or not words:
        return
    parties = _parties(words)
    if parties is None:
        yield " ".join(words), 2, seq, 1
        return
    sided = _sided(parties)
    yield from ((word, side, seq, len(sided)) for word, side in sided)


def sided_words(name: str) -> list[tuple[str, int]]:
    """Return the words of a name with their sides, as ``case_name`` has them; none of no words."""
    words = name_words(name) if len(name) <= _LONGEST_NAME else []
    parties = _parties(words)
    whole = [(" ".join(words), 2)] if words else []
    return whole if parties is None else _sided(parties)


def cases_named(db: sqlite3.Connection, name: str) -> list[int]:
    """Return the positions of the cases of that name, as `CaseFinder.named` finds them."""
    wanted = sided_words(name)
    bearers = _bearers(db, wanted) if wanted else []
    exact = [seq for seq, count in bearers if count == len(wanted)]
    chosen = exact or [seq for seq, _ in bearers]
    return chosen if len(chosen) <= _MOST_CASES else []


class CaseFinder:
    """Looks cases up; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def beginning_at(self, series: str, page: int) -> list[FoundCase]:
        """Return the cases reported from that page on; ``series`` comes from `series_key`."""
        with self._connections.lend() as db:
            found = db.execute(
                "SELECT case_seq FROM case_citation WHERE series = ? AND page = ?", (series, page)
            ).fetchall()
            return [found_case(db, seq) for (seq,) in found]

    def reaching(self, series: str, page: int) -> list[FoundCase]:
        """Return the case that begins before that page and has a mark of it or of a later one.

        Without such a mark nobody knows where it ends, and nothing is returned.
        """
        with self._connections.lend() as db:
            found = db.execute(
                "SELECT case_seq FROM case_citation WHERE series = ?1 AND page = ("
                "SELECT max(page) FROM case_citation WHERE series = ?1 AND page < ?2)",
                (series, page),
            ).fetchall()
            return [found_case(db, seq) for (seq,) in found if _last_page(db, seq, series) >= page]

    def rows_on_page(self, case: FoundCase, series: str, page: int) -> Rows:
        """Return the rows, ascending, that stand on a page of ``case``; none where no mark tells."""
        with self._connections.lend() as db:
            found = {
                row for opinion in _opinions(db, case.seq) for row in opinion.on(db, series, page)
            }
        return np.array(sorted(found), dtype=np.int64)

    def named(self, name: str) -> list[FoundCase]:
        """Return the cases of that name, in the order of the build: all its words on their sides.

        Those with no further word in their names, if there are any; else those with more
        (``Kisela v. Hughes`` finds ``Andrew Kisela v. Amy Hughes``). None when there are too many
        to mean one. A name without a ``v.`` must be the whole name.
        """
        with self._connections.lend() as db:
            return [found_case(db, seq) for seq in cases_named(db, name)]


class CasePages:
    """The rows of a case and the pages they stand on, in every reporter that the case is cited by."""

    def __init__(self, db: sqlite3.Connection, seq: int) -> None:
        """Read the case at a position of the build."""
        self.rows: Final = found_case(db, seq).rows
        self._opinions = _opinions(db, seq)
        self._series = [one for (one,) in db.execute(_SERIES, (seq,))]

    def rows_on(self, db: sqlite3.Connection, page: int) -> set[int]:
        """Return the rows on a page of that number; none where no mark tells."""
        return {
            row
            for opinion in self._opinions
            for series in self._series
            for row in opinion.on(db, series, page)
        }


@dataclass(frozen=True, slots=True)
class _Pages:
    """The page marks of an opinion."""

    rows: range
    characters: int
    marks: tuple[PageMark, ...]

    def of(self, series: str) -> list[PageMark]:
        named = {mark.reporter for mark in self.marks}
        wanted = {reporter for reporter in named if series_key(*_volume(reporter)) == series}
        return [mark for mark in self.marks if mark.reporter in wanted]

    def on(self, db: sqlite3.Connection, series: str, page: int) -> Iterator[int]:
        """Yield the rows that stand on a page."""
        for span in self.spans_of(series, page):
            asked = (self.rows.start, self.rows.stop, span.end, span.start)
            yield from (row for (row,) in db.execute(_STANDING, asked))

    def spans_of(self, series: str, page: int) -> Iterator[Span]:
        """Yield where a page stands: in the body, and again among the notes."""
        marks = self.of(series)
        for mark, following in zip_longest(marks, marks[1:]):
            if mark.page == str(page):
                yield Span(mark.start, following.start if following else self.characters)


def _volume(reporter: str) -> tuple[str, str]:
    volume, _, name = reporter.partition(" ")
    return volume, name


def _opinions(db: sqlite3.Connection, seq: int) -> list[_Pages]:
    found = db.execute(
        "SELECT first_row, end_row, characters, pages FROM opinion WHERE case_seq = ? ORDER BY seq",
        (seq,),
    )
    return [_Pages(range(first, end), length, pages_of(raw)) for first, end, length, raw in found]


def _last_page(db: sqlite3.Connection, seq: int, series: str) -> int:
    pages = (mark.page for opinion in _opinions(db, seq) for mark in opinion.of(series))
    return max((int(page) for page in pages if _NUMBER.fullmatch(page)), default=0)


def found_case(db: sqlite3.Connection, seq: int) -> FoundCase:
    """Return the case at a position of the build."""
    first, end = db.execute(
        "SELECT min(first_row), max(end_row) FROM opinion WHERE case_seq = ?", (seq,)
    ).fetchone()
    return FoundCase(seq=seq, rows=range(first, end))


def _parties(words: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return the words of both parties; `None` where there is no ``v.`` between two."""
    for place, word in enumerate(words):
        if word in _VERSUS:
            first, second = party_words(words[:place]), party_words(words[place + 1 :])
            if first and second:
                return first, second
    return None


def party_words(words: Sequence[str]) -> list[str]:
    """Return the words that name a party: without ``et al.``; the United States under one name."""
    kept = [word for word in words if word not in _OTHERS]
    return ["united", "states"] if tuple(kept) in _UNITED_STATES else kept


def _sided(parties: tuple[list[str], list[str]]) -> list[tuple[str, int]]:
    return sorted({(word, side) for side, party in enumerate(parties) for word in party})


def _bearers(db: sqlite3.Connection, wanted: Sequence[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return the positions of the names that hold all of ``wanted``, and how much each name holds."""
    counted = [(db.execute(_COUNT, (*one, _MOST_BEARERS + 1)).fetchone()[0], one) for one in wanted]
    fewest, rarest = min(counted)
    if not 0 < fewest <= _MOST_BEARERS:
        return []
    others = [one for one in wanted if one != rarest]
    conditions = " AND ".join(["n.word = ? AND n.side = ?", *[_ALSO] * len(others)])
    found = db.execute(
        f"SELECT n.case_seq, n.words FROM case_name AS n WHERE {conditions} ORDER BY 1",  # noqa: S608
        [*rarest, *(value for one in others for value in one)],
    )
    return [(int(seq), int(words)) for seq, words in found]
