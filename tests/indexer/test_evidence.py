"""Evidence: bounded, never falling, the same whatever else was found; the bound of BM25 holds for tantivy."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.evidence import (
    LEXICAL_WEIGHT,
    Evidence,
    dense_evidence,
    hybrid_evidence,
    lexical_evidence,
    voice_prior,
)
from indexer.records import OpinionType
from indexer.store.analysis import query_terms
from indexer.store.lexical import LexicalIndex, LexicalWriter

SHARES = st.floats(0, 1)
SCORES = st.lists(st.floats(0, 500), max_size=20)
COSINES = st.lists(st.floats(-1.001, 1.001), max_size=20)
WORDS = ("force", "officer", "search", "writ", "tort", "lien")
QUESTIONS = st.lists(st.sampled_from([*WORDS, "absent"]), min_size=1).map(" ".join)
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map(" ".join), min_size=1, max_size=12
)


def lexical(scores: npt.ArrayLike, idf_sum: float = 10.0) -> Evidence:
    return lexical_evidence(scores, idf_sum=idf_sum)


@given(SCORES, st.floats(0, 100))
def test_lexical_evidence_lies_between_0_and_1(scores, idf_sum) -> None:
    shares = lexical(scores, idf_sum)
    assert shares.shape == (len(scores),)
    assert shares.dtype == np.float64
    assert all(0.0 <= share <= 1.0 for share in shares)


@given(COSINES)
def test_dense_evidence_is_the_cosine_within_0_and_1(cosines) -> None:
    assert dense_evidence(cosines).tolist() == [min(1.0, max(0.0, cosine)) for cosine in cosines]


@given(SCORES, COSINES)
def test_more_is_never_less_evidence(scores, cosines) -> None:
    assert np.all(np.diff(lexical(sorted(scores))) >= 0)
    assert np.all(np.diff(dense_evidence(sorted(cosines))) >= 0)


@given(SCORES, SCORES, COSINES, COSINES)
def test_evidence_does_not_depend_on_what_else_was_found(some, others, near, far) -> None:
    assert lexical(some + others)[: len(some)].tolist() == lexical(some).tolist()
    assert dense_evidence(near + far)[: len(near)].tolist() == dense_evidence(near).tolist()


@pytest.mark.parametrize(("score", "share"), [(0.0, 0.0), (11.0, 0.5), (22.0, 1.0)])
def test_lexical_evidence_is_a_share_of_the_most_that_the_terms_can_give(score, share) -> None:
    assert lexical([score], idf_sum=10.0)[0] == pytest.approx(share)


def test_a_question_without_terms_has_no_lexical_evidence() -> None:
    assert lexical([0.0, 0.0], idf_sum=0.0).tolist() == [0.0, 0.0]


@given(SHARES, SHARES)
def test_hybrid_evidence_lies_between_its_lanes(dense, words) -> None:
    (mixed,) = hybrid_evidence(np.array([dense]), np.array([words]))
    assert min(dense, words) - 1e-12 <= mixed <= max(dense, words) + 1e-12


@given(SHARES, SHARES, SHARES)
def test_either_lane_raises_hybrid_evidence_by_its_own_weight(dense, words, more) -> None:
    base, by_dense, by_words = hybrid_evidence(
        np.array([dense, more, dense]), np.array([words, words, more])
    )
    assert by_dense - base == pytest.approx((1 - LEXICAL_WEIGHT) * (more - dense), abs=1e-12)
    assert by_words - base == pytest.approx(LEXICAL_WEIGHT * (more - words), abs=1e-12)


def test_a_separate_opinion_weighs_less_than_the_court_but_beats_a_much_weaker_match() -> None:
    prior = dict(zip(OpinionType, voice_prior(tuple(OpinionType)), strict=True))
    separate = {OpinionType.CONCURRENCE, OpinionType.CONCURRENCE_IN_PART, OpinionType.DISSENT}
    assert {voice for voice, weight in prior.items() if weight != 1.0} == separate
    assert all(0.8 < prior[voice] < 1.0 for voice in separate)
    assert voice_prior([]).shape == (0,)


def bm25_by_hand(texts: list[str], terms: list[str]) -> list[float]:
    """Score with lengths as they are: tantivy rounds them down to a byte, exact up to 40 words."""
    docs = [Counter(text.split()) for text in texts]
    average = sum(sum(doc.values()) for doc in docs) / len(docs)
    scores = []
    for doc in docs:
        norm = 1.2 * (0.25 + 0.75 * sum(doc.values()) / average)
        scores.append(
            sum(idf_by_hand(docs, t) * 2.2 * doc[t] / (doc[t] + norm) for t in terms if doc[t])
        )
    return scores


def idf_by_hand(docs: list[Counter[str]], term: str) -> float:
    holding = sum(term in doc for doc in docs)
    return math.log(1 + (len(docs) - holding + 0.5) / (holding + 0.5))


@contextmanager
def indexed(texts: list[str]) -> Iterator[LexicalIndex]:
    with TemporaryDirectory() as made:
        folder = Path(made) / "lexical"
        with LexicalWriter(folder, heap_bytes=15_000_000) as writer:
            for row, text in enumerate(texts):
                writer.add(row, text)
        yield LexicalIndex.open(folder)


def scores_and_bound(index: LexicalIndex, question: str) -> tuple[np.ndarray, float]:
    terms = query_terms(question)
    scores = index.scores(terms, np.arange(index.passages, dtype=np.int64))
    return scores, sum(index.idf(term) for term in terms)


@settings(max_examples=12, deadline=None)
@given(TEXTS, st.lists(QUESTIONS, min_size=1, max_size=5))
def test_what_tantivy_scores_never_exceeds_the_bound(texts, questions) -> None:
    with indexed(texts) as index:
        for question in questions:
            scores, idf_sum = scores_and_bound(index, question)
            assert scores.max() <= 2.2 * idf_sum * (1 + 1e-6)
            assert lexical(scores, idf_sum) == pytest.approx(scores / (2.2 * idf_sum), rel=1e-6)


def test_the_bound_is_approached_by_a_short_passage_full_of_the_term() -> None:
    texts = ["lien " * 200, *["writ of tort " * 400] * 9]
    with indexed(texts) as index:
        scores, idf_sum = scores_and_bound(index, "lien")
    assert lexical(scores, idf_sum)[0] > 0.99


def test_the_bound_uses_the_idf_and_the_saturation_that_tantivy_uses() -> None:
    texts = ["tort writ", "tort tort bond lien", "writ bond lien", "bond"]
    with indexed(texts) as index:
        scores, idf_sum = scores_and_bound(index, "tort writ")
    docs = [Counter(text.split()) for text in texts]
    assert scores == pytest.approx(bm25_by_hand(texts, ["tort", "writ"]), rel=1e-5)
    assert idf_sum == pytest.approx(sum(idf_by_hand(docs, t) for t in ("tort", "writ")))
