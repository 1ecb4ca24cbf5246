"""A build large enough for a graph: made, gone on with, verified, and searched."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from indexer.graph_questions import questions_of
from indexer.store.files import PASSAGES, current_build
from indexer.store.graph_writer import RULE, write_graph
from indexer.store.manifest import HNSW_SQ8
from indexer.store.passages import PassageStore
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from service.answers import Mode, SearchQuery
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import build_small, cases

EARLY = replace(RULE, from_rows=500, ef_ladder=(10, 15, 20), recall_at_10=0.3, recall_at_100=0.2)


@pytest.fixture
def early(monkeypatch):
    """Graphs from 500 passages on, that need not find much."""
    monkeypatch.setattr("indexer.store.engine.write_graph", partial(write_graph, rule=EARLY))


def test_a_large_build_has_a_graph_and_the_next_goes_on_with_it(early, tmp_path) -> None:
    corpus = cases(180, sentences_each=24)
    made = build_small(corpus[:-2], tmp_path).manifest
    again = build_small(corpus, tmp_path).manifest

    assert made.counts.passages > 1_000
    assert made.vectors is not None
    assert again.vectors is not None
    assert (made.vectors.kind, made.vectors.added) == (HNSW_SQ8, 0)
    assert made.vectors.measured_queries > 100
    assert again.vectors.added == again.counts.passages - made.counts.passages > 0
    assert again.vectors.removed == 0
    assert verify(tmp_path, made.build_id) == []
    assert verify(tmp_path) == []
    with Index.open(tmp_path) as index:
        engine = SearchEngine(index, WordHashEmbedder())
        text = "warrant search seizure of a vehicle"
        assert not engine.search(SearchQuery(text=text, k=2)).exact
        assert engine.search(SearchQuery(text=text, k=2, mode=Mode.LEXICAL)).exact
        row = len(index.vectors) - 1  # a passage that came with the later build
        assert row in index.vectors.nearest(index.vectors.vectors(np.array([row]))[0], 3).rows


def test_questions_are_alike_for_alike_builds_and_of_no_passage(tmp_path) -> None:
    build_small(cases(40), tmp_path)
    embedder = WordHashEmbedder()
    with PassageStore.open(tmp_path / "builds" / current_build(tmp_path) / PASSAGES) as passages:
        total = passages.counts().passages
        asked = questions_of(passages, embedder, total=total)
        assert np.array_equal(asked, questions_of(passages, embedder, total=total))
    assert asked.shape[1] == embedder.spec.dim
    assert len(asked) > 30
    np.testing.assert_allclose(np.linalg.norm(asked, axis=1), 1.0, atol=1e-5)
