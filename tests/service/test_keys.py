import json
import re
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from service import keys
from service.errors import KeysError
from service.keys import Key

HASH = "a" * 64


def test_a_key_is_found_by_its_text_and_by_nothing_else():
    anna, bob = keys.make("anna"), keys.make("bob")
    known = (anna.kept, bob.kept)

    assert keys.find(known, anna.text) == anna.kept
    assert keys.find(known, bob.text) == bob.kept
    for wrong in ("", anna.text[:-1], anna.text + "x", anna.text.upper(), anna.kept.sha256, "\ud800",
                  "x" * 100_000):  # fmt: skip
        assert keys.find(known, wrong) is None
    assert keys.find((), anna.text) is None


def test_a_key_has_256_random_bits_and_is_kept_as_its_hash():
    made = [keys.make("anna") for _ in range(50)]

    assert len({one.text for one in made}) == 50
    for one in made:
        assert re.fullmatch(r"osk_[A-Za-z0-9_-]{43}", one.text)  # 43 of 6 bits hold 256
        assert one.kept.sha256 == sha256(one.text.encode()).hexdigest()
        assert one.text not in repr(one.kept)


def test_every_hash_is_compared_in_constant_time_wherever_the_key_stands(monkeypatch):
    known = [keys.make(f"k{n}") for n in range(5)]
    compared: list[str] = []

    def compare(given: str, kept: str) -> bool:
        compared.append(kept)
        return given == kept

    monkeypatch.setattr("service.keys.compare_digest", compare)
    for one in (known[0], known[4]):
        compared.clear()
        assert keys.find([k.kept for k in known], one.text) == one.kept
        assert compared == [k.kept.sha256 for k in known]


def test_what_is_added_is_read_and_the_file_holds_no_key(tmp_path):
    file = tmp_path / "new folder" / "keys.jsonl"
    anna, bob = keys.make("anna", per_minute=60), keys.make("bob")
    keys.add(file, anna.kept)
    keys.add(file, bob.kept)

    assert keys.read(file) == (anna.kept, bob.kept)
    assert anna.text not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["keys.jsonl"]


def test_a_revoked_key_stays_in_the_file_and_its_name_stays_taken(tmp_path):
    file = tmp_path / "keys.jsonl"
    anna, bob = keys.make("anna"), keys.make("bob")
    for one in (anna, bob):
        keys.add(file, one.kept)
    file.chmod(0o640)

    first = keys.revoke(file, "anna")
    assert first.revoked is not None
    assert keys.revoke(file, "anna") == first
    assert keys.find(keys.read(file), anna.text) == first
    assert keys.find(keys.read(file), bob.text) == bob.kept
    assert file.stat().st_mode & 0o777 == 0o640, "who may read it stays as it was"
    with pytest.raises(KeysError, match="a key of this name already"):
        keys.add(file, keys.make("anna").kept)
    with pytest.raises(KeysError, match="no key of this name"):
        keys.revoke(file, "carl")


def test_keys_made_at_the_same_time_are_all_kept(tmp_path):
    file = tmp_path / "keys.jsonl"
    made = [keys.make(f"k{n}").kept for n in range(12)]
    threads = [threading.Thread(target=keys.add, args=(file, one)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {key.name for key in keys.read(file)} == {key.name for key in made}


@pytest.mark.parametrize("name", ["", "a b", "-x", "é", "a/b", "x" * 65, "a\n", "a:b", "a,b"])
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(KeysError, match="a name is 1 to 64"):
        keys.make(name)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"name": "a"}', "needs name and sha256"),
        (json.dumps({"name": "a", "sha256": HASH, "key": "osk_secret"}), "knows besides"),
        (json.dumps({"name": "a", "sha256": "osk_secret"}), "64 hexadecimal digits"),
        (json.dumps({"name": "a", "sha256": None}), "not text"),
        (json.dumps({"name": 1, "sha256": HASH}), "not text"),
        (json.dumps({"name": "a", "sha256": HASH, "revoked": True}), "not text"),
        (json.dumps({"name": "a", "sha256": HASH, "per_minute": True}), "not a whole number"),
        (json.dumps({"name": "a", "sha256": HASH, "per_minute": 0}), "at least 1"),
        (json.dumps({"name": "a", "sha256": HASH}) + "\n" + json.dumps({"name": "a", "sha256": HASH}),
         "its name stands twice"),
        ("\ud800", "is not JSON"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_named_but_not_repeated(tmp_path, line, words):
    file = tmp_path / "keys.jsonl"
    file.write_bytes(b"\n" + line.encode("utf-8", "surrogatepass") + b"\n")

    with pytest.raises(KeysError) as caught:
        keys.read(file)

    assert words in str(caught.value)
    assert f"{file}, line {3 if 'twice' in words else 2}" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_files_that_cannot_be_read_or_written_are_told_with_advice(tmp_path):
    with pytest.raises(KeysError, match="opinion-search keys new NAME --keys-file"):
        keys.read(tmp_path / "none")
    with pytest.raises(KeysError, match="cannot be read: is a directory"):
        keys.read(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysError, match=r"cannot be written: .*name another file"):
        keys.add(tmp_path / "file" / "keys.jsonl", keys.make("a").kept)


def test_a_write_that_fails_in_the_middle_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "keys.jsonl"
    keys.add(file, keys.make("anna").kept)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(KeysError, match="no space left on device"):
        keys.add(file, keys.make("bob").kept)

    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys.jsonl"]


def test_a_hash_in_the_environment_is_read_or_refused():
    assert Key.of_hash(f"anna:{HASH.upper()}") == Key(name="anna", sha256=HASH)
    for wrong in ("anna", f":{HASH}", "anna:osk_secret", HASH):
        with pytest.raises(ValueError) as caught:
            Key.of_hash(wrong)
        assert "secret" not in str(caught.value)


def test_the_path_is_that_of_the_file(tmp_path):
    keys.add(Path(str(tmp_path / "k")), keys.make("x").kept)
    assert (tmp_path / "k").is_file()
