"""The best passage of each role of each case, against a judge that weighs every passage."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.filters import Filters
from indexer.records import SectionRole
from service import retrieval
from service.answers import SearchQuery
from service.hit_fields import Selection
from service.lanes import roles_of
from service.wire_hits import search_json
from tests.service.asking import MODES, QUERIES, questions

FACTS, ANALYSIS = SectionRole.FACTS, SectionRole.ANALYSIS


def best_of(judge, case_id, roles, evidence) -> int | None:
    """The row of the strongest passage of these roles in a case; the first of equals."""
    own = [s.passage.row for s in judge.stored if s.case.id == case_id and s.section.role in roles]
    return min(own, key=lambda row: (-evidence[row], row), default=None)


def test_where_the_court_applied_the_law_it_also_held():
    assert roles_of(ANALYSIS) == {"analysis", "holding"}
    assert all(roles_of(role) == {role} for role in SectionRole if role is not ANALYSIS)


@settings(deadline=None, max_examples=40)
@given(text=questions, k=st.integers(1, 13), mode=st.sampled_from(MODES), depth=st.integers(1, 100))
def test_each_case_shows_its_best_passage_of_each_role(engine, judge, text, k, mode, depth):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            retrieval, "CANDIDATES", depth
        )  # few candidates: most lanes are not among them
        lanes = (FACTS, ANALYSIS, SectionRole.SYLLABUS)
        asked = SearchQuery(text=text, k=k, mode=mode, lanes=lanes)
        answer = engine.search(asked)
    evidence = judge.evidence(text, mode).round(9)
    scores = judge.scores(text, mode)
    assert answer.hits == ()
    for group in answer.groups:
        assert list(group.lanes) == list(lanes)
        for role, hit in group.lanes.items():
            row = best_of(judge, group.case.id, roles_of(role), evidence)
            assert (hit and hit.stored.passage.row) == row
            if hit:
                assert hit.score == pytest.approx(scores[row], abs=1e-9)
                assert hit.rank == 1


def test_lanes_are_found_for_every_case_and_are_whole_hits(engine, judge):
    answer = engine.search(SearchQuery(text=QUERIES[0], k=13, lanes=(FACTS, ANALYSIS), context=1))
    assert any(group.lanes[FACTS] for group in answer.groups)
    assert any(group.lanes[ANALYSIS] for group in answer.groups)
    for group in answer.groups:
        for hit in filter(None, group.lanes.values()):
            alone = engine.passage(hit.stored.passage.id, context=1)
            assert (hit.stored, hit.cites, hit.before, hit.after, hit.cite) == (
                alone.stored, alone.cites, alone.before, alone.after, alone.cite,
            )  # fmt: skip


def test_the_cases_are_those_of_grouping(engine):
    plain = engine.search(SearchQuery(text=QUERIES[1], by_case=True)).groups
    lanes = engine.search(SearchQuery(text=QUERIES[1], lanes=(FACTS,))).groups
    assert [(g.rank, g.score, g.case, g.hits) for g in lanes] == [
        (g.rank, g.score, g.case, g.hits) for g in plain
    ]
    assert all(group.lanes is None for group in plain)


def test_filters_phrases_and_the_least_score_hold_for_lanes_too(engine):
    only_facts = Filters(section_role=(FACTS,))
    for group in engine.search(
        SearchQuery(text=QUERIES[0], lanes=(FACTS, ANALYSIS), filters=only_facts)
    ).groups:
        assert group.lanes[FACTS] is not None
        assert group.lanes[ANALYSIS] is None
    quoted = engine.search(SearchQuery(text='"stop and frisk"', k=13, lanes=(ANALYSIS,)))
    for group in quoted.groups:
        hit = group.lanes[ANALYSIS]
        assert hit is None or "stop and frisk" in hit.stored.passage.text
    every = engine.search(SearchQuery(text=QUERIES[0], k=13, lanes=(FACTS, ANALYSIS))).groups
    some = [h.score for g in every for h in g.lanes.values() if h]
    limit = sorted(some)[len(some) // 2]
    kept = engine.search(
        SearchQuery(text=QUERIES[0], k=13, lanes=(FACTS, ANALYSIS), min_score=limit)
    )
    for group in kept.groups:
        assert all(hit.score >= limit for hit in group.lanes.values() if hit)


def test_a_case_that_is_named_keeps_its_place_and_its_lanes(engine):
    (group,) = engine.search(SearchQuery(text="301 U.S. 101", k=1, lanes=(FACTS,))).groups
    assert group.case.id == "case-01"
    assert group.lanes[FACTS].stored.section.role is FACTS


def test_fields_choose_in_lanes_as_in_hits(engine):
    answer = engine.search(SearchQuery(text=QUERIES[0], lanes=(FACTS, SectionRole.APPENDIX)))
    chosen = Selection.of(["cite"])
    shown = json.loads(search_json(answer, engine.index.manifest, chosen))
    for group in shown["groups"]:
        assert set(group["lanes"]) == {"facts", "appendix"}
        assert group["lanes"]["appendix"] is None
        facts = group["lanes"]["facts"]
        assert facts is None or set(facts) == {"rank", "score", "cite"}
