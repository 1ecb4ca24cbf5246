"""Opinions come, change and go while the service answers: no error, no answer of two builds."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx2
import pytest

from tests.acceptance.running import ask, eventually, serving, succeed

pytestmark = pytest.mark.slow

DRONE = "the sheriff flew a drone over the houseboat"
QUESTIONS = (DRONE, "officer shot unarmed suspect mistaken belief", "qualified immunity on appeal")
THREADS = 8
_PAUSE_S = 0.3
"""Between a thread's rounds of questions: builds need the processors too."""
FIRST = "The sheriff flew a drone over the houseboat without a warrant, and that was a search."
SECOND = "On rehearing: the sheriff's drone hovered over the houseboat, and that was no search."


class Watch:
    """What many threads saw: each different answer by build and question, and each failure."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.failures: list[str] = []
        self.asked = 0

    def look(self, base_url: httpx2.URL, stop: Event) -> None:
        with httpx2.Client(base_url=base_url, timeout=60) as client:
            while not stop.wait(_PAUSE_S):
                for question in QUESTIONS:
                    self._ask(client, question)

    def has_asked(self, build_id: str) -> bool:
        """Whether each question was answered from a build."""
        return all((build_id, question) in self.answers for question in QUESTIONS)

    def _ask(self, client: httpx2.Client, question: str) -> None:
        try:
            answer = client.post("/v1/search", json={"query": question, "k": 20})
        except httpx2.TransportError as error:
            self.failures.append(repr(error))
            return
        if answer.status_code != 200:
            self.failures.append(answer.text)
            return
        found = {**answer.json(), "took_ms": None}
        self.answers[found["index"]["build_id"], question].add(json.dumps(found))
        self.asked += 1


@contextmanager
def watching(client: httpx2.Client) -> Iterator[Watch]:
    watch, stop = Watch(), Event()
    threads = [Thread(target=watch.look, args=(client.base_url, stop)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield watch
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def record(text: str) -> str:
    case = {
        "id": "test-drone",
        "case_name": "Angler v. Sheriff",
        "court_id": "ca6",
        "date_filed": "2020",
        "citations": ["999 F.3d 1"],
        "opinions": [{"type": "lead", "text": text}],
    }
    return json.dumps(case) + "\n"


def current(index: Path) -> str:
    return (index / "CURRENT").read_text().strip()


def best(client: httpx2.Client) -> dict[str, Any]:
    hit: dict[str, Any] = ask(client, DRONE)["hits"][0]
    return hit


def test_a_case_is_added_replaced_removed_and_brought_back_while_eight_threads_search(
    seeds_index, tmp_path
):
    index, source = tmp_path / "index", tmp_path / "new.jsonl"
    shutil.copytree(seeds_index, index)
    builds = [current(index)]

    def change(*command: str | Path) -> None:
        """Run the command, wait until the service answers from its build, and all questions were asked of that."""
        succeed(*command, "--index", index)
        builds.append(current(index))
        eventually(lambda: ask(client, DRONE)["index"]["build_id"] == builds[-1])
        eventually(lambda: watch.has_asked(builds[-1]))

    with serving(index, tmp_path / "log") as client, watching(client) as watch:
        eventually(lambda: watch.has_asked(builds[0]))
        assert best(client)["case"]["id"] != "test-drone"

        source.write_text(record(FIRST))
        change("add", source)
        assert best(client)["passage"]["text"] == FIRST
        assert best(client)["cite"] == "Angler v. Sheriff, 999 F.3d 1 (6th Cir. 2020)"
        assert client.get("/v1/cases/ca6-2008-floyd-v-detroit").status_code == 200

        source.write_text(record(SECOND))
        change("add", source)
        assert best(client)["passage"]["text"] == SECOND
        assert client.get("/readyz").json()["index"]["cases"] == 3

        change("remove", "test-drone")
        assert best(client)["case"]["id"] != "test-drone"
        assert client.get("/v1/cases/test-drone").status_code == 404

        change("rollback")
        assert builds[-1] == builds[2]
        assert best(client)["passage"]["text"] == SECOND
        eventually(lambda: watch.asked > 100)

    assert watch.failures == []
    assert {build for build, _ in watch.answers} == set(builds)
    for seen in watch.answers.values():
        assert len(seen) == 1, "one build gives one answer to a question"
    for text, at in ((FIRST, 1), (SECOND, 2)):
        assert {
            build for (build, _), seen in watch.answers.items() if text in seen.copy().pop()
        } == {builds[at]}
    succeed("verify", "--index", index)


def test_a_service_that_starts_before_its_index_answers_503_until_a_build_appears(tmp_path):
    index, source = tmp_path / "index", tmp_path / "new.jsonl"
    source.write_text(record(FIRST))

    with serving(index, tmp_path / "log", ready=False) as client:
        eventually(lambda: "is being opened" not in client.get("/readyz").text)
        refused = client.post("/v1/search", json={"query": DRONE})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "not_ready"
        assert "opinion-search build" in refused.json()["error"]["message"]
        assert int(refused.headers["Retry-After"]) > 0
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200

        succeed("build", source, "--index", index)
        eventually(lambda: client.get("/readyz").status_code == 200)
        assert best(client)["passage"]["text"] == FIRST

    told = (tmp_path / "log").read_text()
    assert f"opinion-search build SOURCE --index {index}" in told
