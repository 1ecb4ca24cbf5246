"""The server of the vectors dies in a build and under questions: nothing is lost, nobody is lied to.

`MILVUS_COMMAND=…/milvus-server` names the program; each module starts one of its own.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import httpx2
import numpy as np
import pytest

from indexer.build import BuildOptions, build
from indexer.errors import EngineUnavailableError
from indexer.records import CaseRecord
from indexer.store.engine_url import engine_at
from indexer.store.files import BUILDS, current_build, list_builds
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from models.load import load_embedder
from tests.acceptance.running import SEEDS, ask, eventually, opinion_search, serving, succeed
from tests.crash.swaps import Seen, ask_on, corpus
from tests.embedders import WordHashEmbedder
from tests.indexer.store.making import opinion, record
from tests.milvus_server import COMMAND, MilvusServer, milvus

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COMMAND, reason="MILVUS_COMMAND names no program of a Milvus server"),
]
_ = pytest.importorskip("pymilvus", reason="the extra milvus is not installed")
QUESTION = "officer shot unarmed suspect mistaken belief"
QUESTIONS = (QUESTION, "qualified immunity on appeal", "the officer used force in an arrest")
_BACK_S = 90.0
"""Until a server that was killed answers from all that it had, on a machine that does other work."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus(tmp_path_factory.mktemp("milvus")) as running:
        yield running


