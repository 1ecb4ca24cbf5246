"""The engine against a judge that computes everything for every passage."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from indexer.errors import IndexCorruptError, ModelMismatchError, NotInIndexError
from indexer.filters import Filters
from indexer.store.snapshot import Index
from service import retrieval
from service.answers import Confidence, Mode, SearchQuery
from service.errors import QueryError
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.service.asking import MODES, QUERIES, everywhere, questions, rows
from tests.service.corpus import EMBEDDER, Judge

# the ranking


@pytest.mark.parametrize("mode", MODES)
@settings(deadline=None)
@given(text=questions)
def test_with_enough_depth_the_ranking_is_that_of_brute_force(
    engine: SearchEngine, judge: Judge, mode: Mode, text: str
) -> None:
    found = engine.search(SearchQuery(text=text, mode=mode, k=100))

    expected = judge.ranking(text, mode)
    assert rows(found) == judge.shown(expected)[:100]
    assert found.candidates_considered == len(expected)
    scores = judge.scores(text, mode)
    best = [scores[same].max() for same in judge.alike(expected)[:100]]
    assert [hit.score for hit in found.hits] == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("k", [1, 3])
def test_the_ranking_is_that_of_brute_force_among_what_the_lanes_found(
    engine, judge, monkeypatch, mode, text, k
):
    monkeypatch.setattr(retrieval, "CANDIDATES", 4)
    found = engine.search(SearchQuery(text=text, mode=mode, k=k))

    depth = max(4, 2 * k)
    lanes = {Mode.DENSE: judge.cosines(text), Mode.LEXICAL: judge.bm25(text)}
    candidates = {
        row
        for lane, scores in lanes.items()
        if mode in (lane, Mode.HYBRID)
        for row in sorted(judge.rows.tolist(), key=lambda row: (-scores[row], row))[:depth]
    }
    assert rows(found) == judge.shown(judge.ranking(text, mode, sorted(candidates)))[:k]
    assert found.candidates_considered == len(candidates)


def test_equal_words_are_one_hit_of_the_first_of_the_rows(engine, judge):
    twins = [s.passage.row for s in judge.stored if s.case.id in ("case-11", "case-12")]
    text = judge.stored[twins[0]].passage.text
    found = engine.search(SearchQuery(text=text, mode=Mode.DENSE, k=1))
    (hit,) = found.hits
    assert hit.stored.case.id == "case-11"
    assert [other.case_id for other in hit.also_quoted_in] == ["case-12"]


@pytest.mark.parametrize("mode", MODES)
def test_ranks_scores_and_confidence_agree(engine, mode):
    answer = engine.search(SearchQuery(text=QUERIES[0], mode=mode, k=100))
    scores = [hit.score for hit in answer.hits]
    assert [hit.rank for hit in answer.hits] == list(range(1, len(scores) + 1))
    assert scores == sorted(scores, reverse=True)
    for hit in answer.hits:
        limits = {
            Confidence.HIGH: (0.8, 1),
            Confidence.MEDIUM: (0.5, 0.8),
            Confidence.LOW: (0, 0.5),
        }
        low, high = limits[hit.confidence]
        assert low <= hit.score <= high


def test_equal_requests_get_equal_answers(engine, corpus):
    again = SearchEngine(corpus, WordHashEmbedder(window=64))
    query = SearchQuery(text=QUERIES[1], k=20, explain=True, context=1)
    asked = [e.search(query) for e in (engine, engine, again)]
    assert asked[0].hits == asked[1].hits == asked[2].hits
    assert asked[0].build_id == corpus.manifest.build_id


def test_more_hits_than_passages_are_all_passages(engine, judge, monkeypatch):
    assert len(judge.rows) > 100
    filters = Filters(case_id=("case-03",))
    own = [s.passage.row for s in judge.stored if s.case.id == "case-03"]
    answer = engine.search(SearchQuery(text=QUERIES[0], k=100, filters=filters))
    assert sorted(everywhere(answer)) == [
        judge.stored[row].passage.id
        for row in sorted(own, key=lambda row: judge.stored[row].passage.id)
    ]


def test_min_score_cuts_the_ranking_and_nothing_else(engine):
    query = SearchQuery(text=QUERIES[0], k=100)
    everything = engine.search(query)
    limit = everything.hits[40].score
    cut = engine.search(replace(query, min_score=limit))
    assert cut.hits == tuple(hit for hit in everything.hits if hit.score >= limit)
    assert cut.no_match == everything.no_match
    assert engine.search(replace(query, min_score=1.0)).hits == ()


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.DENSE])
@pytest.mark.parametrize(
    "text", [*QUERIES, "quantum numbers of the moons of Uranus", "moons taser", "", "of the"]
)
def test_no_match_says_that_nothing_means_it_nor_has_its_words(engine, judge, text, mode):
    nearest = judge.cosines(text).max()
    words = judge.evidence(text, Mode.LEXICAL).max() if mode is Mode.HYBRID else 0

    answer = engine.search(SearchQuery(text=text, mode=mode))

    assert answer.no_match == (nearest < judge.calibration.nothing_below and words < 0.5)


@pytest.mark.parametrize("text", QUERIES)
def test_words_alone_match_when_the_first_score_is_not_low(engine, judge, text):
    answer = engine.search(SearchQuery(text=text, mode=Mode.LEXICAL))
    assert answer.no_match == (judge.scores(text, Mode.LEXICAL).max() < 0.5)


# odd questions


def test_what_cannot_be_asked_is_refused(engine):
    with pytest.raises(QueryError, match="cannot rerank"):
        engine.search(SearchQuery(text="x", rerank=True))
    assert engine.search(SearchQuery(text="taser", rerank=False)).hits


@pytest.mark.parametrize(
    "text",
    ["the of and", "?!… —", "🧑‍⚖️ 👮", "השוטר ירה בחשוד", "\u202etaser\u202c", "a\x00b", " ", "4"],
)
@pytest.mark.parametrize("mode", MODES)
def test_any_text_is_a_question(engine, judge, text, mode):
    answer = engine.search(SearchQuery(text=text, mode=mode, k=100))
    assert rows(answer) == judge.shown(judge.ranking(text, mode))[:100]


@pytest.mark.parametrize(
    "text",
    [("taser dog " * 2_000)[:20_000], "x" * 20_000, "1 v. 2 " * 2_857, "301 U.S. 101, " * 1_428],
)
def test_twenty_thousand_characters_are_a_question(engine, text):
    answer = engine.search(SearchQuery(text=text, k=5))
    assert len(answer.hits) == 5
    assert answer.query_coverage == 1.0


# by id


def test_similar_passages_are_the_nearest_of_other_cases(engine, judge):
    for stored in judge.stored[::9]:
        nearness = (judge.vectors @ judge.vectors[stored.passage.row]).round(9)
        order = sorted(judge.rows.tolist(), key=lambda row: (-nearness[row], row))
        others = [row for row in order if judge.stored[row].case.id != stored.case.id]
        found = engine.similar(stored.passage.id, k=7)
        assert [hit.stored.passage.row for hit in found] == others[:7]
        near = engine.similar(stored.passage.id, k=7, same_case=True)
        assert [h.stored.passage.row for h in near] == [
            row for row in order if row != stored.passage.row
        ][:7]
        scores = [hit.score for hit in found]
        assert scores == sorted(scores, reverse=True)
        assert [hit.rank for hit in found] == list(range(1, 8))


def test_a_passage_comes_by_its_id_without_rank_and_score(engine, judge):
    for stored in judge.stored[::17]:
        hit = engine.passage(stored.passage.id, context=1)
        assert hit.stored == stored
        assert (hit.rank, hit.score, hit.confidence, hit.explain) == (None,) * 4
        assert hit.highlights == ()
        own = [s.passage.id for s in judge.stored if s.opinion.id == stored.opinion.id]
        place = own.index(stored.passage.id)
        assert [n.id for n in hit.before] == own[max(0, place - 1) : place]
        assert [n.id for n in hit.after] == own[place + 1 : place + 2]


@pytest.mark.parametrize(
    "unknown", ["", "case-00", "case-00/0:0-1", "case-00/0:00-10", "\ud800:0-1"]
)
def test_an_unknown_passage_is_told(engine, unknown):
    with pytest.raises(NotInIndexError):
        engine.passage(unknown)
    with pytest.raises(NotInIndexError):
        engine.similar(unknown, k=1)


# the build and its model


def test_another_model_than_the_builds_is_refused(corpus):
    with pytest.raises(ModelMismatchError):
        SearchEngine(corpus, WordHashEmbedder(window=65))


@pytest.mark.parametrize("calibration", [{}, {"hybrid": 1}, {"hybrid": {"slope": 1}}])
def test_a_calibration_that_cannot_be_read_is_damage(corpus: Index, calibration):
    manifest = replace(corpus.manifest, calibration=calibration)
    with pytest.raises(IndexCorruptError, match="calibration"):
        SearchEngine(replace(corpus, manifest=manifest), EMBEDDER)
