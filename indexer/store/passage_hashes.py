"""The texts that a build knows, by their hashes."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from indexer.store.connections import Connections


def text_hashes(path: Path) -> Iterator[str]:
    """Yield the SHA-256 (hex) of each passage in the passage table ``path``, of whatever format.

    `IndexCorruptError` when SQLite cannot read it.
    """
    with closing(Connections(path)) as connections, connections.lend() as db:
        for (sha,) in db.execute("SELECT text_sha256 FROM passage"):
            yield bytes(sha).hex()
