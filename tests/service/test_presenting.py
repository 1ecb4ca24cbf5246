"""What stands around a hit and why it is one."""

import pytest

from service.answers import Mode, SearchQuery
from tests.service.asking import MODES, QUERIES


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


@pytest.mark.parametrize("mode", MODES)
def test_explain_gives_the_numbers_that_the_score_was_made_of(engine, judge, mode):
    text = QUERIES[0]
    for hit in engine.search(SearchQuery(text=text, mode=mode, k=60, explain=True)).hits:
        if hit.also_quoted_in:
            continue  # shown with the score of the best of its places
        row, parts = hit.stored.passage.row, hit.explain.evidence
        for lane, given in ((Mode.DENSE, parts.dense), (Mode.LEXICAL, parts.lexical)):
            entered = mode in (lane, Mode.HYBRID)
            assert given == (pytest.approx(judge.evidence(text, lane)[row]) if entered else None)
        separate = hit.stored.opinion.type in ("dissent", "concurrence")
        assert parts.voice_prior == ((0.94 if separate else 1) if mode is Mode.HYBRID else None)
        assert (parts.rerank, parts.named) == (None, None)


@pytest.mark.parametrize("rest", ["", " stop and frisk"])
def test_explain_says_what_naming_the_case_added(engine, judge, rest):
    answer = engine.search(SearchQuery(text=f"301 U.S. 101{rest}", k=40, explain=True))
    curve = judge.calibration.hybrid
    own = judge.evidence(rest.strip(), Mode.HYBRID) if rest else [0] * len(judge.rows)
    named = [hit for hit in answer.hits if hit.stored.case.id == "case-01"]
    assert named
    for hit in named:
        parts = hit.explain.evidence
        assert (parts.dense is None) == (parts.lexical is None) == (not rest)
        total = own[hit.stored.passage.row] + parts.named
        if not hit.also_quoted_in:
            assert hit.score == pytest.approx(float(curve(total)))
    others = [hit for hit in answer.hits if hit.stored.case.id != "case-01"]
    assert others
    assert all(hit.explain.evidence.named is None for hit in others)
