"""The judge of answers knows two builds apart, and takes nothing that is of both or of neither."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.records import CaseRecord
from indexer.store.files import BUILDS, CURRENT, PASSAGES, current_build
from indexer.store.passages import PassageStore
from indexer.store.vector_cache import VectorCache
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import build_small, cases
from tests.soak.books import Book
from tests.soak.connection import Reply
from tests.soak.mix import Ask, read
from tests.soak.swapping import held_below
from tests.soak.truth import Truth, Verdict
from tests.soak.twin import SENTENCE, Shelf, twin_of

ASK = Ask("search", "POST", "/v1/search", "{}")
OPINION = "case000-0"


def load(_: str) -> WordHashEmbedder:
    return WordHashEmbedder()


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    root: Path = tmp_path_factory.mktemp("first") / "index"
    build_small(cases(3), root)
    return root


@pytest.fixture(scope="module")
def folders(index, tmp_path_factory) -> tuple[Path, Path]:
    """The build and its twin."""
    twin = twin_of(index, tmp_path_factory.mktemp("twin") / "index", load=load)
    return index / BUILDS / current_build(index), twin


@pytest.fixture
def books(folders) -> Iterator[list[Book]]:
    made = [Book(folder) for folder in folders]
    yield made
    for book in made:
        book.close()


@pytest.fixture
def truth(books) -> Truth:
    return Truth({book.build_id: book for book in books})


def records(folder: Path) -> list[CaseRecord]:
    with PassageStore.open(folder / PASSAGES) as passages:
        return list(passages.records())


def text(folder: Path) -> str:
    return records(folder)[0].opinions[0].text


def searched(build_id: str, words: str, start: int = 0, *, ms: int = 1, **more: Any) -> Reply:
    end = start + len(words)
    passage = {"id": f"{OPINION}:{start}-{end}", "start": start, "end": end, "text": words}
    body = {
        "index": {"build_id": build_id},
        "took_ms": {"total": ms},
        "hits": [{"passage": passage}],
    }
    return Reply(200, {"content-type": "application/json"}, json.dumps({**body, **more}).encode())


def plain(status: int, answer: Any) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(answer).encode())


def test_a_twin_says_the_same_one_sentence_later(folders, index):
    first, twin = folders
    for one, other in zip(records(first), records(twin), strict=True):
        assert one.case == other.case
        for opinion, longer in zip(one.opinions, other.opinions, strict=True):
            assert longer.text == SENTENCE + opinion.text
    before = (twin / "manifest.json").stat().st_mtime_ns
    assert twin_of(index, twin.parents[1], load=load) == twin
    assert (twin / "manifest.json").stat().st_mtime_ns == before


def test_a_twin_of_another_build_is_made_anew(tmp_path):
    build_small(cases(1), tmp_path / "index")
    old = twin_of(tmp_path / "index", tmp_path / "twin", load=load)
    build_small(cases(2), tmp_path / "index")
    new = twin_of(tmp_path / "index", tmp_path / "twin", load=load)

    assert (old == new, old.exists(), len(records(new))) == (False, False, 2)
    spec = WordHashEmbedder().spec
    with VectorCache(tmp_path / "twin", spec.fingerprint, spec.dim) as cached:
        assert len(cached) > 0


def test_an_answer_of_the_other_build_than_it_says_is_wrong(truth, folders):
    first, twin = folders
    both = frozenset({first.name, twin.name})
    words = text(first)[:60]
    later = len(SENTENCE)

    assert truth.judge(ASK, searched(first.name, words), both) is Verdict.RIGHT
    assert truth.judge(ASK, searched(twin.name, words, later), both) is Verdict.RIGHT
    assert truth.judge(ASK, searched(twin.name, words), both) is Verdict.WRONG
    assert truth.judge(ASK, searched(first.name, words, later), both) is Verdict.WRONG
    assert truth.by_build == {first.name: 1, twin.name: 1}
    assert truth.counts["words compared with the build"] == 2


def test_an_answer_of_two_builds_or_of_one_that_is_not_served_is_wrong(truth, folders):
    first, twin = folders
    both, words = frozenset({first.name, twin.name}), text(first)[:60]
    mixed = searched(first.name, words, answers=[{"index": {"build_id": twin.name}}])

    assert truth.judge(ASK, mixed, both) is Verdict.WRONG
    assert truth.judge(ASK, searched(first.name, words), frozenset({twin.name})) is Verdict.WRONG
    assert truth.judge(ASK, searched("b3", words), both) is Verdict.WRONG


def test_an_answer_that_names_no_build_is_of_one_that_may_answer(truth, folders):
    first, twin = folders
    both, whole = frozenset({first.name, twin.name}), {"id": OPINION, "text": text(twin)}

    assert truth.judge(read(OPINION), plain(200, whole), both) is Verdict.RIGHT
    assert truth.judge(read(OPINION), plain(200, whole), frozenset({first.name})) is Verdict.WRONG
    cut_short = {**whole, "text": text(twin)[:-1]}
    assert truth.judge(read(OPINION), plain(200, cut_short), both) is Verdict.WRONG


def test_a_passage_that_a_build_has_not_is_not_found_there(truth, folders, books):
    first, twin = folders
    with PassageStore.open(first / PASSAGES) as passages:
        called = passages.fetch([0])[0].passage.id
    ask = Ask("passage", "GET", "/", passage_id=called)
    missing = plain(404, {"error": {"code": "not_found", "message": "none", "field": None}})

    assert [book.has(called) for book in books] == [True, False]
    assert truth.judge(ask, missing, frozenset({twin.name})) is Verdict.RIGHT
    assert truth.judge(ask, missing, frozenset({first.name})) is Verdict.WRONG
    assert truth.judge(ask, plain(404, {}), frozenset({twin.name})) is Verdict.WRONG


def test_equal_requests_on_one_build_get_equal_answers(truth, folders):
    first, twin = folders
    both, words = frozenset({first.name, twin.name}), text(first)
    truth.learn(ASK, searched(first.name, words[:60], ms=1), first.name)
    truth.learn(ASK, searched(twin.name, words[:40], len(SENTENCE)), twin.name)

    assert truth.judge(ASK, searched(first.name, words[:60], ms=2), both) is Verdict.RIGHT
    assert truth.judge(ASK, searched(twin.name, words[:40], len(SENTENCE)), both) is Verdict.RIGHT
    assert truth.judge(ASK, searched(first.name, words[:40]), both) is Verdict.WRONG
    assert truth.judge(ASK, Reply(500, {}, b""), both) is Verdict.WRONG
    assert truth.counts["wrong"] == 2


def test_a_refusal_says_how_long_to_wait(truth):
    body, none = b'{"error": {"message": "later"}}', frozenset[str]()
    assert truth.judge(ASK, Reply(503, {"retry-after": "2"}, body), none) is Verdict.REFUSED
    assert truth.judge(ASK, Reply(503, {}, body), none) is Verdict.WRONG
    assert truth.judge(ASK, Reply(429, {"retry-after": "soon"}, body), none) is Verdict.WRONG


def test_a_shelf_names_its_builds_in_turn_and_changes_none(folders, tmp_path):
    shelf = Shelf(tmp_path / "shelf", *folders)
    first, twin = (folder.name for folder in folders)

    assert (current_build(shelf.root), shelf.other()) == (first, twin)
    shelf.publish(twin)
    assert ((shelf.root / CURRENT).read_text(), shelf.other()) == (f"{twin}\n", first)
    assert shelf.folders[twin] == folders[1].resolve()


def test_what_a_process_holds_of_a_build_is_seen(folders, tmp_path):
    assert not held_below(tmp_path, os.getpid())
    (tmp_path / "file").write_text("x")
    with (tmp_path / "file").open() as file:
        assert held_below(tmp_path, os.getpid()) == {file.name}
    assert not held_below(tmp_path, os.getpid())


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"content-type": "application/json"}, b'{"a":'),
        Reply(400, {"content-type": "application/json"}, b'{"error": null}'),
        plain(200, {"opinion_id": OPINION, "runs": [{"start": 0}]}),
    ],
)
def test_an_answer_that_cannot_be_read_is_wrong(truth, reply):
    assert truth.judge(ASK, reply, frozenset(truth.books)) is Verdict.WRONG
    assert truth.counts[Verdict.WRONG] == len(truth.wrong) == 1
