"""Connections to a file that may be removed while it is read."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import IndexCorruptError, IndexOpenError
from indexer.store.connections import Connections
from indexer.store.snapshot import Index
from tests.indexer.store.making import publish_build

THREADS = 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "t.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (n INTEGER)")
        db.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(1000)])
    db.close()
    return path


def total(connections: Connections, meet: threading.Barrier | None = None) -> tuple[int, int]:
    """Sum the table up while all threads hold a connection; return whose it was, too."""
    with connections.lend() as db:
        if meet is not None:
            meet.wait(60)
        rows = db.execute("SELECT a.n FROM t AS a, t AS b WHERE b.n < 20")
        return sum(n for (n,) in rows), id(db)


def at_once(connections: Connections) -> list[tuple[int, int]]:
    meet = threading.Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda _: total(connections, meet), range(THREADS)))


def test_threads_have_connections_of_their_own_and_keep_them(path):
    connections = Connections(path)
    first, second = at_once(connections), at_once(connections)
    assert {found for found, _ in first + second} == {20 * 499_500}
    assert len({db for _, db in first}) == THREADS
    assert {db for _, db in first} == {db for _, db in second}
    connections.close()


def test_threads_share_a_connection_to_a_file_that_was_removed(path):
    connections = Connections(path)
    total(connections)
    path.unlink()
    for _ in range(5):
        found = at_once(connections)
        assert {total for total, _ in found} == {20 * 499_500}
        assert len({db for _, db in found}) == 1
    connections.close()


def test_a_file_that_never_was_opened_is_missing(path):
    connections = Connections(path)
    path.unlink()
    with pytest.raises(IndexCorruptError, match="cannot open"), connections.lend():
        pass


def test_what_is_lent_is_closed_when_it_comes_back(path):
    connections = Connections(path)
    with connections.lend() as one, connections.lend() as other:
        path.unlink()
        with connections.lend() as shared:
            assert shared in (one, other)
            connections.close()
        assert one.execute("SELECT count(*) FROM t").fetchone() == (1000,)
        with pytest.raises(IndexOpenError, match="closed"), connections.lend():
            pass
    for db in (one, other):
        with pytest.raises(sqlite3.ProgrammingError):
            db.execute("SELECT 1")


def test_a_build_stays_as_it_is_when_its_folder_is_removed(tmp_path):
    publish_build(tmp_path)
    with Index.open(tmp_path) as index:
        before = index.passages.fetch(range(5))
        shutil.rmtree(index.folder)
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda _: index.passages.fetch(range(5)), range(200)))
        assert all(one == before for one in found)
        rows = index.lexical.phrase_rows("force")
        assert len(rows)
        assert index.vectors.vectors(rows).any()
