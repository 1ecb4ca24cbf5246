"""What `indexer.store.engine.Vectors` promises: every engine passes. Subclass and give a fixture."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.records import PassageLimits
from indexer.store import manifest as manifests
from indexer.store.engine import VectorEngine, Vectors, Written
from indexer.store.files import VECTORS
from indexer.store.manifest import Counts, Manifest
from indexer.store.ranking import Rows
from indexer.store.vectors import write_vectors
from models.base import FloatMatrix, FloatVector, ModelSpec
from tests.indexer.store.clustered import clustered, questions, true_nearest

COUNT, DIM = 6_000, 32
ROWS = clustered(COUNT)
"""Every tenth row is one of few common forms, equal ones often; the last hundred repeat the first hundred."""
ROWS[-100:] = ROWS[:100]
ASKED = questions(40)
FILTERS: dict[str, np.ndarray] = {
    "one row": np.array([4_321]),
    "few": np.arange(0, COUNT, 100),
    "a case": np.arange(2_000, 2_040),
    "a third": np.arange(0, COUNT, 3),
    "half": np.arange(COUNT // 2),
    "nearly all": np.delete(np.arange(COUNT), [0, 17, 5_000]),
    "scattered": np.flatnonzero(np.random.default_rng(3).random(COUNT) < 0.2),
}


def made_with(
    engine: VectorEngine,
    folder: Path,
    rows: FloatMatrix,
    build_id: str,
    *,
    asked: FloatMatrix = ASKED,
    siblings: Sequence[str] | None = None,
) -> Vectors:
    """Hand rows to an engine as a build does, and open them as the service does."""
    folder.mkdir(parents=True, exist_ok=True)
    write_vectors(folder / VECTORS, iter([rows]), rows.shape[1])
    search = engine.take(
        Written(
            stage=folder,
            build_id=build_id,
            previous=None,
            threads=1,
            questions=lambda: asked,
            siblings=siblings,
        )
    )
    engine.settle(folder)
    return engine.open(folder, described(build_id, rows, search))


def described(build_id: str, rows: FloatMatrix, search: manifests.VectorSearch) -> Manifest:
    """The manifest of a build of which only the vectors matter."""
    return Manifest(
        build_id=build_id,
        created_at="2026-01-01T00:00:00+00:00",
        program_version="0",
        model=ModelSpec(
            name="toy",
            runtime="test",
            dim=rows.shape[1],
            window=64,
            special_tokens=2,
            fingerprint="ab" * 32,
        ),
        limits=PassageLimits(max_tokens=10, target_tokens=10),
        counts=Counts(cases=1, opinions=1, sections=1, passages=len(rows), refused=0, characters=1),
        tokens_total=1,
        tokens_embedded=1,
        sources=(),
        vectors=search,
    )


class VectorsContract:
    """The promises of `Vectors`; the judge is brute force in double precision."""

    @pytest.fixture
    def vectors(self) -> Vectors:
        """`ROWS` in the engine under test."""
        raise NotImplementedError

    def test_it_says_what_it_holds(self, vectors: Vectors) -> None:
        assert (len(vectors), vectors.dim) == (COUNT, DIM)
        assert vectors.reason_not_ready() is None

    @pytest.mark.parametrize("k", [1, 10])
    def test_recall_is_99_in_a_hundred(self, vectors: Vectors, k: int) -> None:
        shares = [_share(vectors.nearest(asked, k).rows, asked, k) for asked in ASKED]

        assert np.mean(shares) >= 0.99

    @pytest.mark.parametrize("name", FILTERS)
    def test_a_filter_is_exact_and_loses_nothing(self, vectors: Vectors, name: str) -> None:
        allowed, shares = FILTERS[name].astype(np.int64), []
        for asked in ASKED[:15]:
            found = vectors.nearest(asked, 10, allowed)
            assert np.isin(found.rows, allowed).all()
            assert len(found) == len(set(found.rows.tolist())) == min(10, len(allowed))
            shares.append(_share(found.rows, asked, 10, allowed))
        assert np.mean(shares) >= 0.99

    def test_nothing_allowed_finds_nothing(self, vectors: Vectors) -> None:
        assert len(vectors.nearest(ASKED[0], 10, np.empty(0, np.int64))) == 0

    def test_scores_are_the_products_and_fall(self, vectors: Vectors) -> None:
        for asked in ASKED[:10]:
            found = vectors.nearest(asked, 50)
            wide = ROWS[found.rows].astype(np.float64) @ asked.astype(np.float64)

            np.testing.assert_allclose(found.scores, wide, atol=1e-12)
            assert np.array_equal(found.scores, vectors.dots(asked, found.rows))
            assert np.array_equal(np.lexsort((found.rows, -found.scores)), np.arange(50))

    def test_ties_stand_in_row_order(self, vectors: Vectors) -> None:
        for row in (3, 51, 99):
            twin = COUNT - 100 + row
            for allowed in (None, np.arange(COUNT)):
                assert vectors.nearest(ROWS[row], 2, allowed).rows.tolist() == [row, twin]
            assert vectors.nearest(ROWS[row], 1).rows.tolist() == [row]

    def test_asking_again_changes_no_bit(self, vectors: Vectors) -> None:
        first = [vectors.nearest(asked, 20) for asked in ASKED[:10]]
        with ThreadPoolExecutor(4) as pool:
            again = list(pool.map(lambda asked: vectors.nearest(asked, 20), ASKED[:10]))

        for one, other in zip(first, again, strict=True):
            assert np.array_equal(one.rows, other.rows)
            assert np.array_equal(one.scores, other.scores)

    def test_vectors_come_back_bit_for_bit_in_the_order_asked(self, vectors: Vectors) -> None:
        rows = np.array([7, 0, COUNT - 1, 7, 2_345])

        assert np.array_equal(vectors.vectors(rows), ROWS[rows])
        assert vectors.vectors(np.empty(0, np.int64)).shape == (0, DIM)

    def test_a_query_of_another_length_is_refused(self, vectors: Vectors) -> None:
        with pytest.raises(ValueError, match="shape"):
            vectors.nearest(np.zeros(8, dtype=np.float32), 3)

    def test_a_row_that_is_not_there_is_refused(self, vectors: Vectors) -> None:
        with pytest.raises(IndexError):
            vectors.vectors(np.array([COUNT]))

    def test_closing_twice_is_no_error(self, vectors: Vectors) -> None:
        vectors.close()
        vectors.close()


def _share(rows: Rows, asked: FloatVector, k: int, allowed: Rows | None = None) -> float:
    """Return the share of the ``k`` nearest that was found, by nearness: of equal rows any is right."""
    truth = true_nearest(ROWS, asked, k, allowed)
    wide = asked.astype(np.float64)
    least = float(ROWS[truth[-1]].astype(np.float64) @ wide)
    return float(np.mean(ROWS[rows].astype(np.float64) @ wide >= least - 1e-9))
