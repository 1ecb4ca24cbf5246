"""What writers of keys leave behind: nothing, whatever became of them, and wherever there is nothing to change."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread, current_thread

import pytest

import service
from service import keys
from tests.service.command_line import fails, run

ROOT = Path(service.__file__).parents[1]
KILLED = 9
DYING = f"""
import os, sys
from pathlib import Path
from service import keys
os.fsync = lambda _: os._exit({KILLED})
keys.add(Path(sys.argv[1]), keys.make("dead").kept)
"""
HEX = "0123456789abcdef" * 2
PATIENCE_S = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "keys.jsonl"
    keys.add(made, keys.make("anna").kept)
    return made


def parts(file: Path) -> list[Path]:
    return sorted(file.parent.glob(".*.part"))


def names(file: Path) -> list[str]:
    return [key.name for key in keys.read(file)]


def add_bob(file: Path) -> None:
    keys.add(file, keys.make("bob").kept)


def revoke_anna(file: Path) -> None:
    keys.revoke(file, "anna")


@pytest.mark.parametrize("write", [add_bob, revoke_anna], ids=["add", "revoke"])
def test_what_a_killed_writer_left_goes_with_the_next_writing(file, write):
    died = subprocess.run([sys.executable, "-c", DYING, file], cwd=ROOT, check=False)
    assert died.returncode == KILLED
    assert len(parts(file)) == 1

    write(file)

    assert parts(file) == []
    assert "dead" not in names(file)


def test_it_is_found_where_a_link_to_the_file_leads(file, tmp_path):
    (tmp_path / "etc").mkdir()
    link = tmp_path / "etc" / "k"
    link.symlink_to(file)
    (tmp_path / f".keys.jsonl.{HEX}.part").touch()
    add_bob(link)
    assert parts(file) == []


def test_files_that_only_look_like_it_stay(file, tmp_path):
    alike = [
        ".keys.jsonl.part",
        f".keys.jsonl.old.{HEX}.part",
        f".keysXjsonl.{HEX}.part",
        f".other.{HEX}.part",
        f".{HEX}.part",
    ]
    for name in alike:
        (tmp_path / name).touch()
    add_bob(file)
    assert sorted(path.name for path in parts(file)) == sorted(alike)


def test_what_cannot_be_removed_keeps_no_key_from_being_revoked(file, tmp_path):
    (tmp_path / f".keys.jsonl.{HEX}.part").mkdir()
    keys.revoke(file, "anna")
    assert keys.read(file)[0].revoked


def test_the_file_of_a_writer_that_lives_is_not_touched(file, monkeypatch):
    """The next one waits for the lock, and looks only when it has it."""
    writing, go_on, real = Event(), Event(), os.fsync

    def fsync(handle: int) -> None:
        if current_thread().name == "first" and not writing.is_set():
            writing.set()
            assert go_on.wait(PATIENCE_S)
        real(handle)

    monkeypatch.setattr("os.fsync", fsync)
    first, second = (
        Thread(target=keys.add, args=(file, keys.make(name).kept), name=name)
        for name in ("first", "second")
    )
    first.start()
    assert writing.wait(PATIENCE_S)
    (part,) = parts(file)
    second.start()
    second.join(0.2)  # as far as it comes
    assert part.exists()
    go_on.set()
    for writer in (first, second):
        writer.join(PATIENCE_S)
    assert names(file) == ["anna", "first", "second"]
    assert parts(file) == []


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize("path", ["nowhere/k", "nowhere/deeper/k", "k"])
def test_nothing_is_made_where_there_is_nothing_to_revoke(path):
    before = sorted(Path().iterdir())
    done = run("keys", "revoke", "anna", "--keys-file", path)
    fails(done, 1, f"{path}: there is no such file", "keys new NAME")
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("surroundings")
def test_the_folder_of_a_first_key_is_made():
    assert run("keys", "new", "anna", "--keys-file", "new/folder/k").exit_code == 0
    assert names(Path("new/folder/k")) == ["anna"]
