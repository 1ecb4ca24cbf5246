import threading
import tracemalloc
from collections.abc import Iterator

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexCorruptError, IndexOpenError, IndexWriteError
from indexer.store.ranking import Rows, Scores
from indexer.store.vectors import VectorIndex, write_vectors
from models.base import FloatMatrix, FloatVector
from tests.indexer.store.making import unit_rows

ROWS = unit_rows(3_000, dim=32)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("vectors") / "vectors.faiss"
    assert write_vectors(path, (ROWS[at : at + 700] for at in range(0, 3_000, 700)), 32) == 3_000
    return VectorIndex.open(path, dim=32, count=3_000)


@pytest.fixture(scope="module")
def tied(tmp_path_factory):
    """Quarters only: every product is exact in any arithmetic, and most of them are equal."""
    rows = np.random.default_rng(5).integers(-1, 2, size=(2_000, 4)).astype(
        np.float32
    ) / np.float32(4)
    path = tmp_path_factory.mktemp("tied") / "vectors.faiss"
    write_vectors(path, iter([rows]), 4)
    return VectorIndex.open(path), rows


@pytest.mark.parametrize(("count", "dim", "block"), [(0, 8, 1), (1, 1, 1), (3_000, 32, 700)])
def test_the_file_is_the_one_that_faiss_writes(tmp_path, count, dim, block) -> None:
    rows = unit_rows(count, dim=dim)
    index = faiss.IndexFlatIP(dim)
    index.add(rows)
    faiss.write_index(index, str(tmp_path / "faiss"))

    blocks = (rows[at : at + block] for at in range(0, count, block))
    assert write_vectors(tmp_path / "ours", blocks, dim) == count
    assert (tmp_path / "ours").read_bytes() == (tmp_path / "faiss").read_bytes()


def test_writing_takes_the_memory_of_a_block(tmp_path) -> None:
    def blocks() -> Iterator[FloatMatrix]:
        for _ in range(200):
            yield np.ones((1_000, 32), np.float32)

    tracemalloc.start()
    try:
        assert write_vectors(tmp_path / "v", blocks(), 32) == 200_000
        assert tracemalloc.get_traced_memory()[1] < 2_000_000  # all of them take 25.6 million bytes
    finally:
        tracemalloc.stop()


def test_an_error_of_a_source_is_not_one_of_the_disk_that_is_written(tmp_path) -> None:
    def blocks() -> Iterator[FloatMatrix]:
        yield ROWS
        raise OSError(5, "cannot be read")

    with pytest.raises(OSError, match="cannot be read") as caught:
        write_vectors(tmp_path / "v", blocks(), 32)
    assert not isinstance(caught.value, IndexWriteError)


def exact(
    rows: FloatMatrix, query: FloatVector, k: int, allowed: Rows | None = None
) -> tuple[Rows, Scores]:
    """Brute force in double precision, ties by row."""
    scores = rows.astype(np.float64) @ query.astype(np.float64)
    chosen = np.arange(len(rows)) if allowed is None else allowed
    return chosen[np.argsort(-scores[chosen], kind="stable")][:k], scores


@given(
    st.integers(1, 3_100),
    st.sampled_from([None, 0.0, 0.001, 0.05, 0.1, 0.3, 1.0]),
    st.integers(0, 999),
)
@settings(max_examples=80, deadline=None)
def test_nearest_is_brute_force_with_any_filter(index, k, share, seed) -> None:
    pick = np.random.default_rng(seed)
    query = unit_rows(1, dim=32, seed=seed)[0]
    allowed = None if share is None else np.flatnonzero(pick.random(3_000) < share)

    found = index.nearest(query, k, allowed)

    rows, scores = exact(ROWS, query, k, allowed)
    assert found.rows.tolist() == rows.tolist()
    np.testing.assert_allclose(found.scores, scores[rows], atol=1e-12)


