"""Builds that do not open: what is served in their place, and what is told."""

from pathlib import Path

import pytest

from indexer.store.files import CURRENT, VECTORS, atomic_write
from service.errors import NotReadyError
from tests.service.live_builds import BREAKING, Watched, publish, tear
from tests.service.test_canary import permute_vectors


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.mark.parametrize("spoil", BREAKING)
def test_a_broken_build_is_told_once_and_never_served(root, spoil):
    good = publish(root, "a")
    watched = Watched(root, retry_s=0)
    watched.look()
    bad = publish(root, "b")
    spoil(root, bad)
    for _ in range(3):
        watched.look()
    assert watched.serving() == good
    assert watched.names() == {"a"}
    assert watched.live.reason_not_ready() is None
    assert watched.live.problem is not None
    assert str(root) not in watched.live.problem
    (told,) = watched.told[1:]
    assert bad in told
    later = publish(root, "c")
    watched.look()
    assert watched.serving() == later
    assert watched.live.problem is None


def test_a_build_that_does_not_find_its_own_passages_is_not_served(root):
    good = publish(root, "a")
    watched = Watched(root)
    watched.look()
    publish(root, "b")
    permute_vectors(root, lambda rows: rows[::-1])
    watched.look()
    assert watched.serving() == good
    assert "do not find their own passages" in str(watched.live.problem)


def test_a_broken_build_rests_before_it_is_tried_again(root):
    good = publish(root, "a")
    watched = Watched(root, retry_s=3600)
    watched.look()
    bad = publish(root, "b")
    path = root / "builds" / bad / VECTORS
    whole = path.read_bytes()
    path.write_bytes(b"")
    watched.look()
    path.write_bytes(whole)
    watched.look()
    assert watched.serving() == good
    impatient = Watched(root, retry_s=0)
    path.write_bytes(b"")
    impatient.look()
    path.write_bytes(whole)
    impatient.look()
    assert impatient.serving() == bad
    assert impatient.live.problem is None


@pytest.mark.parametrize("spoil", BREAKING)
def test_a_restart_with_a_broken_build_serves_the_one_before(root, spoil):
    publish(root, "a")
    before = publish(root, "b")
    bad = publish(root, "c")
    spoil(root, bad)
    watched = Watched(root, retry_s=0)
    for _ in range(3):
        watched.look()
    assert watched.serving() == before
    assert watched.live.reason_not_ready() is None
    assert watched.live.problem is not None
    assert [bad in watched.told[0], watched.told[1]] == [
        True,
        f"serving build {before} in its place",
    ]
    assert len(watched.told) == 2
    later = publish(root, "d")
    watched.look()
    assert watched.serving() == later
    assert watched.live.problem is None


def test_the_newest_that_opens_is_served_and_never_a_newer_one(root):
    oldest, broken, current, newer = (publish(root, name) for name in "abcd")
    atomic_write(root / CURRENT, current.encode())
    tear(root, broken)
    tear(root, current)
    watched = Watched(root)
    watched.look()
    assert watched.serving() == oldest
    assert current in str(watched.live.problem)
    atomic_write(root / CURRENT, oldest.encode())
    watched.look()
    assert watched.serving() == oldest
    assert watched.live.problem is None
    atomic_write(root / CURRENT, newer.encode())
    watched.look()
    assert watched.serving() == newer


@pytest.mark.parametrize("named", ["gone", "", "../x", "\x00"])
def test_a_current_that_names_nothing_serves_the_newest(root, named):
    publish(root, "a")
    newest = publish(root, "b")
    (root / CURRENT).write_text(named)
    watched = Watched(root)
    watched.look()
    assert watched.serving() == newest
    assert "CURRENT" in str(watched.live.problem)


def test_without_current_nothing_was_published(root):
    publish(root, "a")
    (root / CURRENT).unlink()
    watched = Watched(root)
    watched.look()
    assert "no build has been published" in str(watched.live.reason_not_ready())


def test_nothing_that_opens_is_a_reason_until_something_does(root):
    bad = publish(root, "a")
    tear(root, bad)
    watched = Watched(root)
    for _ in range(2):
        watched.look()
    assert "torn" in str(watched.live.reason_not_ready()) or "bytes" in str(watched.live.problem)
    assert len(watched.told) == 1
    with pytest.raises(NotReadyError), watched.live.searcher():
        pass
    publish(root, "b")
    watched.look()
    assert watched.names() == {"b"}
