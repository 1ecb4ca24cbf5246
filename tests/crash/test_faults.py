"""The disk fails at any call of a build, an addition, a removal or a rollback: the old build serves, or the new
one, whole.

`--every-call` tries every call in each way, the default one in a few.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from indexer.records import CaseRecord
from indexer.store.files import (
    BUILDS,
    GRAPH,
    GRAPH_DIGESTS,
    GRAPH_NODES,
    current_build,
    list_builds,
)
from indexer.store.manifest import HNSW_SQ8
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from tests.crash.faulty_disk import DONE, KEEP, KINDS, added, many, new, old, removed
from tests.crash.trying import Left, calls_of, faults, power_cuts
from tests.indexer.corpora import build_small

pytestmark = pytest.mark.slow


def ids(records: Iterable[CaseRecord]) -> list[str]:
    return sorted({one.case.id for one in records})


BEFORE: Final = old()
AFTER: Final = {
    "build": ids(new()),
    "graph": ids(many()),
    "add": ids([*BEFORE, *added()]),
    "remove": ids(one for one in BEFORE if one.case.id not in removed()),
    "rollback": ids(BEFORE[:2]),
}
"""The cases that are there once the work is done."""
STEPS: Final = {"build": 41, "graph": 131, "add": 89, "remove": 97, "rollback": 1}
"""Calls from one that is tried to the next, in a short run; prime, so that no kind of call is always passed
over. What adds and removes writes as a build does."""
GRAPHS: Final = frozenset({GRAPH, GRAPH_NODES, GRAPH_DIGESTS})
"""Files of which every call is tried: they are written by C, each in a few calls."""
RENAMED_UNSEEN: Final = frozenset({"meta.json", ".managed.json"})
"""Files that tantivy writes under another name, and renames by a system call of its own."""
SEEDS: Final = 5


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> Path:
    """An index with as many builds as are kept, so that the next build also removes one."""
    root: Path = tmp_path_factory.mktemp("ground") / "index"
    build_small(BEFORE[:2], root, keep=KEEP)
    build_small(BEFORE, root, keep=KEEP)
    return root


def judge(left: Left, before: str, work: str) -> None:
    """See that what is served is whole, old or new, and that the next build finds its way."""
    root, place = left.root, left.place
    now = current_build(root)
    done = left.outcome.code == DONE
    assert verify(root, now) == [], place
    assert now != before or before in list_builds(root), place
    assert not done or now != before, place
    with Index.open(root) as index:
        assert ids(index.passages.records()) == (ids(BEFORE) if now == before else AFTER[work]), (
            place
        )
        if work == "graph" and done:
            assert index.manifest.vectors is not None
            assert index.manifest.vectors.kind == HNSW_SQ8, place
    for build_id in list_builds(root):  # the old one that was on its way out as well
        assert verify(root, build_id) == [], place
    report = build_small(new(), root, keep=KEEP)
    assert verify(root) == [], place
    assert current_build(root) == report.build_id, place
    assert not list((root / BUILDS).glob(".*")), place
    assert not list(root.glob(".CURRENT*")), place


@pytest.mark.parametrize("work", AFTER)
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_harms_nothing(disk, ground, folder, every_call, kind, work) -> None:
    calls = calls_of(disk, work, ground, folder)
    step = 1 if every_call else STEPS[work]
    chosen = [
        at
        for at, (_, path, _) in enumerate(calls)
        if at % step == 0 or (work == "graph" and Path(path).name in GRAPHS)
    ]
    before = current_build(ground)
    ends: Counter[int] = Counter()
    for left in faults(disk, work, ground, folder, kind=kind, at=chosen):
        judge(left, before, work)
        ends[left.outcome.code] += 1
    assert ends.total() == len(chosen) > 0
    print(f"\n{work}, {kind}: {dict(ends)} of {len(calls)} calls")  # noqa: T201  # the figures


@pytest.mark.parametrize("work", AFTER)
def test_a_power_cut_at_any_call_loses_nothing_that_was_published(
    disk, ground, folder, every_call, work
) -> None:
    every = 1 if every_call else STEPS[work]
    ends: Counter[int] = Counter()
    for left in power_cuts(
        disk, work, ground, folder, every=every, seeds=SEEDS if every == 1 else 1
    ):
        judge(left, current_build(ground), work)
        ends[left.outcome.code] += 1
    assert ends[DONE] > 0
    print(f"\n{work}, power cut: {ends.total()} states")  # noqa: T201  # the figures


@pytest.mark.parametrize("work", ["build", "graph"])
def test_every_byte_of_a_build_passes_the_faulty_disk(disk, ground, folder, work) -> None:
    """What is written past it would never meet a fault: as all of a graph did, which C's stdio writes."""
    calls = calls_of(disk, work, ground, folder)
    written: Counter[str] = Counter()
    for operation, path, told in calls:
        if operation == "write":
            written[Path(path).name] += int(told)
    root = folder / "index"
    build = root / BUILDS / current_build(root)
    sizes = {path.name: path.stat().st_size for path in build.rglob("*") if path.is_file()}

    assert (sizes.keys() >= GRAPHS) == (work == "graph")
    assert {
        name: (size, written[name])
        for name, size in sizes.items()
        if written[name] < size and name not in RENAMED_UNSEEN
    } == {}
