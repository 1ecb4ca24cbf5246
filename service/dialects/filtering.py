"""Conditions become `Filters`, so that they decide what is searched and never thin out what was found.

What the index answers at once (courts, dates, statuses, ids, types, roles by `is` and `in`; judges,
citations, binding courts) goes into the filters as it is. Everything else that is known of a case or
an opinion is looked up in the catalogue of the build: the filters then name the opinions that pass.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final, TypeAlias

from indexer.filters import Filters
from indexer.records import OpinionHeader, OpinionType, SectionRole
from indexer.store.passages import PassageStore
from indexer.store.stored import CatalogueEntry
from service.dialects.attributes import DATES, OF_CASE, OF_OPINION, known_of
from service.dialects.conditions import (
    Condition,
    Meets,
    Operator,
    Wanted,
    alternatives,
    day_of,
    holds,
)
from service.errors import QueryError
from service.partial_dates import period
from service.work import current_work

_CHUNK: Final = 1_000
MOST_LOOKED_UP: Final = 100_000
"""Cases of a catalogue that conditions are looked up in; some 20 microseconds each."""
_DAY: Final = timedelta(days=1)
_LISTS: Final = {
    "court_id": "court",
    "status": "status",
    "case_id": "case_id",
    "opinion_id": "opinion_id",
}
"""Attributes that the index compares as they are written, and the filter that does."""
_SPELT: Final[Mapping[str, Callable[[str], tuple[str, ...]]]] = {
    "court_id": lambda value: (value.lower(),),
    "status": lambda value: (value, value.lower(), value.capitalize(), value.upper()),
}
"""How the index may have spelt a value, where letter case says nothing."""
_ASKED_ONLY: Final = ("judge", "cites", "binding_on")
"""Filters that are no attribute of a hit."""
_NEVER: Final = "\0"
"""An id that nothing has."""

NAMES: Final = (*OF_CASE, *OF_OPINION, "section_role", *_ASKED_ONLY)
"""What conditions may name."""


def filters_for(wanted: Wanted, store: PassageStore) -> tuple[Filters, ...]:
    """Return filters of which one must admit a passage; none: nothing can meet the conditions.

    `QueryError` for a name, an operator or a value that cannot be; `AbandonedError` when nobody waits
    for what is looked up.
    """
    made = (_Narrowing(group, store).filters() for group in alternatives(wanted))
    return tuple(dict.fromkeys(one for one in made if one is not None))


@dataclass(slots=True)
class _Narrowing:
    """Filters in the making, from conditions that must all hold."""

    group: Sequence[Condition]
    store: PassageStore
    found: Filters = field(default_factory=Filters)
    looked_up: list[Condition] = field(default_factory=list)

    def filters(self) -> Filters | None:
        """Return the filters; `None` where nothing can pass."""
        for condition in self.group:
            narrowed = _narrowed(self.found, condition)
            if narrowed is None:
                self.looked_up.append(condition)
            else:
                self.found = narrowed
        if _admits_nothing(self.found):
            return None
        return self._with_looked_up() if self.looked_up else self.found

    def _with_looked_up(self) -> Filters | None:
        of_opinion = any(condition.name in OF_OPINION for condition in self.looked_up)
        ids = tuple(self._passing(of_opinion=of_opinion))
        if not ids:
            return None
        name = "opinion_id" if of_opinion else "case_id"
        return _intersected(self.found, name, ids)

    def _passing(self, *, of_opinion: bool) -> Iterator[str]:
        """Yield the ids of the cases, or of their opinions, that meet what is looked up."""
        tests = [(one.name, Meets(one, is_date=one.name in DATES)) for one in self.looked_up]
        for entry in self._entries():
            voices: Sequence[OpinionHeader | None] = entry.opinions if of_opinion else (None,)
            for opinion in voices:
                if all(meets(known_of(entry, opinion, name)) for name, meets in tests):
                    yield entry.case.id if opinion is None else opinion.id

    def _entries(self) -> Iterator[CatalogueEntry]:
        """Yield the cases that the conditions are looked up in, as long as somebody waits."""
        asked = replace(self.found, binding_on=None, cites=())
        work = current_work()
        after, seen = -1, 0
        while chunk := self.store.cases(asked, after=after, limit=_CHUNK):
            work.check()
            yield from chunk
            after, seen = chunk[-1].seq, seen + len(chunk)
            if seen > MOST_LOOKED_UP:
                raise QueryError(
                    self.looked_up[0].name,
                    f"would have to be looked up in more than {MOST_LOOKED_UP} cases; narrow them "
                    "by court_id, date_filed or status as well",
                )


def _narrowed(filters: Filters, condition: Condition) -> Filters | None:
    """Return ``filters`` with a condition that the index answers; `None` for one to be looked up."""
    name = condition.name
    if name not in NAMES:
        raise QueryError(name, f"is no name that passages are filtered by; these are: {_known()}")
    if name in _ASKED_ONLY:
        return _asked(filters, condition)
    if name in _ENUMERATED:
        return _enumerated(filters, condition)
    if condition.negated:
        return None
    if name in DATES:
        return _dated(filters, condition)
    if name in _LISTS and condition.operator in (Operator.IS, Operator.IN):
        spelt = (_SPELT.get(name, _as_written)(str(value)) for value in condition.values)
        return _intersected(filters, _LISTS[name], tuple(chain.from_iterable(spelt)))
    return None


def _as_written(value: str) -> tuple[str, ...]:
    return (value,)


def _asked(filters: Filters, condition: Condition) -> Filters:
    name = condition.name
    admitted = (Operator.IS, Operator.IN, Operator.CONTAINS)
    if condition.negated or condition.operator not in admitted:
        raise QueryError(name, "can only be asked for with `is`, `in` or `contains`")
    values = tuple(str(value) for value in condition.values)
    already = getattr(filters, name)
    if already and already not in (values, *values[:1]):
        raise QueryError(name, "stands twice among conditions that must all hold; keep one")
    if name != "binding_on":
        return _with(filters, name, values)
    court, *others = values
    if others:
        raise QueryError(name, "takes one court; ask for several one by one, joined by `or`")
    return _with(filters, name, court)


def _enumerated(filters: Filters, condition: Condition) -> Filters:
    passing = tuple(one for one in _ENUMERATED[condition.name] if holds(condition, one.value))
    return _intersected(filters, condition.name, passing)


_ENUMERATED: Final[Mapping[str, type[OpinionType] | type[SectionRole]]] = {
    "opinion_type": OpinionType,
    "section_role": SectionRole,
}
"""Attributes all of whose values are known beforehand."""


def _intersected(filters: Filters, name: str, values: tuple[str, ...]) -> Filters:
    """Return ``filters`` that admit only ``values``, of those they admitted before."""
    already = frozenset[str](getattr(filters, name))
    kept = tuple(value for value in values if value in already) if already else values
    return _with(filters, name, tuple(dict.fromkeys(kept)) or (_NEVER,))


def _admits_nothing(filters: Filters) -> bool:
    lists = ("opinion_type", "section_role", *_LISTS.values())
    empty = any(getattr(filters, name) == (_NEVER,) for name in lists)
    return empty or not _in_order(filters.date_from, filters.date_to)


def _in_order(date_from: str | None, date_to: str | None) -> bool:
    return not (date_from and date_to) or period(date_from)[0] <= period(date_to)[1]


_Bounds: TypeAlias = tuple[str | None, str | None]
_BOUNDS: Final[Mapping[Operator, Callable[[str], _Bounds]]] = {
    Operator.IS: lambda day: (day, day),
    Operator.AT_LEAST: lambda day: (day, None),
    Operator.AT_MOST: lambda day: (None, day),
    Operator.GREATER: lambda day: (_shifted(period(day)[1], _DAY), None),
    Operator.LESS: lambda day: (None, _shifted(period(day)[0], -_DAY)),
}
"""The earliest and the latest date that a comparison admits."""


def _dated(filters: Filters, condition: Condition) -> Filters | None:
    """Narrow the period; a case passes one filter when its own period overlaps all that is asked.

    Two conditions may each overlap a vague date where both together do not, so a second one that
    bounds the same end is looked up.
    """
    bounds = _BOUNDS.get(condition.operator)
    if bounds is None or len(condition.values) != 1:
        return None
    begin, end = bounds(day_of(condition.name, condition.values[0]))
    if (begin and filters.date_from) or (end and filters.date_to):
        return None
    return replace(filters, date_from=begin or filters.date_from, date_to=end or filters.date_to)


def _shifted(day: date, by: timedelta) -> str:
    try:
        return (day + by).isoformat()
    except OverflowError:
        return day.isoformat()


def _with(filters: Filters, name: str, value: Any) -> Filters:
    changed: dict[str, Any] = {name: value}
    return replace(filters, **changed)


def _known() -> str:
    return ", ".join(NAMES)
