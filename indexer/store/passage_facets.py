"""How often each value of a filter occurs in ``passages.sqlite``."""

import sqlite3
from typing import Final

from indexer.store.stored import Facets

_COURTS: Final = """
SELECT court_id, count(*) AS n FROM case_record WHERE court_id IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1
"""
_STATUSES: Final = """
SELECT status, count(*) AS n FROM case_record WHERE status IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1
"""
_YEARS: Final = """
SELECT substr(date_first, 1, 4), count(*) FROM case_record
WHERE date_first IS NOT NULL GROUP BY 1 ORDER BY 1
"""
_TYPES: Final = "SELECT type, count(*) AS n FROM opinion GROUP BY 1 ORDER BY n DESC, 1"
_ROLES: Final = "SELECT role, count(*) AS n FROM section GROUP BY 1 ORDER BY n DESC, 1"


def facets_of(db: sqlite3.Connection) -> Facets:
    """Count the values of the filters."""
    return Facets(
        court=_tally(db, _COURTS),
        status=_tally(db, _STATUSES),
        year=_tally(db, _YEARS),
        opinion_type=_tally(db, _TYPES),
        section_role=_tally(db, _ROLES),
    )


def _tally(db: sqlite3.Connection, statement: str) -> dict[str, int]:
    return {value: int(count) for value, count in db.execute(statement)}
