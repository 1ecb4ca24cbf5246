"""A passage longer than the model's window, as an older build may hold: the second look reads all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, cast

import numpy as np
import pytest

from indexer.build import build
from indexer.store.snapshot import Index
from models.base import FloatMatrix, FloatVector, ModelSpec, TokenSpans, TokenVectors
from models.load import load_embedder
from models.runtime import PreparedEmbedder
from models.windows import cut_text
from service.answers import SearchQuery
from service.reranking import max_similarity, token_weights
from service.search import SearchEngine
from tests.indexer.store.making import opinion, record
from tests.service.corpus import SENTENCES
from tests.service.fakes import FakeLive, client_of

LAST = "A parakeet had flown into the courthouse."
QUESTION = "parakeet in a courthouse"


class Wide:
    """A model that is said to read more at once than it does."""

    def __init__(self, model: PreparedEmbedder) -> None:
        self._model = model

    @property
    def spec(self) -> ModelSpec:
        return replace(self._model.spec, window=4 * self._model.spec.window)

    def token_spans(self, text: str, /) -> TokenSpans:
        return self._model.token_spans(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        return np.stack([self._model.embed_query(text) for text in texts])

    def embed_query(self, text: str, /) -> FloatVector:
        return self._model.embed_query(text)


@pytest.fixture(scope="module")
def model() -> PreparedEmbedder:
    found = load_embedder(threads=1)
    assert isinstance(found, PreparedEmbedder)
    return found


@pytest.fixture(scope="module")
def index(model: PreparedEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    texts = [" ".join(SENTENCES), f"{' '.join(SENTENCES * 2)} {LAST}", " ".join(SENTENCES[:4])]
    cases = [
        record(f"c{n}", opinion(f"o{n}", text, case_id=f"c{n}")) for n, text in enumerate(texts)
    ]
    root = tmp_path_factory.mktemp("long")
    build(cases, root, embedder=Wide(model))
    with Index.open(root) as opened:
        yield opened


def by_parts(model: PreparedEmbedder, text: str) -> TokenVectors:
    """Read each part that fits by itself, and put them together."""
    budget = model.spec.passage_budget
    parts = cut_text(text, token_spans=model.token_spans, budget=budget)
    found = [model.passage_tokens([part])[0] for part in parts]
    begins = accumulate(map(len, parts), initial=0)
    spans = [one.spans + begin for one, begin in zip(found, begins, strict=False)]
    return TokenVectors(np.concatenate([one.vectors for one in found]), np.concatenate(spans))


def test_a_passage_longer_than_the_window_counts_by_all_its_parts(index, model) -> None:
    answer = SearchEngine(index, model).search(
        SearchQuery(text=QUESTION, rerank=True, explain=True)
    )

    question = model.query_tokens(QUESTION)
    weights = token_weights(QUESTION, question.spans, index.lexical.idf)
    lengths, scores = [], {}
    for hit in answer.hits:
        text = hit.stored.passage.text
        lengths.append(len(model.token_spans(text)))
        near = max_similarity(question, weights, by_parts(model, text), text)
        assert hit.explain is not None
        assert hit.explain.rerank_score == pytest.approx(near, abs=1e-6)
        scores[near] = text
    assert min(lengths) <= model.spec.passage_budget < max(lengths)
    assert scores[max(scores)].endswith(LAST), "which lies in the last of its parts"


def test_a_search_that_asks_for_the_second_look_is_answered(index, model) -> None:
    engine = SearchEngine(index, model)
    with client_of(FakeLive(lent=cast("Any", engine))) as client:
        told = client.post("/v1/search", json={"query": QUESTION, "rerank": True, "explain": True})
    assert told.status_code == 200, told.text
    assert all(hit["explain"]["rerank_score"] is not None for hit in told.json()["hits"])
