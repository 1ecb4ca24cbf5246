"""A file of remembered results beside the builds: its loss costs time, and never a build."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from indexer.store.files import CACHE, write_errors

_KIND: Final = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
"""
_NOT_DAMAGE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Primary codes of SQLite that speak of the disk or of others, not of what the file holds."""


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # absent where Python raised it
    return (code & 0xFF) not in _NOT_DAMAGE


class CacheFile:
    """An SQLite file in ``ROOT/cache``; for one thread.

    What was committed survives a kill. A file that cannot be read, or written to, is never a reason
    for a build to fail, and ``warn`` is told. Damaged, it is moved aside, and the cache starts empty;
    on a disk that is full or read-only it stays as it is, and the build goes on without it.
    """

    def __init__(
        self,
        root: Path,
        name: str,
        *,
        what: str,
        tables: str,
        probe: str,
        warn: Callable[[str], None],
    ) -> None:
        """Open or make the file ``name``, a ``what``, with ``tables``, which answer ``probe``."""
        self._path = root / CACHE / name
        self._what = what
        self._tables = _KIND + tables
        self._probe = probe
        self._warn = warn
        with write_errors(root):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        self._db = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def _change(self, change: Callable[[], int]) -> int:
        """Do all of ``change`` or nothing; 0 when the file cannot be written."""
        try:
            with self._db:
                return change()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return 0

    def _vacuum(self) -> None:
        with suppress(sqlite3.DatabaseError):  # what is free stays in the file
            self._db.execute("PRAGMA incremental_vacuum").fetchall()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            return self._anew(error)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path)
        try:
            db.executescript(self._tables)
            db.execute(self._probe).fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _start_anew(self, error: sqlite3.DatabaseError) -> None:
        self._db.close()
        self._db = self._anew(error)

    def _in_memory(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        self._warn(f"{self._path}: {error}; this build goes on without its {self._what}")
        db = sqlite3.connect(":memory:")
        db.executescript(self._tables)
        return db

    def _anew(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Move a damaged file aside and start an empty one; where that cannot be, one in memory."""
        if not _is_damage(error):
            return self._in_memory(error)
        aside = self._path.with_suffix(f".{uuid4().hex[:8]}.bad")
        try:
            self._path.replace(aside)
            for suffix in ("-wal", "-shm"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            db = self._connect()
        except (OSError, sqlite3.DatabaseError):
            return self._in_memory(error)
        self._warn(f"{self._path}: {error}; moved to {aside.name}, the {self._what} starts empty")
        return db
