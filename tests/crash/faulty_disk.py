"""Work on a disk that fails at a chosen call, each time in a process forked from one that is warm.

The disk is `faulty_disk.c`, below Python, SQLite, tantivy, FAISS, numpy and all else that writes.

    LD_PRELOAD=… python -m tests.crash.faulty_disk     reads a JSON object a line, answers with one
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from indexer.build import merged
from indexer.errors import IndexerError, IndexWriteError
from indexer.records import CaseRecord
from indexer.standing import Standing
from indexer.store.files import rollback
from service import keys
from service.errors import KeysError
from tests.indexer.corpora import build_small, case, cases
from tests.indexer.graphs import EarlyGraphs

KINDS: Final = ("error", "short", "full", "kill")
DONE, REFUSED, RAW, WRONG_KIND, STOPPED = 0, 1, 2, 3, 4
"""Exit codes of work: done; an error of ours; another error; an error of ours that is not about the disk; the
last for work that has not ended."""
KEEP: Final = 2
"""Builds that are kept."""
KEYS_FILE: Final = "keys.jsonl"
_STOPPED: Final = "stopped"
_GO_ON: Final = "go on"
_SOURCE: Final = Path(__file__).with_suffix(".c")
_REPOSITORY: Final = Path(__file__).parents[2]


def old() -> list[CaseRecord]:
    """Return the corpus of the builds that are there before."""
    return cases(3)


def new() -> list[CaseRecord]:
    """Return the corpus of the build that meets the fault."""
    return [*cases(2), *cases(2, prefix="new")]


def many() -> list[CaseRecord]:
    """Return the corpus of one that has a graph."""
    return cases(9)


def added() -> list[CaseRecord]:
    """Return what is added to `old`: a case that it has, in other words, and one that is new."""
    return [case("case001", sentences_each=14, topic=3), case("more", topic=4)]


def removed() -> frozenset[str]:
    """Return the ids of the cases that are removed from `old`."""
    return frozenset({"case000"})


def _add(root: Path) -> None:
    _go_on(root, added(), frozenset(one.case.id for one in added()))


def _remove(root: Path) -> None:
    _go_on(root, (), removed())


def _go_on(root: Path, records: Iterable[CaseRecord], replaced: frozenset[str]) -> None:
    """Publish the current corpus with ``records`` and without ``replaced``, as `add` and `remove` do."""
    standing = Standing.of(root, replaced)
    build_small(merged(root, records, replaced=replaced), root, keep=KEEP, standing=standing)


WORKS: Final[Mapping[str, Callable[[Path], object]]] = {
    "build": lambda root: build_small(new(), root, keep=KEEP),
    "graph": lambda root: build_small(many(), root, keep=KEEP, engine=EarlyGraphs()),
    "add": _add,
    "remove": _remove,
    "rollback": rollback,
    "keys new": lambda root: keys.add(root / KEYS_FILE, keys.make("fresh").kept),
    "keys revoke": lambda root: keys.revoke(root / KEYS_FILE, "anna"),
}
"""What may be done to a folder, by name."""


@dataclass(frozen=True)
class Outcome:
    """How work ended."""

    code: int
    """One of those above, or minus the number of a signal."""
    said: str
    calls: list[list[str]]
    """Each call that would change something below the folder: operation, path, and what `faulty_disk.c` says."""


class Disk:
    """A warm process on a faulty disk, which lends itself to work."""

    def __init__(self, process: "subprocess.Popen[str]", scratch: Path) -> None:
        self._process = process
        self._said, self._log = scratch / "said", scratch / "log"

    def do(self, work: str, root: Path, *, kind: str, at: int = -1) -> Outcome:
        """Do ``work``, one of `WORKS`, in ``root``, the call number ``at`` failing as ``kind``."""
        return self._outcome(int(self._begin(root, kind, at, work)))

    def stops(self, work: str, root: Path) -> Generator[Outcome, None, None]:
        """Do ``work``; yield before each call, `STOPPED`, what was done so far, and at the end its outcome.

        While one is looked at nothing moves: ``root`` may be copied. Closed before its end, it is killed.
        """
        answer = self._begin(root, "stop", -1, work)
        try:
            while answer == _STOPPED:
                yield self._outcome(STOPPED)
                answer = self._ask(_GO_ON)
        finally:
            if answer == _STOPPED:
                self._ask("end")
        yield self._outcome(int(answer))

    def _begin(self, root: Path, kind: str, at: int, work: str) -> str:
        for path in (self._said, self._log):
            path.unlink(missing_ok=True)
        asked = {"root": root, "kind": kind, "at": at, "work": work}
        return self._ask(json.dumps({**asked, "said": self._said, "log": self._log}, default=str))

    def _ask(self, line: str) -> str:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: PT018  # both are pipes
        stdin.write(line + "\n")
        stdin.flush()
        return stdout.readline().strip()

    def _outcome(self, code: int) -> Outcome:
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        words = self._said.read_text() if self._said.exists() else ""
        return Outcome(code, words, [line.split("\t") for line in lines])


@contextmanager
def faulty_disk() -> Iterator[Disk]:
    """Yield it; `FileNotFoundError` where there is no C compiler to make it with."""
    with tempfile.TemporaryDirectory() as made:
        library = Path(made) / "faulty_disk.so"
        compiler = shutil.which("cc") or "cc"
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", library, _SOURCE, "-ldl"], check=True
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.faulty_disk"],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LD_PRELOAD": str(library), "OPENBLAS_NUM_THREADS": "1"},
        )
        try:
            yield Disk(process, Path(made))
        finally:
            process.communicate()


def _work(asked: dict[str, Any]) -> int:
    """Do what is asked in this process, which ends with it."""
    settings = {
        "BELOW": asked["root"],
        "AT": asked["at"],
        "LOG": asked["log"],
        "KIND": asked["kind"],
    }
    os.environ.update({f"FAULT_{name}": str(value) for name, value in settings.items()})
    try:
        WORKS[asked["work"]](Path(asked["root"]))
    except (IndexerError, KeysError) as error:
        Path(asked["said"]).write_text(str(error))
        return REFUSED if isinstance(error, IndexWriteError | KeysError) else WRONG_KIND
    except BaseException:  # noqa: BLE001  # what no caller would know what to do with is the finding
        Path(asked["said"]).write_text(traceback.format_exc())
        return RAW
    return DONE


def main() -> None:
    """Answer requests, each in a fork: nothing here has started a thread yet."""
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            os._exit(_work(json.loads(line)))
        while os.WIFSTOPPED(ended := os.waitpid(child, os.WUNTRACED)[1]):
            print(_STOPPED, flush=True)  # noqa: T201
            told = sys.stdin.readline().strip()
            os.kill(child, signal.SIGCONT if told == _GO_ON else signal.SIGKILL)
        print(os.waitstatus_to_exitcode(ended), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
