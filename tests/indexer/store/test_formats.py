"""A tiny build of each format that can be read is committed, and is read."""

import json
import shutil

import numpy as np
import pytest

from indexer.errors import IndexFormatError
from indexer.store.files import current_build
from indexer.store.manifest import FORMAT_VERSION, OLDEST_READABLE
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from tests.embedders import WordHashEmbedder
from tests.indexer.store.make_format_build import folder_of

VERSIONS = range(OLDEST_READABLE, FORMAT_VERSION + 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_build_of_each_readable_format_opens_and_is_whole(version) -> None:
    root = folder_of(version)

    assert verify(root) == []
    with Index.open(root) as index:
        assert index.manifest.format_version == version
        assert [one.case.id for one in index.passages.records()] == ["floyd", "graham"]
        assert index.passages.opinion("graham-1").text == "Excessive force, § 1983."
        assert index.passages.opinion("floyd-2").header.type.value == "dissent"
        floyd = index.passages.opinion("floyd-1")
        assert floyd.header.author == "Cole"
        assert [(mark.page, mark.start) for mark in floyd.pages] == [("398", 0), ("399", 35)]


@pytest.mark.parametrize("version", VERSIONS)
def test_its_words_and_vectors_are_those_of_its_passages(version) -> None:
    with Index.open(folder_of(version)) as index:
        every = range(len(index.vectors))
        passages = [stored.passage for stored in index.passages.fetch(every)]
        again = WordHashEmbedder().embed_passages([passage.text for passage in passages])
        assert np.allclose(index.vectors.vectors(np.array(every)), again, atol=1e-6)
        forceful = {passage.row for passage in passages if "force" in passage.text.lower()}
        assert set(index.lexical.search(["forc"], 9).rows.tolist()) == forceful
        assert index.lexical.phrase_rows("objectively unreasonable").tolist() == [
            passage.row for passage in passages if "objectively unreasonable" in passage.text
        ]


@pytest.mark.parametrize("version", [OLDEST_READABLE - 1, FORMAT_VERSION + 1, "2", None])
def test_another_format_is_refused_with_advice(tmp_path, version) -> None:
    root = tmp_path / "index"
    shutil.copytree(folder_of(FORMAT_VERSION), root)
    path = root / "builds" / current_build(root) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": version}))

    with pytest.raises(IndexFormatError, match="build the index again with this version"):
        Index.open(root)


def test_the_committed_builds_are_small() -> None:
    for version in VERSIONS:
        size = sum(path.stat().st_size for path in folder_of(version).rglob("*") if path.is_file())
        assert size < 400_000
