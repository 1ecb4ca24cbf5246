"""Read-only SQLite connections, lent to one thread at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from indexer.errors import IndexCorruptError, IndexOpenError

_SHAREABLE: Final = sqlite3.threadsafety == 3
"""Whether SQLite was compiled so that threads may share a connection; nearly all are."""


class Connections:
    """A pool of connections to one published, and so never changing, SQLite file.

    A thread has a connection to itself, as long as the file is there to be opened again. When it was
    removed, threads share those that are open. The file is read, not mapped: each connection would map
    it for itself, a gigabyte of a million passages each time; reading costs a search 0.2 ms more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._lent: list[sqlite3.Connection] = []
        """Once for each borrower."""
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; what SQLite or the reading of its values raises is `IndexCorruptError`."""
        connection = self._take()
        try:
            yield connection
        except (sqlite3.Error, ValueError) as error:
            raise IndexCorruptError(
                self._path, f"the passage table is damaged ({error})"
            ) from error
        finally:
            self._give_back(connection)

    def close(self) -> None:
        """Close all connections, those lent when they come back. May be called twice."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise IndexOpenError(f"{self._path}: the index was closed; open it again")
            connection = self._idle.pop() if self._idle else self._another()
            self._lent.append(connection)
            return connection

    def _another(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except IndexCorruptError:
            if self._lent and _SHAREABLE and not self._path.exists():
                return self._lent[0]
            raise

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            connection.execute("PRAGMA mmap_size = 0")  # some SQLites are compiled to map
        except sqlite3.Error as error:
            raise IndexCorruptError(self._path, f"SQLite cannot open it ({error})") from error
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._lent.remove(connection)
            if connection in self._lent:
                return
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
