"""The graph: what it finds, with any filter, and that a torn or foreign one is told, never followed."""

import shutil
import threading
from typing import Any

import faiss
import numpy as np
import pytest

from indexer.errors import IndexCorruptError
from indexer.store.files import GRAPH, GRAPH_DIGESTS, GRAPH_NODES
from indexer.store.vector_graph import Graph, GraphFiles, digests_of
from tests.indexer.store.clustered import DIM, clustered, graphed, opened, questions, true_nearest
from tests.indexer.store.making import unit_rows

COUNT = 20_000
ROWS = clustered(COUNT)
ASKED = questions()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("graph")


@pytest.fixture(scope="module")
def search(folder):
    return graphed(folder, ROWS)


@pytest.fixture(scope="module")
def index(folder, search):
    return opened(folder, search)


def recall(index, k: int, allowed_of) -> float:
    pick = np.random.default_rng(4)
    shares = []
    for query in ASKED:
        allowed = allowed_of(pick)
        true = true_nearest(ROWS, query, k, allowed)
        shares.append(np.isin(true, index.nearest(query, k, allowed).rows).mean())
    return float(np.mean(shares))


def test_the_graph_finds_what_the_manifest_says(index, search) -> None:
    assert not index.is_exact
    assert not index.nearest(ASKED[0], 10).exact
    assert recall(index, 10, lambda _: None) == pytest.approx(search.recall_at_10, abs=0.005)
    assert recall(index, 100, lambda _: None) == pytest.approx(search.recall_at_100, abs=0.005)


def scattered(share: float):
    return lambda pick: np.sort(pick.choice(COUNT, max(1, int(share * COUNT)), replace=False))


def together(share: float):
    """Rows of some courts or years: they follow one another, and mean alike."""
    size = max(1, int(share * COUNT))

    def rows(pick):
        start = int(pick.integers(COUNT - size + 1))
        return np.arange(start, start + size)

    return rows


@pytest.mark.parametrize("share", [0.5, 0.1, 0.01, 0.001, 0.0001])
@pytest.mark.parametrize("kind", [scattered, together])
def test_a_filter_loses_nothing(index, share, kind) -> None:
    assert recall(index, 10, kind(share)) >= 0.99
    assert recall(index, 100, kind(share)) >= 0.97


