"""The engine against a judge that computes everything for every passage."""

import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.courts import binding_courts
from indexer.errors import FilterError, IndexCorruptError, ModelMismatchError, NotInIndexError
from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from indexer.store.analysis import exact_words
from indexer.store.snapshot import Index
from indexer.store.stored import StoredPassage
from service import search as searching
from service.answers import Answer, Confidence, Mode, SearchQuery
from service.errors import QueryError
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.service.corpus import COURTS, DATES, EMBEDDER, SENTENCES, Judge

MODES = tuple(Mode)
DATED = tuple(date for date in DATES if date is not None)
ROLES = (SectionRole.FACTS, SectionRole.ANALYSIS, SectionRole.DISSENT)
QUERIES = (
    "may an officer stop and frisk a suspect on reasonable suspicion",
    "taser fired at the driver",
    "§ 1983 clearly established right",
    "the police dog bit a suspect on the ground",
)
questions = st.one_of(
    st.sampled_from(QUERIES),
    st.lists(st.sampled_from(" ".join(SENTENCES).split()), min_size=1, max_size=8).map(" ".join),
)


def rows(answer: Answer) -> list[int]:
    return [hit.stored.passage.row for hit in answer.hits]


# the ranking


@pytest.mark.parametrize("mode", MODES)
@settings(deadline=None)
@given(text=questions)
def test_with_enough_depth_the_ranking_is_that_of_brute_force(
    engine: SearchEngine, judge: Judge, mode: Mode, text: str
) -> None:
    found = engine.search(SearchQuery(text=text, mode=mode, k=100))

    expected = judge.ranking(text, mode)
    assert rows(found) == expected[:100]
    assert found.candidates_considered == len(expected)
    scores = [hit.score for hit in found.hits]
    assert scores == pytest.approx(judge.scores(text, mode)[expected[:100]].tolist(), abs=1e-9)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("k", [1, 3])
def test_the_ranking_is_that_of_brute_force_among_what_the_lanes_found(
    engine, judge, monkeypatch, mode, text, k
):
    monkeypatch.setattr(searching, "CANDIDATES", 4)
    found = engine.search(SearchQuery(text=text, mode=mode, k=k))

    depth = max(4, 2 * k)
    lanes = {Mode.DENSE: judge.cosines(text), Mode.LEXICAL: judge.bm25(text)}
    candidates = {
        row
        for lane, scores in lanes.items()
        if mode in (lane, Mode.HYBRID)
        for row in sorted(judge.rows.tolist(), key=lambda row: (-scores[row], row))[:depth]
    }
    assert rows(found) == judge.ranking(text, mode, sorted(candidates))[:k]
    assert found.candidates_considered == len(candidates)


def test_equal_words_get_equal_scores_in_the_order_of_the_rows(engine, judge):
    twins = [s.passage.row for s in judge.stored if s.case.id in ("case-11", "case-12")]
    text = judge.stored[twins[0]].passage.text
    found = engine.search(SearchQuery(text=text, mode=Mode.DENSE, k=2))
    first, second = found.hits
    assert first.stored.case.id == "case-11"
    assert second.stored.case.id == "case-12"
    assert first.score == second.score


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
    assert sorted(rows(answer)) == own


def test_min_score_cuts_the_ranking_and_nothing_else(engine):
    query = SearchQuery(text=QUERIES[0], k=100)
    everything = engine.search(query)
    limit = everything.hits[40].score
    cut = engine.search(replace(query, min_score=limit))
    assert cut.hits == tuple(hit for hit in everything.hits if hit.score >= limit)
    assert cut.no_match == everything.no_match
    assert engine.search(replace(query, min_score=1.0)).hits == ()


def test_no_match_says_whether_the_best_is_too_weak(engine, judge):
    for text in (*QUERIES, "quantum numbers of the moons of Uranus"):
        answer = engine.search(SearchQuery(text=text))
        assert answer.no_match == (answer.hits[0].score < judge.calibration.no_match_below)


# filters


