"""Text hash → vector, across builds: building again costs only what changed."""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from indexer.store.files import CACHE, write_errors
from models.base import FloatMatrix

_TABLE: Final = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS vector (
    text_sha256 BLOB NOT NULL UNIQUE, crc INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS published (build_id TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE kept (text_sha256 BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_ASKED_AT_ONCE: Final = 500
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


class VectorCache:
    """The vectors that one model gave, by the SHA-256 (hex) of the text; for one thread.

    What was put survives a kill. A file that cannot be read, or written to, is never a reason for a
    build to fail, and ``warn`` is told. Damaged, it is moved aside, and the cache starts empty; on a
    disk that is full or read-only it stays as it is, and the build goes on without it. A vector whose
    checksum is wrong counts as absent.
    """

    def __init__(
        self,
        root: Path,
        fingerprint: str,
        dim: int,
        *,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open or make ``ROOT/cache/<first 16 of fingerprint>.sqlite``."""
        self._path = root / CACHE / f"{fingerprint[:16]}.sqlite"
        self._dim = dim
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

    def get(self, hashes: Sequence[str]) -> tuple[npt.NDArray[np.bool_], FloatMatrix]:
        """Return which vectors are known, shape ``(n,)``, and all, ``(n, dim)``, unknown ones 0."""
        known = np.zeros(len(hashes), dtype=np.bool_)
        matrix = np.zeros((len(hashes), self._dim), dtype=np.float32)
        try:
            found = dict(self._read(set(hashes)))
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return known, matrix
        for place, text_hash in enumerate(hashes):
            vector = found.get(text_hash)
            if vector is not None:
                known[place] = True
                matrix[place] = np.frombuffer(vector, dtype="<f4")
        return known, matrix

    def put(self, hashes: Sequence[str], matrix: FloatMatrix) -> None:
        """Keep the rows of ``matrix``, shape ``(len(hashes), dim)``, float32; committed on return."""
        if matrix.shape != (len(hashes), self._dim) or matrix.dtype != np.float32:
            raise ValueError(
                f"{matrix.dtype} {matrix.shape} is not float32 ({len(hashes)}, {self._dim})"
            )
        blobs = [row.astype("<f4").tobytes() for row in matrix]
        rows = [
            (bytes.fromhex(text_hash), zlib.crc32(blob), blob)
            for text_hash, blob in zip(hashes, blobs, strict=True)
        ]
        try:
            self._write(rows)
        except sqlite3.DatabaseError as error:
            self._start_anew(error)

    def mark(self, build_id: str) -> None:
        """Note that the vectors that are here now came before ``build_id`` was published."""
        statement = "INSERT OR REPLACE INTO published SELECT ?, coalesce(max(rowid), 0) FROM vector"
        self._change(lambda: self._db.execute(statement, (build_id,)).rowcount)

    def prune(self, keep_hashes: Iterable[str], *, before: str) -> int:
        """Forget the vectors that came before the build ``before``, but for those of ``keep_hashes``.

        Returns how many were forgotten: none when that build was not marked.
        """
        gone = self._change(lambda: self._prune(keep_hashes, before))
        if gone:
            with suppress(sqlite3.DatabaseError):  # what is free stays in the file
                self._db.execute("PRAGMA incremental_vacuum").fetchall()
        return gone

    def _prune(self, keep_hashes: Iterable[str], before: str) -> int:
        marks = "SELECT last FROM published WHERE build_id = ?"
        marked = self._db.execute(marks, (before,)).fetchone()
        if marked is None:
            return 0
        self._db.executemany(
            "INSERT OR IGNORE INTO kept VALUES (?)",
            ((bytes.fromhex(text_hash),) for text_hash in keep_hashes),
        )
        gone = self._db.execute(
            "DELETE FROM vector WHERE rowid <= ? "
            "AND text_sha256 NOT IN (SELECT text_sha256 FROM kept)",
            marked,
        ).rowcount
        self._db.execute("DELETE FROM kept")
        self._db.execute("DELETE FROM published WHERE build_id < ?", (before,))
        return gone

    def _change(self, change: Callable[[], int]) -> int:
        """Do all of ``change`` or nothing; 0 when the file cannot be written."""
        try:
            with self._db:
                return change()
        except sqlite3.DatabaseError as error:
            self._start_anew(error)
            return 0

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM vector").fetchone()[0])

    def _write(self, rows: list[tuple[bytes, int, bytes]]) -> None:
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?, ?)", rows)

    def _read(self, hashes: set[str]) -> Iterator[tuple[str, bytes]]:
        wanted = [bytes.fromhex(text_hash) for text_hash in sorted(hashes)]
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            part = wanted[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(part))
            statement = ["SELECT * FROM vector WHERE text_sha256 IN (", marks, ")"]
            for text_hash, crc, vector in self._db.execute("".join(statement), part):
                if len(vector) == 4 * self._dim and zlib.crc32(vector) == crc:
                    yield text_hash.hex(), vector

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            return self._anew(error)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path)
        try:
            db.executescript(_TABLE)
            db.execute("SELECT text_sha256, crc, vector FROM vector LIMIT 1").fetchone()
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    def _start_anew(self, error: sqlite3.DatabaseError) -> None:
        self._db.close()
        self._db = self._anew(error)

    def _in_memory(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        self._warn(f"{self._path}: {error}; this build goes on without its vector cache")
        db = sqlite3.connect(":memory:")
        db.executescript(_TABLE)
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
        self._warn(f"{self._path}: {error}; moved to {aside.name}, the vector cache starts empty")
        return db
