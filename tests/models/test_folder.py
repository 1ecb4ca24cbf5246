import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.base import ModelSpec
from models.errors import ModelCorruptError
from models.folder import (
    FILES,
    SPEC,
    Agreement,
    PreparedModel,
    Source,
    facts_of,
    fingerprint,
    read_spec,
    verify_files,
    write_spec,
)


@pytest.fixture
def model(tmp_path: Path) -> PreparedModel:
    """A folder with files of a few bytes, and its spec."""
    for name in FILES:
        (tmp_path / name).write_bytes(name.encode())
    files = {name: facts_of(tmp_path / name) for name in FILES}
    spec = ModelSpec(
        name="tiny", runtime="openvino-fp32", dim=4, window=16, special_tokens=2, fingerprint=""
    )
    spec = replace(spec, fingerprint=fingerprint(spec, files))
    made = PreparedModel(
        name="tiny",
        folder=tmp_path,
        spec=spec,
        files=files,
        source=Source(name="somebody/tiny", weights_sha256=None, licence="Apache-2.0"),
        agreement=Agreement(texts=3, cosine_mean=0.99, cosine_min=0.98),
    )
    write_spec(made)
    return made


def edit(folder: Path, **changes: Any) -> None:
    raw = json.loads((folder / SPEC).read_text())
    (folder / SPEC).write_text(json.dumps(raw | changes))


def test_what_was_written_is_read(model: PreparedModel) -> None:
    assert read_spec(model.folder, name="tiny") == model
    verify_files(model)


def test_facts_are_size_and_hash(model: PreparedModel) -> None:
    facts = model.files[FILES[0]]

    assert facts.bytes == len(FILES[0])
    assert facts.sha256 == hashlib.sha256(FILES[0].encode()).hexdigest()
    assert model.size_bytes == sum(len(name) for name in FILES)


def test_the_name_asked_for_is_the_name(model: PreparedModel) -> None:
    other = read_spec(model.folder, name="elsewhere")

    assert (other.name, other.spec.name) == ("elsewhere", "elsewhere")
    assert other.spec.fingerprint == model.spec.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"window": 32},
        {"dim": 8},
        {"special_tokens": 3},
        {"query_prompt": "query: "},
        {"passage_prompt": "passage: "},
        {"passage_prompt_tokens": 1},
        {"runtime": "openvino-int8"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_fingerprint_covers_the_spec(model: PreparedModel, change: dict[str, Any]) -> None:
    changed = replace(model.spec, **change)

    assert fingerprint(changed, model.files) != model.spec.fingerprint
    edit(model.folder, spec=changed.to_json())
    with pytest.raises(ModelCorruptError, match="fingerprint does not follow"):
        read_spec(model.folder, name="tiny")


@pytest.mark.parametrize("name", FILES)
def test_the_fingerprint_covers_the_files(model: PreparedModel, name: str) -> None:
    (model.folder / name).write_bytes(b"other")
    files = {**model.files, name: facts_of(model.folder / name)}

    assert fingerprint(model.spec, files) != model.spec.fingerprint
    with pytest.raises(ModelCorruptError, match=name):
        verify_files(model)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_gone_is_named(model: PreparedModel, name: str) -> None:
    (model.folder / name).unlink()

    with pytest.raises(ModelCorruptError, match=f"{name}: cannot be read"):
        verify_files(model)


@pytest.mark.parametrize("found", [0, 2, "1"])
def test_another_format_is_refused(model: PreparedModel, found: object) -> None:
    edit(model.folder, format_version=found)

    with pytest.raises(ModelCorruptError, match=f"format {found}, this program reads 1"):
        read_spec(model.folder, name="tiny")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format_version": 1}',
        '{"format_version": 1, "files": []}',
        "\x00",
    ],
)
def test_what_is_no_spec_is_refused(model: PreparedModel, content: str) -> None:
    (model.folder / SPEC).write_text(content)

    with pytest.raises(ModelCorruptError, match=f"{SPEC}.*restore the folder or prepare"):
        read_spec(model.folder, name="tiny")


@pytest.mark.parametrize("key", ["spec", "files", "source", "agreement"])
def test_a_spec_with_a_part_missing_is_refused(model: PreparedModel, key: str) -> None:
    edit(model.folder, **{key: {}})

    with pytest.raises(ModelCorruptError, match="is not a description"):
        read_spec(model.folder, name="tiny")


def test_bytes_that_are_no_text_are_refused(model: PreparedModel) -> None:
    (model.folder / SPEC).write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ModelCorruptError, match="is not a description"):
        read_spec(model.folder, name="tiny")
