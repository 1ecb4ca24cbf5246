"""Conditions on what is known of a passage, as Dify and OpenAI write them. No index, no HTTP.

A condition names an attribute, compares it with one of eleven operators and may be negated. Texts
are compared without regard to letter case. Of an attribute with several values (judges, citations)
one is enough. An attribute without a value meets no comparison, and so meets every negated one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from functools import cached_property
from itertools import chain, product
from math import isfinite
from typing import Final, TypeAlias

from service.errors import QueryError
from service.partial_dates import period

Scalar: TypeAlias = str | int | float | bool
Known: TypeAlias = Scalar | tuple[str, ...] | None
"""The value of an attribute; `None`, the empty text and the empty tuple are no value."""
_Period: TypeAlias = tuple[date, date]
"""The first and the last day."""

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
    """One comparison; `QueryError` where there is nothing, or too much, to compare with."""

    name: str
    operator: Operator
    values: tuple[Scalar, ...] = ()
    """One of them is enough; none for `Operator.EMPTY`, just one where order is asked."""
    negated: bool = False

    def __post_init__(self) -> None:
        """Refuse what could only be dropped in silence."""
        if not self.values and self.operator is not Operator.EMPTY:
            raise QueryError(self.name, "needs a value to be compared with; give one")
        if len(self.values) > 1 and self.operator in _ORDERED:
            raise QueryError(self.name, "takes one value where order is asked; give one")


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
    return [tuple(dict.fromkeys(chain.from_iterable(choice))) for choice in product(*inner)]


class Meets:
    """Whether an attribute meets a condition, for many cases: its values are read once.

    ``is_date``: the attribute is a date, perhaps partial; `Operator.IS` and the ordered ones then
    compare periods, which are equal when they overlap.
    """

    def __init__(self, condition: Condition, *, is_date: bool = False) -> None:
        self._condition = condition
        self._is_date = is_date

    def __call__(self, known: Known) -> bool:
        """Answer for what is ``known``; `QueryError` for a value that cannot be compared with it."""
        return self._compare(known) is not self._condition.negated

    def _compare(self, known: Known) -> bool:
        held: tuple[Scalar, ...] = (
            known if isinstance(known, tuple) else () if known is None or known == "" else (known,)
        )
        operator = self._condition.operator
        if operator is Operator.EMPTY:
            return not held
        if not held:
            return False
        if operator in _TEXTUAL:
            compare = _TEXTUAL[operator]
            return any(compare(one, text) for one in map(_folded, held) for text in self._texts)
        if self._is_date:
            return any(
                _dates(operator, period(str(one)), asked) for one in held for asked in self._periods
            )
        return self._compare_values(held)

    def _compare_values(self, held: Sequence[Scalar]) -> bool:
        operator, name = self._condition.operator, self._condition.name
        if isinstance(held[0], int | float):
            numbers = [number_of(name, one) for one in held]
            return any(_numbers(operator, one, asked) for one in numbers for asked in self._numbers)
        if operator in _ORDERED:
            raise QueryError(
                name, "is neither a number nor a date; compare it with `is` or `contains`"
            )
        return not self._texts.isdisjoint(map(_folded, held))

    @cached_property
    def _texts(self) -> frozenset[str]:
        return frozenset(map(_folded, self._condition.values))

    @cached_property
    def _numbers(self) -> tuple[float, ...]:
        name = self._condition.name
        return tuple(number_of(name, value) for value in self._condition.values)

    @cached_property
    def _periods(self) -> tuple[_Period, ...]:
        name = self._condition.name
        return tuple(period(day_of(name, value)) for value in self._condition.values)


def holds(condition: Condition, known: Known, *, is_date: bool = False) -> bool:
    """Whether an attribute that is ``known`` so meets the condition; see `Meets`."""
    return Meets(condition, is_date=is_date)(known)


_TEXTUAL: Final[dict[Operator, Callable[[str, str], bool]]] = {
    Operator.CONTAINS: lambda one, text: text in one,
    Operator.STARTS: lambda one, text: one.startswith(text),
    Operator.ENDS: lambda one, text: one.endswith(text),
}


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


def _dates(operator: Operator, one: _Period, asked: _Period) -> bool:
    (first, last), (begins, ends) = one, asked
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
    """Return a finite number; `QueryError` for what is none."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = float("nan")
    if not isfinite(number):
        raise QueryError(name, f"is compared with {value!r}; give a number")
    return number


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
