"""How many passages and cases each value of a filter would leave, given the other filters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.filters import Filters
from indexer.store.passage_select import conditions_of
from indexer.store.passage_tables import date_period
from indexer.store.ranking import Rows
from indexer.store.section_table import Coded, SectionTable
from indexer.store.snapshot import Index
from service.admission import Admission, with_binding_courts

_Mask: TypeAlias = npt.NDArray[np.bool_]


class Count(NamedTuple):
    """How much has one value."""

    value: str
    cases: int
    """Cases with at least one such passage."""
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """What passes the filters, and what each value would leave in place of those of its own filter."""

    cases: int
    passages: int
    courts: tuple[Count, ...]
    years: tuple[Count, ...]
    """Ascending; all others by cases, most first."""
    opinion_types: tuple[Count, ...]
    section_roles: tuple[Count, ...]
    statuses: tuple[Count, ...]


class _Facet(NamedTuple):
    """A filter whose values are counted: whom it admits, and what each line has."""

    name: str
    mask: Callable[[SectionTable, Filters], _Mask | None]
    """By section; `None` where the filter is not set."""
    column: Callable[[SectionTable], Coded]
    of_case: bool
    """Whether a case has one value, not each section its own."""


def count_facets(index: Index, filters: Filters) -> FacetCounts:
    """Count all values of five filters over what the others admit.

    Counted is the corpus, not an answer: a search by meaning ranks whatever passes. Raises
    `FilterError` for a value that cannot be.
    """
    conditions_of(filters)  # refuses a date that is none
    with_binding_courts(filters, index.passages)  # and a court
    table = index.passages.sections.read()
    sizes = _sizes(index, table, filters)
    masks = {facet.name: facet.mask(table, filters) for facet in _FACETS}
    passing = _passing(sizes, list(masks.values()))
    counted = {
        facet.name: _count(
            table, facet, _passing(sizes, [m for name, m in masks.items() if name != facet.name])
        )
        for facet in _FACETS
    }
    return FacetCounts(
        cases=int(np.count_nonzero(_cases(table, passing))),
        passages=int(passing.sum()),
        courts=_by_cases(counted["court"]),
        years=tuple(counted["date_filed"]),
        opinion_types=_by_cases(counted["opinion_type"]),
        section_roles=_by_cases(counted["section_role"]),
        statuses=_by_cases(counted["status"]),
    )


def _sizes(index: Index, table: SectionTable, filters: Filters) -> Rows:
    """Return how many passages of each section pass the filters whose values are not counted."""
    others = replace(
        filters,
        court=(),
        date_from=None,
        date_to=None,
        opinion_type=(),
        section_role=(),
        status=(),
    )
    if others.is_empty:
        return table.sizes
    rows = Admission(index).admit(others, ()).rows
    return table.sizes if rows is None else table.sizes_of(rows)


def _passing(sizes: Rows, masks: list[_Mask | None]) -> Rows:
    """Return the sizes of the sections that all masks admit, 0 for the others."""
    return reduce(lambda left, mask: left if mask is None else left * mask, masks, sizes)


def _cases(table: SectionTable, sizes: Rows) -> _Mask:
    """Say of each case whether it has a passage."""
    having = np.zeros(len(table.first_days), np.bool_)
    having[table.cases[sizes > 0]] = True
    return having


def _count(table: SectionTable, facet: _Facet, sizes: Rows) -> list[Count]:
    """Count each value of a facet that has a passage, in the order of the values."""
    column = facet.column(table)
    n = len(column.values)
    codes = column.codes[table.cases] if facet.of_case else column.codes
    known = (codes >= 0) & (sizes > 0)
    passages = np.bincount(codes[known], weights=sizes[known], minlength=n)
    if facet.of_case:
        of_cases = column.codes[_cases(table, sizes)]
        cases = np.bincount(of_cases[of_cases >= 0], minlength=n)
    else:
        pairs = np.zeros((n, len(table.first_days)), np.bool_)
        pairs[codes[known], table.cases[known]] = True
        cases = pairs.sum(axis=1)
    return [
        Count(value, int(cases[place]), int(passages[place]))
        for place, value in enumerate(column.values)
        if passages[place]
    ]


def _by_cases(counts: list[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda one: (-one.cases, -one.passages, one.value)))


def _courts(table: SectionTable, filters: Filters) -> _Mask | None:
    return table.courts.is_one_of(filters.court)[table.cases] if filters.court else None


def _statuses(table: SectionTable, filters: Filters) -> _Mask | None:
    return table.statuses.is_one_of(filters.status)[table.cases] if filters.status else None


def _types(table: SectionTable, filters: Filters) -> _Mask | None:
    return table.types.is_one_of(filters.opinion_type) if filters.opinion_type else None


def _roles(table: SectionTable, filters: Filters) -> _Mask | None:
    return table.roles.is_one_of(filters.section_role) if filters.section_role else None


def _dates(table: SectionTable, filters: Filters) -> _Mask | None:
    """Admit what a search admits: cases whose period overlaps the range."""
    if not filters.date_from and not filters.date_to:
        return None
    passing = table.last_days > 0
    if filters.date_from:
        passing &= table.last_days >= _day(date_period(filters.date_from)[0])
    if filters.date_to:
        passing &= table.first_days <= _day(date_period(filters.date_to)[1])
    return passing[table.cases]


def _day(date: str) -> int:
    return int(date.replace("-", ""))


_FACETS: Final = (
    _Facet("court", _courts, lambda table: table.courts, of_case=True),
    _Facet("date_filed", _dates, lambda table: table.years, of_case=True),
    _Facet("opinion_type", _types, lambda table: table.types, of_case=False),
    _Facet("section_role", _roles, lambda table: table.roles, of_case=False),
    _Facet("status", _statuses, lambda table: table.statuses, of_case=True),
)
