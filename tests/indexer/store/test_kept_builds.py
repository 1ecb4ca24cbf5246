"""Which builds go and which stay, and where a rollback leads: also with manifests that do not tell."""

import errno
import os
import shutil
import threading
from pathlib import Path

import pytest

from indexer.errors import BuildLockedError, IndexerError, IndexMissingError
from indexer.store import files
from indexer.store.files import (
    CURRENT,
    LOCK,
    atomic_write,
    build_lock,
    builds_before,
    current_build,
    current_lock,
    list_builds,
    own_builds,
    prune,
    publish,
    rollback,
    served_build,
)
from tests.indexer.store.test_files import put, tree

IDS = [f"20260101T00000{n}.000000Z" for n in range(5)]


def put_many(root: Path, count: int) -> list[str]:
    """Publish builds that are named by time; the manifest tells of a minute later."""
    for n, name in enumerate(IDS[:count]):
        put(root, name, f"2026-01-01T00:01:0{n}+00:00")
    return IDS[:count]


def tear(root: Path, build_id: str, content: str = "{") -> None:
    (root / "builds" / build_id / "manifest.json").write_text(content)


def test_a_build_whose_manifest_is_torn_stands_where_its_name_puts_it(tmp_path) -> None:
    a, b, c = put_many(tmp_path, 3)
    put(tmp_path, IDS[3], "2026-01-01T00:00:03+00:00")
    tear(tmp_path, c)

    assert list_builds(tmp_path) == [c, IDS[3], a, b]  # by name 2, by manifest 3, 60 and 61 seconds
    assert own_builds(tmp_path) == [IDS[3], a, b]


def test_rebuilding_over_a_torn_build_removes_no_good_one(tmp_path) -> None:
    a, b, c = put_many(tmp_path, 3)
    tear(tmp_path, c)
    put(tmp_path, IDS[3], "2026-01-01T00:02:00+00:00")

    assert prune(tmp_path, 3, replaced=c) == []
    assert own_builds(tmp_path) == [a, b, IDS[3]]
    assert rollback(tmp_path) == b


@pytest.mark.parametrize("replaced", [None, "gone", "b.bak"])
def test_where_the_age_of_what_was_replaced_is_unknown_only_the_oldest_go(
    tmp_path, replaced
) -> None:
    a, b, c = put_many(tmp_path, 3)
    (tmp_path / "builds" / "b.bak").mkdir()
    put(tmp_path, IDS[3], "2026-01-01T00:02:00+00:00")

    assert prune(tmp_path, 3, replaced=replaced) == [a]
    assert own_builds(tmp_path) == [b, c, IDS[3]]


@pytest.mark.parametrize("name", ["{}.bak", "mine"])
def test_a_copy_that_somebody_made_is_neither_counted_nor_removed(tmp_path, name) -> None:
    builds = put_many(tmp_path, 4)
    copy = name.format(builds[0])
    shutil.copytree(tmp_path / "builds" / builds[0], tmp_path / "builds" / copy)

    assert prune(tmp_path, 2) == builds[:2]
    assert list_builds(tmp_path) == [copy, *builds[2:]]
    assert rollback(tmp_path) == builds[2]
    with pytest.raises(IndexerError, match="no build to go back to"):
        rollback(tmp_path)


def test_of_a_build_that_lies_elsewhere_only_the_link_is_removed(tmp_path) -> None:
    root, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    a, b = put_many(root, 2)
    (root / "builds" / a).rename(elsewhere)
    (root / "builds" / a).symlink_to(elsewhere, target_is_directory=True)

    assert prune(root, 1) == [a]
    assert list_builds(root) == [b]
    assert (elsewhere / "manifest.json").is_file()
    assert not list((root / "builds").glob(".*"))


def test_a_link_to_a_build_that_was_being_removed_goes_too(tmp_path) -> None:
    root, elsewhere = tmp_path / "index", tmp_path / "elsewhere"
    put_many(root, 1)
    elsewhere.mkdir()
    (root / "builds" / ".x.gone.part").symlink_to(elsewhere, target_is_directory=True)

    put(root, "b", "2026-01-02T00:00:00+00:00")

    assert not list((root / "builds").glob(".*"))
    assert elsewhere.is_dir()


def test_what_cannot_be_cleared_away_keeps_nobody_from_building(tmp_path, monkeypatch) -> None:
    put_many(tmp_path, 1)
    (tmp_path / "builds" / ".x.gone.part").mkdir()
    (tmp_path / ".CURRENT.0123.part").write_text("b")

    def refuse(path, *_, **__):
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))

    with monkeypatch.context() as broken:
        broken.setattr(shutil, "rmtree", refuse)
        broken.setattr(Path, "unlink", refuse)
        with publish(tmp_path, "b") as stage:
            assert stage.is_dir()
            broken.undo()
    assert current_build(tmp_path) == "b"
    assert (tmp_path / "builds" / ".x.gone.part").is_dir()


