"""Rounds of one command each, killed by SIGKILL at a random moment or left alone; truths after each.

    python -m tests.crash.kills FOLDER --kills 300 [--seed 0]

The command is the installed one with the real model. After every round:

* every published build verifies in full, and so does the one that is served;
* a command that ended by itself has done what it must, no more and no less, and said so by its exit code:
  a build of exactly the cases that it should have, the build before this one, or nothing and why;
* one that was killed left the corpus from before it, or the one that it was about to publish;
* at most as many builds are there as are kept, and the one that was acknowledged last is among them.

The first round in which one of them does not hold is the last: the folder is left as it is then.
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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from indexer.errors import IndexerError
from indexer.line import KEEP_BUILDS
from indexer.store.files import BUILDS, current_build, list_builds
from indexer.store.verify import verify
from tests.acceptance.running import COMMAND, environment, succeed
from tests.crash.corpus import BASE, held, words_of, write_cases

OPERATIONS: Final = ("build", "add", "remove", "rollback")
_ALONE_EVERY: Final = 12
"""Rounds after which one command is left alone: what the killed ones left must not be in its way."""
_DONE, _REFUSED = 0, 1

Cases = dict[str, str]
"""The words of each case, by its id."""


@dataclass(frozen=True)
class Expected:
    """What a command must have done once it ends by itself."""

    code: int
    build: str | None
    """The build that is served then; `None`: a new one."""
    cases: Cases
    """What it holds."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and which builds there were."""

    name: str
    code: int
    """Its exit code, or minus the number of a signal."""
    before: str
    """The build that was served before it."""
    builds: Sequence[str]
    """Those that were there before it."""
    now: str
    """The build that is served after it."""

    @property
    def killed(self) -> bool:
        """Whether it did not end by itself."""
        return self.code == -signal.SIGKILL

    def wrong(self, expected: Expected) -> Iterator[str]:
        """Say what is not as it must be."""
        new = self.now not in self.builds
        done = new if expected.build is None else self.now == expected.build
        if self.killed:
            right = done or self.now == self.before
        else:
            right = done and self.code == expected.code
        if not right:
            wanted = expected.build or "a new build"
            yield (
                f"{self.name} ended with {self.code} and left {self.now} for {self.before}; "
                f"expected {expected.code} and {wanted}"
            )


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
        self.wrong = list(damage(self.root, self.cases))
        """Everything that did not hold."""

    def play(self) -> None:
        """Do one round."""
        self._round += 1
        alone = self._round % _ALONE_EVERY == 0
        name = "build" if alone else self._random.choice(OPERATIONS)
        before, builds = current_build(self.root), list_builds(self.root)
        arguments, expected = self._prepared(name, before, builds)
        code = self._run(name, arguments, alone=alone)
        try:
            now = current_build(self.root)
            self._judge(Ended(name, code, before, builds, now), expected)
        except IndexerError as error:  # what is there cannot even be read
            self.wrong.append(f"{name}, {code}: {error}")

    def _prepared(
        self, name: str, before: str, builds: Sequence[str]
    ) -> tuple[list[str], Expected]:
        """Return the arguments of a command, and what it must do."""
        words = f"round {self._round}"
        if name == "build":
            write_cases(self.source, *BASE, words=words)
            return [str(self.source)], Expected(_DONE, None, dict.fromkeys(BASE, words))
        if name == "add":
            added = f"added-{self._round % 3}"
            write_cases(self.source, added, words=words)
            return [str(self.source)], Expected(_DONE, None, {**self.cases, added: words})
        if name == "remove":
            gone = self._random.choice(sorted(self.cases))
            rest = {key: value for key, value in self.cases.items() if key != gone}
            left_alone = Expected(_REFUSED, before, self.cases)  # an index has at least one case
            return [gone], Expected(_DONE, None, rest) if rest else left_alone
        return [], rolled_back(before, builds, self._corpora)

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
            return process.wait(60)
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

    def _judge(self, ended: Ended, expected: Expected) -> None:
        """Count what happened, and keep what does not hold."""
        name, moved = ended.name, ended.now != ended.before
        if ended.killed:
            self.tally.killed[name] += 1
            self.tally.published += moved
        else:
            self.tally.ended[name] += 1
        self.wrong += ended.wrong(expected)
        if moved:
            self.cases = expected.cases
        self._corpora[ended.now] = self.cases
        self.wrong += damage(self.root, self.cases)
        kept = list_builds(self.root)
        if ended.before not in kept:
            self.wrong.append(f"{name}: the build {ended.before}, acknowledged before, is lost")
        if ended.code == _DONE and name != "rollback" and len(kept) > KEEP_BUILDS + 1:
            self.wrong.append(f"{name}: {len(kept)} builds are left")


def rolled_back(before: str, builds: Sequence[str], corpora: Mapping[str, Cases]) -> Expected:
    """Say what a rollback must do: their names tell when builds were made."""
    older = [build for build in builds if build < before]
    if not older:
        return Expected(_REFUSED, before, corpora[before])
    return Expected(_DONE, max(older), corpora[max(older)])


def damage(root: Path, cases: Cases) -> Iterator[str]:
    """Say which published build is not whole, and where the current one does not hold ``cases``."""
    builds, now = list_builds(root), current_build(root)
    if now not in builds:
        yield f"CURRENT names {now}, which is not among {builds}"
    for build_id in builds:
        for problem in verify(root, build_id):
            yield f"{build_id}: {problem}"
    found, wanted = held(root), words_of(cases)
    if found != wanted:
        yield f"{now} holds {found} instead of {wanted}"


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
    while rounds.tally.killed.total() < given.kills and not rounds.wrong:
        rounds.play()
        if rounds.tally.killed.total() % 25 == 0:
            print(rounds.tally, flush=True)  # noqa: T201  # progress of a long run
    tally = rounds.tally
    figures = {
        "kills": tally.killed.total(),
        "by_command": dict(tally.killed),
        "while_a_stage_was_written": tally.stages,
        "after_publishing_before_saying_so": tally.published,
        "left_to_end": dict(tally.ended),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "lost_or_damaged": len(rounds.wrong),
        "first": rounds.wrong[:5],
    }
    print(json.dumps(figures, indent=1))  # noqa: T201
    return 1 if rounds.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
