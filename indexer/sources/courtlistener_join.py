"""CourtListener's objects, in whatever order they come, put together on disk: one case at a time.

Nothing but the case at hand is in memory. The disk holds, compressed and in a temporary folder,
the one rendering of each opinion that is read.
"""

import json
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from indexer.errors import RecordError
from indexer.sources.courtlistener_case import Parts, case_id_of, case_of_parts
from indexer.sources.delivered import Delivered
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.streams import UnreadableError

_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
PRAGMA temp_store = FILE;
CREATE TABLE opinion (cluster TEXT, id TEXT UNIQUE, place TEXT, fields BLOB);
CREATE TABLE cluster (id TEXT PRIMARY KEY, docket TEXT, place TEXT, fields BLOB);
CREATE TABLE docket (id TEXT PRIMARY KEY, fields BLOB);
CREATE TABLE citation (cluster TEXT, words TEXT);
"""
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS opinions_of ON opinion (cluster)",
    "CREATE INDEX IF NOT EXISTS citations_of ON citation (cluster)",
    "CREATE INDEX IF NOT EXISTS clusters_of ON cluster (docket)",
)


class CaseJoin:
    """Opinions, clusters, dockets and citations on their way to cases; see `joining`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)
        database.execute("BEGIN")

    def add_opinion(self, cluster_id: str, given: str | None, fields: Any, place: str) -> bool:
        """Add an opinion; `False` where one of that id is there already."""
        row = (cluster_id, given, place, _packed(fields))
        return self._insert("INSERT OR IGNORE INTO opinion VALUES (?, ?, ?, ?)", row)

    def add_cluster(self, given: str, docket: str | None, fields: Any, place: str) -> bool:
        """Add a cluster; `False` where one of that id is there already."""
        row = (given, docket, place, _packed(fields))
        return self._insert("INSERT OR IGNORE INTO cluster VALUES (?, ?, ?, ?)", row)

    def add_docket(self, given: str, fields: Any) -> bool:
        """Add a docket; `False` where one of that id is there already."""
        return self._insert("INSERT OR IGNORE INTO docket VALUES (?, ?)", (given, _packed(fields)))

    def add_citation(self, cluster_id: str, words: str) -> None:
        """Add one citation of a cluster."""
        self._insert("INSERT INTO citation VALUES (?, ?)", (cluster_id, words))

    def index(self) -> None:
        """Make look-ups fast; for when all opinions are in."""
        with _on_disk():
            for statement in _INDEXES:
                self._database.execute(statement)

    def has_opinion(self, cluster_id: str) -> bool:
        """Whether an opinion of that cluster has come."""
        return self._one("SELECT 1 FROM opinion WHERE cluster = ?", cluster_id) is not None

    def docket_wanted(self, docket_id: str) -> bool:
        """Whether a cluster that has come stands in that docket."""
        return self._one("SELECT 1 FROM cluster WHERE docket = ?", docket_id) is not None

    def cases(self) -> Iterator[Delivered | Refused]:
        """Yield every case whose opinions have come, in the order of their first; then what is left."""
        self.index()
        order = "SELECT cluster, MIN(rowid) FROM opinion GROUP BY cluster ORDER BY 2"
        with _on_disk():
            clusters = self._database.execute(order)
        while True:
            with _on_disk():
                row = clusters.fetchone()
            if row is None:
                break
            yield from self._case(row[0])
        alone = "SELECT id, place FROM cluster WHERE id NOT IN (SELECT cluster FROM opinion)"
        for cluster_id, place in self._database.execute(alone):
            reason = "a cluster without its opinions: those are only links here; give them too"
            yield Refused(place=place, reason=reason, case_id=f"cl-{cluster_id}")

    def _case(self, cluster_id: str) -> Iterator[Delivered | Refused]:
        opinions = self._rows(
            "SELECT place, fields FROM opinion WHERE cluster = ? ORDER BY rowid", cluster_id
        )
        cluster = self._one("SELECT docket, fields FROM cluster WHERE id = ?", cluster_id)
        docket = cluster and self._one("SELECT fields FROM docket WHERE id = ?", cluster[0])
        cited = self._rows("SELECT words FROM citation WHERE cluster = ?", cluster_id)
        parts = Parts(
            cluster_id=cluster_id,
            opinions=[_unpacked(fields) for _, fields in opinions],
            cluster=_unpacked(cluster[1]) if cluster else {},
            docket=_unpacked(docket[0]) if docket else {},
            citations=[words for (words,) in cited],
        )
        yield from delivered(parts, opinions[0][0])

    def _insert(self, statement: str, row: tuple[Any, ...]) -> bool:
        with _on_disk():
            return self._database.execute(statement, row).rowcount == 1

    def _one(self, query: str, key: str | None) -> Any:
        with _on_disk():
            return self._database.execute(query, (key,)).fetchone()

    def _rows(self, query: str, key: str) -> list[Any]:
        with _on_disk():
            return self._database.execute(query, (key,)).fetchall()


def delivered(parts: Parts, place: str) -> Iterator[Delivered | Refused]:
    """Yield the case of ``parts``, and what of it is left out."""
    try:
        with one_record():
            case, reasons = case_of_parts(parts)
    except RecordError as error:
        yield Refused(place=place, reason=error.reason, case_id=f"cl-{parts.cluster_id}")
        return
    yield Delivered(place=place, case=case)
    for reason in reasons:
        yield Refused(place=place, reason=reason, case_id=case_id_of(parts.cluster_id))


@contextmanager
def joining() -> Iterator[CaseJoin]:
    """Hand out an empty `CaseJoin` in a temporary folder, which is deleted after."""
    with tempfile.TemporaryDirectory(prefix="cases-") as folder:
        path = Path(folder) / "join.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            yield CaseJoin(database)


@contextmanager
def _on_disk() -> Iterator[None]:
    """Say what to do when the temporary folder is full."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UnreadableError(
            f"the tables cannot be put together in {tempfile.gettempdir()} ({error}); "
            "set TMPDIR to a folder with more space"
        ) from error


def _packed(fields: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(fields).encode(), 1)


def _unpacked(data: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(zlib.decompress(data))
    return fields
