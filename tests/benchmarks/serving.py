"""The service and its neighbours as processes: started, asked, weighed, stopped."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.acceptance.running import COMMAND, environment, free_port
from tests.benchmarks.client import HOST, Asker

ROOT: Final = Path(__file__).parents[2]
_PATIENCE_S: Final = 120
_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that is ready."""

    port: int
    pid: int
    ready_after_s: float

    def asker(self) -> Asker:
        """Return a new connection."""
        return Asker(self.port)

    def memory(self) -> dict[str, float]:
        """Return what all its processes have in memory, MB."""
        return memory_of(self.pid)


@contextmanager
def service(index: Path, log: Path, *, workers: int = 1) -> Iterator[Service]:
    """Serve an index over HTTP with the installed command; ready, when the canary was found."""
    port = free_port()
    words: list[str | Path] = [
        "serve",
        "--index",
        index,
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stderr:
        start = time.monotonic()
        process = subprocess.Popen(
            [COMMAND, *words], stdout=stderr, stderr=stderr, env=environment()
        )
        try:
            while not _is_ready(port):
                if process.poll() is not None or time.monotonic() - start > _PATIENCE_S:
                    raise ValueError(f"it did not become ready: {log.read_text('utf-8')[-2000:]}")
                time.sleep(_LOOK_S)
            yield Service(
                port=port, pid=process.pid, ready_after_s=round(time.monotonic() - start, 3)
            )
        finally:
            process.terminate()
            process.wait(60)


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://{HOST}:{port}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def memory_of(pid: int) -> dict[str, float]:
    """Return what a process and those below it have in memory, MB.

    ``pss`` divides what several share by their number, so it may be added up; ``rss`` may not.
    """
    total = {"rss_mb": 0.0, "pss_mb": 0.0, "pss_files_mb": 0.0, "largest_rss_mb": 0.0}
    pids = [pid, *_below(pid)]
    for one in pids:
        rolled = _rolled_up(one)
        total["rss_mb"] += rolled["Rss"]
        total["pss_mb"] += rolled["Pss"]
        total["pss_files_mb"] += rolled["Pss_File"]
        total["largest_rss_mb"] = max(total["largest_rss_mb"], rolled["Rss"])
    return {name: round(value, 1) for name, value in total.items()} | {"processes": len(pids)}


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and those below it have used."""
    ticks = 0
    for one in [pid, *_below(pid)]:
        fields = Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _rolled_up(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()[1:]
    found = {}
    for line in lines:
        name, _, amount = line.partition(":")
        found[name] = int(amount.split()[0]) * 1024 / 1e6
    return found


def _below(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("utf-8").split():
            found += [int(child), *_below(int(child))]
    return found


class Alone:
    """The model alone in a process of its own, idle but for the question that it is asked."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.embed_alone"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self.ms("is it awake")

    def ms(self, text: str) -> float:
        """Return how long the model took to embed a question, in milliseconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def run_module(
    module: str, *words: str | Path, python: str | Path = sys.executable
) -> dict[str, Any]:
    """Run a module of this folder in a process of its own; return the JSON on its last line."""
    done = subprocess.run(
        [python, "-m", f"tests.benchmarks.{module}", *words],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        raise ValueError(f"{module} {words}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_command(*words: str | Path) -> float:
    """Run `opinion-search` to its good end; return how many seconds it took."""
    start = time.monotonic()
    done = subprocess.run(
        [COMMAND, *words], check=False, capture_output=True, text=True, env=environment()
    )
    if done.returncode not in {0, 3}:
        raise ValueError(f"{words}: {done.stderr[-2000:]}")
    return time.monotonic() - start


def search_body(query: str, **choices: Any) -> dict[str, Any]:
    """Return the search that is measured: hybrid, no second look, 10 hits with text."""
    return {"query": query, "k": 10, "mode": "hybrid", "rerank": False, **choices}


def bodies(questions: Sequence[str], **choices: Any) -> list[dict[str, Any]]:
    """Return a search for each question."""
    return [search_body(question, **choices) for question in questions]
