"""A build that goes on from another keeps its calibration while little has changed, and says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.build import BuildReport, merged
from indexer.calibration import Calibration
from indexer.records import CaseRecord
from indexer.standing import TAKEN_FROM, Standing
from indexer.store.manifest import Manifest
from tests.indexer.corpora import build_small, case, cases


def go_on(root: Path, added: list[CaseRecord], *replaced: str) -> BuildReport:
    """Build the current corpus without ``replaced`` and with ``added``."""
    gone = frozenset({*replaced, *(one.case.id for one in added)})
    standing = Standing.of(root, gone)
    return build_small(merged(root, added, replaced=gone), root, standing=standing)


@pytest.fixture(scope="module")
def ground(tmp_path_factory) -> tuple[Path, Manifest]:
    root = tmp_path_factory.mktemp("ground")
    return root, build_small(cases(40), root).manifest


def test_few_new_passages_take_the_calibration_over_and_many_learn_it_anew(tmp_path) -> None:
    first = build_small(cases(40), tmp_path).manifest
    assert TAKEN_FROM not in first.calibration
    added, changed = 0, []
    while True:
        now = go_on(tmp_path, [case(f"new{added}", topic=added)]).manifest
        added += 1
        told = now.calibration.get(TAKEN_FROM)
        grown = now.counts.passages - first.counts.passages
        if told is None:
            break
        assert told == {
            "build_id": first.build_id,
            "passages": first.counts.passages,
            "changed": grown,
        }
        assert Calibration.from_json(now.calibration) == Calibration.from_json(first.calibration)
        changed.append(grown)
    assert changed[-1] <= first.counts.passages / 10 < grown
    again = go_on(tmp_path, [case("last")]).manifest
    assert again.calibration[TAKEN_FROM]["build_id"] == now.build_id


def test_what_goes_counts_as_what_comes(tmp_path) -> None:
    first = build_small(cases(40), tmp_path).manifest
    without = go_on(tmp_path, [], "case000", "no such case").manifest
    gone = first.counts.passages - without.counts.passages
    assert without.calibration[TAKEN_FROM]["changed"] == gone > 0
    changed = go_on(tmp_path, [case("case002", sentences_each=13)]).manifest
    kept = len(cases(40)) - 2
    assert changed.counts.cases == kept + 1
    both = changed.calibration[TAKEN_FROM]["changed"] - gone
    assert both >= 2 * abs(changed.counts.passages - without.counts.passages)
    assert both > gone


def test_a_build_from_sources_learns_its_own(tmp_path) -> None:
    first = build_small(cases(40), tmp_path).manifest
    go_on(tmp_path, [case("new")])
    assert build_small(cases(40), tmp_path).manifest.calibration == first.calibration


def test_it_counts_what_is_taken_over(ground) -> None:
    root, manifest = ground
    standing = Standing.of(root, ["case000", "case001", "case001", "no such case"])
    assert standing.cases == 38
    assert Standing.of(root, []) == Standing(manifest=manifest, cases=40, dropped=0)
    assert Standing.of(root, [f"case{at:03}" for at in range(900)]) == Standing(
        manifest=manifest, cases=0, dropped=manifest.counts.passages
    )


def other(manifest: Manifest, what: str) -> Manifest:
    if what == "model":
        return replace(manifest, model=replace(manifest.model, fingerprint="e" * 64))
    if what == "program":
        return replace(manifest, program_version="99")
    if what == "limits":
        target = manifest.limits.target_tokens - 1
        return replace(manifest, limits=replace(manifest.limits, target_tokens=target))
    raise AssertionError(what)


@pytest.mark.parametrize("what", ["model", "program", "limits"])
def test_where_evidence_may_differ_it_is_learnt_anew(ground, what) -> None:
    _, manifest = ground
    standing = Standing(manifest=manifest, cases=40, dropped=0)
    assert standing.calibration(manifest) is not None
    assert standing.calibration(other(manifest, what)) is None


@pytest.mark.parametrize("broken", [{}, {"pairs": 0}, {"pairs": "many"}, {TAKEN_FROM: {"x": 1}}])
def test_a_default_and_what_cannot_be_read_are_not_taken_over(ground, broken) -> None:
    _, manifest = ground
    calibration = {**manifest.calibration, **broken} if broken else {}
    before = replace(manifest, calibration=calibration)
    assert Standing(manifest=before, cases=40, dropped=0).calibration(manifest) is None


def test_where_another_build_came_between_it_is_learnt_anew(tmp_path) -> None:
    build_small(cases(40), tmp_path)
    standing = Standing.of(tmp_path, ())
    build_small(cases(40), tmp_path)
    now = build_small(merged(tmp_path, [], replaced=frozenset()), tmp_path, standing=standing)
    assert TAKEN_FROM not in now.manifest.calibration
