"""Rounds of one command each, killed by SIGKILL at a random moment or left alone; truths after each.

    python -m tests.crash.kills FOLDER --kills 300 [--seed 0]

The command is the installed one with the real model. After every round:

* every published build verifies in full, and so does the one that is served;
* a command that had said "done" has its build served, with exactly the cases that it should have;
* one that was killed left the corpus from before it, or the one that it was about to publish;
* at most as many builds are there as are kept, and the one that was acknowledged last is among them.
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from indexer.line import KEEP_BUILDS
from indexer.store.files import BUILDS, current_build, list_builds
from indexer.store.verify import verify
from tests.acceptance.running import COMMAND, environment, succeed
from tests.crash.corpus import BASE, held, words_of, write_cases

OPERATIONS: Final = ("build", "add", "remove", "rollback")
_ALONE_EVERY: Final = 12
"""Rounds after which one command is left alone: what the killed ones left must not be in its way."""

Cases = dict[str, str]
"""The words of each case, by its id."""


@dataclass
class Tally:
    """What happened, for the report."""

    killed: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    published: int = 0
    """Killed after publishing and before saying so."""
    stages: int = 0
    """Killed while a stage was being written."""


class Rounds:
    """An index folder, what it must hold, and the rounds that try it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.root = folder / "index"
        self.source = folder / "source.jsonl"
        self.tally = Tally()
        self._random = random.Random(seed)
        self._seconds = dict.fromkeys(OPERATIONS, 2.0)
        self._round = 0
        self.cases: Cases = dict.fromkeys(BASE, "first")
        write_cases(self.source, *BASE, words="first")
        succeed("build", self.source, "--index", self.root)
        self._corpora = {current_build(self.root): self.cases}
        """What each build that is known holds."""
        self.check()

    def play(self) -> None:
        """Do one round."""
        self._round += 1
        alone = self._round % _ALONE_EVERY == 0
        name = "build" if alone else self._random.choice(OPERATIONS)
        arguments, after = self._prepared(name)
        before = current_build(self.root)
        code = self._run(name, arguments, alone=alone)
        self._judge(name, code, before, after)

    def _prepared(self, name: str) -> tuple[list[str], Cases | None]:
        """Return the arguments of a command, and the cases that are there once it is done."""
        words = f"round {self._round}"
        if name == "build":
            write_cases(self.source, *BASE, words=words)
            return [str(self.source)], dict.fromkeys(BASE, words)
        if name == "add":
            added = f"added-{self._round % 3}"
            write_cases(self.source, added, words=words)
            return [str(self.source)], {**self.cases, added: words}
        if name == "remove" and len(self.cases) > 1:
            gone = self._random.choice(sorted(self.cases))
            return [gone], {key: value for key, value in self.cases.items() if key != gone}
        return [], None

    def _run(self, name: str, arguments: list[str], *, alone: bool) -> int:
        process = subprocess.Popen(
            [COMMAND, name, *arguments, "--index", self.root],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        began = time.monotonic()
        if alone:
            return process.wait(120)
        try:
            code = process.wait(self._moment(name, process, began))
        except subprocess.TimeoutExpired:
            self.tally.stages += any((self.root / BUILDS).glob(".*.part"))
            process.kill()
            return process.wait(10)
        self._seconds[name] += 0.3 * (time.monotonic() - began - self._seconds[name])
        return code

    def _moment(self, name: str, process: subprocess.Popen[bytes], began: float) -> float:
        """Return in how many seconds to kill: anywhere, or in half of the rounds once it writes."""
        if name != "rollback" and self._random.random() < 0.5:
            while process.poll() is None and not any((self.root / BUILDS).glob(".*.part")):
                time.sleep(0.001)
            rest = max(0.05, self._seconds[name] - (time.monotonic() - began))
            return self._random.random() * rest * 1.1
        return self._random.random() * self._seconds[name] * 1.1

    def _judge(self, name: str, code: int, before: str, after: Cases | None) -> None:
        now = current_build(self.root)
        if code == -signal.SIGKILL:
            self.tally.killed[name] += 1
            self.tally.published += now != before
        else:
            self.tally.ended[name] += 1
            assert after is None or (code, now != before) == (0, True), (name, code)
        if now != before:
            self.cases = self._corpora[now] if after is None else after
        self._corpora[now] = self.cases
        self.check()
        kept = list_builds(self.root)
        assert before in kept, "the build that was acknowledged before is still there"
        assert code != 0 or name == "rollback" or len(kept) <= KEEP_BUILDS + 1, kept

    def check(self) -> None:
        """See that every published build is whole, and that the current one holds what it must."""
        builds = list_builds(self.root)
        assert current_build(self.root) in builds
        for build_id in builds:
            assert verify(self.root, build_id) == [], build_id
        assert held(self.root) == words_of(self.cases)


def main() -> int:
    """Play until so many kills have hit a living command; print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Kill commands at random moments.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    given.folder.mkdir(parents=True)
    rounds = Rounds(given.folder, given.seed)
    began = time.monotonic()
    while rounds.tally.killed.total() < given.kills:
        rounds.play()
        if rounds.tally.killed.total() % 25 == 0:
            print(rounds.tally, flush=True)  # noqa: T201  # progress of a long run
    rounds.check()
    tally = rounds.tally
    figures = {
        "kills": tally.killed.total(),
        "by_command": dict(tally.killed),
        "while_a_stage_was_written": tally.stages,
        "after_publishing_before_saying_so": tally.published,
        "left_to_end": dict(tally.ended),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "lost_or_damaged": 0,
    }
    print(json.dumps(figures, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
