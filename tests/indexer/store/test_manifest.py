import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexer.errors import IndexCorruptError, IndexFormatError
from indexer.records import PassageLimits
from indexer.store import manifest as manifests
from indexer.store.build_ages import CHECKSUM, checksum_of
from indexer.store.manifest import FORMAT_VERSION, OLDEST_READABLE, Counts, Manifest
from tests.indexer.store.making import MODEL

GIVEN = Manifest(
    build_id="b1",
    created_at="2026-01-01T00:00:00+00:00",
    program_version="0.1.0",
    model=MODEL,
    limits=PassageLimits(max_tokens=200, target_tokens=150),
    counts=Counts(cases=1, opinions=2, sections=3, passages=4, refused=5, characters=6),
    tokens_total=7,
    tokens_embedded=8,
    sources=("ä.jsonl", "b"),
    calibration={"a": [1, 2.5, None], "b": {"c": "d"}},
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lexical").mkdir()
    (tmp_path / "lexical" / "meta.json").write_bytes(b"{}")
    (tmp_path / "passages.sqlite").write_bytes(b"rows")
    manifests.write(tmp_path, GIVEN)
    return tmp_path


def change(folder, **changes) -> None:
    raw = json.loads((folder / "manifest.json").read_text())
    raw.update(changes)
    (folder / "manifest.json").write_text(json.dumps(raw))


def test_what_was_written_is_read_with_the_checksums_of_all_files(folder) -> None:
    read = manifests.read(folder)

    assert replace(read, files={}) == GIVEN
    assert {name: (f.bytes, f.sha256) for name, f in read.files.items()} == {
        "lexical/meta.json": (2, hashlib.sha256(b"{}").hexdigest()),
        "passages.sqlite": (4, hashlib.sha256(b"rows").hexdigest()),
    }
    manifests.check_full(folder, read)


@pytest.mark.parametrize("found", [0, OLDEST_READABLE - 1, FORMAT_VERSION + 1, "1", None, 1.5])
def test_the_version_is_asked_before_anything_else(folder, found) -> None:
    (folder / "manifest.json").write_text(json.dumps({"format_version": found}))

    with pytest.raises(IndexFormatError, match="build the index again with this version"):
        manifests.read(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("build_id", 1), ("created_at", None), ("program_version", []), ("model", "minilm"),
        ("limits", {"max_tokens": 1}), ("limits", {"max_tokens": "1", "target_tokens": 1}),
        ("counts", {}), ("tokens_total", True), ("tokens_embedded", 1.5), ("sources", [1]),
        ("calibration", []), ("files", {"a": 1}), ("files", {"../a": {"bytes": 1, "sha256": "x"}}),
        ("files", {"/a": {"bytes": 1, "sha256": "x"}}), ("files", {"a": {"bytes": 1}}),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_by_its_key(folder, key, value) -> None:
    change(folder, **{key: value})

    with pytest.raises(IndexCorruptError, match=rf"{key}|target_tokens|max_tokens|cases|sha256"):
        manifests.read(folder)


def test_an_unknown_key_of_the_model_is_refused(folder) -> None:
    change(folder, model={**MODEL.to_json(), "colour": "red"})

    with pytest.raises(IndexCorruptError, match="unknown key colour"):
        manifests.read(folder)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"a":' * 100_000, b"[" * 100_000], ids=range(6)
)
def test_a_torn_or_foreign_manifest_is_corrupt(folder, content) -> None:
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(IndexCorruptError, match="rollback"):
        manifests.read(folder)


def test_a_missing_manifest_is_corrupt(tmp_path) -> None:
    with pytest.raises(IndexCorruptError, match="missing"):
        manifests.read(tmp_path)


def test_the_fast_check_sees_a_missing_and_a_shortened_file(folder) -> None:
    manifest = manifests.read(folder)
    (folder / "passages.sqlite").write_bytes(b"row")
    with pytest.raises(IndexCorruptError, match="3 bytes instead of 4"):
        manifests.check_fast(folder, manifest)
    (folder / "passages.sqlite").unlink()
    with pytest.raises(IndexCorruptError, match="the file is missing"):
        manifests.check_fast(folder, manifest)


def test_only_the_full_check_sees_an_altered_byte(folder) -> None:
    manifest = manifests.read(folder)
    (folder / "passages.sqlite").write_bytes(b"rowz")

    manifests.check_fast(folder, manifest)
    with pytest.raises(IndexCorruptError, match="checksum"):
        manifests.check_full(folder, manifest)


def test_a_file_that_the_disk_cannot_read_is_told_by_its_name(folder, monkeypatch) -> None:
    manifest = manifests.read(folder)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(hashlib, "file_digest", fail)
    with pytest.raises(IndexCorruptError, match=r"passages\.sqlite: the disk reports an error"):
        manifests.check_some(folder, manifest, ["passages.sqlite"])


# its own checksum


def leaves(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of each value that holds no other."""
    if isinstance(value, dict | list) and value:
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            yield from leaves(part, *path, key)
    else:
        yield path


def changed(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1) if value else "x"
    return [value] if isinstance(value, list | dict) else value + 1


def test_a_change_of_any_value_is_found(folder) -> None:
    path = folder / "manifest.json"
    whole = path.read_text("utf-8")
    places = list(leaves(json.loads(whole)))
    assert len(places) > 30
    for place in places:
        raw = json.loads(whole)
        inner = raw
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = changed(inner[place[-1]])
        path.write_text(json.dumps(raw), "utf-8")
        with pytest.raises((IndexCorruptError, IndexFormatError)):
            manifests.read(folder)
    path.write_text(whole, "utf-8")
    manifests.read(folder)


def test_a_change_of_any_bit_is_found(folder) -> None:
    """Of the name of the key as well: what would be left has no checksum, and a key that nobody wrote."""
    path = folder / "manifest.json"
    whole = path.read_bytes()
    named = whole.index(CHECKSUM.encode())
    for place in range(len(whole)):
        in_name = named <= place < named + len(CHECKSUM)
        for bit in range(8) if in_name else [place % 8]:
            data = bytearray(whole)
            data[place] ^= 1 << bit
            path.write_bytes(data)
            with pytest.raises((IndexCorruptError, IndexFormatError)):
                manifests.read(folder)
                manifests.unchecked(folder)
                pytest.fail(f"bit {bit} of byte {place}: {data[max(0, place - 20) : place + 20]!r}")


@pytest.mark.parametrize("how", [{"indent": None}, {"indent": 1, "sort_keys": True}])
def test_how_it_is_laid_out_is_no_change(folder, how) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), **how), "utf-8")
    assert replace(manifests.read(folder), files={}) == GIVEN


def test_one_key_more_is_a_change_and_one_less_too(folder) -> None:
    change(folder, colour="red")
    with pytest.raises(IndexCorruptError, match="was altered"):
        manifests.read(folder)
    path = folder / "manifest.json"
    raw = json.loads(path.read_text("utf-8"))
    del raw["colour"], raw["cost"]
    path.write_text(json.dumps(raw), "utf-8")
    with pytest.raises(IndexCorruptError, match="was altered"):
        manifests.read(folder)


def test_a_later_programs_key_is_no_change(folder) -> None:
    path = folder / "manifest.json"
    raw = {**json.loads(path.read_text("utf-8")), "colour": "red"}
    path.write_text(json.dumps({**raw, CHECKSUM: checksum_of(raw)}), "utf-8")
    assert replace(manifests.read(folder), files={}) == GIVEN
    assert manifests.unchecked(folder) is None


def test_the_other_keys_are_those_of_before(folder) -> None:
    """An earlier version of the program reads what this one writes."""
    raw = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert list(raw)[-1] == CHECKSUM
    assert len(raw[CHECKSUM]) == 64
    del raw[CHECKSUM]
    assert set(raw) == set(Manifest.__dataclass_fields__)


def test_without_a_checksum_it_is_read_and_that_is_told(folder) -> None:
    assert manifests.unchecked(folder) is None
    path = folder / "manifest.json"
    raw = json.loads(path.read_text("utf-8"))
    del raw[CHECKSUM]
    path.write_text(json.dumps(raw), "utf-8")

    assert replace(manifests.read(folder), files={}) == GIVEN
    told = manifests.unchecked(folder)
    assert told is not None
    assert str(path) in told
    assert "has no checksum of its own" in told

    path.write_text(json.dumps({**raw, "manifest_sha257": "0"}), "utf-8")
    with pytest.raises(IndexCorruptError, match="unknown key manifest_sha257"):
        manifests.unchecked(folder)


def test_what_is_not_of_the_build_is_named(folder) -> None:
    manifest = manifests.read(folder)
    assert list(manifests.strangers(folder, manifest)) == []
    (folder / "empty").mkdir()
    (folder / "lexical" / ".tantivy-meta.lock").write_bytes(b"")  # by whoever had no room for links
    assert list(manifests.strangers(folder, manifest)) == []
    (folder / "lexical" / "old.idx").write_text("x")
    (folder / "link").symlink_to(folder)
    assert list(manifests.strangers(folder, manifest)) == ["lexical/old.idx", "link"]
