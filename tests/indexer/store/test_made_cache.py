"""What was made comes back, until no kept build asked for it, and damage costs no build."""

import sqlite3

import pytest

from indexer.store.made_cache import MadeCache


def names(root, digests, build: str = "z") -> list[bool]:
    with MadeCache(root, build) as cache:
        return [cache.get(one) is not None for one in digests]


def test_what_was_put_comes_back_in_the_next_build(tmp_path) -> None:
    with MadeCache(tmp_path, "a") as cache:
        assert cache.get(b"1") is None
        cache.put(b"1", b"one")
        cache.put(b"1", b"again")
        assert len(cache) == 1
    with MadeCache(tmp_path, "b") as cache:
        assert cache.get(b"1") == b"again"


def test_what_only_old_builds_asked_for_is_forgotten(tmp_path) -> None:
    with MadeCache(tmp_path, "a") as cache:
        cache.put(b"old", b"x")
        cache.put(b"both", b"y")
    with MadeCache(tmp_path, "b") as cache:
        assert cache.get(b"both") == b"y"
        cache.put(b"new", b"z")
        cache.note()
        assert (cache.prune(before="a"), cache.prune(before="b")) == (0, 1)
    assert names(tmp_path, [b"old", b"both", b"new"]) == [False, True, True]


def test_asking_is_noted_though_nobody_says_so_at_the_end(tmp_path) -> None:
    digests = [b"%d" % at for at in range(600)]
    with MadeCache(tmp_path, "a") as cache:
        for one in digests:
            cache.put(one, one)
    with MadeCache(tmp_path, "b") as cache:
        for one in digests:
            cache.get(one)
    with MadeCache(tmp_path, "c") as cache:
        assert cache.prune(before="b") <= 600 - 512


@pytest.mark.parametrize("change", ["crc = crc + 1", "data = x'00'"])
def test_an_entry_that_was_altered_counts_as_absent(tmp_path, change) -> None:
    with MadeCache(tmp_path, "a") as cache:
        cache.put(b"1", b"one")
    with sqlite3.connect(tmp_path / "cache" / "cuts.sqlite") as db:
        db.execute(f"UPDATE made SET {change}")
    db.close()
    with MadeCache(tmp_path, "b") as cache:
        assert cache.get(b"1") is None
        cache.put(b"1", b"one")
        assert cache.get(b"1") == b"one"


@pytest.mark.parametrize("keep", [0, 50, 5_000])
def test_a_torn_file_is_moved_aside_and_told_of(tmp_path, keep) -> None:
    with MadeCache(tmp_path, "a") as cache:
        for at in range(200):
            cache.put(b"%d" % at, bytes(1_000))
    path = tmp_path / "cache" / "cuts.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:keep] + b"torn" * (len(whole) // 4))
    warned: list[str] = []
    with MadeCache(tmp_path, "b", warn=warned.append) as cache:
        for at in range(200):
            cache.get(b"%d" % at)
        cache.put(b"1", b"one")
        assert cache.get(b"1") == b"one"
    assert len(warned) == 1
    assert "cache of what was cut starts empty" in warned[0]


def test_where_no_file_can_be_nothing_is_remembered(tmp_path, monkeypatch) -> None:
    (tmp_path / "cache" / "cuts.sqlite").mkdir(parents=True)
    warned: list[str] = []
    with MadeCache(tmp_path, "a", warn=warned.append) as cache:
        cache.put(b"1", b"one")
        assert (cache.get(b"1"), len(cache)) == (None, 0)
    assert "goes on without its cache of what was cut" in warned[0]
