import json

import numpy as np
import pytest

from tests.benchmarks.conditions import _first_day
from tests.benchmarks.figures import quantiles, ratio_of_medians, recall
from tests.benchmarks.questions import Questions, read_questions
from tests.benchmarks.reaching import Measured, measured_of, reached, table
from tests.quality.ranking_judged import Half, half_of


def test_quantiles_are_those_of_the_sorted_values():
    told = quantiles([float(value) for value in range(100, -1, -1)])
    assert told == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "most": 100.0, "n": 101}
    assert quantiles([]) == {"n": 0}


def test_a_ratio_of_paired_values_is_sure_where_the_pairs_agree():
    below = np.random.default_rng(1).lognormal(size=400)
    told = ratio_of_medians(3 * below, below)
    assert told["ratio"] == pytest.approx(3)
    assert told["interval_95"] == pytest.approx([3, 3])


def test_a_ratio_lies_in_its_interval_and_needs_pairs():
    drawn = np.random.default_rng(2)
    told = ratio_of_medians(drawn.lognormal(1, size=300), drawn.lognormal(0, size=300))
    low, high = told["interval_95"]
    assert low < np.e < high
    assert low <= told["ratio"] <= high
    with pytest.raises(ValueError):
        ratio_of_medians([1.0], [])


def test_recall_counts_what_is_right():
    assert recall([3, 1, 9], [1, 2, 3, 4]) == 0.5
    assert recall([5], []) == 1.0


def test_no_question_comes_twice():
    asked = Questions([f"w{n} x{n} y{n} z{n}" for n in range(20)]).take(350)
    assert len(set(asked)) == 350
    assert all(len(question.split()) == 4 for question in asked)
    assert asked == Questions([f"w{n} x{n} y{n} z{n}" for n in range(20)]).take(350)


def test_judged_questions_are_those_of_the_choosing_half(tmp_path):
    path = tmp_path / "judged.jsonl"
    cases = [f"case{n}" for n in range(40)]
    lines = [json.dumps({"query": f"about {case}", "relevant": [case]}) for case in cases]
    path.write_text("\n".join([*lines, "a plain one", ""]), encoding="utf-8")
    choosing = [f"about {case}" for case in cases if half_of(case) is Half.CHOOSING]
    assert read_questions(path) == [*choosing, "a plain one"]


@pytest.mark.parametrize(
    ("date", "day"),
    [("2005", "2005-01-01"), ("2005-06", "2005-06-01"), ("2005-06-07", "2005-06-07"), (None, "")],
)
def test_a_partial_date_begins_on_its_first_day(date, day):
    assert _first_day(date) == day


def test_what_is_reached_grows_in_proportion():
    measured = Measured(
        passages_of_an_opinion=30, disk_bytes=2_000, memory_bytes=1_000, passages_per_s=100
    )
    told = reached(measured, 10_000_000)
    assert told["passages"] == 300_000_000
    assert told["disk_gb"] == 600
    assert told["memory_gb"] == 300
    assert told["build_hours_one_machine"] == 833
    assert told["machines_to_build_in_a_week"] == 5
    assert told["machines_to_serve"] == 14  # 300 / 23
    assert all(line.count("|") == 3 for line in table(told))


def test_what_is_reached_needs_what_it_is_computed_from():
    assert measured_of({}) == "the part footprint was not measured"
