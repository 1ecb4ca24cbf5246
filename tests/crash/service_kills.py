"""The service, killed by SIGKILL under load and started again: how long until it answers, and the same.

    python -m tests.crash.service_kills FOLDER --kills 50

Every other round a build is published while it is killed. Clients ask one question all the while. Wrong is
every answer but the one right 200 of a published build, and a 503 with Retry-After of a service that is not
ready; a request that is lost while the service lives; and a start that takes longer than asked: the command
still ends with all its figures then, and with 1.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final, Protocol

import httpx2

from indexer.store.files import current_build
from indexer.store.verify import verify
from tests.acceptance.running import (
    COMMAND,
    ask,
    environment,
    eventually,
    reserved_port,
    status,
    succeed,
)
from tests.crash.corpus import BASE, write_cases

QUESTION: Final = "the officer used force in an arrest"
BACK_S: Final = 10
"""Within this time it must be ready again."""
_CLIENTS: Final = 8
_PATIENCE_S: Final = 60
"""A start that takes longer is none, and ends the run."""
_LIVES_S: Final = 1.5
_AGAIN_S: Final = 0.02
_SHOWN: Final = 200
_OK, _UNAVAILABLE = 200, 503

Texts = tuple[str, ...]


@dataclass
class Seen:
    """What the clients saw."""

    answers: Counter[tuple[str, Texts]] = field(default_factory=Counter)
    """Answers with 200, by the build that they name and the passages that they show."""
    not_ready: int = 0
    """Good refusals: 503 with Retry-After, while it was starting."""
    cut_off: int = 0
    """Requests that a kill cut off, or that met nobody."""
    failed: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def take(self, answer: httpx2.Response, *, ready: bool) -> None:
        """Keep an answer; ``ready``: it came from a service that was, all the while."""
        with self._lock:
            if answer.status_code == _OK:
                self._take_found(answer)
            elif answer.status_code == _UNAVAILABLE and not ready and _says_when(answer):
                self.not_ready += 1
            else:
                state = "ready" if ready else "not ready"
                self.failed[f"{answer.status_code} while {state}: {answer.text[:_SHOWN]}"] += 1

    def take_none(self, error: httpx2.TransportError, *, lived: bool) -> None:
        """Keep that no answer came; ``lived``: the service did, all the while."""
        with self._lock:
            if lived or isinstance(error, httpx2.TimeoutException):
                self.failed[f"no answer from a service that lived: {error!r}"] += 1
            else:
                self.cut_off += 1

    def _take_found(self, answer: httpx2.Response) -> None:
        try:
            found: Any = answer.json()
            texts = tuple(hit["passage"]["text"] for hit in found["hits"])
            self.answers[found["index"]["build_id"], texts] += 1
        except (KeyError, TypeError, ValueError):
            self.failed[f"200, but no answer: {answer.text[:_SHOWN]}"] += 1

    def wrong(self, words: Mapping[str, str]) -> list[str]:
        """Say what was wrong; ``words`` are what each build that was published holds, as `plain` has it."""
        told = [f"{times} times {what}" for what, times in self.failed.items()]
        if not self.answers:
            told.append("there was no answer at all")
        one: dict[str, Texts] = {}
        for (build_id, texts), times in self.answers.items():
            held = words.get(build_id)
            if held is None:
                told.append(f"{times} times {build_id}, which was never published")
            elif not texts or not all(plain(text) in held for text in texts):
                told.append(
                    f"{times} times {build_id} with passages that it does not have: {texts[:2]}"
                )
            elif one.setdefault(build_id, texts) != texts:
                told.append(f"{times} times {build_id} with another answer than before")
        return told


def plain(text: str) -> str:
    """Return a text as texts are compared: white space is one blank."""
    return " ".join(text.split())


def _says_when(answer: httpx2.Response) -> bool:
    after = answer.headers.get("Retry-After", "")
    return after.isdecimal() and int(after) > 0


class Asked(Protocol):
    """What is asked: an address, and whether it should answer."""

    port: int
    life: int
    """Which of its lives it is in; 0 while it is not ready."""


def _go_on(service: Asked, seen: Seen, stop: Event) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{service.port}", timeout=30) as client:
        while not stop.is_set():
            life = service.life
            try:
                answer = client.post("/v1/search", json={"query": QUESTION})
            except httpx2.TransportError as error:
                seen.take_none(error, lived=life > 0 and service.life == life)
                stop.wait(_AGAIN_S)
            else:
                seen.take(answer, ready=life > 0 and service.life == life)


@contextmanager
def loaded(service: Asked) -> Iterator[Seen]:
    """Ask from many clients until the end of the body."""
    stop, seen = Event(), Seen()
    threads = [Thread(target=_go_on, args=(service, seen, stop)) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Service:
    """A server on one port, to be killed and started again."""

    def __init__(self, root: Path, log: Path) -> None:
        self._root, self._log = root, log
        self._held = ExitStack()
        self.port = self._held.enter_context(reserved_port())  # also while it is dead
        self.life = 0
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        self._process: subprocess.Popen[bytes] | None = None
        self.starts_s: list[float] = []
        """How long each start took until it was ready."""

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            command = [str(COMMAND), "serve", "--index", str(self._root), "--port", str(self.port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment())
        eventually(lambda: status(self._client, "/readyz") == _OK, within_s=_PATIENCE_S)
        self.starts_s.append(time.monotonic() - began)
        self.life = len(self.starts_s)

    def kill(self) -> None:
        """Kill it, as the kernel does when memory is short."""
        assert self._process is not None
        self.life = 0
        self._process.kill()
        assert self._process.wait(_PATIENCE_S) == -signal.SIGKILL

    def served(self) -> str:
        """Return the build that it answers from."""
        return str(ask(self._client, QUESTION)["index"]["build_id"])


class Run:
    """An index that is built anew in every other round, and the service over it."""

    def __init__(self, folder: Path) -> None:
        self.root, self._source = folder / "index", folder / "source.jsonl"
        self.words: dict[str, str] = {}
        """What each build holds, by its id."""
        succeed("build", write_cases(self._source, *BASE), "--index", self.root)
        self._note()
        self.service = Service(self.root, folder / "log")
        self.wrong: list[str] = []

    def play(self, kills: int) -> Seen:
        """Kill it so many times under load; return what the clients saw."""
        drawn = random.Random(0)
        self.service.start()
        try:
            with loaded(self.service) as seen:
                for number in range(kills):
                    self._round(number, drawn.random() * _LIVES_S)
        finally:
            self.service.kill()
        self.wrong += seen.wrong(self.words)
        return seen

    def _round(self, number: int, lives_s: float) -> None:
        builds = number % 2 == 1
        command: list[str | Path] = ["true"]
        if builds:
            write_cases(self._source, *BASE, words=f"round {number}")
            command = [COMMAND, "build", self._source, "--index", self.root]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as building:
            time.sleep(lives_s)
            self.service.kill()
            self.service.start()
            code = building.wait(60)
        if code:
            self.wrong.append(f"round {number}: the build ended with {code}")
        if builds:
            self._note()
        self.wrong += [f"round {number}: {problem}" for problem in verify(self.root)]
        eventually(lambda: self.service.served() == current_build(self.root))

    def _note(self) -> None:
        cases = map(json.loads, self._source.read_text().splitlines())
        texts = " ".join(opinion["text"] for case in cases for opinion in case["opinions"])
        self.words[current_build(self.root)] = plain(texts)


def figures(kills: int, seen: Seen, wrong: list[str], starts_s: list[float]) -> dict[str, Any]:
    """Return what is printed."""
    return {
        "kills": kills,
        "answers": seen.answers.total(),
        "answers_not_ready_yet_503": seen.not_ready,
        "requests_cut_off_by_a_kill": seen.cut_off,
        "wrong": len(wrong),
        "first": wrong[:5],
        "kill_to_ready_s": {
            "median": round(sorted(starts_s)[len(starts_s) // 2], 2),
            "most": round(max(starts_s), 2),
        },
        f"starts_of_more_than_{BACK_S}_s": sum(one > BACK_S for one in starts_s),
    }


def code_of(found: Mapping[str, Any]) -> int:
    """Return 1 where anything was wrong, or a start too slow; else 0."""
    return 1 if found["wrong"] or found[f"starts_of_more_than_{BACK_S}_s"] else 0


def main() -> int:
    """Print the figures as JSON; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description="Kill the service under load.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    given.folder.mkdir(parents=True)
    run = Run(given.folder)
    seen = run.play(given.kills)
    found = figures(given.kills, seen, run.wrong, run.service.starts_s)
    print(json.dumps(found, indent=1))  # noqa: T201
    return code_of(found)


if __name__ == "__main__":
    sys.exit(main())
