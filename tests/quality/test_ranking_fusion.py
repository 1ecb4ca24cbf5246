import numpy as np
import pytest

from tests.quality.ranking_fusion import best_of_each, reciprocal_rank_fusion


def test_a_worked_example():
    """Of 7, 5, 9 and 5, 8 with smoothing 60: 5 is second and first, each other is ranked once."""
    rows, scores = reciprocal_rank_fusion([np.array([7, 5, 9]), np.array([5, 8])])

    assert rows.tolist() == [5, 7, 8, 9]
    assert scores == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62, 1 / 63])


def test_equal_scores_keep_the_order_of_the_rows():
    rows, _ = reciprocal_rank_fusion([np.array([9, 1]), np.array([4, 2])])

    assert rows.tolist() == [4, 9, 1, 2]


def test_a_small_smoothing_favours_the_first_of_one_lane():
    lanes = [np.array([1, 2]), np.array([3, 2])]

    assert reciprocal_rank_fusion(lanes, smoothing=0)[0].tolist() == [1, 2, 3]
    assert reciprocal_rank_fusion(lanes, smoothing=60)[0].tolist() == [2, 1, 3]


def test_nothing_ranked_is_nothing_fused():
    assert [len(part) for part in reciprocal_rank_fusion([])] == [0, 0]
    assert len(reciprocal_rank_fusion([np.empty(0, np.int64)])[0]) == 0


def test_a_case_ranks_where_its_best_passage_ranks():
    assert best_of_each(["b", "a", "b", "c", "a"]) == ["b", "a", "c"]
