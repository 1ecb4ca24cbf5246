"""Text hash → vector, across builds: building again costs only what changed."""

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.store.cache_file import CacheFile
from models.base import FloatMatrix

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS vector (
    text_sha256 BLOB NOT NULL UNIQUE, crc INTEGER NOT NULL, vector BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS published (build_id TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE kept (text_sha256 BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_PROBE: Final = "SELECT text_sha256, crc, vector FROM vector LIMIT 1"
_ASKED_AT_ONCE: Final = 500


class VectorCache(CacheFile):
    """The vectors that one model gave, by the SHA-256 (hex) of the text; for one thread.

    What was put survives a kill. A vector whose checksum is wrong counts as absent.
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
        self._dim = dim
        super().__init__(
            root,
            f"{fingerprint[:16]}.sqlite",
            what="vector cache",
            tables=_TABLES,
            probe=_PROBE,
            warn=warn,
        )

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
            self._vacuum()
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
