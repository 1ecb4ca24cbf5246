"""Faults of a disk, of a build and of the program, while an index is watched: each ends when it does."""

import logging
import sqlite3
import threading
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexCorruptError
from indexer.store.files import CURRENT, PASSAGES, atomic_write, current_build
from service import proven
from service.canary import prove
from service.errors import is_fault
from service.live_index import LiveIndex, open_live
from service.search import SearchEngine
from service.settings import Settings
from tests.service.corpus import EMBEDDER
from tests.service.fakes import client_of
from tests.service.live_builds import Watched, publish, tear, wait_for

PANIC = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})
"""As what Rust panics with looks; its class cannot be imported."""


class Killed(BaseException):
    """The end of a thread, and no fault."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


@contextmanager
def watching(root: Path) -> Iterator[LiveIndex]:
    live = LiveIndex(
        root, load_embedder=lambda _: EMBEDDER, poll_interval_s=0.005, retry_s=0.02
    ).start()
    try:
        yield live
    finally:
        live.close()


def served(live: LiveIndex) -> str | None:
    if live.reason_not_ready() is not None:
        return None
    with live.searcher() as searcher:
        return searcher.index.manifest.build_id


def damage(root: Path, build_id: str) -> None:
    """Write a number where a list belongs; no size changes, and SQLite has nothing against it."""
    path = root / "builds" / build_id / PASSAGES
    size = path.stat().st_size
    path.chmod(0o644)
    with sqlite3.connect(path) as db:
        changed = db.execute("UPDATE case_record SET citations = '12' WHERE citations = '[]'")
        assert changed.rowcount > 0
    db.close()
    assert path.stat().st_size == size


class Door:
    """Lets nobody below ``root`` while it is shut, as a folder of another user does."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
        self.shut = True
        real = Path.stat

        def stat(path: Path, **how: Any) -> Any:
            if self.shut and path.is_relative_to(root) and path != root:
                raise error
            return real(path, **how)

        monkeypatch.setattr(Path, "stat", stat)


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "Permission denied"),
        OSError(5, "Input/output error"),
        OSError(116, "Stale file handle"),
    ],
    ids=str,
)
def test_a_folder_that_cannot_be_read_at_the_start_is_served_once_it_can(root, monkeypatch, error):
    build_id = publish(root, "a")
    door = Door(root, monkeypatch, error)
    watched = Watched(root, retry_s=0)
    watched.look()
    assert "cannot be read" in str(watched.live.reason_not_ready())
    with watching(root) as live:
        wait_for(lambda: "cannot be read" in str(live.reason_not_ready()))
        door.shut = False
        wait_for(lambda: served(live) == build_id)
        assert live.problem is None
    watched.look()
    assert watched.serving() == build_id


def test_where_current_can_be_read_a_moment_later_no_other_build_is_served(root, monkeypatch):
    """The newest may be one that was rolled back from."""
    named = publish(root, "a")
    publish(root, "b")
    atomic_write(root / CURRENT, named.encode())
    errors = [OSError(5, "Input/output error")]

    def current(folder: Path) -> str:
        if errors:
            raise errors.pop()
        return current_build(folder)

    monkeypatch.setattr("service.live_index.current_build", current)
    watched = Watched(root)
    watched.look()
    assert "cannot be read" in str(watched.live.reason_not_ready())
    watched.look()
    assert watched.serving() == named
    assert watched.live.problem is None
    assert watched.told[1:] == [f"serving build {named}"]


def test_a_folder_that_cannot_be_read_for_a_while_is_served_on(root, monkeypatch):
    publish(root, "a")
    watched = Watched(root, retry_s=0)
    watched.look()
    door = Door(root, monkeypatch, OSError(5, "Input/output error"))
    watched.look()
    assert watched.live.reason_not_ready() is None
    assert "cannot be read" in str(watched.live.problem)
    door.shut = False
    later = publish(root, "b")
    watched.look()
    assert watched.serving() == later
    assert watched.live.problem is None


def test_a_build_damaged_in_a_way_that_nobody_foresaw_is_not_served(root, caplog):
    good, bad = publish(root, "a"), publish(root, "b")
    damage(root, bad)  # before anybody has it open
    atomic_write(root / CURRENT, good.encode())
    with watching(root) as live:
        wait_for(lambda: served(live) == good)
        atomic_write(root / CURRENT, bad.encode())
        wait_for(lambda: live.problem is not None)
        assert served(live) == good
        assert str(root) not in str(live.problem)
        later = publish(root, "c")
        wait_for(lambda: served(live) == later)
        assert live.problem is None
    assert "TypeError" in caplog.text


def test_a_restart_passes_over_builds_damaged_so(root):
    good, *bad = (publish(root, name) for name in "abc")
    for build_id in bad:
        damage(root, build_id)
    watched = Watched(root)
    watched.look()
    assert watched.serving() == good
    assert [
        build_id in told for build_id, told in zip(reversed(bad), watched.told, strict=False)
    ] == [
        True,
        True,
    ]
    assert "TypeError" in watched.told[0]
    assert watched.live.reason_not_ready() is None
    assert watched.live.problem is not None


