"""Every engine ranks as looking at every vector in double precision does, and again so when asked again.

`MILVUS_SERVER=http://127.0.0.1:19530` names a server for those that need one; `ENGINE_INDEX=FOLDER` an index
of real passages, whose vectors are handed to each engine and asked for with sentences of its passages.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from indexer.graph_questions import questions_of
from indexer.store.engine import EMBEDDED, Vectors
from indexer.store.engine_url import engine_at
from indexer.store.files import VECTORS
from indexer.store.graph_writer import write_graph
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from indexer.store.vectors import VectorIndex
from models.base import FloatMatrix, FloatVector
from models.load import load_embedder
from tests.engine_contract import made_with
from tests.indexer.store.clustered import SMALL, clustered, true_nearest

SERVER = os.environ.get("MILVUS_SERVER", "")
INDEX = os.environ.get("ENGINE_INDEX", "")
pytestmark = pytest.mark.slow
needs_server = pytest.mark.skipif(not SERVER, reason="MILVUS_SERVER names no Milvus server")
SHARES = (0.5, 0.1, 0.01, 0.001)
_COUNT, _DIM = 12_000, 96
_DEEP = 100


@dataclass(frozen=True)
class Corpus:
    rows: FloatMatrix
    asked: FloatMatrix

    def share(self, found: Rows, asked: FloatVector, k: int, allowed: Rows | None = None) -> float:
        """Return the share found of the ``k`` nearest, by nearness: of equal rows any is right."""
        truth = true_nearest(self.rows, asked, k, allowed)
        wide = asked.astype(np.float64)
        least = float(self.rows[truth[-1]].astype(np.float64) @ wide)
        right = np.count_nonzero(self.rows[found[:k]].astype(np.float64) @ wide >= least - 1e-9)
        return float(right / len(truth))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """What ``ENGINE_INDEX`` holds, or rows that only look like passages."""
    if not INDEX:
        both = clustered(_COUNT + 80, dim=_DIM)
        return Corpus(both[:_COUNT], both[_COUNT:])
    with Index.open(Path(INDEX)) as index:
        rows = index.vectors.vectors(np.arange(len(index.vectors), dtype=np.int64))
        embedder = load_embedder(index.manifest.model.name, threads=1)
        return Corpus(rows, questions_of(index.passages, embedder, total=len(rows))[::2])


@pytest.fixture(
    scope="module",
    params=[
        "exact",
        "graph",
        pytest.param("hnsw", marks=needs_server),
        pytest.param("ivf_sq8", marks=needs_server),
    ],
)
def vectors(
    request: pytest.FixtureRequest, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Vectors]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param in {"exact", "graph"}:
        yield embedded(folder, corpus, graph=request.param == "graph")
        return
    pytest.importorskip("pymilvus", reason="the extra milvus is not installed")
    engine = engine_at(f"milvus+{SERVER}/r{uuid4().hex[:12]}?index={request.param}")
    yield made_with(engine, folder, corpus.rows, "b1", asked=corpus.asked[1::2])
    engine.prune([])


def embedded(folder: Path, corpus: Corpus, *, graph: bool) -> Vectors:
    made = made_with(EMBEDDED, folder, corpus.rows, "b1", asked=corpus.asked[1::2])
    if not graph:
        return VectorIndex.open(folder / VECTORS)
    if made.is_exact:  # too few for a graph of the rule, not for one of a smaller rule
        search = write_graph(folder, lambda: corpus.asked[1::2], previous=None, rule=SMALL)
        made = VectorIndex.open(folder / VECTORS, search=search)
    assert not made.is_exact
    return made


def told(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n{line}", end=" ")  # noqa: T201  # a figure for who runs it


def test_ten_and_a_hundred_nearest(
    vectors: Vectors, corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [vectors.nearest(one, _DEEP).rows for one in corpus.asked]
    at_10, at_100 = (
        np.mean([corpus.share(rows, one, k) for rows, one in zip(found, corpus.asked, strict=True)])
        for k in (10, _DEEP)
    )
    told(capsys, f"{len(corpus.rows)} rows: recall@10 {at_10:.4f}, @100 {at_100:.4f}")
    assert at_10 >= 0.99
    assert at_100 >= 0.98


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", ["scattered", "neighbours"])
def test_nothing_else_passes_a_filter_and_nothing_is_lost(
    vectors: Vectors, corpus: Corpus, share: float, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, count = np.random.default_rng(5), len(corpus.rows)
    shares = []
    for one in corpus.asked[:40]:
        wanted = max(1, round(share * count))
        start = int(drawn.integers(count - wanted))
        allowed = (
            np.sort(drawn.choice(count, wanted, replace=False))
            if kind == "scattered"
            else np.arange(start, start + wanted)
        ).astype(np.int64)
        found = vectors.nearest(one, _DEEP, allowed)
        assert np.isin(found.rows, allowed).all()
        assert len(found) == len(set(found.rows.tolist())) == min(_DEEP, wanted)
        shares.append(corpus.share(found.rows, one, min(10, wanted), allowed))
    told(capsys, f"{share:.1%} {kind}: recall@10 {np.mean(shares):.4f}")
    assert np.mean(shares) >= 0.99


def test_asked_again_the_order_is_the_same_and_ties_stand_by_row(
    vectors: Vectors, corpus: Corpus
) -> None:
    first = [vectors.nearest(one, _DEEP) for one in corpus.asked[:20]]
    for _ in range(3):
        for one, before in zip(corpus.asked[:20], first, strict=True):
            again = vectors.nearest(one, _DEEP)
            assert np.array_equal(again.rows, before.rows)
            assert np.array_equal(again.scores, before.scores)
    for one in first:
        assert np.array_equal(np.lexsort((one.rows, -one.scores)), np.arange(len(one)))


def test_scores_are_those_of_looking_at_every_vector(vectors: Vectors, corpus: Corpus) -> None:
    for one in corpus.asked[:20]:
        found = vectors.nearest(one, _DEEP)
        wide = (corpus.rows[found.rows].astype(np.float64) * one.astype(np.float64)).sum(axis=1)
        assert np.array_equal(found.scores, wide)
