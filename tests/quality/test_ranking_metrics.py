import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quality.ranking_metrics import (
    DEEP_RECALL,
    MRR,
    NDCG,
    RECALL,
    evaluate,
    mean,
    paired_gain,
)

FILLER = [f"other-{n}" for n in range(200)]


def test_values_worked_by_hand():
    """One of two relevant cases at the second place, the other at the eleventh."""
    ranking = [FILLER[0], "a", *FILLER[1:9], "b", *FILLER[9:50]]

    found = evaluate({"q": {"a", "b"}}, {"q": ranking}, (NDCG, MRR, RECALL, DEEP_RECALL))

    assert found[NDCG]["q"] == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))
    assert found[MRR]["q"] == pytest.approx(1 / 2)
    assert found[RECALL]["q"] == pytest.approx(1 / 2)
    assert found[DEEP_RECALL]["q"] == pytest.approx(1.0)


def test_the_eleventh_place_counts_nothing_at_ten():
    found = evaluate({"q": {"a"}}, {"q": [*FILLER[:10], "a"]}, (NDCG, MRR, RECALL))

    assert [found[name]["q"] for name in (NDCG, MRR, RECALL)] == [0.0, 0.0, 0.0]


def test_a_query_without_an_answer_counts_as_wrong():
    found = evaluate({"q": {"a"}, "none": {"b"}}, {"q": ["a"], "none": []}, (NDCG,))

    assert found[NDCG] == {"q": 1.0, "none": 0.0}
    assert mean(found[NDCG]) == 0.5


def test_no_answers_at_all_are_all_wrong():
    assert evaluate({"q": {"a"}}, {}, (MRR,)) == {MRR: {"q": 0.0}}


@settings(max_examples=20)
@given(st.permutations(range(30)))
def test_the_place_alone_decides_whatever_the_names(order):
    """trec_eval orders by score, then by name: the scores handed over must leave no ties."""
    ranking = [f"case-{n}" for n in order]

    found = evaluate({"q": {"case-7"}}, {"q": ranking}, (MRR,))

    place = ranking.index("case-7") + 1
    assert found[MRR]["q"] == pytest.approx(1 / place if place <= 10 else 0.0)


def test_a_gain_is_the_difference_of_the_means():
    ours = {"a": 1.0, "b": 0.5, "c": 0.0}
    other = {"a": 0.5, "b": 0.5, "c": 0.0}

    gain = paired_gain(ours, other, {"a": "x", "b": "y", "c": "z"})

    assert gain.difference == pytest.approx(1 / 6)
    assert gain.ratio == pytest.approx(1.5)
    low, high = gain.difference_interval
    assert low == 0.0
    assert 1 / 6 < high <= 0.5


def test_the_same_gain_everywhere_is_certain():
    other = {str(n): n / 100 for n in range(50)}
    ours = {name: value + 0.1 for name, value in other.items()}

    gain = paired_gain(ours, other, {name: name for name in ours})

    assert gain.difference_interval == pytest.approx((0.1, 0.1), abs=1e-6)


def test_queries_of_one_case_are_drawn_together():
    """Ten queries of two cases say no more than two: the interval spans both cases' values."""
    ours = {str(n): float(n < 5) for n in range(10)}
    other = dict.fromkeys(ours, 0.0)

    together = paired_gain(ours, other, {name: str(int(name) // 5) for name in ours})
    apart = paired_gain(ours, other, {name: name for name in ours})

    assert together.difference_interval == pytest.approx((0.0, 1.0))
    assert apart.difference_interval == pytest.approx((0.2, 0.8), abs=0.11)


def test_rankings_of_different_queries_are_not_compared():
    with pytest.raises(ValueError, match="same queries"):
        paired_gain({"a": 1.0}, {"b": 1.0}, {"a": "x", "b": "x"})
