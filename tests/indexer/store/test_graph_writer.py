"""When a graph is made, that it goes on with an earlier one, and that what it finds is measured."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from indexer.errors import IndexWriteError
from indexer.store import manifest as manifests
from indexer.store.files import GRAPH, GRAPH_DIGESTS, GRAPH_NODES, VECTORS
from indexer.store.graph_check import graph_problems
from indexer.store.graph_writer import RULE, write_graph
from indexer.store.manifest import EXACT, HNSW_SQ8, Manifest, VectorSearch
from indexer.store.vector_graph import GraphFiles, digests_of
from indexer.store.vectors import write_vectors
from tests.indexer.store.clustered import (
    DIM,
    SMALL,
    clustered,
    graphed,
    opened,
    questions,
    true_nearest,
)
from tests.indexer.store.making import unit_rows
from tests.indexer.store.test_manifest import GIVEN

COUNT = 8_000
ROWS = clustered(COUNT)
FILES = (GRAPH, GRAPH_NODES, GRAPH_DIGESTS)


def published(folder, search: VectorSearch) -> Manifest:
    return manifests.write(folder, replace(GIVEN, vectors=search))


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    folder = tmp_path_factory.mktemp("before")
    published(folder, graphed(folder, ROWS))
    return folder


def recall(folder, search, rows, k: int = 10) -> float:
    index = opened(folder, search)
    found = [np.isin(true_nearest(rows, q, k), index.nearest(q, k).rows) for q in questions()]
    return float(np.mean(found))


def test_a_small_build_is_exact_and_has_no_graph(tmp_path) -> None:
    def never():
        raise AssertionError("nothing is measured")

    write_vectors(tmp_path / VECTORS, iter([ROWS]), DIM)
    search = write_graph(tmp_path, never)

    assert len(ROWS) < RULE.from_rows
    assert (search.kind, search.recall_at_10, search.measured_queries) == (EXACT, 1.0, 0)
    assert [path.name for path in tmp_path.iterdir()] == [VECTORS]
    assert opened(tmp_path, search).is_exact


def test_a_large_one_has_a_graph_of_its_distinct_vectors(before) -> None:
    search = manifests.read(before).vectors
    assert search is not None
    assert (search.kind, search.added, search.removed) == (HNSW_SQ8, 0, 0)
    assert search.recall_at_10 >= RULE.recall_at_10
    assert search.recall_at_100 >= RULE.recall_at_100
    assert search.measured_queries == len(questions())

    read = GraphFiles.read(before, dim=DIM, mapped=True)
    assert len(read.digests) == len(np.unique(ROWS, axis=0)) < COUNT
    assert list(graph_problems(before, search, opened(before, search))) == []


def test_it_tells_how_far_it_has_come(before, tmp_path) -> None:
    shutil.copy(before / VECTORS, tmp_path)
    told: list[str] = []
    write_graph(tmp_path, questions, rule=SMALL, say=told.append)
    distinct = len(np.unique(ROWS, axis=0))
    assert told == [
        "making questions of sentences",
        *[
            f"making the graph: {start} of {distinct} vectors"
            for start in range(0, distinct, 5_000)
        ],
        "measuring what the graph finds",
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_equal_vectors_give_an_equal_graph_with_any_number_of_threads(
    before, tmp_path, threads
) -> None:
    write_vectors(tmp_path / VECTORS, iter([ROWS]), DIM)
    search = write_graph(tmp_path, questions, threads=threads, rule=SMALL)

    assert search == manifests.read(before).vectors
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (before / name).read_bytes()


def test_where_no_graph_finds_enough_there_is_none(tmp_path) -> None:
    """Scattered in all directions, no vector is near another, and no path leads anywhere."""
    rows = unit_rows(6_000, dim=128)
    write_vectors(tmp_path / VECTORS, iter([rows]), 128)
    few = replace(SMALL, links=2, ef_construction=4, ef_ladder=(10, 20))
    search = write_graph(tmp_path, lambda: unit_rows(20, dim=128, seed=5), rule=few)

    assert search.kind == EXACT
    assert [path.name for path in tmp_path.iterdir()] == [VECTORS]


def test_a_graph_that_pays_nothing_is_not_kept(tmp_path) -> None:
    wide = replace(SMALL, ef_ladder=(COUNT,))

    assert graphed(tmp_path, ROWS, rule=wide).kind == EXACT


def test_a_later_build_goes_on_with_the_graph(before, tmp_path) -> None:
    fresh = clustered(400, seed=7)
    rows = np.concatenate([ROWS[3_000:4_000], fresh, ROWS[:3_000], ROWS[4_200:]])
    search = graphed(tmp_path / "next", rows, previous=before)

    gone = set(digests_of(ROWS).tolist()) - set(digests_of(rows).tolist())
    added = set(digests_of(rows).tolist()) - set(digests_of(ROWS).tolist())
    assert (search.removed, search.added) == (len(gone), len(added))
    assert recall(tmp_path / "next", search, rows) >= 0.99
    index = opened(tmp_path / "next", search)
    assert list(graph_problems(tmp_path / "next", search, index)) == []
    for row in range(1_000, 1_400, 13):
        assert rows[index.nearest(rows[row], 1).rows[0]].tolist() == rows[row].tolist()


def test_what_was_withdrawn_and_comes_back_is_alive_again(before, tmp_path) -> None:
    less = graphed(tmp_path / "less", ROWS[:-500], previous=before)
    published(tmp_path / "less", less)
    again = graphed(tmp_path / "again", ROWS, previous=tmp_path / "less")

    assert less.removed > 0
    assert (again.removed, again.added) == (0, 0)
    for name in FILES[:2]:
        assert (tmp_path / "again" / name).read_bytes() == (before / name).read_bytes()


def test_where_much_is_gone_the_graph_is_made_anew(before, tmp_path) -> None:
    rows = ROWS[: COUNT // 2]
    search = graphed(tmp_path / "half", rows, previous=before)

    assert (search.removed, search.added) == (0, 0)
    assert search == graphed(tmp_path / "alone", rows)


@pytest.mark.parametrize("damage", ["flipped", "torn", "missing", "no manifest", "another shape"])
def test_an_earlier_graph_that_is_not_sound_is_left_alone(before, tmp_path, damage) -> None:
    folder, rule = tmp_path / "damaged", SMALL
    shutil.copytree(before, folder)
    path = folder / GRAPH
    raw = bytearray(path.read_bytes())
    if damage == "flipped":
        raw[-100] ^= 1
        path.write_bytes(raw)
    elif damage == "torn":
        path.write_bytes(raw[:-100])
    elif damage == "missing":
        (folder / GRAPH_NODES).unlink()
    elif damage == "no manifest":
        (folder / "manifest.json").unlink()
    else:
        rule = replace(SMALL, ef_construction=80)

    search = graphed(tmp_path / "next", ROWS, previous=folder, rule=rule)

    assert (search.added, search.removed, search.kind) == (0, 0, HNSW_SQ8)
    assert search.ef_construction == rule.ef_construction
    assert recall(tmp_path / "next", search, ROWS) >= 0.98


def test_the_check_tells_what_does_not_fit(before, tmp_path) -> None:
    folder = tmp_path / "build"
    shutil.copytree(before, folder)
    search = manifests.read(before).vectors
    assert search is not None
    index = opened(before, search)
    nodes = np.load(folder / GRAPH_NODES)
    nodes[[7, 8]] = nodes[[8, 7]]
    np.save(folder / GRAPH_NODES, nodes)

    told = list(graph_problems(folder, search, index))
    assert [problem for problem in told if "another vector" in problem][:2] == [
        "row 7: its node in the graph is that of another vector",
        "row 8: its node in the graph is that of another vector",
    ]
    assert "instead of 5" in next(graph_problems(folder, replace(search, removed=5), index))
    assert list(graph_problems(tmp_path, None, index)) == []


def test_a_graph_that_cannot_be_written_is_told(tmp_path) -> None:
    (tmp_path / GRAPH).mkdir()
    with pytest.raises(IndexWriteError, match="is the disk full"):
        graphed(tmp_path, ROWS)


def test_a_disk_that_is_full_when_the_nodes_are_written_is_told(tmp_path, monkeypatch) -> None:
    """As numpy tells it: without a number, without a name."""

    def full(*_: object) -> None:
        raise OSError("8000 requested and 1024 written")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(IndexWriteError, match="the disk is full"):
        graphed(tmp_path, ROWS)
