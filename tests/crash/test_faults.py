"""The disk fails at any call of a build or a rollback: the old build serves, or the new one, whole.

`--every-call` tries every call in each way, the default one in a few.
"""

import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.store.files import BUILDS, current_build, list_builds
from indexer.store.verify import verify
from tests.crash.faulty_disk import DONE, KINDS, REFUSED, Disk, Outcome, faulty_disk, new, old
from tests.crash.power import cut
from tests.indexer.corpora import build_small

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the faulty disk"),
]

A_FEW = 41
"""Calls from one that is tried to the next; prime, so that no kind of call is always passed over."""
WORKS = ("build", "rollback")


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


def step(request: pytest.FixtureRequest) -> int:
    return 1 if request.config.getoption("--every-call", default=False) else A_FEW


def fresh(ground: Path, folder: Path) -> Path:
    root = folder / "index"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(ground, root)
    return root


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
    for build_id in list_builds(root):
        if build_id >= before:  # an older one may have been on its way out
            assert verify(root, build_id) == [], place
    report = build_small(new(), root, keep=2)
    assert verify(root) == [], place
    assert current_build(root) == report.build_id, place
    assert not list((root / BUILDS).glob(".*")), place
    assert not list(root.glob(".CURRENT*")), place


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_harms_nothing(disk, ground, tmp_path, request, kind, work) -> None:
    calls = count(disk, ground, tmp_path, work)
    before = current_build(ground)
    ends: Counter[int] = Counter()
    for at in range(0, len(calls), 1 if work == "rollback" else step(request)):
        root = fresh(ground, tmp_path)
        outcome = disk.build(root, kind=kind, at=at, work=work)
        place = f"{kind} at {at}, {calls[at]}: {outcome.code} {outcome.said}"
        expected = {-signal.SIGKILL} if kind == "kill" else {DONE, REFUSED}
        assert outcome.code in expected, place
        judge(root, before, outcome, place)
        ends[outcome.code] += 1
    print(f"\n{work}, {kind}: {dict(ends)} of {len(calls)} calls")  # noqa: T201  # the figures


@pytest.mark.parametrize("work", WORKS)
def test_a_power_cut_at_any_call_loses_nothing_that_was_published(
    disk, ground, tmp_path, request, work
) -> None:
    calls = count(disk, ground, tmp_path, work)
    before = current_build(ground)
    tried = 0
    for at in range(0, len(calls) + 1, 1 if work == "rollback" else step(request)):
        for seed in range(5 if step(request) == 1 else 1):
            root = fresh(ground, tmp_path)
            outcome = disk.build(root, kind="kill", at=at, work=work)
            cut(root, ground, outcome.calls, seed)
            place = f"cut at {at} of {len(calls)}, seed {seed}: {calls[min(at, len(calls) - 1)]}"
            assert (outcome.code == DONE) == (at == len(calls)), place
            judge(root, before, outcome, place)
            tried += 1
    print(f"\n{work}, power cut: {tried}")  # noqa: T201