def passes(stored: StoredPassage, asked: Filters) -> bool:
    """What `Filters` promises, in plain words."""
    case, opinion = stored.case, stored.opinion
    binding = binding_courts(asked.binding_on) if asked.binding_on else None
    names = " ".join([opinion.author or "", *case.judges]).replace("'", "")
    folded = unicodedata.normalize("NFKD", names).encode("ascii", "ignore").decode().lower()
    first, last = _period(case.date_filed) if case.date_filed else (None, None)
    return all(
        (
            not asked.court or case.court_id in asked.court,
            binding is None or case.court_id in binding,
            not asked.date_from or (last is not None and last >= _period(asked.date_from)[0]),
            not asked.date_to or (first is not None and first <= _period(asked.date_to)[1]),
            not asked.opinion_type or opinion.type in asked.opinion_type,
            not asked.section_role or stored.section.role in asked.section_role,
            not asked.case_id or case.id in asked.case_id,
            not asked.judge or any(judge.lower() in folded.split() for judge in asked.judge),
            not asked.status or case.status in asked.status,
            not asked.cites or any(cited in stored.passage.text for cited in asked.cites),
        )
    )


def _period(date: str) -> tuple[str, str]:
    return date.ljust(10, "\x00"), date.ljust(10, "\xff")


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


filters = st.builds(
    Filters,
    court=some(*COURTS),
    binding_on=st.sampled_from((None, None, "ca6", "ohnd", "cand", "elsewhere")),
    date_from=st.sampled_from((None, None, *DATES)),
    opinion_type=st.lists(st.sampled_from(OpinionType), unique=True, max_size=2).map(tuple),
    section_role=st.lists(st.sampled_from(ROLES), unique=True, max_size=2).map(tuple),
    case_id=some("case-01", "case-03", "case-07", "nowhere"),
    judge=some("Munoz", "kagan", "OConnor"),
    status=some("published", "withdrawn"),
    cites=some("490 U.S. 386", "462 U.S. 213", "1 U.S. 1"),
)


@settings(max_examples=200, deadline=None)
@given(text=questions, asked=filters, mode=st.sampled_from(MODES))
def test_filters_leave_the_ranking_of_what_passes(engine, judge, text, asked, mode):
    admitted = [s.passage.row for s in judge.stored if passes(s, asked)]
    found = engine.search(SearchQuery(text=text, mode=mode, k=100, filters=asked))
    expected = judge.ranking(text, mode, admitted)
    assert rows(found) == expected[:100]


@settings(deadline=None)
@given(start=st.sampled_from(DATED), end=st.sampled_from(DATED))
def test_a_range_of_dates_holds_what_overlaps_it(engine, judge, start, end):
    if _period(end)[1] < _period(start)[0]:
        with pytest.raises(FilterError):
            engine.search(SearchQuery(text="x", filters=Filters(date_from=start, date_to=end)))
        return
    asked = Filters(date_from=start, date_to=end)
    found = engine.search(SearchQuery(text=QUERIES[0], k=100, mode=Mode.DENSE, filters=asked))
    admitted = [s.passage.row for s in judge.stored if passes(s, asked)]
    assert sorted(rows(found)) == sorted(judge.ranking(QUERIES[0], Mode.DENSE, admitted)[:100])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("by_case", [False, True])
def test_nothing_admitted_is_an_empty_answer_that_says_so(engine, mode, by_case):
    nobody = Filters(case_id=("nowhere",))
    answer = engine.search(SearchQuery(text="x", mode=mode, filters=nobody, by_case=by_case))
    assert answer.hits == ()
    assert answer.groups == (() if by_case else None)
    assert answer.no_match
    assert answer.candidates_considered == 0


def test_what_cannot_be_asked_is_refused(engine):
    with pytest.raises(QueryError, match="no reranker"):
        engine.search(SearchQuery(text="x", rerank=True))
    assert engine.search(SearchQuery(text="taser", rerank=False)).hits


# one group a case


@settings(deadline=None)
@given(
    text=questions,
    k=st.integers(1, 13),
    most=st.integers(1, 4),
    mode=st.sampled_from(MODES),
)
def test_groups_are_cases_by_the_mean_of_their_best_three(engine, judge, text, k, most, mode):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "CANDIDATES", len(judge.rows))
        answer = engine.search(
            SearchQuery(text=text, mode=mode, k=k, by_case=True, passages_per_group=most)
        )
    ranking = judge.ranking(text, mode)
    evidence = judge.evidence(text, mode)
    by_case: dict[str, list[int]] = {}
    for row in ranking:
        by_case.setdefault(judge.stored[row].case.id, []).append(row)
    floor = evidence[ranking[-1]] if ranking else 0
    means = {
        case: np.mean(([evidence[row] for row in own] + [floor] * 3)[:3])
        for case, own in by_case.items()
    }
    groups = answer.groups or ()
    assert [round(means[g.case.id], 9) for g in groups] == sorted(
        (round(m, 9) for m in means.values()), reverse=True
    )[:k]
    assert len({group.case.id for group in groups}) == len(groups)
    assert [group.rank for group in groups] == list(range(1, len(groups) + 1))
    scores = [group.score for group in groups]
    assert scores == sorted(scores, reverse=True)
    for group in groups:
        assert 0 <= group.score <= 1
        assert [hit.stored.passage.row for hit in group.hits] == by_case[group.case.id][:most]
        assert [hit.rank for hit in group.hits] == list(range(1, len(group.hits) + 1))


