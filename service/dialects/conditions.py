"""Conditions on what is known of a passage, as Dify and OpenAI write them. No index, no HTTP.

A condition names an attribute, compares it with one of eleven operators and may be negated. Texts
are compared without regard to letter case. Of an attribute with several values (judges, citations)
one is enough. An attribute without a value meets no comparison, and so meets every negated one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import product
from typing import Final, TypeAlias

from service.errors import QueryError
from service.partial_dates import period

Scalar: TypeAlias = str | int | float | bool
Known: TypeAlias = Scalar | tuple[str, ...] | None
"""The value of an attribute; `None`, the empty text and the empty tuple are no value."""

_MOST_ALTERNATIVES: Final = 16
_LEAST_TIMESTAMP: Final = 100_000_000
"""A whole number as far as this from zero is seconds since 1970: no year, and no 20050531."""


class Operator(Enum):
    """How an attribute is compared with a value."""

    CONTAINS = auto()
    STARTS = auto()
    ENDS = auto()
    IS = auto()
    IN = auto()
    EMPTY = auto()
    GREATER = auto()
    LESS = auto()
    AT_LEAST = auto()
    AT_MOST = auto()


_ORDERED: Final = frozenset({Operator.GREATER, Operator.LESS, Operator.AT_LEAST, Operator.AT_MOST})


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison."""

    name: str
    operator: Operator
    values: tuple[Scalar, ...] = ()
    """One of them is enough; none for `Operator.EMPTY`, just one where order is asked."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Conditions that must all hold; none: always true."""

    parts: tuple["Wanted", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions of which one must hold."""

    parts: tuple["Wanted", ...]


Wanted: TypeAlias = Condition | AllOf | AnyOf


def alternatives(wanted: Wanted) -> tuple[tuple[Condition, ...], ...]:
    """Return the disjunctive normal form: one of these groups must hold, all of its conditions.

    `QueryError` where there are more than sixteen, each of which would be a search of its own.
    """
    groups = tuple(dict.fromkeys(_alternatives(wanted)))
    if len(groups) > _MOST_ALTERNATIVES:
        raise QueryError(
            "filters",
            f"amount to {len(groups)} alternatives, more than {_MOST_ALTERNATIVES}; ask for values "
            "of one name with one `in` instead of many `or`",
        )
    return groups


def _alternatives(wanted: Wanted) -> list[tuple[Condition, ...]]:
    if isinstance(wanted, Condition):
        return [(wanted,)]
    inner = [_alternatives(part) for part in wanted.parts]
    if isinstance(wanted, AnyOf):
        return [group for groups in inner for group in groups]
    count = 1
    for groups in inner:
        count *= len(groups)
        if count > _MOST_ALTERNATIVES**2:
            raise QueryError("filters", "are nested too deeply; ask for less at a time")
    return [tuple(dict.fromkeys(sum(choice, ()))) for choice in product(*inner)]


def holds(condition: Condition, known: Known, *, is_date: bool = False) -> bool:
    """Whether an attribute that is ``known`` so meets the condition.

    ``is_date``: it is a date, perhaps partial; `Operator.IS` and the ordered ones then compare
    periods, which are equal when they overlap. `QueryError` for a value that cannot be compared.
    """
    return _compare(condition, known, is_date=is_date) is not condition.negated


def _compare(condition: Condition, known: Known, *, is_date: bool) -> bool:
    held = known if isinstance(known, tuple) else () if known is None or known == "" else (known,)
    if condition.operator is Operator.EMPTY:
        return not held
    if not held:
        return False
    compare = _comparison(condition, is_date=is_date, is_number=_is_number(held))
    return any(compare(one, value) for one in held for value in condition.values)


def _comparison(
    condition: Condition, *, is_date: bool, is_number: bool
) -> Callable[[Scalar, Scalar], bool]:
    operator, name = condition.operator, condition.name
    if operator in _TEXTUAL:
        return _TEXTUAL[operator]
    if is_date:
        return lambda one, value: _dates(operator, str(one), day_of(name, value))
    if operator in _ORDERED and not is_number:
        raise QueryError(name, "is neither a number nor a date; compare it with `is` or `contains`")
    if is_number:
        return lambda one, value: _numbers(operator, number_of(name, one), number_of(name, value))
    return lambda one, value: _folded(one) == _folded(value)


_TEXTUAL: Final[dict[Operator, Callable[[Scalar, Scalar], bool]]] = {
    Operator.CONTAINS: lambda one, value: _folded(value) in _folded(one),
    Operator.STARTS: lambda one, value: _folded(one).startswith(_folded(value)),
    Operator.ENDS: lambda one, value: _folded(one).endswith(_folded(value)),
}


def _is_number(held: Sequence[Scalar]) -> bool:
    return isinstance(held[0], int | float)


def _folded(value: Scalar) -> str:
    return " ".join(str(value).split()).casefold()


def _numbers(operator: Operator, one: float, value: float) -> bool:
    match operator:
        case Operator.GREATER:
            return one > value
        case Operator.LESS:
            return one < value
        case Operator.AT_LEAST:
            return one >= value
        case Operator.AT_MOST:
            return one <= value
    return one == value


def _dates(operator: Operator, one: str, value: str) -> bool:
    first, last = period(one)
    begins, ends = period(value)
    match operator:
        case Operator.GREATER:
            return last > ends
        case Operator.LESS:
            return first < begins
        case Operator.AT_LEAST:
            return last >= begins
        case Operator.AT_MOST:
            return first <= ends
    return first <= ends and begins <= last


def number_of(name: str, value: Scalar) -> float:
    """Return a number; `QueryError` for what is none."""
    try:
        return float(value)
    except ValueError:
        raise QueryError(name, f"is compared with {value!r}; give a number") from None


def day_of(name: str, value: Scalar) -> str:
    """Return an ISO date, perhaps partial; seconds since 1970 are that day in UTC.

    `QueryError` for what is none.
    """
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    try:
        if text.removeprefix("-").isdecimal() and abs(int(text)) >= _LEAST_TIMESTAMP:
            return (
                (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text))).date().isoformat()
            )
        day = text.strip().partition("T")[0]
        period(day)
    except (ValueError, OverflowError):
        raise QueryError(
            name, f"is compared with {value!r}; give a date: 2005, 2005-05 or 2005-05-31"
        ) from None
    return day
