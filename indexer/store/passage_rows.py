"""What is asked of many rows of ``passages.sqlite`` at once, without their words."""

import json
from collections.abc import Collection
from typing import Final

import numpy as np

from indexer.errors import NotInIndexError
from indexer.records import SectionRole, Span
from indexer.store.connections import Connections
from indexer.store.ranking import Rows, rows_of_ranges

_HASHES: Final = """
SELECT p.row, p.text_sha256 FROM json_each(?) AS wanted CROSS JOIN passage AS p ON p.row = wanted.value
"""
# A join in this order: the planner would rather read every section of these roles.
_IN_ROLES: Final = """
SELECT s.first_row, s.end_row FROM json_each(?) AS wanted
CROSS JOIN opinion AS o ON o.case_seq = wanted.value
CROSS JOIN section AS s ON s.seq >= o.first_section AND s.seq < o.end_section
WHERE s.role IN (SELECT value FROM json_each(?))
"""
_OVERLAPPING: Final = """
SELECT row FROM passage WHERE row >= ? AND row < ? AND start < ? AND "end" > ? ORDER BY row
"""


class PassageRows:
    """Columns of the passage table of one build."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def hashes_of(self, rows: Rows) -> list[bytes]:
        """Return the SHA-256 of the text of each of ``rows``; `NotInIndexError` for a row too many."""
        wanted = rows.tolist()
        with self._connections.lend() as db:
            found = dict(db.execute(_HASHES, (json.dumps(wanted),)))
        try:
            return [found[row] for row in wanted]
        except KeyError as error:
            raise NotInIndexError("row", str(error)) from error

    def in_roles(self, cases: Rows, roles: Collection[SectionRole]) -> Rows:
        """Return the rows of ``cases``, positions in the build, in sections of ``roles``, as a set."""
        asked = json.dumps(np.unique(cases).tolist()), json.dumps(sorted(roles))
        with self._connections.lend() as db:
            ranges = db.execute(_IN_ROLES, asked).fetchall()
        return rows_of_ranges(np.array(ranges, dtype=np.int64).reshape(len(ranges), 2))

    def overlapping(self, rows: range, span: Span) -> Rows:
        """Return those of one opinion's ``rows`` whose passages share a character with ``span``."""
        with self._connections.lend() as db:
            found = db.execute(_OVERLAPPING, (rows.start, rows.stop, span.end, span.start))
            return np.array([row for (row,) in found], dtype=np.int64)
