import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import EngineNotNamedError, EngineUrlError
from indexer.store.engine import EMBEDDED, Vectors
from indexer.store.engine_url import MilvusAddress, engine_at, parse_engine
from indexer.store.manifest import EXACT, HNSW_SQ8, MILVUS
from tests.engine_contract import ROWS, VectorsContract, described, made_with
from tests.indexer.store.clustered import graphed, opened

ROOT = Path(__file__).parents[3]


class TestEmbeddedExact(VectorsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def vectors(cls, tmp_path_factory: pytest.TempPathFactory) -> Vectors:
        found = made_with(EMBEDDED, tmp_path_factory.mktemp("exact"), ROWS, "b1")
        assert found.is_exact
        return found


class TestEmbeddedGraph(VectorsContract):
    @pytest.fixture(scope="class")
    @classmethod
    def vectors(cls, tmp_path_factory: pytest.TempPathFactory) -> Vectors:
        folder = tmp_path_factory.mktemp("graph")
        search = graphed(folder, ROWS)
        assert search.kind == HNSW_SQ8
        return opened(folder, search)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("embedded", None),
        ("milvus+http://db", MilvusAddress(uri="http://db:19530")),
        ("milvus+https://db:443/law", MilvusAddress(uri="https://db:443", name="law")),
        ("milvus+http://a%40b:p%2F@h", MilvusAddress(uri="http://h:19530", token="a@b:p/")),
        (
            "milvus+http://[::1]:1/x?index=ivf_sq8&replicas=3",
            MilvusAddress(uri="http://[::1]:1", name="x", kind="ivf_sq8", replicas=3),
        ),
    ],
)
def test_an_address_is_read(url: str, expected: MilvusAddress | None) -> None:
    assert parse_engine(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "milvus",
        "http://db:1",
        "milvus+http://",
        "milvus+http://u:secret@h:99999",
        "milvus+http://u:secret@h/a_b",
        "milvus+http://u:secret@h/?index=best",
        "milvus+http://u:secret@h/?replicas=0",
        "milvus+http://u:secret@h/?ttl=1",
    ],
)
def test_an_address_that_cannot_be_is_told_without_its_password(url: str) -> None:
    with pytest.raises(
        EngineUrlError, match=r"OPINION_SEARCH_ENGINE: .*; change or unset it"
    ) as told:
        engine_at(url)
    assert "secret" not in str(told.value)


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    monkeypatch.delitem(sys.modules, "indexer.store.milvus_engine", raising=False)
    monkeypatch.delitem(sys.modules, "indexer.store.milvus_vectors", raising=False)

    with pytest.raises(EngineUrlError, match=r"pip install opinion-search\[milvus\]"):
        engine_at("milvus+http://db")


def test_the_program_does_without_it_unless_the_setting_names_it() -> None:
    code = (
        "import service.cli, service.live_index, service.ask, indexer.build, sys;"
        "from indexer.store.engine_url import engine_at; engine_at('embedded');"
        "sys.exit(any(n.startswith(('pymilvus', 'indexer.store.milvus')) for n in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_vectors_in_a_server_that_is_not_named_are_told_when_asked_for(tmp_path: Path) -> None:
    search = graphed(tmp_path, ROWS[:10])
    assert search.kind == EXACT

    vectors = EMBEDDED.open(tmp_path, described("b1", ROWS, replace(search, kind=MILVUS)))

    assert (len(vectors), vectors.dim) == ROWS.shape
    for ask in (
        lambda: vectors.nearest(ROWS[0], 1),
        lambda: vectors.dots(ROWS[0], np.array([0])),
        lambda: vectors.vectors(np.array([0])),
    ):
        with pytest.raises(EngineNotNamedError, match="OPINION_SEARCH_ENGINE="):
            ask()
    assert "OPINION_SEARCH_ENGINE=" in (vectors.reason_not_ready() or "")
