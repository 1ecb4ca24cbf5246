"""`rollback` and what goes wrong with it; what is rolled back to is what the service would serve."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.store.files import current_build, list_builds
from models.base import Embedder
from models.errors import UnknownModelError
from service import proven
from tests.embedders import WordHashEmbedder
from tests.service.command_line import fails, run
from tests.service.live_builds import BREAKING, spoil_calibration, tear

pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def builds(index: Path) -> list[str]:
    """Three builds of one corpus, oldest first."""
    for case_id in ("boat", "frisk"):
        assert run("remove", case_id, "--index", index).exit_code == 0
    return list_builds(index)


def of_the_future(root: Path, build_id: str) -> None:
    path = root / "builds" / build_id / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 99}))


def of_the_future_and_sound(root: Path, build_id: str) -> None:
    """As that program would have written it: with a checksum that is right, which is not known here."""
    path = root / "builds" / build_id / "manifest.json"
    told = {"format_version": 99, "build_id": build_id, "created_at": "2026-01-01T00:00:00+00:00"}
    path.write_text(json.dumps(told))


@pytest.mark.parametrize("spoil", BREAKING)
def test_from_a_broken_build_it_leads_to_the_one_before(index, builds, spoil):
    spoil(index, builds[2])
    done = run("rollback", "--index", index)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{index}: current build is now {builds[1]}\n"
    assert current_build(index) == builds[1]
    assert run("verify", "--index", index).exit_code == 0


@pytest.mark.parametrize("spoil", [tear, spoil_calibration, of_the_future])
def test_it_passes_over_what_cannot_be_opened(index, builds, spoil):
    spoil(index, builds[1])
    done = run("rollback", "--index", index)

    assert done.exit_code == 0
    assert f"build {builds[1]} is passed over: " in done.stderr
    assert done.stdout == f"{index}: current build is now {builds[0]}\n"
    assert current_build(index) == builds[0]
    assert run("verify", "--index", index).exit_code == 0


def test_what_is_passed_over_is_told_with_the_reason(index, builds):
    tear(index, builds[1])
    told = run("rollback", "--index", index).stderr

    assert told.startswith(f"opinion-search: build {builds[1]} is passed over: ")
    assert "vectors.faiss" in told
    assert told.count("\n") == 1


def test_a_build_of_a_later_program_is_passed_over(index, builds):
    for build_id in builds[:2]:
        of_the_future_and_sound(index, build_id)
    tear(index, builds[2])
    done = run("rollback", "--index", index)

    assert (done.exit_code, done.stdout) == (1, "")
    assert "index format 99" in done.stderr
    assert current_build(index) == builds[2]


def spoil_all(root: Path, builds: list[str]) -> None:
    for build_id in builds:
        tear(root, build_id)


def test_where_none_opens_it_fails_and_changes_nothing(index, builds):
    spoil_all(index, builds[:2])
    done = run("rollback", "--index", index)

    assert (done.exit_code, done.stdout) == (1, "")
    *passed_over, failed = done.stderr.splitlines()
    assert [builds[1] in passed_over[0], builds[0] in passed_over[1]] == [True, True]
    assert failed.startswith(f"opinion-search: {index}: no build to go back to can be opened")
    assert current_build(index) == builds[2]


@pytest.mark.parametrize("named", ["", "20200101T000000.000000Z\n", "../../etc\n", "\x00"])
def test_where_current_names_no_build_it_leads_to_the_newest_that_opens(index, builds, named):
    tear(index, builds[2])
    (index / "CURRENT").write_text(named)
    done = run("rollback", "--index", index)

    assert done.exit_code == 0
    assert builds[2] in done.stderr
    assert done.stdout == f"{index}: current build is now {builds[1]}\n"
    assert current_build(index) == builds[1]


def refusing(_: object = None, **__: object) -> Embedder:
    raise UnknownModelError("gone", known=())


def other(_: object = None, **__: object) -> Embedder:
    return WordHashEmbedder(window=99)


@pytest.mark.parametrize(
    ("load", "told"), [(refusing, "no model named 'gone'"), (other, "built with the model")]
)
def test_a_build_without_its_model_cannot_be_served(
    index, builds, monkeypatch, load: Callable[..., Embedder], told
):
    monkeypatch.setattr("models.load.load_embedder", load)
    done = run("rollback", "--index", index)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count(told) == 2
    assert current_build(index) == builds[2]


def test_the_model_is_the_one_that_serve_would_take(index, builds, monkeypatch):
    asked: list[object] = []

    def load(name: object = None, **_: object) -> Embedder:
        asked.append(name)
        return WordHashEmbedder()

    monkeypatch.setattr("models.load.load_embedder", load)
    assert run("rollback", "--index", index).exit_code == 0
    assert run("rollback", "--index", index, OPINION_SEARCH_MODEL="mine").exit_code == 0
    assert asked == ["default", "mine"]
    assert current_build(index) == builds[0]


def test_an_engine_that_cannot_be_is_told(index, builds):
    fails(run("rollback", "--index", index, "--engine", "db"), 1, "OPINION_SEARCH_ENGINE")
    assert current_build(index) == builds[2]


def test_a_build_that_nobody_foresaw_the_fault_of_is_passed_over(index, builds, monkeypatch):
    failed: list[str] = []

    def fail_once(searcher: object) -> None:
        if not failed:
            failed.append("once")
            raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setattr(proven, "prove", fail_once)
    done = run("rollback", "--index", index)

    assert "is passed over: ZeroDivisionError: nobody foresaw it" in done.stderr
    assert done.exit_code == 0
    assert current_build(index) == builds[0]


def test_ctrl_c_meanwhile_changes_nothing(index, builds, monkeypatch):
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(proven, "prove", stop)
    fails(run("rollback", "--index", index), 130, "stopped")
    assert current_build(index) == builds[2]
