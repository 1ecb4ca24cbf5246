import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import BuildLockedError, IndexerError, IndexMissingError, IndexWriteError
from indexer.store import files
from indexer.store.files import (
    CURRENT_LOCK,
    LOCK,
    atomic_write,
    build_lock,
    current_build,
    list_builds,
    prune,
    publish,
    rollback,
)


def put(root: Path, build_id: str, created_at: str = "2026-01-01T00:00:00+00:00") -> None:
    with publish(root, build_id) as stage:
        (stage / "words").mkdir()
        (stage / "words" / "data").write_text(build_id)
        told = {"build_id": build_id, "created_at": created_at}
        (stage / "manifest.json").write_text(json.dumps(told))


def tree(root: Path) -> set[str]:
    locks = {LOCK, CURRENT_LOCK}
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.name not in locks}


def test_atomic_write_replaces_the_bytes_and_leaves_nothing_else(tmp_path) -> None:
    atomic_write(tmp_path / "f", b"one")
    atomic_write(tmp_path / "f", b"two")

    assert (tmp_path / "f").read_bytes() == b"two"
    assert tree(tmp_path) == {"f"}


def test_a_build_is_published_whole(tmp_path) -> None:
    put(tmp_path, "b1")

    assert current_build(tmp_path) == "b1"
    assert tree(tmp_path) == {
        "CURRENT", "builds", "builds/b1", "builds/b1/manifest.json", "builds/b1/words",
        "builds/b1/words/data",
    }  # fmt: skip


def test_an_error_while_writing_leaves_the_old_build(tmp_path) -> None:
    put(tmp_path, "b1")
    before = tree(tmp_path)

    with pytest.raises(ZeroDivisionError), publish(tmp_path, "b2") as stage:
        (stage / "half").write_text("x")
        raise ZeroDivisionError

    assert current_build(tmp_path) == "b1"
    assert tree(tmp_path) == before


