"""The disk fails at any call while a key is made or revoked: the old keys hold or the new ones, never neither."""

import stat
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from service import keys
from tests.crash.faulty_disk import DONE, KEYS_FILE, KINDS
from tests.crash.trying import Left, calls_of, faults, power_cuts

SEEDS: Final = 9
SOME: Final = {"anna": True, "bob": False}
"""Whether each key is good."""
CASES: Final = {
    "the first key": ("keys new", {}, {"fresh": True}),
    "a further key": ("keys new", SOME, {**SOME, "fresh": True}),
    "a revocation": ("keys revoke", SOME, {"anna": False, "bob": False}),
}
"""What is done, to which keys, and what they are then."""


def known(root: Path) -> dict[str, bool]:
    path = root / KEYS_FILE
    return {one.name: one.revoked is None for one in keys.read(path)} if path.exists() else {}


def hashes(root: Path) -> set[tuple[str, str]]:
    path = root / KEYS_FILE
    return {(one.name, one.sha256) for one in keys.read(path)} if path.exists() else set()


@pytest.fixture(params=CASES)
def case(request) -> str:
    return str(request.param)


@pytest.fixture
def ground(case, tmp_path) -> Path:
    root: Path = tmp_path / "ground"
    root.mkdir()
    for name, good in CASES[case][1].items():
        keys.add(root / KEYS_FILE, keys.make(name).kept)
        if not good:
            keys.revoke(root / KEYS_FILE, name)
    return root


def judge(left: Left, ground: Path, case: str) -> None:
    """See that the keys are the old ones or the new ones, and that the next one can be made."""
    root, place = left.root, left.place
    _, before, after = CASES[case]
    now = known(root)
    assert now in (before, after), place
    assert left.outcome.code != DONE or now == after, place
    assert hashes(root) >= hashes(ground), place
    assert not now or stat.S_IMODE((root / KEYS_FILE).stat().st_mode) == 0o600, place
    keys.add(root / KEYS_FILE, keys.make("next").kept)
    assert known(root) == {**now, "next": True}, place


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_leaves_the_old_keys_or_the_new_ones(disk, ground, folder, kind, case) -> None:
    work = CASES[case][0]
    calls = calls_of(disk, work, ground, folder)
    assert {operation for operation, *_ in calls} >= {"create", "write", "sync", "rename"}
    for left in faults(disk, work, ground, folder, kind=kind, at=range(len(calls))):
        judge(left, ground, case)


def test_a_power_cut_never_brings_back_a_key_that_was_said_to_be_revoked(
    disk, ground, folder, case
) -> None:
    ends: Counter[int] = Counter()
    for left in power_cuts(disk, CASES[case][0], ground, folder, every=1, seeds=SEEDS):
        judge(left, ground, case)
        ends[left.outcome.code] += 1
    assert ends[DONE] > 0
