"""Where passages point to: the cases of the build that they cite, and the pages named there."""

import json
import re
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np

from indexer.pins import page_ranges
from indexer.store.case_finder import CasePages
from indexer.store.connections import Connections
from indexer.store.ranking import Rows

TABLE: Final = """
CREATE TABLE cited_place (
    passage_row INTEGER NOT NULL, case_seq INTEGER NOT NULL,
    first_row INTEGER NOT NULL, end_row INTEGER NOT NULL,
    pinned BLOB NOT NULL,  -- uint32, from first_row
    PRIMARY KEY (passage_row, case_seq)
) WITHOUT ROWID;
"""
"""What `CitedPlaces` tells, told at the end of the build: the rows of each case that a passage cites,
and those of them on the pages that it names."""

_INSERT: Final = "INSERT INTO cited_place VALUES (?,?,?,?,?)"
_KEPT: Final = """
SELECT p.passage_row, p.first_row, p.end_row, p.pinned FROM json_each(?) AS wanted
CROSS JOIN cited_place AS p ON p.passage_row = wanted.value ORDER BY p.passage_row, p.case_seq
"""
_EVERY: Final = """
SELECT DISTINCT c.case_seq, c.passage_row, c.pin FROM citation AS c
JOIN opinion AS o ON o.seq = c.opinion_seq
WHERE c.case_seq IS NOT NULL AND c.case_seq <> o.case_seq ORDER BY 1, 2, 3
"""
_CITED: Final = """
SELECT DISTINCT c.passage_row, c.case_seq, c.pin
FROM json_each(?) AS wanted CROSS JOIN citation AS c ON c.passage_row = wanted.value
JOIN opinion AS o ON o.seq = c.opinion_seq
WHERE c.case_seq IS NOT NULL AND c.case_seq <> o.case_seq
ORDER BY 1, 2, 3
"""
_NO_ROWS: Final[Rows] = np.empty(0, np.int64)
_REMEMBERED_CASES: Final = 256
_NOT_PAGES: Final = re.compile(r"(?:and\s+)?\b(?:nn?|notes?)\b\.?.*|§.*|\*.*|.*\bslip\b.*")
_MOST_PAGES: Final = 5
"""Of one pin cite: one that names more singles none out."""


class CitedPlace(NamedTuple):
    """One passage's citation of another case."""

    by: int
    """Row of the passage that cites."""
    case: range
    """Rows of the case that is cited."""
    rows: Rows
    """Those of them on the pages that are named, ascending; none where no page is."""


class CitedPlaces:
    """Looks up where passages point to; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._is_told = lru_cache(1)(self._has_table)
        self._case = lru_cache(_REMEMBERED_CASES)(self._read_case)

    def of(self, rows: Rows) -> list[CitedPlace]:
        """Return what the passages ``rows`` cite of other cases of the build, by row and case."""
        asked = json.dumps(np.unique(rows).tolist())
        if not self._is_told():
            return self._worked_out(asked)
        with self._connections.lend() as db:
            found = db.execute(_KEPT, (asked,)).fetchall()
        return [
            CitedPlace(
                by,
                range(first, end),
                np.frombuffer(pinned, "<u4").astype(np.int64) + first if pinned else _NO_ROWS,
            )
            for by, first, end, pinned in found
        ]

    def _worked_out(self, asked: str) -> list[CitedPlace]:
        """Return the same of a build of format 3, which has no such table."""
        with self._connections.lend() as db:
            found = db.execute(_CITED, (asked,)).fetchall()
            places = []
            for (by, seq), group in groupby(found, key=itemgetter(0, 1)):
                case = self._case(seq)
                places.append(CitedPlace(by, case.rows, _pinned(db, case, [g[2] for g in group])))
            return places

    def _has_table(self) -> bool:
        with self._connections.lend() as db:
            known = "SELECT count(*) FROM sqlite_master WHERE name = 'cited_place'"
            return bool(db.execute(known).fetchone()[0])

    def _read_case(self, seq: int) -> CasePages:
        with self._connections.lend() as db:
            return CasePages(db, seq)


def write_cited_places(db: sqlite3.Connection) -> None:
    """Fill the table, when it is told which cases are cited."""
    db.execute("BEGIN")
    every = db.execute(_EVERY)
    for seq, of_case in groupby(every, key=itemgetter(0)):
        case = CasePages(db, seq)
        for by, group in groupby(of_case, key=itemgetter(1)):
            pinned = _pinned(db, case, [pin for _, _, pin in group]) - case.rows.start
            ends = case.rows.start, case.rows.stop
            db.execute(_INSERT, (by, seq, *ends, pinned.astype("<u4").tobytes()))
    db.execute("COMMIT")


def _pinned(db: sqlite3.Connection, case: CasePages, pins: Sequence[str | None]) -> Rows:
    """Return the rows of a case on the pages that ``pins`` name, ascending."""
    pages = {page for pin in pins for page in pinned_pages(pin or "")}
    return np.array(sorted({row for page in pages for row in case.rows_on(db, page)}), np.int64)


def pinned_pages(pin: str) -> Sequence[int]:
    """Return the pages that a pin cite names: ``240-42`` is 240, 241 and 242; none of ``n. 3``.

    None either where it names more than a few, a section, or pages of a slip opinion.
    """
    ranges = page_ranges(_NOT_PAGES.sub("", pin).replace("\u2014", "-"))
    each = (range(first, min(last, first + _MOST_PAGES) + 1) for first, last in ranges)
    pages = list(dict.fromkeys(chain.from_iterable(each)))
    return pages if len(pages) <= _MOST_PAGES else []
