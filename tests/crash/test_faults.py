"""The disk fails at any call of a build or a rollback: the old build serves, or the new one, whole.

`--every-call` tries every call in each way, the default one in a few.
"""

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.store.files import BUILDS, current_build, list_builds
from indexer.store.verify import verify
from tests.crash.faulty_disk import (
    DONE,
    KINDS,
    REFUSED,
    STOPPED,
    Disk,
    Outcome,
    faulty_disk,
    new,
    old,
)
from tests.crash.power import cut
from tests.crash.tree import copied, digest
from tests.indexer.corpora import build_small

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the faulty disk"),
]

A_FEW = 41
"""Calls from one that is tried to the next; prime, so that no kind of call is always passed over."""
SEEDS = 5
WORKS = ("build", "rollback")
_IN_MEMORY = Path("/dev/shm")  # the folder in it is made by mkdtemp


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    with faulty_disk() as made:
        yield made


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """An index with as many builds as are kept, so that the next build also removes one."""
    root: Path = tmp_path_factory.mktemp("ground") / "index"
    build_small(old()[:2], root, keep=2)
    build_small(old(), root, keep=2)
    return root


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """An empty folder, in memory where there is such a thing: what a sync does is told by the calls."""
    if not os.access(_IN_MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as made:
        yield Path(made)


def step(request: pytest.FixtureRequest) -> int:
    return 1 if request.config.getoption("--every-call", default=False) else A_FEW


def fresh(ground: Path, folder: Path) -> Path:
    return copied(ground, folder / "index")


def count(disk: Disk, ground: Path, folder: Path, work: str) -> list[list[str]]:
    """Return the calls of a build that meets no fault."""
    outcome = disk.build(fresh(ground, folder), kind="none", work=work)
    assert outcome.code == DONE, outcome.said
    assert len(outcome.calls) > 5
    return outcome.calls


def judge(root: Path, before: str, outcome: Outcome, place: str) -> None:
    """See that what is served is whole, and that the next build finds its way."""
    now = current_build(root)
    assert verify(root, now) == [], place
    assert now != before or before in list_builds(root), place
    assert outcome.code != DONE or now != before, place
    for build_id in list_builds(root):  # the old one that was on its way out as well
        assert verify(root, build_id) == [], place
    report = build_small(new(), root, keep=2)
    assert verify(root) == [], place
    assert current_build(root) == report.build_id, place
    assert not list((root / BUILDS).glob(".*")), place
    assert not list(root.glob(".CURRENT*")), place


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_harms_nothing(disk, ground, folder, request, kind, work) -> None:
    calls = count(disk, ground, folder, work)
    before = current_build(ground)
    ends: Counter[int] = Counter()
    for at in range(0, len(calls), 1 if work == "rollback" else step(request)):
        root = fresh(ground, folder)
        outcome = disk.build(root, kind=kind, at=at, work=work)
        place = f"{kind} at {at}, {calls[at]}: {outcome.code} {outcome.said}"
        expected = {-signal.SIGKILL} if kind == "kill" else {DONE, REFUSED}
        assert outcome.code in expected, place
        judge(root, before, outcome, place)
        ends[outcome.code] += 1
    print(f"\n{work}, {kind}: {dict(ends)} of {len(calls)} calls")  # noqa: T201  # the figures


@pytest.mark.parametrize("work", WORKS)
def test_a_power_cut_at_any_call_loses_nothing_that_was_published(
    disk, ground, folder, request, work
) -> None:
    before, every = current_build(ground), 1 if work == "rollback" else step(request)
    root = fresh(ground, folder)
    tried: Counter[str] = Counter()
    with closing(disk.stops(root, work=work)) as stops:
        for at, outcome in enumerate(stops):
            assert outcome.code in {STOPPED, DONE}, outcome.said
            assert len(outcome.calls) == at
            if at % every and outcome.code != DONE:
                continue
            for seed in range(SEEDS if every == 1 else 1):
                left = copied(root, folder / "left")
                cut(left, ground, moved(outcome.calls, root, left), seed)
                state = f"{outcome.code} {digest(left)}"
                if state not in tried:  # many cuts leave the same
                    last = outcome.calls[-1:]
                    judge(left, before, outcome, f"cut at {at}, after {last}, seed {seed}")
                tried[state] += 1
    print(f"\n{work}, power cut: {tried.total()} at {at + 1} moments, {len(tried)} states")  # noqa: T201


def moved(calls: list[list[str]], root: Path, other: Path) -> list[list[str]]:
    """Return the calls as if they had been made below another folder."""
    return [[part.replace(str(root), str(other), 1) for part in call] for call in calls]
