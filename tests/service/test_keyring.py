import logging

import pytest

from service import keys
from service.errors import KeysError, SettingsError
from service.keyring import Keyring
from tests.service.fakes import settings


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock():
    return Clock()


def test_no_key_in_the_settings_is_no_keyring():
    assert Keyring.of(settings()) is None


def test_a_running_service_learns_of_new_and_revoked_keys(tmp_path, clock):
    file = tmp_path / "keys.jsonl"
    anna, bob = keys.make("anna"), keys.make("bob")
    keys.add(file, anna.kept)
    ring = Keyring(file=file, now=clock)
    keys.add(file, bob.kept)
    keys.revoke(file, "anna")

    assert ring.find(anna.text) == anna.kept, "the file is not looked at for each request"
    clock.at += 1
    found = ring.find(anna.text)
    assert found is not None
    assert found.revoked is not None
    assert ring.find(bob.text) == bob.kept
    assert ring.good() == 1


def test_when_the_last_key_is_revoked_nobody_is_let_in(tmp_path, clock):
    file = tmp_path / "keys.jsonl"
    anna = keys.make("anna")
    keys.add(file, anna.kept)
    ring = Keyring(file=file, now=clock)
    file.write_text("")
    clock.at += 1

    assert ring.find(anna.text) is None
    assert ring.find("") is None
    assert ring.good() == 0


@pytest.mark.parametrize("damage", ["torn", "gone"])
def test_a_file_that_goes_bad_leaves_the_known_keys_and_is_told_once(
    tmp_path, clock, caplog, damage
):
    file = tmp_path / "keys.jsonl"
    anna = keys.make("anna")
    keys.add(file, anna.kept)
    ring = Keyring(file=file, now=clock)
    if damage == "torn":
        file.write_text('{"name": "osk_')
    else:
        file.unlink()

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            clock.at += 1
            assert ring.find(anna.text) == anna.kept

    assert len(caplog.records) == 1
    assert "stay in force" in caplog.text
    assert anna.text not in caplog.text
    bob = keys.make("bob")
    file.unlink(missing_ok=True)
    keys.add(file, bob.kept)
    clock.at += 1
    assert ring.find(bob.text) == bob.kept


def test_keys_of_the_environment_stand_beside_those_of_the_file(tmp_path):
    file = tmp_path / "keys.jsonl"
    anna, bob = keys.make("anna"), keys.make("bob")
    keys.add(file, anna.kept)
    ring = Keyring.of(settings(keys_file=file, keys=f"bob:{bob.kept.sha256}"))

    assert ring is not None
    found = ring.find(bob.text)
    assert found is not None
    assert found.name == "bob"
    assert ring.find(anna.text) == anna.kept
    assert ring.good() == 2


def test_what_cannot_be_is_refused_at_the_start(tmp_path):
    with pytest.raises(KeysError, match="no such file"):
        Keyring.of(settings(keys_file=tmp_path / "none"))
    with pytest.raises(SettingsError, match="OPINION_SEARCH_KEYS: each is NAME:SHA256") as caught:
        Keyring.of(settings(keys="anna:osk_secret"))
    assert "secret" not in str(caught.value)
    file = tmp_path / "keys.jsonl"
    keys.add(file, keys.make("anna").kept)
    with pytest.raises(KeysError, match="OPINION_SEARCH_KEYS has this name too"):
        Keyring.of(settings(keys_file=file, keys=f"anna:{'a' * 64}"))
