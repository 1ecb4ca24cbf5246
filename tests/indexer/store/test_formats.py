"""A tiny build of each format that can be read is committed, with a graph and without, and is read."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import IndexFormatError
from indexer.store.files import current_build
from indexer.store.manifest import FORMAT_VERSION, HNSW_SQ8, OLDEST_READABLE
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from tests.embedders import WordHashEmbedder
from tests.indexer.store.make_format_build import corpus, folder_of

VERSIONS = range(OLDEST_READABLE, FORMAT_VERSION + 1)
FIRST_WITH_GRAPH = 4
FOLDERS = {
    folder_of(version, graph=graph): (version, graph)
    for version in VERSIONS
    for graph in (False, True)
    if not graph or version >= FIRST_WITH_GRAPH
}
each = pytest.mark.parametrize("root", FOLDERS, ids=lambda root: root.name)


@each
def test_a_build_of_each_readable_format_opens_and_is_whole(root: Path) -> None:
    version, graph = FOLDERS[root]

    assert verify(root) == []
    with Index.open(root) as index:
        assert index.manifest.format_version == version
        assert [one.case.id for one in index.passages.records()] == [
            one.case.id for one in corpus(graph=graph)
        ]
        assert index.passages.opinion("graham-1").text == "Excessive force, § 1983."
        assert index.passages.opinion("floyd-2").header.type.value == "dissent"
        floyd = index.passages.opinion("floyd-1")
        assert floyd.header.author == "Cole"
        assert [(mark.page, mark.start) for mark in floyd.pages] == [("398", 0), ("399", 35)]


@each
def test_its_words_and_vectors_are_those_of_its_passages(root: Path) -> None:
    with Index.open(root) as index:
        every = range(len(index.vectors))
        passages = [stored.passage for stored in index.passages.fetch(every)]
        again = WordHashEmbedder().embed_passages([passage.text for passage in passages])
        assert np.allclose(index.vectors.vectors(np.array(every)), again, atol=1e-6)
        forceful = {passage.row for passage in passages if "force" in passage.text.lower()}
        assert set(index.lexical.search(["forc"], len(every)).rows.tolist()) == forceful
        assert index.lexical.phrase_rows("objectively unreasonable").tolist() == [
            passage.row for passage in passages if "objectively unreasonable" in passage.text
        ]


@each
def test_its_vectors_are_searched_by_its_graph_if_it_has_one(root: Path) -> None:
    with Index.open(root) as index:
        vectors, search = index.vectors, index.manifest.vectors
        graph = FOLDERS[root][1]
        assert (search is not None and search.kind == HNSW_SQ8) == graph
        assert vectors.is_exact != graph
        for row in range(0, len(vectors), 7):
            own = vectors.vectors(np.array([row]))[0]
            found = vectors.nearest(own, 10)
            assert found.exact != graph
            assert found.scores[0] == pytest.approx(1.0, abs=1e-5)
            assert own.tolist() in vectors.vectors(found.rows[:2]).tolist()


@pytest.mark.parametrize("version", [OLDEST_READABLE - 1, FORMAT_VERSION + 1, "2", None])
def test_another_format_is_refused_with_advice(tmp_path, version) -> None:
    root = tmp_path / "index"
    shutil.copytree(folder_of(FORMAT_VERSION), root)
    path = root / "builds" / current_build(root) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": version}))

    with pytest.raises(IndexFormatError, match="build the index again with this version"):
        Index.open(root)


@each
def test_the_committed_builds_are_small(root: Path) -> None:
    assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 300_000
