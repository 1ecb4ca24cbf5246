"""Faults and power cuts at one call of some work after another, each on a copy of the same ground."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.crash.faulty_disk import DONE, REFUSED, STOPPED, Disk, Outcome
from tests.crash.power import cut
from tests.crash.tree import copied, digest


@dataclass(frozen=True)
class Left:
    """What a fault left."""

    root: Path
    outcome: Outcome
    place: str
    """Where it was, for a message."""


def calls_of(disk: Disk, work: str, ground: Path, folder: Path) -> list[list[str]]:
    """Return the calls of work that meets no fault."""
    outcome = disk.do(work, copied(ground, folder / "index"), kind="none")
    assert outcome.code == DONE, outcome.said
    return outcome.calls


def faults(
    disk: Disk, work: str, ground: Path, folder: Path, *, kind: str, at: Iterable[int]
) -> Iterator[Left]:
    """Let each call ``at`` fail in turn; yield what is left, having seen that the work ended in order."""
    expected = {-signal.SIGKILL} if kind == "kill" else {DONE, REFUSED}
    for number in at:
        root = copied(ground, folder / "index")
        outcome = disk.do(work, root, kind=kind, at=number)
        failed = outcome.calls[number : number + 1]  # a call that kills is not told any more
        place = f"{work}, {kind} at {number}, {failed}: {outcome.code} {outcome.said}"
        assert outcome.code in expected, place
        yield Left(root, outcome, place)


def power_cuts(
    disk: Disk, work: str, ground: Path, folder: Path, *, every: int, seeds: int
) -> Iterator[Left]:
    """Cut the power before every so many calls and at the end; yield each state that may be left once."""
    root = copied(ground, folder / "index")
    tried: set[str] = set()
    with closing(disk.stops(work, root)) as stops:
        for at, outcome in enumerate(stops):
            assert outcome.code in {STOPPED, DONE}, outcome.said
            assert len(outcome.calls) == at
            if at % every and outcome.code != DONE:
                continue
            for seed in range(seeds):
                left = copied(root, folder / "left")
                cut(left, ground, _moved(outcome.calls, root, left), seed)
                state = f"{outcome.code} {digest(left)}"
                if state not in tried:  # many cuts leave the same
                    tried.add(state)
                    last = outcome.calls[-1:]
                    yield Left(left, outcome, f"{work}, cut at {at}, after {last}, seed {seed}")


def _moved(calls: list[list[str]], root: Path, other: Path) -> list[list[str]]:
    """Return the calls as if they had been made below another folder."""
    return [[part.replace(str(root), str(other), 1) for part in call] for call in calls]