STEPS = ["fsync", "rename", "replace", "write_bytes", "mkdir"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_every_call_that_can_fail_fails_once(tmp_path, monkeypatch, step, code) -> None:
    """Each call of each step in turn: the old build stays whole, or the new one is."""
    put(tmp_path, "b0")
    owner = os if step == "fsync" else Path
    real = getattr(owner, step)
    failures = 0
    for nth in range(30):
        calls = 0

        def break_the_nth(*args, _nth=nth, **options):
            nonlocal calls
            calls += 1
            if calls == _nth + 1:
                raise OSError(code, os.strerror(code))
            return real(*args, **options)

        monkeypatch.setattr(owner, step, break_the_nth)
        before, was_current = tree(tmp_path), current_build(tmp_path)
        try:
            put(tmp_path, f"b{nth + 1}")
        except (IndexWriteError, OSError):
            failures += 1
            monkeypatch.undo()
            if current_build(tmp_path) == was_current:
                assert tree(tmp_path) == before
            else:  # only the last step, making CURRENT's folder durable, failed
                assert (tmp_path / "builds" / f"b{nth + 1}" / "words" / "data").is_file()
        else:
            monkeypatch.undo()
            assert calls <= nth
            break
    assert failures >= 1
    assert not [name for name in tree(tmp_path) if name.endswith(".part")]


def test_a_full_disk_says_what_to_do(tmp_path) -> None:
    with (
        pytest.raises(IndexWriteError, match="disk is full; free some space"),
        publish(tmp_path, "b1"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_missing_elsewhere_is_not_blamed_on_the_index(tmp_path) -> None:
    with pytest.raises(PermissionError), publish(tmp_path / "index", "b1"):
        raise PermissionError(errno.EACCES, "denied", "/somewhere/else")


def test_a_root_that_is_a_file_is_told(tmp_path) -> None:
    (tmp_path / "index").write_text("")

    with (
        pytest.raises(IndexWriteError, match="a file stands where a folder"),
        build_lock(tmp_path / "index"),
    ):
        pass


KILLED = """
import os, signal, sys, time
from pathlib import Path
from indexer.store import files
if sys.argv[2] == "before CURRENT":
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    files.atomic_write = die
with files.build_lock(Path(sys.argv[1])), files.publish(Path(sys.argv[1]), "dead") as stage:
    (stage / "half").write_text("x")
    if sys.argv[2] == "while writing":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("moment", ["while writing", "before CURRENT"])
def test_a_killed_build_changes_nothing_and_is_cleared_away(tmp_path, moment) -> None:
    put(tmp_path, "b1")

    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), moment],
        check=False,
        cwd=Path(__file__).parents[3],
    )

    assert done.returncode == -signal.SIGKILL
    assert current_build(tmp_path) == "b1"
    assert (tmp_path / "builds" / ".dead.part").exists() == (moment == "while writing")
    with build_lock(tmp_path):  # the lock died with its process
        put(tmp_path, "b2")
    assert current_build(tmp_path) == "b2"
    assert not (tmp_path / "builds" / ".dead.part").exists()


def test_a_living_stage_is_left_alone(tmp_path) -> None:
    with publish(tmp_path, "slow") as slow:
        (slow / "f").write_text("x")
        put(tmp_path, "fast")
        assert (slow / "f").is_file()

    assert list_builds(tmp_path) == ["slow", "fast"]  # "slow" has no manifest: older than any
    assert current_build(tmp_path) == "slow"


def test_published_builds_are_never_overwritten(tmp_path) -> None:
    put(tmp_path, "b1")

    with pytest.raises(IndexWriteError, match="never overwritten"):
        put(tmp_path, "b1")


@pytest.mark.parametrize("build_id", ["", ".", "..", "a/b", ".hidden", "a b", "ä"])
def test_a_build_id_is_a_plain_name(tmp_path, build_id) -> None:
    with pytest.raises(ValueError, match="not a build id"):
        put(tmp_path, build_id)


def test_one_build_at_a_time(tmp_path) -> None:
    with (
        build_lock(tmp_path),
        pytest.raises(BuildLockedError, match="wait for it"),
        build_lock(tmp_path),
    ):
        pass
    with build_lock(tmp_path):
        pass


@pytest.mark.parametrize(
    ("current", "reason"),
    [
        (None, "no file CURRENT"),
        (b"", "CURRENT is empty"),
        (b"  \n", "CURRENT is empty"),
        (b"\xff\xfe\x00", "does not hold a build id"),
        (b"../../etc", "does not hold a build id"),
        (b"gone\n", "names the build gone, which is not there"),
    ],
)
def test_what_is_missing_is_told(tmp_path, current, reason) -> None:
    if current is not None:
        (tmp_path / "CURRENT").write_bytes(current)

    with pytest.raises(IndexMissingError, match=reason) as told:
        current_build(tmp_path)
    assert "opinion-search build" in str(told.value)


def test_a_missing_folder_is_told(tmp_path) -> None:
    with pytest.raises(IndexMissingError, match="no such folder"):
        current_build(tmp_path / "nowhere")
    assert list_builds(tmp_path / "nowhere") == []


def test_a_build_that_was_removed_since_current_was_read_is_none(tmp_path, monkeypatch) -> None:
    put(tmp_path, "b2")
    read, before = files._text_of, ["b1\n"]
    monkeypatch.setattr(files, "_text_of", lambda path: before.pop() if before else read(path))

    assert current_build(tmp_path) == "b2"
    assert before == []


def test_builds_are_listed_by_age_not_by_name(tmp_path) -> None:
    put(tmp_path, "z", "2026-01-01T00:00:00+00:00")
    put(tmp_path, "a", "2026-01-03T00:00:00+00:00")
    put(tmp_path, "m", "2026-01-02T00:00:00+00:00")

    assert list_builds(tmp_path) == ["z", "m", "a"]


def test_rollback_walks_back_build_by_build(tmp_path) -> None:
    for day, name in enumerate("abc", start=1):
        put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00")

    assert [rollback(tmp_path), current_build(tmp_path), rollback(tmp_path)] == ["b", "b", "a"]
    with pytest.raises(IndexerError, match="no build older than a; build again"):
        rollback(tmp_path)
    assert current_build(tmp_path) == "a"


@pytest.mark.parametrize("spoiled", ["{", '{"build_id": "a", "created_at": "2026-01-01T00:00:00"}'])
def test_rollback_from_a_build_whose_manifest_does_not_tell_its_time(tmp_path, spoiled) -> None:
    for day, name in enumerate("abc", start=1):
        put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00")
    (tmp_path / "builds" / "c" / "manifest.json").write_text(spoiled)

    assert [rollback(tmp_path), current_build(tmp_path)] == ["b", "b"]


def test_rollback_passes_over_a_build_without_a_manifest(tmp_path) -> None:
    put(tmp_path, "b1")
    (tmp_path / "builds" / "foreign").mkdir()

    with pytest.raises(IndexerError, match="no build to go back to"):
        rollback(tmp_path)


@pytest.mark.parametrize(
    ("keep", "left"), [(0, ["b"]), (1, ["b", "d"]), (2, ["b", "c", "d"]), (9, ["a", "b", "c", "d"])]
)
def test_prune_keeps_the_newest_and_the_current(tmp_path, keep, left) -> None:
    for day, name in enumerate("abcd", start=1):
        put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00")
    atomic_write(tmp_path / "CURRENT", b"b\n")

    gone = prune(tmp_path, keep)

    assert list_builds(tmp_path) == left
    assert sorted(gone + left) == ["a", "b", "c", "d"]


def test_prune_removes_what_was_rolled_back_from_before_anything_else(tmp_path) -> None:
    for day, name in enumerate("abcd", start=1):
        put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00")
    assert [rollback(tmp_path), rollback(tmp_path)] == ["c", "b"]
    put(tmp_path, "e", "2026-01-05T00:00:00+00:00")

    assert sorted(prune(tmp_path, 2, replaced="b")) == ["a", "c", "d"]
    assert list_builds(tmp_path) == ["b", "e"]
    assert rollback(tmp_path) == "b"


def test_a_build_whose_removal_is_cut_short_is_none(tmp_path, monkeypatch) -> None:
    for day, name in enumerate("ab", start=1):
        put(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00")
    with monkeypatch.context() as broken:
        broken.setattr(shutil, "rmtree", lambda *_: None)  # as if killed right then
        prune(tmp_path, 1)

    assert list_builds(tmp_path) == ["b"]
    assert (tmp_path / "builds" / ".a.gone.part").is_dir()
    put(tmp_path, "c", "2026-01-03T00:00:00+00:00")
    assert not list((tmp_path / "builds").glob(".*"))


def test_what_a_killed_writer_of_current_left_goes_with_the_next_build(tmp_path) -> None:
    put(tmp_path, "b1")
    (tmp_path / ".CURRENT.0123.part").write_text("b")

    put(tmp_path, "b2")

    assert not list(tmp_path.glob(".*.part"))


def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(IndexWriteError, match="cannot lock files"), build_lock(tmp_path):
        pass


def test_write_errors_lets_others_pass(tmp_path) -> None:
    with pytest.raises(FileNotFoundError), files.write_errors(tmp_path):
        (tmp_path / "nothing").read_text()