@given(st.integers(1, 2_100), st.sampled_from([None, 0.05, 0.3]), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_ties_are_ranked_by_row_also_at_the_cut(tied, k, share, seed) -> None:
    index, rows = tied
    pick = np.random.default_rng(seed)
    query = pick.integers(-1, 2, size=4).astype(np.float32) / np.float32(4)
    allowed = None if share is None else np.flatnonzero(pick.random(2_000) < share)

    found = index.nearest(query, k, allowed)

    expected, scores = exact(rows, query, k, allowed)
    assert found.rows.tolist() == expected.tolist()
    assert found.scores.tolist() == scores[expected].tolist()


def test_a_row_scores_the_same_whatever_is_asked_with_it(index) -> None:
    query = unit_rows(1, dim=32, seed=1)[0]
    everything = index.dots(query, np.arange(3_000))

    assert index.dots(query, np.array([2_999, 5, 5])).tolist() == everything[[2_999, 5, 5]].tolist()
    assert index.nearest(query, 9).scores.tolist() == np.sort(everything)[::-1][:9].tolist()


def test_vectors_come_back_bit_for_bit_in_the_order_asked(index) -> None:
    rows = np.array([7, 0, 2_999, 7])

    assert np.array_equal(index.vectors(rows), ROWS[rows])
    assert index.vectors(rows).flags.writeable
    assert (len(index), index.dim, index.is_exact) == (3_000, 32, True)


def test_threads_get_the_same_answers(index) -> None:
    queries = unit_rows(40, dim=32, seed=3)
    allowed = np.arange(0, 3_000, 2)
    alone = [index.nearest(q, 10, allowed).rows.tolist() for q in queries]
    found: list[list[list[int]]] = [[] for _ in range(4)]

    def work(place: int) -> None:
        found[place] = [index.nearest(q, 10, allowed).rows.tolist() for q in queries]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4


def test_an_empty_index_finds_nothing(tmp_path) -> None:
    write_vectors(tmp_path / "v", iter([]), 8)
    index = VectorIndex.open(tmp_path / "v", dim=8, count=0)

    assert len(index.nearest(np.zeros(8, dtype=np.float32), 3)) == 0
    assert index.vectors(np.empty(0, dtype=np.int64)).shape == (0, 8)


@pytest.mark.parametrize("block", [ROWS[:2, :8], ROWS[:2].astype(np.float64), ROWS[0]])
def test_a_block_of_another_form_is_refused(tmp_path, block) -> None:
    with pytest.raises(ValueError, match="not float32"):
        write_vectors(tmp_path / "v", iter([block]), 32)


def test_a_query_of_another_length_is_refused(index) -> None:
    with pytest.raises(ValueError, match="shape"):
        index.nearest(np.zeros(8, dtype=np.float32), 3)


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path) -> None:
    with pytest.raises(IndexWriteError, match="is the disk full"):
        write_vectors(tmp_path / "no" / "v", iter([ROWS]), 32)


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[: len(b) // 2], lambda b: b"SQLite" + b, lambda b: b[:30]]
)
def test_a_damaged_file_is_told(tmp_path, damage) -> None:
    write_vectors(tmp_path / "v", iter([ROWS]), 32)
    (tmp_path / "v").write_bytes(damage((tmp_path / "v").read_bytes()))

    with pytest.raises(IndexCorruptError, match="rollback"):
        VectorIndex.open(tmp_path / "v", dim=32, count=3_000)


def test_another_count_size_or_kind_is_told(tmp_path) -> None:
    write_vectors(tmp_path / "v", iter([ROWS]), 32)
    faiss.write_index(faiss.IndexFlatL2(32), str(tmp_path / "l2"))

    with pytest.raises(IndexCorruptError, match="3000 vectors of 32 instead of 2999 of 32"):
        VectorIndex.open(tmp_path / "v", dim=32, count=2_999)
    with pytest.raises(IndexCorruptError, match="instead of 3000 of 33"):
        VectorIndex.open(tmp_path / "v", dim=33, count=3_000)
    with pytest.raises(IndexCorruptError, match="not a FAISS file of a flat index"):
        VectorIndex.open(tmp_path / "l2")
    with pytest.raises(IndexCorruptError, match="missing"):
        VectorIndex.open(tmp_path / "none")


def test_a_processor_on_which_faiss_is_wrong_is_noticed(tmp_path, monkeypatch) -> None:
    write_vectors(tmp_path / "v", iter([ROWS]), 32)
    real = faiss.IndexFlatIP.search

    def wrong(self, queries, k, **options):
        scores, rows = real(self, queries, k, **options)
        return scores * 1.01, rows

    monkeypatch.setattr(faiss.IndexFlatIP, "search", wrong)

    with pytest.raises(IndexOpenError, match="OPENBLAS_CORETYPE"):
        VectorIndex.open(tmp_path / "v")
