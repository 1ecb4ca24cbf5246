"""A change of the file of keys lasts, and who may read the file, and whose it is, stay as they were."""

import fcntl
import os
from pathlib import Path

import pytest

from service import keys
from service.errors import KeysError
from tests.service.command_line import fails, run

ANOTHER = 12_345
"""A user and a group that are not ours."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "keys.jsonl"
    keys.add(made, keys.make("anna").kept)
    return made


@pytest.fixture
def umask():
    """One under which nobody but the owner may read what is made."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def of_another(monkeypatch):
    """What is made now belongs to somebody else than the file that is there."""
    real = os.fstat

    def fstat(handle: int) -> os.stat_result:
        state = tuple(real(handle))
        return os.stat_result((*state[:4], ANOTHER, ANOTHER, *state[6:]))

    monkeypatch.setattr("service.keys.os.fstat", fstat)


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o444])
@pytest.mark.usefixtures("umask")
def test_who_may_read_it_stays_whatever_the_umask(file, mode):
    file.chmod(mode)
    keys.revoke(file, "anna")
    assert file.stat().st_mode & 0o777 == mode


@pytest.mark.usefixtures("umask")
def test_a_new_file_is_its_owners_alone(tmp_path):
    os.umask(0)
    keys.add(tmp_path / "k", keys.make("anna").kept)
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("of_another")
def test_whose_it_is_stays(file, monkeypatch):
    before, given = file.stat(), []
    monkeypatch.setattr(
        "service.keys.os.fchown", lambda _, user, group: given.append((user, group))
    )
    keys.revoke(file, "anna")
    assert given == [(before.st_uid, before.st_gid)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_root_revokes_in_a_file_of_the_services_user(file):
    os.chown(file, ANOTHER, ANOTHER)
    keys.revoke(file, "anna")
    assert (file.stat().st_uid, file.stat().st_gid) == (ANOTHER, ANOTHER)
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("of_another", "surroundings")
def test_who_cannot_leave_it_to_its_owner_changes_nothing(file, monkeypatch):
    before = file.read_bytes()

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("service.keys.os.fchown", refuse)
    with pytest.raises(KeysError, match=r"nothing was changed; do this as that user, or as root"):
        keys.revoke(file, "anna")
    done = run("keys", "revoke", "anna", "--keys-file", file)
    fails(done, 1, str(file), f"user {file.stat().st_uid}", "as root")

    assert file.read_bytes() == before
    assert [entry.name for entry in file.parent.iterdir()] == [file.name]


def test_a_link_to_the_file_stays_one(file, tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    link = folder / "keys.jsonl"
    link.symlink_to(file)
    keys.revoke(link, "anna")
    keys.add(link, keys.make("bob").kept)

    assert link.is_symlink()
    assert [key.name for key in keys.read(file)] == ["anna", "bob"]
    assert keys.read(file)[0].revoked
    assert list(folder.iterdir()) == [link]


def test_a_link_to_nothing_makes_the_file(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "secrets" / "keys.jsonl")
    keys.add(link, keys.make("anna").kept)
    assert link.is_symlink()
    assert [key.name for key in keys.read(tmp_path / "secrets" / "keys.jsonl")] == ["anna"]


def test_a_link_that_leads_to_itself_is_no_file(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(KeysError, match=str(link)):
        keys.add(link, keys.make("anna").kept)


def test_what_is_told_as_revoked_is_on_the_disk_with_its_folder(file, monkeypatch):
    """First what the file holds, then that it has its name."""
    synced: list[tuple[bool, bool]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        revoked = any(key.revoked for key in keys.read(file))
        synced.append((os.fstat(handle).st_ino == file.parent.stat().st_ino, revoked))
        real(handle)

    monkeypatch.setattr("os.fsync", fsync)
    keys.revoke(file, "anna")
    assert synced == [(False, False), (True, True)]


@pytest.mark.parametrize("error", [OSError(37, "No locks available"), OSError(9, "Bad descriptor")])
def test_a_folder_that_cannot_be_locked_is_told(file, monkeypatch, error):
    def refuse(*_: object) -> None:
        raise error

    before = file.read_bytes()
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(KeysError, match=r"its folder cannot be locked: .*name another file"):
        keys.revoke(file, "anna")
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_entered_is_told(file, monkeypatch):
    def refuse(_: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(KeysError, match="cannot be written: permission denied"):
        keys.add(file, keys.make("bob").kept)
