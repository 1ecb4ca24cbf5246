import hashlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.store.vector_cache import VectorCache
from tests.indexer.store.making import unit_rows

PRINT = "feed" * 16


def hashes(*texts: str) -> list[str]:
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


@pytest.fixture
def warned():
    return []


@pytest.fixture
def cache(tmp_path, warned):
    with VectorCache(tmp_path, PRINT, 4, warn=warned.append) as opened:
        yield opened


def path_of(root: Path) -> Path:
    return root / "cache" / f"{PRINT[:16]}.sqlite"


def test_what_was_put_comes_back_bit_for_bit_in_the_order_asked(cache) -> None:
    rows = unit_rows(3, dim=4)
    cache.put(hashes("a", "b", "c"), rows)

    known, matrix = cache.get(hashes("c", "new", "a", "c"))

    assert known.tolist() == [True, False, True, True]
    assert np.array_equal(matrix[known], rows[[2, 0, 2]])
    assert not matrix[1].any()
    assert matrix.dtype == np.float32


def test_it_is_kept_across_builds_by_model(tmp_path, cache) -> None:
    cache.put(hashes("a"), unit_rows(1, dim=4))

    with VectorCache(tmp_path, PRINT, 4) as again, VectorCache(tmp_path, "beef" * 16, 4) as other:
        assert again.get(hashes("a"))[0].tolist() == [True]
        assert other.get(hashes("a"))[0].tolist() == [False]


def test_more_hashes_than_sqlite_takes_at_once(cache) -> None:
    names = hashes(*map(str, range(2_500)))
    rows = unit_rows(2_500, dim=4)
    cache.put(names, rows)

    known, matrix = cache.get(names)

    assert known.all()
    assert np.array_equal(matrix, rows)
    assert len(cache) == 2_500


def test_putting_again_replaces(cache) -> None:
    rows = unit_rows(2, dim=4)
    cache.put(hashes("a"), rows[:1])
    cache.put(hashes("a"), rows[1:])

    assert np.array_equal(cache.get(hashes("a"))[1], rows[1:])


def test_prune_forgets_what_came_before_a_build_and_is_not_named(cache) -> None:
    cache.put(hashes("a", "b", "c"), unit_rows(3, dim=4))
    cache.mark("2")
    cache.put(hashes("d"), unit_rows(1, dim=4))

    assert cache.prune(hashes("b", "unknown"), before="2") == 2
    assert cache.get(hashes("a", "b", "c", "d"))[0].tolist() == [False, True, False, True]
    assert cache.prune(hashes("b"), before="2") == 0


def test_prune_forgets_nothing_before_a_build_it_does_not_know(cache) -> None:
    cache.put(hashes("a"), unit_rows(1, dim=4))
    cache.mark("2")

    assert cache.prune([], before="1") == 0
    assert cache.prune([], before="2") == 1


def test_an_error_of_those_who_name_what_to_keep_forgets_nothing(cache) -> None:
    def broken() -> Iterator[str]:
        yield from hashes("a")
        raise RuntimeError("a build cannot be read")

    cache.put(hashes("a", "b"), unit_rows(2, dim=4))
    cache.mark("1")
    with pytest.raises(RuntimeError):
        cache.prune(broken(), before="1")
    assert cache.get(hashes("a", "b"))[0].all()


KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from indexer.store.vector_cache import VectorCache
cache = VectorCache(Path(sys.argv[1]), sys.argv[2], 4)
cache.put(["aa" * 32], np.ones((1, 4), np.float32))
cache._db.execute("INSERT INTO vector VALUES (?, 0, ?)", (b"b" * 32, b"half"))  # not committed
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_loses_nothing_that_was_put(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), PRINT],
        check=False,
        cwd=Path(__file__).parents[3],
    )

    assert done.returncode == -signal.SIGKILL
    with VectorCache(tmp_path, PRINT, 4) as cache:
        assert cache.get(["aa" * 32, (b"b" * 32).hex()])[0].tolist() == [True, False]


