"""Builds follow each other while clients ask: no failed request, each answer wholly of one build.

    python -m tests.crash.swaps FOLDER --swaps 200 --clients 16

Every build says its number in every passage, so that words of two builds in one answer are seen.
"""

import argparse
import json
import re
import shutil
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final

import httpx2

from indexer.build import BuildOptions, build
from indexer.records import CaseRecord
from indexer.store.files import current_build
from indexer.store.verify import verify
from models.load import load_embedder
from tests.acceptance.running import eventually, serving
from tests.indexer.store.making import opinion, record

QUESTION: Final = "the officer used force in an arrest"
_NUMBER: Final = re.compile(r"build number (\d+)")
_KEEP: Final = 3
_PAUSE_S: Final = 0.1
"""Between a client's requests: the builds need the processors too."""


def case_count(number: int) -> int:
    """Return how many cases the build of that number has."""
    return 4 + number % 5


def corpus(number: int) -> list[CaseRecord]:
    """Return cases that say the number in each of their sentences; how many cases differs as well."""
    sentence = f"The officer used force in an arrest, says build number {number}. "
    return [
        record(f"case-{at}", opinion(f"op-{at}", sentence * (3 + at), case_id=f"case-{at}"))
        for at in range(case_count(number))
    ]


@dataclass
class Seen:
    """What the clients saw."""

    numbers: dict[str, int] = field(default_factory=dict)
    """The number that each build was given, by its id."""
    answers: Counter[tuple[str, frozenset[int], int]] = field(default_factory=Counter)
    """Answers by the build that they say they are of, the numbers in their passages, and its cases."""
    builds: set[str] = field(default_factory=set)
    """Builds that were answered from."""
    failed: list[str] = field(default_factory=list)
    requests: int = 0
    slowest_s: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def take(self, found: dict[str, Any], seconds: float) -> None:
        """Keep what an answer says of its build, to be judged when all builds are known."""
        build_id = found["index"]["build_id"]
        said = (int(n) for hit in found["hits"] for n in _NUMBER.findall(hit["passage"]["text"]))
        with self.lock:
            self.slowest_s = max(self.slowest_s, seconds)
            self.answers[build_id, frozenset(said), found["index"]["cases"]] += 1
            self.builds.add(build_id)

    @property
    def wrong(self) -> list[str]:
        """Every failure, and every kind of answer that is not wholly of the build that it names."""
        mixed = [
            f"{build_id}, number {self.numbers.get(build_id)}: {set(said)}, {cases} cases"
            for build_id, said, cases in self.answers
            if {self.numbers.get(build_id)} != said or cases != case_count(self.numbers[build_id])
        ]
        return self.failed + mixed


def ask_on(base_url: httpx2.URL, seen: Seen, stop: Event) -> None:
    """Ask singly and in batches until told to stop; what is not 200 is wrong."""
    with httpx2.Client(base_url=base_url, timeout=60) as client:
        asked = 0
        while not stop.wait(_PAUSE_S):
            asked += 1
            question = {"query": f"{QUESTION} {asked % 7}", "k": 20}
            batch = asked % 5 == 0
            path = "/v1/search/batch" if batch else "/v1/search"
            body = {"searches": [question] * 3} if batch else question
            began = time.monotonic()
            try:
                answer = client.post(path, json=body)
            except httpx2.TransportError as error:
                seen.failed.append(repr(error))
                continue
            seconds = time.monotonic() - began
            seen.requests += 1
            if answer.status_code != 200:
                seen.failed.append(f"{answer.status_code} {answer.text}")
                continue
            found = answer.json()
            parts = found["answers"] if batch else [found]
            if len({part["index"]["build_id"] for part in parts}) != 1:
                seen.failed.append("one batch, two builds")
            for part in parts:
                seen.take(part, seconds)


def swap(root: Path, log: Path, *, swaps: int, clients: int) -> tuple[Seen, list[float]]:
    """Publish build after build, each only when the one before is served; return what was seen."""
    embedder = load_embedder(threads=1)
    seen, seconds = Seen(), []

    def publish(number: int) -> str:
        done = build(corpus(number), root, embedder=embedder, options=BuildOptions(keep=_KEEP))
        seen.numbers[done.build_id] = number
        return done.build_id

    publish(0)
    with ExitStack() as stack:
        client = stack.enter_context(
            serving(root, log, OPINION_SEARCH_POLL_INTERVAL_S="0.02", OPINION_SEARCH_THREADS="1")
        )
        stop = Event()
        asking = [Thread(target=ask_on, args=(client.base_url, seen, stop)) for _ in range(clients)]
        for thread in asking:
            thread.start()
        try:
            for number in range(1, swaps + 1):
                build_id = publish(number)
                seconds.append(
                    eventually(lambda wanted=build_id: wanted in seen.builds, within_s=60)  # type: ignore[misc]
                )
        finally:
            stop.set()
            for thread in asking:
                thread.join()
    assert verify(root) == []
    assert seen.numbers[current_build(root)] == swaps
    return seen, seconds


def main() -> int:
    """Print the figures as JSON; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description="Swap builds under clients.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--swaps", type=int, default=200)
    parser.add_argument("--clients", type=int, default=16)
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    given.folder.mkdir(parents=True)
    began = time.monotonic()
    root, log = given.folder / "index", given.folder / "log"
    seen, seconds = swap(root, log, swaps=given.swaps, clients=given.clients)
    figures = {
        "swaps": given.swaps,
        "clients": given.clients,
        "requests": seen.requests,
        "answers": seen.answers.total(),
        "builds_answered_from": len(seen.builds),
        "failed_or_mixed": len(seen.wrong),
        "first": seen.wrong[:5],
        "slowest_request_s": round(seen.slowest_s, 2),
        "publish_to_first_answer_s": {
            "median": round(sorted(seconds)[len(seconds) // 2], 2),
            "most": round(max(seconds), 2),
        },
        "minutes": round((time.monotonic() - began) / 60, 1),
    }
    print(json.dumps(figures, indent=1))  # noqa: T201
    return 1 if seen.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
