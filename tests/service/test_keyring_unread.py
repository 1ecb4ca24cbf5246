"""A file of keys that cannot be read any more: somebody may have been revoked in it."""

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from service import keys
from service.errors import KeysError
from service.keyring import Keyring
from service.keys import Key
from tests.service.fakes import client_of
from tests.service.test_keyring import Clock


class Mount:
    """A file that can be shut, as one of another user is."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = file
        self.shut = False
        real = keys.read

        def read(path: Path) -> tuple[Key, ...]:
            if self.shut:
                raise KeysError(str(path), "cannot be read: permission denied")
            return real(path)

        monkeypatch.setattr("service.keyring.keys.read", read)

    def touch(self) -> None:
        """Change it, in a way that only its status tells."""
        os.utime(self.file, ns=(1, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def anna() -> keys.NewKey:
    return keys.make("anna")


@pytest.fixture
def mount(tmp_path, monkeypatch, anna) -> Mount:
    keys.add(tmp_path / "keys.jsonl", anna.kept)
    return Mount(tmp_path / "keys.jsonl", monkeypatch)


def told(caplog: Any) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records]


def test_it_is_told_every_minute_while_it_lasts(mount, clock, anna, caplog):
    ring = Keyring(file=mount.file, now=clock)
    mount.touch()
    mount.shut = True
    with caplog.at_level(logging.WARNING):
        for _ in range(180):
            clock.at += 1
            assert ring.find(anna.text) == anna.kept
            assert ring.unread()
        assert [level for level, _ in told(caplog)] == ["ERROR"] * 3
        assert all("stay in force" in words for _, words in told(caplog))
        mount.shut = False
        clock.at += 1
        assert not ring.unread()
    assert told(caplog)[3:] == [("WARNING", "the file of keys is read again")]


def test_a_revocation_counts_as_soon_as_the_file_can_be_read(mount, clock, anna):
    """Nothing of the file tells that: it was only given to its right owner."""
    ring = Keyring(file=mount.file, now=clock)
    keys.revoke(mount.file, "anna")
    mount.shut = True
    clock.at += 1
    found = ring.find(anna.text)
    assert found is not None
    assert found.revoked is None
    mount.shut = False
    clock.at += 1
    found = ring.find(anna.text)
    assert found is not None
    assert found.revoked is not None


def test_a_file_whose_mode_alone_changed_is_looked_at(mount, clock):
    ring = Keyring(file=mount.file, now=clock)
    clock.at += 1
    assert not ring.unread()
    mount.file.chmod(0o000)
    mount.shut = True
    clock.at += 1
    assert ring.unread()


def test_whoever_watches_the_numbers_learns_of_it(mount, anna, monkeypatch):
    monkeypatch.setattr("service.keyring._LOOK_EVERY_S", 0.0)
    with client_of(keys_file=mount.file) as client:

        def gauge() -> str:
            text = client.get("/metrics", headers={"X-API-Key": anna.text}).text
            (line,) = [
                one for one in text.splitlines() if one.startswith("opinion_search_keys_unread")
            ]
            return line.rpartition(" ")[2]

        assert gauge() == "0.0"
        mount.touch()
        mount.shut = True
        assert gauge() == "1.0"
        assert client.get("/readyz").status_code == 200, "a mount that is away shuts nobody out"
        mount.shut = False
        assert gauge() == "0.0"


def test_without_a_file_there_is_nothing_to_read():
    with client_of() as client:
        assert "opinion_search_keys_unread 0.0" in client.get("/metrics").text


def test_a_mount_that_comes_back_as_it_was_is_read_again(mount, clock, monkeypatch):
    ring = Keyring(file=mount.file, now=clock)
    with monkeypatch.context() as away:
        away.setattr(Path, "stat", lambda *_, **__: (_ for _ in ()).throw(OSError(116, "Stale")))
        mount.shut = True
        clock.at += 1
        assert ring.unread()
    mount.shut = False
    clock.at += 1
    assert not ring.unread()
