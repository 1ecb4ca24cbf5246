"""What filters ask of each section of a build, as columns: for counting without reading a word."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from indexer.store.connections import Connections
from indexer.store.ranking import Rows

_SECTIONS: Final = """
SELECT s.first_row, s.end_row - s.first_row, o.case_seq, o.type, s.role
FROM section AS s JOIN opinion AS o ON o.seq = s.opinion_seq
WHERE s.end_row > s.first_row ORDER BY s.first_row
"""
_CASES: Final = """
SELECT court_id, status, substr(date_first, 1, 4), replace(date_first, '-', ''), replace(date_last, '-', '')
FROM case_record ORDER BY seq
"""
_COURTS: Final = """
SELECT court_id, court, court_citation_string, min(seq) FROM case_record
WHERE court_id IS NOT NULL GROUP BY court_id
"""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts as numbers."""

    values: tuple[str, ...]
    """Its different values, ascending."""
    codes: npt.NDArray[np.int64]
    """For each line the place of its value in ``values``, -1 for none."""

    @classmethod
    def of(cls, column: Sequence[str | None]) -> Self:
        """Give each value of ``column`` a number."""
        values = tuple(sorted({value for value in column if value is not None}))
        places = {value: place for place, value in enumerate(values)}
        codes = (-1 if value is None else places[value] for value in column)
        return cls(values=values, codes=np.fromiter(codes, np.int64, len(column)))

    def is_one_of(self, wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Say of each line whether its value is among ``wanted``."""
        asked = frozenset(wanted)
        hits = np.array([*(value in asked for value in self.values), False], np.bool_)
        return hits[self.codes]  # -1 is the last one


@dataclass(frozen=True, slots=True, eq=False)
class SectionTable:
    """The sections that have passages, in the order of their rows, and the cases by position."""

    first_rows: Rows
    sizes: Rows
    """How many passages each has."""
    cases: Rows
    """Positions of their cases."""
    types: Coded
    """Of the section's opinion."""
    roles: Coded
    courts: Coded
    """By case, as are the columns below."""
    statuses: Coded
    years: Coded
    """Of the first day that the date filed may mean."""
    first_days: npt.NDArray[np.int64]
    """``yyyymmdd``; 0 where no date is known."""
    last_days: npt.NDArray[np.int64]
    names: dict[str, tuple[str | None, str | None]]
    """Court id → name, and form in citations, as the first of its cases has them."""

    def sizes_of(self, rows: Rows) -> Rows:
        """Return how many of the ascending set ``rows`` each section has."""
        places = np.searchsorted(self.first_rows, rows, side="right") - 1
        return np.bincount(places, minlength=len(self.first_rows))


class SectionTables:
    """Reads the table of a build once."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._read_once = lru_cache(1)(self._read)

    def read(self) -> SectionTable:
        """Return the table; the first call reads a line for each section of the build."""
        return self._read_once()

    def _read(self) -> SectionTable:
        with self._connections.lend() as db:
            return _table(db)


def _table(db: sqlite3.Connection) -> SectionTable:
    sections = db.execute(_SECTIONS).fetchall()
    first_rows, sizes, cases, types, roles = zip(*sections, strict=True) if sections else [()] * 5
    of_cases = db.execute(_CASES).fetchall()
    courts, statuses, years, first, last = zip(*of_cases, strict=True) if of_cases else [()] * 5
    return SectionTable(
        first_rows=np.array(first_rows, np.int64),
        sizes=np.array(sizes, np.int64),
        cases=np.array(cases, np.int64),
        types=Coded.of(types),
        roles=Coded.of(roles),
        courts=Coded.of(courts),
        statuses=Coded.of(statuses),
        years=Coded.of(years),
        first_days=np.array([int(day or 0) for day in first], np.int64),
        last_days=np.array([int(day or 0) for day in last], np.int64),
        names=court_names(db),
    )


def court_names(db: sqlite3.Connection) -> dict[str, tuple[str | None, str | None]]:
    """Return, by court id, the court's name and its form in citations, as the first of its cases has them."""
    return {court: (name, cited) for court, name, cited, _ in db.execute(_COURTS)}
