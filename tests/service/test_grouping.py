"""One group a case, against a judge that knows the evidence of every passage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service import retrieval
from service.answers import SearchQuery
from service.grouping import case_order
from tests.service.asking import MODES, questions


@settings(deadline=None)
@given(
    text=questions,
    k=st.integers(1, 13),
    most=st.integers(1, 4),
    mode=st.sampled_from(MODES),
)
def test_groups_are_cases_by_the_weighted_mean_of_their_best_four(
    engine, judge, text, k, most, mode
):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "CANDIDATES", len(judge.rows))
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
        case: np.average(([evidence[row] for row in own] + [floor] * 4)[:4], weights=[10, 5, 3, 2])
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
        expected = judge.shown(by_case[group.case.id])[:most]
        assert [hit.stored.passage.row for hit in group.hits] == expected
        assert [hit.rank for hit in group.hits] == list(range(1, len(group.hits) + 1))


def test_a_named_case_of_one_passage_is_not_outdone_by_one_of_three():
    cases, evidence = np.array([5, 1, 1, 1, 2]), np.array([0.9, 0.89, 0.87, 0.85, 0.1])
    unnamed = case_order(cases, evidence, named=0)
    assert [places.tolist() for places, _ in unnamed] == [[1, 2, 3], [0], [4]]
    ordered = case_order(cases, evidence, named=1)
    assert [places.tolist() for places, _ in ordered] == [[0], [1, 2, 3], [4]]
    assert [mean for _, mean in ordered] == pytest.approx(
        [0.9, 0.5 * 0.89 + 0.25 * 0.87 + 0.15 * 0.85 + 0.1 * 0.1, 0.1]
    )
