"""Larger corpora are real builds: they open, hold together, and their copies are other words."""

from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build
from indexer.filters import Filters
from indexer.records import CaseRecord
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from service.canary import prove
from service.search import SearchEngine
from tests.benchmarks.conditions import by_share, days
from tests.benchmarks.corpora import SIZES, CopyingEmbedder, Piece, build_corpus, pieces
from tests.benchmarks.cut_store import CutStore, cut_of
from tests.benchmarks.filtering import exact_top
from tests.benchmarks.publishing import copy_index
from tests.benchmarks.questions import questions_of
from tests.benchmarks.rewording import Known, Vocabulary, changed, jittered, reworded
from tests.embedders import WordHashEmbedder
from tests.service.corpus import cases


def _records() -> list[CaseRecord]:
    """Return cases of several courts, years and voices; their page marks lie beyond their texts."""
    return [
        replace(one, opinions=tuple(replace(own, pages=()) for own in one.opinions))
        for one in cases()
    ]


def _silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def embedder() -> WordHashEmbedder:
    return WordHashEmbedder()


@pytest.fixture(scope="module")
def base(tmp_path_factory, embedder) -> Path:
    root: Path = tmp_path_factory.mktemp("base")
    build(_records(), root, embedder=embedder)
    return root


@pytest.fixture(scope="module")
def store(base, embedder, tmp_path_factory) -> CutStore:
    scratch = tmp_path_factory.mktemp("scratch")
    with Index.open(base) as index:
        return cut_of(index, embedder, scratch, helpers=0, say=_silent)


@pytest.fixture(scope="module")
def large(store, embedder, tmp_path_factory) -> Path:
    root: Path = tmp_path_factory.mktemp("large")
    build_corpus(store, 3 * int(store.firsts[-1]), root, embedder, helpers=0)
    return root


def test_the_cut_is_that_of_the_build(base, store):
    with Index.open(base) as index:
        assert store.firsts[-1] == index.manifest.counts.passages
        rows = np.arange(index.manifest.counts.passages)
        assert np.array_equal(store.vectors, index.vectors.vectors(rows))
        texts = [one.passage.text for one in index.passages.fetch(rows)]
    cut = [store.case(place) for place in range(len(store.offsets))]
    own = chain.from_iterable(chain.from_iterable(one.passages for one in cut))
    assert [one.text for one in own] == texts


def test_a_large_build_opens_and_holds(large, store):
    with Index.open(large) as index:
        assert index.manifest.counts.passages >= 3 * store.firsts[-1]
        assert index.manifest.counts.cases == 3 * len(store.offsets)
    assert verify(large) == []


def test_the_service_would_serve_it(large, embedder):
    with Index.open(large) as index:
        prove(SearchEngine(index, embedder))


def test_pieces_are_whole_cases_then_copies():
    plan = pieces([5, 1, 4], 12)
    assert {piece.case for piece in plan[:3]} == {0, 1, 2}
    assert [piece.copy for piece in plan[:3]] == [0, 0, 0]
    assert plan[3] == Piece(plan[0].case, 1)
    assert sum([5, 1, 4][piece.case] for piece in plan) >= 12
    assert sum([5, 1, 4][piece.case] for piece in plan[:-1]) < 12


def test_words_are_exchanged_one_for_one_and_keep_their_places():
    counts = {f"{'abcdefghij'[n % 10]}{n:04}".translate(_LETTERS): 1 + n % 9 for n in range(2000)}
    exchanged = Vocabulary(counts).exchanged(1)
    assert len(exchanged) > 100
    assert sorted(exchanged) == sorted(exchanged.values())
    assert all(a != b and len(a) == len(b) for a, b in exchanged.items())
    assert exchanged == Vocabulary(counts).exchanged(1) != Vocabulary(counts).exchanged(2)
    some = next(iter(exchanged))
    text = f"§ 12. {some.title()} {some}, “{some}” x{some}"
    assert (
        changed(text, exchanged)
        == f"§ 12. {some.title()} {exchanged[some]}, “{exchanged[some]}” x{some}"
    )


_LETTERS = str.maketrans("0123456789", "klmnopqrst")


def test_a_copy_keeps_every_span(store):
    cut = store.case(0)
    words = {word: word[::-1] for one in cut.words for word in one.exact.split() if len(word) > 4}
    copy = reworded(cut, 2, words)
    assert copy.record.case.id == f"{cut.record.case.id}~2"
    for own, opinion in zip(copy.passages, copy.record.opinions, strict=True):
        assert all(one.text == one.span.of(opinion.text) for one in own)
        assert all(one.opinion_id == opinion.header.id for one in own)
    before = list(chain.from_iterable(cut.passages))
    after = list(chain.from_iterable(copy.passages))
    assert [one.span for one in before] == [one.span for one in after]
    assert any(a.text != b.text for a, b in zip(before, after, strict=True))
    assert reworded(cut, 0, words) is cut


def test_noise_is_the_same_each_time_and_small():
    vectors = np.eye(8, 384, dtype=np.float32)
    places = [Known(row, copy) for row in range(8) for copy in range(3)]
    made = jittered(vectors, places)
    assert np.array_equal(made, jittered(vectors, places))
    assert np.array_equal(made[0], vectors[0])
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-6)
    cosines = made[1::3] @ vectors.T
    assert np.all((np.diag(cosines) > 0.93) & (np.diag(cosines) < 0.98))
    assert len(np.unique(made.round(4), axis=0)) == len(places)
    assert np.allclose(jittered(vectors, places[4:5]), made[4:5])


def test_only_passages_of_the_corpus_have_vectors(embedder):
    copying = CopyingEmbedder(embedder, np.eye(2, 64, dtype=np.float32))
    copying.learn("known", Known(1, 0))
    copying.learn("known", Known(0, 1))
    assert copying.embed_passages(["known"]).tolist() == [np.eye(2, 64)[1].tolist()]
    with pytest.raises(ValueError, match="1 texts"):
        copying.embed_passages(["known", "unknown"])


def test_exact_search_is_that_of_all_products(large, embedder):
    with Index.open(large) as index:
        rows = np.arange(0, index.manifest.counts.passages, 3)
        queries = np.stack([embedder.embed_query(one) for one in ("officer shot", "lease")])
        wide = index.vectors.vectors(rows).astype(np.float64) @ queries.T.astype(np.float64)
        for place, found in enumerate(exact_top(index, queries, rows, 7)):
            order = sorted(range(len(rows)), key=lambda at: (-wide[at, place], at))
            assert found == [int(rows[at]) for at in order[:7]]


def test_filters_keep_about_their_share(large):
    with Index.open(large) as index:
        total = index.manifest.counts.passages
        assert len(days(index)) == total
        for share, conditions in by_share(index):
            for one in conditions:
                assert len(one.rows)
                if share >= 0.1 and one.days:
                    assert 0.5 * share <= len(one.rows) / total <= 2 * share


def test_a_copied_index_does_not_share_its_caches(base, tmp_path):
    copy_index(base, tmp_path / "copy")
    with Index.open(base) as ours, Index.open(tmp_path / "copy") as theirs:
        assert ours.manifest == theirs.manifest
    caches = [next((root / "cache").iterdir()) for root in (base, tmp_path / "copy")]
    assert caches[0].stat().st_ino != caches[1].stat().st_ino


def test_questions_are_made_of_sentences(base):
    with Index.open(base) as index:
        assert all(8 <= len(one.split()) <= 30 for one in questions_of(index))
        assert index.passages.cases(Filters(), limit=1)
    assert list(SIZES.values()) == [10**power for power in (3, 4, 5, 6)]
