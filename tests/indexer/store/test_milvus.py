"""Against a real Milvus server: `MILVUS_SERVER=http://127.0.0.1:19530` names it."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from indexer.errors import EngineNameTakenError, EngineUnavailableError, IndexCorruptError
from indexer.store.engine import VectorEngine, Vectors
from indexer.store.engine_url import engine_at
from indexer.store.files import VECTORS
from indexer.store.manifest import MILVUS, VectorSearch
from tests.engine_contract import ROWS, VectorsContract, described, made_with

_ = pytest.importorskip("pymilvus", reason="the extra milvus is not installed")
SERVER = os.environ.get("MILVUS_SERVER", "")
needs_server = pytest.mark.skipif(not SERVER, reason="MILVUS_SERVER names no Milvus server")
pytestmark = [pytest.mark.slow]


def fresh(kind: str = "hnsw") -> str:
    """An address whose collections nobody else has."""
    return f"milvus+{SERVER}/t{uuid4().hex[:12]}?index={kind}"


@pytest.fixture
def engine() -> Iterator[VectorEngine]:
    made = engine_at(fresh())
    yield made
    made.prune([])


@needs_server
class TestMilvus(VectorsContract):
    @pytest.fixture(scope="class", params=["hnsw", "flat", "ivf_sq8"])
    @classmethod
    def vectors(
        cls, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Vectors]:
        made = engine_at(fresh(request.param))
        yield made_with(made, tmp_path_factory.mktemp("milvus"), ROWS, "20260101T000000.1Z")
        made.prune([])


@needs_server
def test_the_vectors_leave_the_folder_and_outlive_another_build(
    engine: VectorEngine, tmp_path: Path
) -> None:
    first = made_with(engine, tmp_path / "1", ROWS[:500], "b.1")
    engine.publish("b.1")
    second = made_with(engine, tmp_path / "2", ROWS[500:900], "b.2")
    engine.publish("b.2")
    engine.prune(["b.1", "b.2"])

    assert not (tmp_path / "1" / VECTORS).exists()
    assert first.nearest(ROWS[7], 1).rows.tolist() == [7]
    assert second.nearest(ROWS[507], 1).rows.tolist() == [7]


@needs_server
def test_a_collection_that_is_gone_or_another_is_told(engine: VectorEngine, tmp_path: Path) -> None:
    made_with(engine, tmp_path, ROWS[:300], "b1")
    search = engine.open(tmp_path, described("b1", ROWS[:300], _search()))
    assert len(search) == 300

    with pytest.raises(IndexCorruptError, match="holds 300 vectors instead of 299"):
        engine.open(tmp_path, described("b1", ROWS[:299], _search()))
    engine.prune([])
    with pytest.raises(IndexCorruptError, match="no collection"):
        engine.open(tmp_path, described("b1", ROWS[:300], _search()))


def _search() -> VectorSearch:
    return VectorSearch(
        kind=MILVUS,
        links=16,
        ef_construction=200,
        ef_search=100,
        recall_at_10=1.0,
        recall_at_100=1.0,
        measured_queries=0,
        queries="",
        added=0,
        removed=0,
    )


@pytest.mark.parametrize("port", [1])
def test_no_server_is_told_with_what_to_do(tmp_path: Path, port: int) -> None:
    nowhere = engine_at(f"milvus+http://u:secret@127.0.0.1:{port}")

    with pytest.raises(EngineUnavailableError, match="see that it runs") as told:
        made_with(nowhere, tmp_path, ROWS[:100], "b1")
    assert "secret" not in str(told.value)
    assert (tmp_path / VECTORS).exists(), "nothing that was computed is lost"


@needs_server
def test_one_row_and_ties_at_the_cut(engine: VectorEngine, tmp_path: Path) -> None:
    alike = np.repeat(ROWS[:1], 400, axis=0)
    vectors = made_with(engine, tmp_path / "alike", alike, "b1")
    assert vectors.nearest(ROWS[0], 5).rows.tolist() == [0, 1, 2, 3, 4]
    one = made_with(engine, tmp_path / "one", ROWS[:1], "b2")
    assert one.nearest(ROWS[5], 10).rows.tolist() == [0]


@needs_server
def test_a_name_that_another_index_uses_is_refused_and_its_builds_stay(
    engine: VectorEngine, tmp_path: Path
) -> None:
    theirs = made_with(engine, tmp_path / "theirs", ROWS[:300], "b.1", siblings=[])
    engine.publish("b.1")

    with pytest.raises(EngineNameTakenError, match="put another NAME behind the address"):
        made_with(engine, tmp_path / "ours", ROWS[300:600], "c.1", siblings=[])
    assert theirs.nearest(ROWS[7], 1).rows.tolist() == [7]

    later = made_with(engine, tmp_path / "later", ROWS[:200], "b.2", siblings=["b.1"])
    assert len(later) == 200
