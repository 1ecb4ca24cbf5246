import hashlib
import json
from dataclasses import replace

import pytest

from indexer.errors import IndexCorruptError, IndexFormatError
from indexer.records import PassageLimits
from indexer.store import manifest as manifests
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


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]"])
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