@pytest.mark.parametrize(
    "damage", [b"not a database at all" * 50, b"SQLite format 3\0" + b"\xff" * 5_000]
)
def test_a_damaged_file_is_moved_aside_and_told(tmp_path, warned, damage) -> None:
    path_of(tmp_path).parent.mkdir()
    path_of(tmp_path).write_bytes(damage)

    with VectorCache(tmp_path, PRINT, 4, warn=warned.append) as cache:
        cache.put(hashes("a"), unit_rows(1, dim=4))
        assert cache.get(hashes("a"))[0].tolist() == [True]

    assert [bad.read_bytes() for bad in path_of(tmp_path).parent.glob("*.bad")] == [damage]
    assert len(warned) == 1
    assert "starts empty" in warned[0]


def test_a_table_of_another_shape_is_moved_aside(tmp_path, warned) -> None:
    path_of(tmp_path).parent.mkdir()
    db = sqlite3.connect(path_of(tmp_path))
    db.execute("CREATE TABLE vector (other TEXT)")
    db.close()

    with VectorCache(tmp_path, PRINT, 4, warn=warned.append) as cache:
        assert len(cache) == 0
    assert len(warned) == 1


def test_damage_met_later_does_not_end_a_build(tmp_path, cache, warned) -> None:
    cache._db.execute("DROP TABLE vector")

    assert cache.get(hashes("a"))[0].tolist() == [False]
    cache.put(hashes("a"), unit_rows(1, dim=4))
    assert cache.get(hashes("a"))[0].tolist() == [True]
    cache._db.execute("DROP TABLE vector")
    cache.mark("1")
    cache._db.execute("DROP TABLE vector")
    cache.put(hashes("a"), unit_rows(1, dim=4))
    assert len(warned) == 3


def test_where_nothing_can_be_written_the_build_goes_on_in_memory(
    tmp_path, cache, warned, monkeypatch
) -> None:
    cache._db.execute("DROP TABLE vector")

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refuse)
    cache.put(hashes("a"), unit_rows(1, dim=4))

    assert "goes on without" in warned[0]
    assert cache.get(hashes("a"))[0].tolist() == [False]


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY]
)
def test_a_disk_that_refuses_leaves_the_file_where_it_is(
    tmp_path, cache, warned, monkeypatch, code
):
    cache.put(hashes("a"), unit_rows(1, dim=4))

    def refuse(*_):
        error = sqlite3.OperationalError("the disk refuses")
        error.sqlite_errorcode = code
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(cache, "_write", refuse)
        cache.put(hashes("b"), unit_rows(1, dim=4))
    cache.put(hashes("c"), unit_rows(1, dim=4))

    assert len(warned) == 1
    assert "goes on without" in warned[0]
    assert not list(path_of(tmp_path).parent.glob("*.bad"))
    cache.close()
    with VectorCache(tmp_path, PRINT, 4) as again:
        assert again.get(hashes("a", "b", "c"))[0].tolist() == [True, False, False]


def test_a_flipped_bit_or_another_length_counts_as_absent(cache) -> None:
    cache.put(hashes("a", "b", "c"), unit_rows(3, dim=4))
    cache._db.execute(
        "UPDATE vector SET vector = zeroblob(16) WHERE text_sha256 = ?",
        (bytes.fromhex(hashes("a")[0]),),
    )
    cache._db.execute(
        "UPDATE vector SET vector = x'00' WHERE text_sha256 = ?", (bytes.fromhex(hashes("b")[0]),)
    )

    assert cache.get(hashes("a", "b", "c"))[0].tolist() == [False, False, True]


@pytest.mark.parametrize(
    "matrix", [np.ones((2, 4), np.float32), np.ones((1, 3), np.float32), np.ones((1, 4))]
)
def test_a_matrix_of_another_form_is_refused(cache, matrix) -> None:
    with pytest.raises(ValueError, match="not float32"):
        cache.put(hashes("a"), matrix)
