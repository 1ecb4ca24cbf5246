"""Conditions, judged by plain Python on the values."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.dialects.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Meets,
    Operator,
    alternatives,
    day_of,
    holds,
    number_of,
)
from service.errors import QueryError

NAMES = "abc"


def asked(operator: Operator, *values: object, negated: bool = False) -> Condition:
    return Condition("n", operator, values, negated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("operator", "value", "known", "expected"),
    [
        (Operator.CONTAINS, "TERRY", "Terry v. Ohio", True),
        (Operator.CONTAINS, "Terry  v.", "terry v. ohio", True),
        (Operator.CONTAINS, "Gates", "Terry v. Ohio", False),
        (Operator.STARTS, "terry", "Terry v. Ohio", True),
        (Operator.STARTS, "Ohio", "Terry v. Ohio", False),
        (Operator.ENDS, "ohio", "Terry v. Ohio", True),
        (Operator.ENDS, "Terry", "Terry v. Ohio", False),
        (Operator.IS, "terry v. ohio", "Terry v. Ohio", True),
        (Operator.IS, "Terry", "Terry v. Ohio", False),
        (Operator.IS, "Muñoz", ("Kagan", "Muñoz"), True),
        (Operator.CONTAINS, "kag", ("Kagan", "Muñoz"), True),
        (Operator.IS, 5, 5, True),
        (Operator.IS, "5", 5, True),
        (Operator.GREATER, 4, 5, True),
        (Operator.GREATER, 5, 5, False),
        (Operator.AT_LEAST, 5, 5, True),
        (Operator.LESS, "5.5", 5, True),
        (Operator.AT_MOST, 4, 5, False),
    ],
)
def test_values_are_compared(operator, value, known, expected):
    assert holds(asked(operator, value), known) is expected
    assert holds(asked(operator, value, negated=True), known) is not expected


@pytest.mark.parametrize("known", [None, "", ()])
@pytest.mark.parametrize("operator", [one for one in Operator if one is not Operator.EMPTY])
def test_what_is_not_known_meets_no_comparison(operator, known):
    assert not holds(asked(operator, "5"), known)
    assert holds(asked(operator, "5", negated=True), known)
    assert holds(asked(Operator.EMPTY), known)
    assert not holds(asked(Operator.EMPTY), "5")
    assert holds(asked(Operator.EMPTY, negated=True), 0)  # a count of none is known


DAYS = st.dates(date(1789, 1, 1), date(2026, 1, 1))
PARTIAL = DAYS.flatmap(lambda d: st.sampled_from([f"{d}", f"{d}"[:7], f"{d}"[:4]]))


@given(DAYS, PARTIAL)
def test_a_full_date_lies_before_in_or_behind_a_period(day, period):
    """Lexical order of ISO dates is the judge."""
    cut = f"{day}"[: len(period)]
    judged = {
        Operator.IS: cut == period,
        Operator.LESS: cut < period,
        Operator.GREATER: cut > period,
        Operator.AT_LEAST: cut >= period,
        Operator.AT_MOST: cut <= period,
    }
    for operator, expected in judged.items():
        assert holds(asked(operator, period), f"{day}", is_date=True) is expected


def test_a_vague_date_meets_what_a_day_of_it_would():
    assert holds(asked(Operator.GREATER, "2005-05"), "2005", is_date=True)
    assert holds(asked(Operator.LESS, "2005-05"), "2005", is_date=True)
    assert not holds(asked(Operator.GREATER, "2005"), "2005", is_date=True)


@given(st.datetimes(datetime(1789, 1, 1), datetime(2090, 1, 1)))
def test_seconds_are_days(moment):
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    if abs(seconds) >= 100_000_000:
        assert day_of("n", seconds) == day_of("n", str(seconds)) == f"{moment.date()}"


@pytest.mark.parametrize("value", ["soon", "20050531", "2005-13", 12, True, "2005-05-31 or so", ""])
def test_what_is_no_date_is_refused(value):
    with pytest.raises(QueryError, match="give a date"):
        day_of("date_filed", value)


def test_what_is_no_number_is_refused():
    with pytest.raises(QueryError, match="give a number"):
        holds(asked(Operator.GREATER, "many"), 5)
    with pytest.raises(QueryError, match="neither a number nor a date"):
        holds(asked(Operator.GREATER, 5), "Terry v. Ohio")


@pytest.mark.parametrize("value", [10**400, -(10**400), "nan", "inf", float("-inf"), "1e400"])
def test_what_no_number_can_be_compared_with_is_refused(value):
    with pytest.raises(QueryError, match="give a number"):
        number_of("n", value)
    with pytest.raises(QueryError, match="give a number"):
        holds(asked(Operator.LESS, value), 5)


def test_a_condition_that_could_only_be_dropped_cannot_be_made():
    for operator in set(Operator) - {Operator.EMPTY}:
        with pytest.raises(QueryError, match="needs a value"):
            asked(operator)
    with pytest.raises(QueryError, match="takes one value"):
        asked(Operator.AT_MOST, 1, 2)


def test_values_are_read_once_for_all_cases(monkeypatch):
    read: list[object] = []

    def folded(value: object) -> str:
        read.append(value)
        return str(value)

    monkeypatch.setattr("service.dialects.conditions._folded", folded)
    meets = Meets(asked(Operator.IN, *range(1000)))
    assert [meets(f"{n}") for n in range(998, 1002)] == [True, True, False, False]
    assert len(read) == 1000 + 4


LEAVES = st.builds(lambda name: Condition(name, Operator.EMPTY), st.sampled_from(NAMES))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, min_size=1, max_size=2).flatmap(
        lambda parts: st.sampled_from([AllOf(tuple(parts)), AnyOf(tuple(parts))])
    ),
    max_leaves=5,
)


def truth(wanted: Any, true: Any) -> Any:
    if isinstance(wanted, Condition):
        return wanted.name in true
    judge = all if isinstance(wanted, AllOf) else any
    return judge(truth(part, true) for part in wanted.parts)


@given(TREES, st.sets(st.sampled_from(NAMES)))
def test_alternatives_mean_the_same_as_the_tree(tree, true):
    groups = alternatives(tree)
    assert any(all(one.name in true for one in group) for group in groups) is truth(tree, true)


def test_too_many_alternatives_are_refused():
    many = AnyOf(tuple(asked(Operator.IS, str(n)) for n in range(17)))
    with pytest.raises(QueryError, match="17 alternatives"):
        alternatives(many)
    pairs = AnyOf((asked(Operator.IS, "1"), asked(Operator.IS, "2")))
    with pytest.raises(QueryError, match="nested"):
        alternatives(AllOf((pairs,) * 9))
