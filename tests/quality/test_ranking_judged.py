import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.quality.ranking_judged import (
    Half,
    JudgedQuery,
    half_of,
    half_of_all,
    of_half,
    read_judged,
    within,
)


def query(name: str, *relevant: str, exclude: tuple[str, ...] = ()) -> JudgedQuery:
    return JudgedQuery(id=name, text=name, relevant=frozenset(relevant), exclude=frozenset(exclude))


def written(tmp_path, *lines: object):
    path = tmp_path / "judged.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_the_halves_are_those_that_earlier_figures_were_measured_on():
    """sha256sum of "half" and the ids begins with 1d, 0c, 41 and dc: odd, even, odd, even."""
    assert [half_of(f"scotus-fl-{n}") for n in (54, 66, 61, 62)] == [
        Half.REPORTING,
        Half.CHOOSING,
        Half.REPORTING,
        Half.CHOOSING,
    ]


@settings(max_examples=10)
@given(st.sets(st.text(min_size=1), min_size=200, max_size=200))
def test_the_halves_are_about_equal(ids):
    choosing = sum(half_of(one) is Half.CHOOSING for one in ids)

    assert 50 < choosing < 150


def test_a_query_of_both_halves_is_in_neither():
    both = query("both", "scotus-fl-54", other_half("scotus-fl-54"))

    assert half_of_all(both.relevant) is None
    assert of_half([both], Half.CHOOSING) == of_half([both], Half.REPORTING) == []


def test_each_query_of_one_half_is_in_that_half_alone():
    one = query("one", "scotus-fl-54")

    assert of_half([one], half_of("scotus-fl-54")) == [one]
    assert of_half([one], half_of(other_half("scotus-fl-54"))) == []


def test_queries_are_narrowed_to_the_cases_there_are():
    kept = within([query("a", "x", "y"), query("b", "z"), query("c", "y")], ["x", "w"])

    assert [(one.id, one.relevant) for one in kept] == [("a", frozenset("x"))]


def test_a_file_is_read_as_it_is_written(tmp_path):
    path = written(
        tmp_path,
        {"id": "q1", "query": "Words?", "relevant": ["a", "b"], "exclude": ["b"], "label": "x"},
        {"id": "q2", "query": "More?", "relevant": ["c"], "corpus": ["f"]},
    )

    assert read_judged(path) == [
        JudgedQuery(id="q1", text="Words?", relevant=frozenset("a"), exclude=frozenset("b")),
        JudgedQuery(id="q2", text="More?", relevant=frozenset("c")),
    ]


@pytest.mark.parametrize(
    "second",
    [
        {"id": "q2", "query": "no cases"},
        {"id": "q2", "query": "none is relevant", "relevant": []},
        {"id": "q2", "query": "only its own", "relevant": ["a"], "exclude": ["a"]},
        ["not", "an", "object"],
    ],
)
def test_a_line_that_is_no_judged_query_is_named(tmp_path, second):
    path = written(tmp_path, {"id": "q1", "query": "x", "relevant": ["a"]}, second)

    with pytest.raises(ValueError, match=r"judged\.jsonl:2: "):
        read_judged(path)


def test_an_id_that_is_there_twice_is_told(tmp_path):
    line = {"id": "q", "query": "x", "relevant": ["a"]}

    with pytest.raises(ValueError, match="twice"):
        read_judged(written(tmp_path, line, line))


def other_half(case_id: str) -> str:
    """Return the first of some ids that is in the other half."""
    return next(f"case-{n}" for n in range(64) if half_of(f"case-{n}") is not half_of(case_id))
