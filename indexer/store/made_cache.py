"""Digest of what was given → what was made of it, as bytes, across builds."""

import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from indexer.store.cache_file import CacheFile

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS made (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, crc INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS used (id INTEGER PRIMARY KEY, build_id TEXT NOT NULL);
"""
_PROBE: Final = "SELECT digest, crc, data, build_id FROM made NATURAL JOIN used LIMIT 1"
_USE: Final = "INSERT OR REPLACE INTO used VALUES (?, ?)"
_NOTED_AT_ONCE: Final = 512


class MadeCache(CacheFile):
    """What was made, by digest, and which build asked for it last; for one thread.

    What was put survives a kill. An entry whose checksum is wrong counts as absent. Where the file
    can be neither read nor replaced, nothing is remembered.
    """

    def __init__(
        self, root: Path, build_id: str, *, warn: Callable[[str], None] = lambda _: None
    ) -> None:
        """Open or make ``ROOT/cache/cuts.sqlite`` for the build ``build_id``; such ids sort by time."""
        self._build_id = build_id
        self._asked: list[int] = []
        self._lasts = True
        super().__init__(
            root,
            "cuts.sqlite",
            what="cache of what was cut",
            tables=_TABLES,
            probe=_PROBE,
            warn=warn,
        )

    def get(self, digest: bytes) -> bytes | None:
        """Return what was put under ``digest``, or None."""
        statement = "SELECT id, crc, data FROM made WHERE digest = ?"
        try:
            found = self._db.execute(statement, (digest,)).fetchone()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return None
        if found is None or zlib.crc32(found[2]) != found[1]:
            return None
        self._asked.append(found[0])
        if len(self._asked) >= _NOTED_AT_ONCE:
            self.note()
        return bytes(found[2])

    def put(self, digest: bytes, data: bytes) -> None:
        """Keep ``data`` under ``digest``; committed on return."""
        if self._lasts:
            self._change(lambda: self._put(digest, data))

    def note(self) -> None:
        """Note which entries this build asked for: all so far."""
        asked, self._asked = self._asked, []
        self._change(
            lambda: self._db.executemany(_USE, ((one, self._build_id) for one in asked)).rowcount
        )

    def prune(self, *, before: str) -> int:
        """Forget what only builds older than ``before`` asked for; return how many entries."""
        gone = self._change(lambda: self._prune(before))
        if gone:
            self._vacuum()
        return gone

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM made").fetchone()[0])

    def _put(self, digest: bytes, data: bytes) -> int:
        self._db.execute("DELETE FROM made WHERE digest = ?", (digest,))
        statement = "INSERT INTO made (digest, crc, data) VALUES (?, ?, ?)"
        made = self._db.execute(statement, (digest, zlib.crc32(data), data))
        return self._db.execute(_USE, (made.lastrowid, self._build_id)).rowcount

    def _prune(self, before: str) -> int:
        self._db.execute("DELETE FROM used WHERE build_id < ?", (before,))
        return self._db.execute("DELETE FROM made WHERE id NOT IN (SELECT id FROM used)").rowcount

    def _in_memory(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        self._lasts = False
        return super()._in_memory(error)
