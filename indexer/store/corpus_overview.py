"""Counting what a build holds, for a look at the whole of it: courts, years, sections, voices."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from indexer.store.connections import Connections
from indexer.store.passage_facets import facets_of
from indexer.store.section_table import court_names
from indexer.store.stored import Facets

_COURT_YEARS: Final = """
SELECT court_id, CAST(substr(date_first, 1, 4) AS INTEGER), count(*) FROM case_record
WHERE date_first IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
_UNKNOWN: Final = """
SELECT count(*) FILTER (WHERE date_first IS NULL), count(*) FILTER (WHERE court_id IS NULL)
FROM case_record
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtCount:
    """A court, and how much of the build is from it."""

    id: str
    name: str | None
    citation_string: str | None
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How much of a build is of which court, year, part and voice."""

    courts: tuple[CourtCount, ...]
    """Those with most cases first."""
    years: tuple[tuple[str | None, int, int], ...]
    """Court (`None`: not known), year of the date filed, cases; ascending, dated cases only."""
    undated: int
    """Cases without a date."""
    courtless: int
    """Cases without a court."""
    sections: Mapping[str, int]
    """By role, most first."""
    opinions: Mapping[str, int]
    """By type, most first."""
    statuses: Mapping[str, int]
    """Cases by status, most first."""


class CorpusOverview:
    """Counts a build once, and remembers; any number of threads may ask."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.overview = lru_cache(1)(self._count)

    def _count(self) -> Overview:
        with self._connections.lend() as db:
            facets = facets_of(db)
            undated, courtless = db.execute(_UNKNOWN).fetchone()
            return Overview(
                courts=_courts(db, facets),
                years=tuple(db.execute(_COURT_YEARS).fetchall()),
                undated=undated,
                courtless=courtless,
                sections=facets.section_role,
                opinions=facets.opinion_type,
                statuses=facets.status,
            )


def _courts(db: sqlite3.Connection, facets: Facets) -> tuple[CourtCount, ...]:
    names = court_names(db)
    return tuple(
        CourtCount(id=court, name=names[court][0], citation_string=names[court][1], cases=cases)
        for court, cases in facets.court.items()
    )
