"""Builds come and go while questions are answered."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import IndexOpenError, ModelMismatchError
from indexer.store.manifest import read
from models.base import Embedder
from models.errors import UnknownModelError
from service.answers import SearchQuery
from service.errors import NotReadyError
from service.live_index import LiveIndex, open_live
from service.settings import Settings
from tests.embedders import WordHashEmbedder
from tests.service.corpus import EMBEDDER
from tests.service.live_builds import Watched, publish, tear, wait_for


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "index"


# opening


def test_it_opens_in_the_background_and_closes(root):
    build_id = publish(root, "a")
    may_load, loading = threading.Event(), threading.Event()
    before = set(threading.enumerate())

    def load(_: str) -> Embedder:
        loading.set()
        assert may_load.wait(60)
        return EMBEDDER

    live = LiveIndex(root, load_embedder=load, poll_interval_s=0.01)
    assert "being opened" in str(live.reason_not_ready())
    with pytest.raises(NotReadyError, match="being opened"), live.searcher():
        pass
    live.start()
    assert loading.wait(60)
    assert "being opened" in str(live.reason_not_ready())
    may_load.set()
    wait_for(lambda: live.reason_not_ready() is None)
    with live.searcher() as searcher:
        assert searcher.index.manifest.build_id == build_id
    live.close()
    assert "watch-index" not in {thread.name for thread in set(threading.enumerate()) - before}
    assert "shutting down" in str(live.reason_not_ready())
    with pytest.raises(NotReadyError, match="shutting down"), live.searcher():
        pass


def test_a_folder_may_come_later(root):
    watched = Watched(root)
    for _ in range(3):
        watched.look()
    assert "there is no such folder" in str(watched.live.reason_not_ready())
    root.mkdir()
    watched.look()
    assert "no build has been published" in str(watched.live.reason_not_ready())
    build_id = publish(root, "a")
    watched.look()
    assert watched.serving() == build_id
    assert watched.live.reason_not_ready() is watched.live.problem is None
    assert len(watched.told) == 3
    assert watched.told[-1] == f"serving build {build_id}"


def test_the_settings_name_the_folder_and_the_model(root, monkeypatch):
    asked: list[tuple[str, int]] = []

    def load(name: str, *, threads: int) -> Embedder:
        asked.append((name, threads))
        return EMBEDDER

    monkeypatch.setattr("service.live_index.load_embedder", load)
    publish(root, "a")
    for model, expected in ((None, "word-hash"), ("mine", "mine")):
        live = open_live(Settings(index_dir=root, model=model, threads=2, poll_interval_s=1))
        wait_for(lambda live=live: live.reason_not_ready() is None)
        live.close()
        assert asked.pop() == (expected, 2)


# swapping


def test_no_answer_fails_or_mixes_two_builds_while_they_are_swapped(root):
    names = {publish(root, "a"): "a"}
    live = LiveIndex(root, load_embedder=lambda _: EMBEDDER, poll_interval_s=0.002).start()
    wait_for(lambda: live.reason_not_ready() is None)
    stop, answered = threading.Event(), set[str]()

    def ask(_: int) -> set[tuple[str, str]]:
        seen = set()
        while not stop.is_set():
            with live.searcher() as searcher:
                answer = searcher.search(SearchQuery(text="taser ground", k=50, context=1))
                seen |= {(answer.build_id, h.stored.case.id.split("-")[0]) for h in answer.hits}
                seen |= {
                    (answer.build_id, n.id.split("-")[0]) for h in answer.hits for n in h.before
                }
                answered.add(answer.build_id)
        return seen

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, n) for n in range(8)]
        try:
            wait_for(lambda: names.keys() <= answered)
            for name in "bcde":
                build_id = publish(root, name, keep=2)
                names[build_id] = name
                wait_for(lambda: names.keys() <= answered)
        finally:
            stop.set()
        seen = set().union(*(answer.result() for answer in answers))
    live.close()
    assert seen == set(names.items())


def test_an_old_build_is_closed_after_its_last_borrower(root):
    publish(root, "a")
    watched = Watched(root)
    watched.look()
    with watched.live.searcher() as first:
        with watched.live.searcher() as second:
            assert first is second
            publish(root, "b")
            watched.look()
            assert watched.names() == {"b"}
        assert {h.stored.case.id[0] for h in first.search(SearchQuery(text="taser")).hits} == {"a"}
    with pytest.raises(IndexOpenError, match="closed"):
        first.search(SearchQuery(text="taser"))
    assert watched.names() == {"b"}


def test_close_waits_for_the_borrower_too(root):
    publish(root, "a")
    watched = Watched(root)
    watched.look()
    with watched.live.searcher() as lent:
        watched.live.close()
        assert lent.search(SearchQuery(text="taser")).hits
    with pytest.raises(IndexOpenError, match="closed"):
        lent.search(SearchQuery(text="taser"))


def test_the_model_is_loaded_once_for_builds_of_one_model(root):
    publish(root, "a")
    other = WordHashEmbedder(window=50, name="other")
    watched = Watched(root, load=lambda name: {"other": other}.get(name, EMBEDDER))
    watched.look()
    publish(root, "b")
    watched.look()
    assert watched.loaded == ["word-hash"]
    publish(root, "c", embedder=other)
    watched.look()
    assert watched.loaded == ["word-hash", "other"]
    assert watched.names() == {"c"}


# models


def test_another_model_than_the_builds_is_told_as_such(root):
    publish(root, "a")
    watched = Watched(root, load=lambda _: WordHashEmbedder(window=40, name="mine"))
    watched.look()
    for _ in range(2):
        with (
            pytest.raises(ModelMismatchError, match="built with the model word-hash") as caught,
            watched.live.searcher(),
        ):
            pass
        assert "mine" in caught.value.loaded
    assert "mine" in str(watched.live.reason_not_ready())


def test_a_model_that_cannot_be_loaded_is_told_without_its_place(root):
    publish(root, "a")

    def load(name: str) -> Embedder:
        raise UnknownModelError("/srv/secret/model", known=())

    watched = Watched(root, load=load)
    watched.look()
    assert "model" in str(watched.live.reason_not_ready())
    assert "secret" not in str(watched.live.reason_not_ready())
    assert "secret" in watched.told[0]


# what callers may read


@pytest.mark.parametrize("where", [".", "index", "the/index"])
def test_a_reason_has_no_path_and_keeps_its_words(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    root = Path(where)
    (tmp_path / where).mkdir(parents=True, exist_ok=True)
    watched = Watched(root)
    watched.look()
    tear(root, publish(root, "a"))
    missing = str(watched.live.reason_not_ready())
    watched.look()
    torn = str(watched.live.reason_not_ready())
    assert str(tmp_path) not in missing + torn
    assert missing.startswith("INDEX: there is no file CURRENT: no build has been published here")
    assert torn.endswith("; serve the build before it (`opinion-search rollback`) or build again")


class Killed(BaseException):
    """Not a fault, which would be told and survived, but an end."""


def test_a_watcher_that_dies_says_so(root, monkeypatch):
    publish(root, "a")

    def load(_: str) -> Embedder:
        raise Killed

    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))
    live = LiveIndex(root, load_embedder=load, poll_interval_s=0.01).start()
    wait_for(lambda: seen)
    assert seen == [Killed]
    wait_for(lambda: "cannot be watched" in str(live.reason_not_ready()))
    live.close()


def test_the_manifest_of_what_is_served_is_the_one_on_disk(root):
    build_id = publish(root, "a")
    watched = Watched(root)
    watched.look()
    with watched.live.searcher() as searcher:
        assert searcher.index.manifest == read(root / "builds" / build_id)
