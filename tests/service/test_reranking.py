"""The second look: late interaction worked out token by token, and its place in a search."""

from collections.abc import Iterator, Sequence
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evidence import voice_prior
from indexer.store.snapshot import Index
from models.base import TokenVectors
from service.answers import Hit, Mode, SearchQuery
from service.errors import QueryError
from service.reranking import DEPTH, Reranker, max_similarity, token_weights
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.service.asking import QUERIES
from tests.service.corpus import Judge, build_corpus

AXES = {
    "stop": [1, 0, 0],
    "frisk": [0, 1, 0],
    "halt": [0.8, 0.6, 0],
    "the": [1, 0, 0],
    ";": [0, 0, 1],
}


def read(text: str) -> TokenVectors:
    """Read words with spaces between them, each one token on the axes above."""
    words = text.split(" ")
    starts = np.cumsum([0, *(len(word) + 1 for word in words)])[:-1].tolist()
    spans = [(start, start + len(word)) for start, word in zip(starts, words, strict=True)]
    return TokenVectors(np.array([AXES[word] for word in words], np.float32), np.array(spans))


@pytest.mark.parametrize(
    ("passage", "near"),
    [
        ("stop frisk", 1.0),
        ("frisk stop stop", 1.0),
        ("stop", 0.75),
        ("halt", 0.75 * 0.8 + 0.25 * 0.6),
        ("halt frisk", 0.75 * 0.8 + 0.25),
        ("the ;", 0.0),
        (";", 0.0),
    ],
)
def test_each_token_counts_by_its_best_cosine_in_a_telling_word(passage, near):
    weights = np.array([0.75, 0.25])
    found = max_similarity(read("stop frisk"), weights, read(passage), passage)
    assert found == pytest.approx(near, abs=1e-6)


def test_a_token_counts_by_how_rare_its_word_is():
    text = "the taser; § taser"
    spans = np.array([[0, 3], [4, 6], [6, 9], [9, 10], [11, 12], [13, 18]])
    idf = {"taser": log(8), "the": 5.0}

    weights = token_weights(text, spans, lambda term: idf.get(term, 0.0))

    each, least = log(8), 0.1
    expected = np.array([least, each, each, 0, 0, each]) / (3 * each + least)
    np.testing.assert_allclose(weights, expected)


def test_marks_alone_count_the_same():
    spans = np.array([[0, 1], [2, 3]])
    assert token_weights("? !", spans, lambda _: 1.0).tolist() == [0.5, 0.5]


@given(st.text(max_size=60))
def test_weights_are_shares(text):
    spans = WordHashEmbedder().token_spans(text)
    weights = token_weights(text, spans, len)
    assert len(weights) == len(spans)
    assert (weights >= 0).all()
    assert len(spans) == 0 or weights.sum() == pytest.approx(1)


class ByToken(WordHashEmbedder):
    """Each token has the vector of its word alone."""

    has_token_vectors = True

    def passage_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        return [self.query_tokens(text) for text in texts]

    def query_tokens(self, text: str, /) -> TokenVectors:
        spans = self.token_spans(text)
        words = [text[start:end] for start, end in spans.tolist()]
        return TokenVectors(np.array([self.embed_query(word) for word in words]), spans)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with build_corpus(tmp_path_factory.mktemp("index")) as opened:
        yield opened


@pytest.mark.parametrize("text", QUERIES)
def test_the_first_are_ordered_by_both_looks_and_stay_before_the_others(index, text):
    judge, embedder = Judge(index), ByToken()
    engine = SearchEngine(index, embedder)
    plain = engine.search(SearchQuery(text=text, k=100, explain=True))
    again = engine.search(SearchQuery(text=text, k=100, explain=True, rerank=True))

    before = judge.ranking(text, Mode.HYBRID)
    evidence = judge.evidence(text, Mode.HYBRID)
    question = embedder.query_tokens(text)
    weights = token_weights(text, question.spans, index.lexical.idf)
    second = {}
    for row in before[:DEPTH]:
        passage = judge.stored[row]
        tokens = embedder.query_tokens(passage.passage.text)
        near = max_similarity(question, weights, tokens, passage.passage.text)
        second[row] = 0.3 * evidence[row] + 0.7 * near * voice_prior([passage.opinion.type])[0]
    rows = [hit.stored.passage.row for hit in again.hits]
    shown = [row for row in rows if row in second]
    values = [second[row] for row in shown]
    assert values == pytest.approx(sorted(values, reverse=True), abs=1e-9)
    assert rows[: len(shown)] == shown
    assert None not in {_second_look(hit) for hit in again.hits[: len(shown)]}
    assert {_second_look(hit) for hit in again.hits[len(shown) :]} <= {None}
    assert {_second_look(hit) for hit in plain.hits} == {None}
    assert again.took_ms.rerank > 0 == plain.took_ms.rerank


def _second_look(hit: Hit) -> float | None:
    assert hit.explain is not None
    return hit.explain.rerank_score


def test_a_model_without_token_vectors_is_refused_only_when_asked(index):
    engine = SearchEngine(index, WordHashEmbedder())
    with pytest.raises(QueryError, match="leave rerank out"):
        engine.search(SearchQuery(text="taser", rerank=True))
    assert engine.search(SearchQuery(text="taser", rerank=False)).hits
    assert not Reranker(index, WordHashEmbedder()).is_available


def test_nothing_found_is_not_looked_at_again(index):
    engine = SearchEngine(index, ByToken())
    answer = engine.search(SearchQuery(text="zzz", mode=Mode.LEXICAL, rerank=True))
    assert answer.hits == ()