def cases(count: int) -> list[CaseRecord]:
    drawn, words = random.Random(1), [f"w{at}" for at in range(3_000)]
    return [
        record(f"c{at}", opinion(f"o{at}", f"{' '.join(drawn.choices(words, k=600))}.", case_id=f"c{at}"))
        for at in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("moment", ["is sent", "is indexed"])
def test_killed_in_a_build_the_one_before_is_served_and_the_next_leaves_no_orphan(
    server: MilvusServer, tmp_path: Path, moment: str
) -> None:
    name, root = f"b{moment[3:]}", tmp_path / "index"
    options = BuildOptions(engine=engine_at(server.url(name)))
    embedder, few, many = WordHashEmbedder(), cases(20), cases(400)
    first = build(few, root, embedder=embedder, options=options)
    with Index.open(root, engine=options.engine) as index:
        before = index.vectors.vectors(np.arange(len(index.vectors)))

    killed, over = Event(), Event()

    def kill() -> None:
        while not over.wait(0.01):
            if has_begun(server, name, first.build_id, indexed=moment == "is indexed"):
                server.kill()
                killed.set()
                return

    killer = Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(EngineUnavailableError, match="see that it runs, then try again"):
            build(many, root, embedder=embedder, options=options)
    finally:
        over.set()
        killer.join()

    assert killed.is_set()
    assert list_builds(root) == [current_build(root)] == [first.build_id]
    assert [one.name for one in (root / BUILDS).iterdir()] == [first.build_id], "no stage is left"
    server.start()
    with Index.open(root, engine=engine_at(server.url(name))) as index:
        assert np.array_equal(index.vectors.vectors(np.arange(len(index.vectors))), before)
        assert index.vectors.nearest(before[3], 1).rows.tolist() == [3]
    assert len(server.collections(name)) == 2, "what the dead build sent is still there"

    second = build(many, root, embedder=embedder, options=options)

    assert second.embedded == 0, "what was embedded before the death is not embedded again"
    assert len(server.collections(name)) == 2, "of the two builds that are kept"
    assert server.alias(name).startswith(f"{name}_{second.build_id[:15]}")
    assert [verify(root, one, engine=options.engine) for one in list_builds(root)] == [[], []]
    options.engine.prune([])


def test_killed_under_questions_the_service_says_so_and_comes_back_by_itself(
    server: MilvusServer, tmp_path: Path
) -> None:
    root, url = tmp_path / "index", server.url("asked")
    succeed("build", SEEDS, "--index", root, "--engine", url)
    with serving(root, tmp_path / "log", OPINION_SEARCH_ENGINE=url) as client:
        before = answers(client)
        stop, seen = Event(), list[httpx2.Response]()
        asking = [Thread(target=ask_until, args=(client.base_url, stop, seen)) for _ in range(4)]
        for one in asking:
            one.start()
        try:
            eventually(lambda: len(seen) > 8)
            server.kill()
            eventually(lambda: client.get("/readyz").status_code == 503)
            refused_from = len(seen)
            eventually(lambda: len(seen) > refused_from + 8)
            told = client.get("/readyz").json()
            lexical = ask(client, QUESTION, mode="lexical")
            alive = client.get("/healthz").status_code
            server.start()
            eventually(lambda: client.get("/readyz").status_code == 200, within_s=_BACK_S)
            ready_from = len(seen)
            eventually(lambda: len(seen) > ready_from + 8)
        finally:
            stop.set()
            for one in asking:
                one.join()

        assert {one.status_code for one in seen[ready_from + 4 :]} == {200}
        assert {one.status_code for one in seen[:4]} == {200}
        assert "vectors does not answer" in str(told)
        assert str(server.port) not in str(told), "where it is, is our affair"
        assert lexical["hits"], "words are asked here"
        assert alive == 200
        assert answers(client) == before
    for answer in seen:
        if answer.status_code == 503:
            assert answer.json()["error"]["code"] == "engine_unavailable"
            assert int(answer.headers["Retry-After"]) > 0
        else:
            assert len(answer.json()["hits"]) == 10
    assert {answer.status_code for answer in seen} == {200, 503}
    assert max(answer.elapsed.total_seconds() for answer in seen) < 15


def test_a_service_that_starts_before_its_server_says_why_and_waits_for_it(
    server: MilvusServer, tmp_path: Path
) -> None:
    root, url = tmp_path / "index", server.url("late")
    succeed("build", SEEDS, "--index", root, "--engine", url)
    server.kill()

    with serving(root, tmp_path / "log", ready=False, OPINION_SEARCH_ENGINE=url) as client:
        eventually(lambda: "vectors does not answer" in client.get("/readyz").text)
        assert client.get("/readyz").status_code == 503
        assert str(server.port) not in client.get("/readyz").text
        refused = client.post("/v1/search", json={"query": QUESTION})
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (503, True)
        server.start()
        eventually(lambda: client.get("/readyz").status_code == 200, within_s=_BACK_S)
        assert len(ask(client, QUESTION)["hits"]) == 10
    again = opinion_search("search", QUESTION, "--index", root, "--engine", url)
    assert again.returncode == 0, again.stderr


def test_builds_swap_under_questions_and_no_answer_is_of_two(
    server: MilvusServer, tmp_path: Path
) -> None:
    root, url = tmp_path / "index", server.url("swapped")
    embedder, seen, stop = load_embedder(threads=1), Seen(), Event()

    def publish(number: int) -> str:
        options = BuildOptions(engine=engine_at(url), keep=2)
        done = build(corpus(number), root, embedder=embedder, options=options)
        seen.numbers[done.build_id] = number
        return done.build_id

    publish(0)
    with serving(
        root, tmp_path / "log", OPINION_SEARCH_POLL_INTERVAL_S="0.05", OPINION_SEARCH_ENGINE=url
    ) as client:
        asking = [Thread(target=ask_on, args=(client.base_url, seen, stop)) for _ in range(4)]
        for one in asking:
            one.start()
        try:
            for number in range(1, 4):
                wanted = publish(number)
                eventually(lambda wanted=wanted: wanted in seen.builds, within_s=60)  # type: ignore[misc]
        finally:
            stop.set()
            for one in asking:
                one.join()

    assert seen.wrong == []
    assert seen.requests > 20
    assert len(server.collections("swapped")) == 2
    assert verify(root, engine=engine_at(url)) == []


def has_begun(server: MilvusServer, name: str, first: str, *, indexed: bool) -> bool:
    """Whether a second build is being sent, or is indexed; `False` also where nobody answers for a moment."""
    from pymilvus.exceptions import MilvusException

    try:
        found, before = server.collections(name), server.alias(name)
    except MilvusException:
        return False
    new = [done for one, done in found.items() if f"{name}_{first[:8]}" in one and one != before]
    return any(done or not indexed for done in new)


def answers(client: httpx2.Client) -> list[object]:
    return [{**ask(client, one, k=20), "took_ms": None} for one in QUESTIONS]


def ask_until(base_url: httpx2.URL, stop: Event, seen: list[httpx2.Response]) -> None:
    with httpx2.Client(base_url=base_url, timeout=60) as client:
        number = 0
        while not stop.wait(0.1):
            number += 1
            body = {"query": f"{QUESTIONS[number % 3]} {number}"}
            seen.append(client.post("/v1/search", json=body))