# around a hit


def test_context_is_what_stands_beside_a_hit_in_its_opinion(engine, judge):
    answer = engine.search(SearchQuery(text=QUERIES[0], k=50, context=2))
    by_row = {s.passage.row: s for s in judge.stored}
    for hit in answer.hits:
        row, opinion = hit.stored.passage.row, hit.stored.opinion.id
        beside = [*range(row - 2, row), *range(row + 1, row + 3)]
        same = [r for r in beside if r in by_row and by_row[r].opinion.id == opinion]
        expected = [by_row[r].passage for r in same]
        found = [*hit.before, *hit.after]
        assert [(n.id, n.text, n.span) for n in found] == [(p.id, p.text, p.span) for p in expected]
        assert len(hit.before) == sum(r < row for r in same)
    assert any(not hit.before for hit in answer.hits)
    assert any(len(hit.before) == len(hit.after) == 2 for hit in answer.hits)


@pytest.mark.parametrize("mode", MODES)
def test_explain_gives_true_places_in_each_lane(engine, judge, mode):
    text = QUERIES[2]
    answer = engine.search(SearchQuery(text=text, mode=mode, k=30, explain=True))
    lanes = {
        Mode.DENSE: (judge.cosines(text), "dense_rank", "dense_score"),
        Mode.LEXICAL: (judge.bm25(text), "lexical_rank", "lexical_score"),
    }
    for hit in answer.hits:
        row = hit.stored.passage.row
        for lane, (scores, rank, score) in lanes.items():
            order = sorted(judge.rows.tolist(), key=lambda r: (-scores[r].round(9), r))
            place = order.index(row) + 1
            ranked = mode in (lane, Mode.HYBRID) and place <= 100
            ranked = ranked and (lane is Mode.DENSE or scores[row] > 0)
            assert getattr(hit.explain, rank) == (place if ranked else None)
            told = getattr(hit.explain, score)
            assert told == (pytest.approx(scores[row]) if ranked else None)
        assert hit.explain.rerank_score is None
    assert engine.search(SearchQuery(text=text)).hits[0].explain is None


# quoted phrases and odd questions


@pytest.mark.parametrize("quotes", ['"{}"', "“{}”", '“{}"', "”{}“"])
@pytest.mark.parametrize("phrase", ["Stop  and frisk", "§ 1983", "señora muñoz", "non-violent"])
def test_a_quoted_phrase_stands_in_every_hit(engine, judge, quotes, phrase):
    answer = engine.search(SearchQuery(text=f"officer {quotes.format(phrase)} city", k=100))
    holding = {
        s.passage.row
        for s in judge.stored
        if f" {' '.join(exact_words(phrase))} " in f" {' '.join(exact_words(s.passage.text))} "
    }
    assert set(rows(answer)) == holding != set()


def test_two_phrases_both_stand_in_every_hit(engine, judge):
    text = '"stop and frisk" "the judgment below"'
    for hit in engine.search(SearchQuery(text=text, k=100)).hits:
        assert "stop and frisk" in hit.stored.passage.text
        assert "the judgment below" in hit.stored.passage.text


@pytest.mark.parametrize(
    "text", ['officer "stop and frisk', 'frisk"', '"', "“”", '""', '"…" frisk']
)
def test_a_quote_without_its_other_or_a_word_is_an_ordinary_character(engine, text):
    plain = text.replace('"', " ").replace("“", " ").replace("”", " ").replace("…", " ")
    assert rows(engine.search(SearchQuery(text=text, k=50))) == rows(
        engine.search(SearchQuery(text=plain, k=50))
    )


@pytest.mark.parametrize(
    "text",
    ["the of and", "?!… —", "🧑‍⚖️ 👮", "השוטר ירה בחשוד", "\u202etaser\u202c", "a\x00b", " ", "4"],
)
@pytest.mark.parametrize("mode", MODES)
def test_any_text_is_a_question(engine, judge, text, mode):
    answer = engine.search(SearchQuery(text=text, mode=mode, k=100))
    expected = judge.ranking(text, mode)
    assert rows(answer) == expected[:100]


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