class Faults:
    """What the canary raises, by the build."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: dict[str, BaseException] = {}
        monkeypatch.setattr(proven, "prove", self.prove)

    def prove(self, engine: SearchEngine) -> None:
        error = self.of.get(engine.index.manifest.build_id)
        if error is not None:
            raise error
        prove(engine)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("12"),
        RecursionError("maximum recursion depth exceeded"),
        MemoryError(),
        PANIC("called `Result::unwrap()` on an `Err` value"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_build_does_an_older_one_is_served_and_the_next_is_taken(
    root, monkeypatch, error
):
    faults = Faults(monkeypatch)
    good, bad = publish(root, "a"), publish(root, "b")
    faults.of[bad] = error
    with watching(root) as live:
        wait_for(lambda: served(live) == good)
        assert "cannot be read" in str(live.problem)
        del faults.of[bad]
        wait_for(lambda: served(live) == bad)
        assert live.problem is None


def test_what_fails_beside_the_opening_does_not_end_the_watching(root, monkeypatch, caplog):
    """Once what no look foresees: it is told, and the next build is served all the same."""
    first = publish(root, "a")

    def fail() -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr("service.live_index.set_aside", fail)
    with watching(root) as live:
        wait_for(lambda: served(live) == first)
        later = publish(root, "b")
        wait_for(lambda: served(live) == later)
        wait_for(lambda: live.problem is None)
    assert "IndexError" in caplog.text


def test_a_watcher_that_dies_is_not_ready_though_it_answers(root, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: ended.set())

    def kill(_: SearchEngine) -> None:
        raise Killed

    good = publish(root, "a")
    live = LiveIndex(root, load_embedder=lambda _: EMBEDDER, poll_interval_s=0.005).start()
    with client_of(live) as client:
        wait_for(lambda: client.get("/readyz").status_code == 200)
        monkeypatch.setattr(proven, "prove", kill)
        publish(root, "b")
        wait_for(ended.is_set)
        wait_for(lambda: client.get("/readyz").status_code == 503)
        assert "cannot be watched" in client.get("/readyz").json()["error"]["message"]
        answer = client.post("/v1/search", json={"query": "taser"})
        assert (answer.status_code, answer.json()["index"]["build_id"]) == (200, good)
        assert "opinion_search_current_refused 1.0" in client.get("/metrics").text


def test_the_numbers_tell_a_build_that_is_not_served(root):
    publish(root, "a")
    live = LiveIndex(root, load_embedder=lambda _: EMBEDDER)
    live.refresh()
    with client_of(live) as client:
        assert "opinion_search_current_refused 0.0" in client.get("/metrics").text
        tear(root, publish(root, "b"))
        live.refresh()
        assert client.get("/readyz").status_code == 200
        assert "opinion_search_current_refused 1.0" in client.get("/metrics").text


# what is told


def test_good_news_and_bad_have_their_own_weight(root, monkeypatch, caplog):
    monkeypatch.setattr("service.live_index.load_embedder", lambda *_, **__: EMBEDDER)
    good = publish(root, "a")
    tear(root, publish(root, "b"))
    with caplog.at_level(logging.INFO, logger="service.live_index"):
        live = open_live(Settings(index_dir=root))
        wait_for(lambda: live.reason_not_ready() is None)
        live.close()
    levels = {record.getMessage().split(":")[0]: record.levelname for record in caplog.records}
    assert levels[f"serving build {good} in its place"] == "INFO"
    assert set(levels.values()) == {"INFO", "ERROR"}


def test_what_lasts_is_told_again_now_and_then(root, monkeypatch):
    at = [1000.0]
    monkeypatch.setattr("service.live_index.monotonic", lambda: at[0])
    publish(root, "a")
    tear(root, publish(root, "b"))
    watched = Watched(root, retry_s=30)
    for _ in range(25 * 60):
        watched.look()
        at[0] += 1
    bad = [told for told in watched.told if "is not served" in told]
    assert len(bad) == 3, "at once, after ten minutes and after twenty"
    assert len(set(bad)) == 1


def test_what_comes_back_is_told_anew(root):
    first, second = publish(root, "a"), publish(root, "b")
    tear(root, second)
    watched = Watched(root, retry_s=0)
    for build_id in (second, first, first, second):
        atomic_write(root / CURRENT, build_id.encode())
        watched.look()
    assert len([told for told in watched.told if "is not served" in told]) == 2


def test_words_that_are_not_ours_are_for_the_log_only(root, monkeypatch):
    faults = Faults(monkeypatch)
    faults.of[publish(root, "a")] = ValueError("Muñoz: no such column")
    watched = Watched(root)
    watched.look()
    assert "Muñoz" not in str(watched.live.reason_not_ready())
    assert "ValueError: Muñoz" in watched.told[0]
    corrupt = Watched(root)
    faults.of = dict.fromkeys(faults.of, IndexCorruptError(root / "x", "it is torn"))
    corrupt.look()
    assert str(corrupt.live.reason_not_ready()).startswith("INDEX/x: it is torn")


# what is a fault at all


@pytest.mark.parametrize("error", [ValueError(), OSError(), MemoryError(), PANIC()], ids=repr)
def test_faults_are_told(error):
    assert is_fault(error)


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), SystemExit(), GeneratorExit(), CancelledError(), Killed()],
    ids=repr,
)
def test_an_end_is_no_fault(error):
    assert not is_fault(error)
