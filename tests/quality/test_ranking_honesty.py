import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quality.ranking_honesty import (
    BINS,
    Verdict,
    answerable,
    calibration_error,
    held_out,
    read_off_topic,
    reliability,
    threshold,
    unanswerable,
    verdict,
)
from tests.quality.ranking_judged import JudgedQuery


def query(name: str, *relevant: str, exclude: frozenset[str] = frozenset()) -> JudgedQuery:
    return JudgedQuery(id=name, text=name, relevant=frozenset(relevant), exclude=exclude)


def said(score: float, *, right: bool = False) -> Verdict:
    return Verdict(score=score, no_match=False, right=right)


def test_a_fifth_of_the_cases_is_held_out_for_good():
    ids = [f"case-{n}" for n in range(1_000)]

    absent = held_out(ids)

    assert 160 < len(absent) < 240
    assert held_out(ids[:500]) == absent & set(ids[:500])


def test_a_query_is_unanswerable_when_every_case_that_answers_it_is_absent():
    none, some, every = query("none", "a"), query("some", "a", "b"), query("every", "b", "c")

    assert unanswerable([none, some, every], {"b", "c"}) == [every]
    assert answerable([none, some, every], {"b", "c"}) == [none]


def test_the_threshold_lets_no_more_than_what_is_allowed_fall_under_it():
    assert threshold([n / 100 for n in range(100)], 0.05) == 0.05
    assert threshold([0.3, 0.9], 0.05) == 0.3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0, 0.5))
def test_the_threshold_on_any_scores(scores, allowed):
    limit = threshold(scores, allowed)

    assert sum(score < limit for score in scores) <= allowed * len(scores)
    assert limit in scores


def test_reliability_of_a_worked_example():
    curve = reliability([said(0.05), said(0.91, right=True), said(0.97), said(1.0, right=True)])

    assert [one["from"] for one in curve] == [0.0, 0.9]
    assert [one["questions"] for one in curve] == [1, 3]
    assert curve[1]["mean_score"] == pytest.approx(0.96)
    assert curve[1]["share_right"] == pytest.approx(2 / 3)
    assert calibration_error(curve) == pytest.approx((0.05 + 3 * (0.96 - 2 / 3)) / 4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=50))
def test_every_verdict_is_in_one_bin(given_verdicts):
    curve = reliability([said(score, right=right) for score, right in given_verdicts])

    assert sum(one["questions"] for one in curve) == len(given_verdicts)
    for one in curve:
        assert one["from"] - 1e-9 <= one["mean_score"] <= one["from"] + 1 / BINS + 1e-9


def test_a_verdict_is_of_the_first_case_that_is_not_left_out(engine):
    first, second = (query("stop and frisk a suspect", case) for case in ("case-00", "case-01"))
    names = _order(engine, first.text)

    right = verdict(engine, query(first.text, names[0]))
    moved_up = verdict(engine, query(second.text, names[1], exclude=frozenset({names[0]})))

    assert right.right
    assert moved_up.right
    assert moved_up.score <= right.score
    assert not verdict(engine, query(first.text, names[1])).right


def _order(engine, text: str) -> list[str]:
    from service.answers import SearchQuery

    groups = engine.search(SearchQuery(text=text, by_case=True)).groups
    return [group.case.id for group in groups]


def test_off_topic_questions_are_some_forty_and_differ():
    questions = read_off_topic()

    assert 40 <= len(questions) == len(set(questions))
