"""The service, killed by SIGKILL under load and started again: how long until it answers, and the same.

    python -m tests.crash.service_kills FOLDER --kills 50

Every other round a build is published while it is killed.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final

import httpx2

from indexer.store.files import current_build
from indexer.store.verify import verify
from tests.acceptance.running import (
    COMMAND,
    ask,
    environment,
    eventually,
    free_port,
    status,
    succeed,
)
from tests.crash.corpus import BASE, write_cases

QUESTION: Final = "the officer used force in an arrest"
_CLIENTS: Final = 8
_BACK_S: Final = 10
_LIVES_S: Final = 1.5


@contextmanager
def loaded(port: int) -> Iterator[list[int]]:
    """Ask from many clients; yields the statuses of the answers that came."""
    stop, answers = Event(), list[int]()

    def go_on() -> None:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            while not stop.is_set():
                try:
                    answers.append(client.post("/v1/search", json={"query": QUESTION}).status_code)
                except httpx2.TransportError:
                    stop.wait(0.02)

    threads = [Thread(target=go_on) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class Service:
    """A server on one port, to be killed and started again."""

    def __init__(self, root: Path, log: Path) -> None:
        self._root, self._log = root, log
        self.port = free_port()
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; return the seconds until it is ready."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            command = [str(COMMAND), "serve", "--index", str(self._root), "--port", str(self.port)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment())
        eventually(lambda: status(self._client, "/readyz") == 200, within_s=_BACK_S)
        return time.monotonic() - began

    def kill(self) -> None:
        """Kill it, as the kernel does when memory is short."""
        assert self._process is not None
        self._process.kill()
        assert self._process.wait(10) == -signal.SIGKILL

    def served(self) -> str:
        """Return the build that it answers from."""
        return str(ask(self._client, QUESTION)["index"]["build_id"])


def main() -> int:
    """Print the figures as JSON; what does not hold is an `AssertionError`."""
    parser = argparse.ArgumentParser(description="Kill the service under load.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    given.folder.mkdir(parents=True)
    root, source, drawn = given.folder / "index", given.folder / "source.jsonl", random.Random(0)
    succeed("build", write_cases(source, *BASE), "--index", root)
    service = Service(root, given.folder / "log")
    ready, statuses = [service.start()], list[int]()
    with loaded(service.port) as answers:
        for number in range(given.kills):
            write_cases(source, *BASE, words=f"round {number}")
            build = [COMMAND, "build", source, "--index", root] if number % 2 else ["true"]
            with subprocess.Popen(build, stdout=subprocess.DEVNULL) as building:
                time.sleep(drawn.random() * _LIVES_S)
                service.kill()
                ready.append(service.start())
                assert building.wait(60) == 0
            assert verify(root) == []
            eventually(lambda: service.served() == current_build(root), within_s=_BACK_S)
        statuses += answers
    service.kill()
    figures = {
        "kills": given.kills,
        "answers": len(statuses),
        "answers_that_were_not_200": sum(one not in {200, 503} for one in statuses),
        "answers_not_ready_yet_503": statuses.count(503),
        "kill_to_ready_s": {
            "median": round(sorted(ready)[len(ready) // 2], 2),
            "most": round(max(ready), 2),
        },
    }
    print(json.dumps(figures, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