def test_a_filter_that_keeps_away_from_the_question_loses_nothing(index) -> None:
    for query in ASKED[:20]:
        allowed = np.sort(true_nearest(ROWS, query, COUNT)[COUNT // 2 :])
        found = index.nearest(query, 10, allowed)
        assert found.rows.tolist() == true_nearest(ROWS, query, 10, allowed).tolist()
        assert found.exact


def test_the_ranking_says_whether_every_admitted_row_was_looked_at(index) -> None:
    half, few = np.arange(0, COUNT, 2), np.arange(0, COUNT, 50)

    assert not index.nearest(ASKED[0], 10, half).exact
    found = index.nearest(ASKED[0], 10, few)
    assert found.exact
    assert found.rows.tolist() == true_nearest(ROWS, ASKED[0], 10, few).tolist()
    assert index.nearest(ASKED[0], 10, np.empty(0, np.int64)).exact
    everything = index.nearest(ASKED[0], COUNT)
    assert everything.exact
    assert everything.rows.tolist() == true_nearest(ROWS, ASKED[0], COUNT).tolist()


@pytest.mark.parametrize("k", [1, 7, 100, 300])
def test_scores_are_products_and_ties_are_by_row(index, k) -> None:
    found = index.nearest(ASKED[3], k)

    assert len(found) == k
    assert found.scores.tolist() == index.dots(ASKED[3], found.rows).tolist()
    assert np.lexsort((found.rows, -found.scores)).tolist() == list(range(k))


def test_the_same_words_in_many_places_are_all_found(index) -> None:
    form = ROWS[0]
    twins = np.flatnonzero((form == ROWS).all(axis=1))
    assert len(twins) > 20

    assert index.nearest(form, len(twins)).rows.tolist() == twins.tolist()


def test_threads_get_the_same_answers(index) -> None:
    half = np.arange(0, COUNT, 2)
    alone = [index.nearest(q, 10, a).rows.tolist() for q in ASKED for a in (None, half)]
    found: list[list[list[int]]] = [[] for _ in range(4)]

    def work(place: int) -> None:
        found[place] = [index.nearest(q, 10, a).rows.tolist() for q in ASKED for a in (None, half)]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


def test_a_digest_is_of_the_numbers() -> None:
    rows = unit_rows(5_000)
    digests = digests_of(rows)

    assert len(np.unique(digests)) == 5_000
    assert np.array_equal(digests_of(rows[::-1]), digests[::-1])


@pytest.fixture
def copy(folder, search, tmp_path):
    """A graph that a test may damage."""
    for name in (GRAPH, GRAPH_NODES, GRAPH_DIGESTS):
        shutil.copy(folder / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", [GRAPH, GRAPH_NODES, GRAPH_DIGESTS])
def test_a_torn_or_missing_file_is_told(copy, name) -> None:
    whole = (copy / name).read_bytes()
    ends = {0, 3, 44, 60, len(whole) // 3, len(whole) // 2, len(whole) - 5, len(whole) - 1}
    for end in sorted(ends):
        (copy / name).write_bytes(whole[:end])
        with pytest.raises(IndexCorruptError, match="rollback"):
            Graph.open(copy, vectors=ROWS)
    (copy / name).unlink()
    with pytest.raises(IndexCorruptError, match="missing"):
        Graph.open(copy, vectors=ROWS)


def test_more_bytes_than_there_are_parts_are_told(copy) -> None:
    with (copy / GRAPH).open("ab") as file:
        file.write(b"more")
    with pytest.raises(IndexCorruptError, match="torn"):
        Graph.open(copy, vectors=ROWS)


def test_every_torn_header_is_told(copy) -> None:
    """A count made great by one flipped bit ends before it is believed."""
    whole = bytearray((copy / GRAPH).read_bytes())
    for at in (4, 8, 15, 33, 37, 44):
        damaged = bytearray(whole)
        damaged[at] ^= 0x40
        (copy / GRAPH).write_bytes(damaged)
        with pytest.raises(IndexCorruptError):
            Graph.open(copy, vectors=ROWS)


def test_a_link_that_leads_outside_is_told(copy) -> None:
    index: Any = faiss.read_index(str(copy / GRAPH))
    links = faiss.rev_swig_ptr(index.hnsw.neighbors.data(), index.hnsw.neighbors.size())
    links[1_000] = index.ntotal
    faiss.write_index(index, str(copy / GRAPH))

    with pytest.raises(IndexCorruptError, match="FAISS cannot read it"):
        GraphFiles.read(copy, dim=DIM, mapped=True)


def test_a_row_of_no_node_is_told(copy) -> None:
    nodes = np.load(copy / GRAPH_NODES)
    nodes[5] = nodes.max() + 1
    np.save(copy / GRAPH_NODES, nodes)

    with pytest.raises(IndexCorruptError, match="a node that is not there"):
        Graph.open(copy, vectors=ROWS)


def test_another_kind_dimension_or_corpus_is_told(copy) -> None:
    with pytest.raises(IndexCorruptError, match="19999"):
        Graph.open(copy, vectors=ROWS[:-1])
    with pytest.raises(IndexCorruptError, match="not those of this build"):
        Graph.open(copy, vectors=unit_rows(COUNT, DIM, seed=77))
    with pytest.raises(IndexCorruptError, match="vectors of 32 instead of 33"):
        GraphFiles.read(copy, dim=33, mapped=True)
    faiss.write_index(faiss.IndexFlatIP(DIM), str(copy / GRAPH))
    with pytest.raises(IndexCorruptError, match="not a FAISS file of a graph"):
        Graph.open(copy, vectors=ROWS)
