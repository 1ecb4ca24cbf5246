"""`ask` beside the engine it asks: the same hits, and its errors."""

import json
from pathlib import Path

import pytest

from indexer.errors import FilterError, IndexMissingError
from indexer.store.snapshot import Index
from service.answers import SearchQuery
from service.ask import ask
from service.search import SearchEngine
from tests.service.corpus import EMBEDDER


@pytest.fixture
def root(corpus: Index, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("service.ask.load_embedder", lambda _: EMBEDDER)
    return corpus.folder.parents[1]


def test_the_answer_is_the_engines(root, engine: SearchEngine):
    answer = json.loads(ask("stop and frisk", index=root, k=7, filters=["court=ca6", "court=ca9"]))
    from_engine = engine.search(SearchQuery(text="stop and frisk", k=100)).hits
    expected = [h.stored.passage for h in from_engine if h.stored.case.court_id in ("ca6", "ca9")]
    assert [hit["passage"]["id"] for hit in answer["hits"]] == [p.id for p in expected[:7]]
    assert [hit["passage"]["text"] for hit in answer["hits"]] == [p.text for p in expected[:7]]
    assert answer["index"]["build_id"] == engine.index.manifest.build_id


def test_a_court_that_does_not_exist_is_refused(root):
    with pytest.raises(FilterError, match="did you mean ca6"):
        ask("x", index=root, k=5, filters=["court=ca66"])


def test_a_folder_without_a_build_is_told(root, tmp_path):
    with pytest.raises(IndexMissingError):
        ask("x", index=tmp_path, k=5, filters=[])