def test_rollback_tries_the_newest_first_and_stays_where_none_opens(tmp_path) -> None:
    a, b, c, d = put_many(tmp_path, 4)
    tried: list[str] = []

    def opens(build_id: str) -> bool:
        tried.append(build_id)
        return build_id == a

    assert rollback(tmp_path, opens=opens) == a
    assert tried == [c, b, a]
    assert current_build(tmp_path) == a

    atomic_write(tmp_path / CURRENT, d.encode())
    with pytest.raises(
        IndexerError, match="no build to go back to can be opened, and CURRENT stays"
    ):
        rollback(tmp_path, opens=lambda _: False)
    assert current_build(tmp_path) == d


@pytest.mark.parametrize("named", ["", "  \n", "gone\n", "../x"])
def test_rollback_from_a_current_that_names_no_build_leads_to_the_newest_that_opens(
    tmp_path, named
) -> None:
    _, b, c = put_many(tmp_path, 3)
    (tmp_path / CURRENT).write_text(named)

    assert rollback(tmp_path, opens=lambda build_id: build_id != c) == b
    assert current_build(tmp_path) == b


def test_rollback_where_nothing_was_published_says_so_and_leaves_nothing(tmp_path) -> None:
    for root in (tmp_path / "none", tmp_path):
        with pytest.raises(IndexMissingError, match="opinion-search build"):
            rollback(root)
    assert list(tmp_path.iterdir()) == []

    put_many(tmp_path, 2)
    (tmp_path / CURRENT).unlink()
    with pytest.raises(IndexMissingError, match="no file CURRENT"):
        rollback(tmp_path)


def test_rollback_to_an_empty_folder_of_builds_says_what_is_missing(tmp_path) -> None:
    (tmp_path / CURRENT).write_text("gone\n")
    with pytest.raises(IndexMissingError, match="names the build gone"):
        rollback(tmp_path)


def test_from_a_torn_build_those_older_by_name_are_tried_before_the_others(tmp_path) -> None:
    builds = put_many(tmp_path, 4)
    for build_id in builds:
        made = f"{build_id[:4]}-01-01T00:00:0{builds.index(build_id)}+00:00"
        tear(tmp_path, build_id, f'{{"build_id": "{build_id}", "created_at": "{made}"}}')
    tear(tmp_path, builds[2])
    atomic_write(tmp_path / CURRENT, builds[2].encode())

    assert builds_before(tmp_path, builds[2]) == [builds[3], builds[0], builds[1]]
    assert rollback(tmp_path) == builds[1]


def test_rollback_does_not_wait_for_a_build(tmp_path) -> None:
    a, b = put_many(tmp_path, 2)
    with build_lock(tmp_path), publish(tmp_path, "c") as stage:
        assert rollback(tmp_path) == a
        (stage / "f").write_text("x")
    assert current_build(tmp_path) == "c"
    assert b in list_builds(tmp_path)


def test_what_is_replaced_is_what_current_names_when_it_is_replaced(tmp_path) -> None:
    a, b = put_many(tmp_path, 2)
    told: list[str | None] = []

    def then(replaced: str | None) -> None:
        told.extend([replaced, current_build(tmp_path)])

    with publish(tmp_path, "c", then=then):
        rollback(tmp_path)
    assert told == [a, "c"]
    assert served_build(tmp_path) == "c"

    (tmp_path / CURRENT).write_text("")
    with publish(tmp_path, "d", then=then):
        pass
    assert told[2:] == [None, "d"]
    assert b in list_builds(tmp_path)


def test_nobody_changes_current_before_what_follows_it_is_done(tmp_path, monkeypatch) -> None:
    put_many(tmp_path, 2)
    monkeypatch.setattr(files, "_PATIENCE_S", 0.05)
    refused: list[BuildLockedError] = []

    def then(_: str | None) -> None:
        with pytest.raises(BuildLockedError) as told:
            rollback(tmp_path)
        refused.append(told.value)

    with publish(tmp_path, "c", then=then):
        pass
    assert len(refused) == 1
    assert current_build(tmp_path) == "c"


def test_whoever_wants_the_short_lock_waits_for_it(tmp_path) -> None:
    a, _ = put_many(tmp_path, 2)
    found: list[str] = []
    waiting = threading.Thread(target=lambda: found.append(rollback(tmp_path)))
    with current_lock(tmp_path):
        waiting.start()
        waiting.join(0.3)
        assert found == []
    waiting.join(60)
    assert found == [a]


def test_the_locks_are_files_beside_current(tmp_path) -> None:
    put_many(tmp_path, 1)
    with build_lock(tmp_path):
        assert {path.name for path in tmp_path.glob(".*")} == {LOCK, files.CURRENT_LOCK}
    assert "CURRENT" in tree(tmp_path)
