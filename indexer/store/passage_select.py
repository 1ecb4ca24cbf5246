"""Filters become SQL: conditions on cases, opinions and sections, with their values apart."""

import json
from dataclasses import dataclass, field
from typing import Final

from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.store.analysis import name_words
from indexer.store.passage_tables import date_period

_LISTED: Final = "IN (SELECT value FROM json_each(?))"
_NAMED: Final = """o.seq IN (SELECT opinion_seq FROM opinion_person WHERE person_id IN (
    SELECT person.id FROM person, json_each(?) AS wanted WHERE NOT EXISTS (
        SELECT 1 FROM json_each(wanted.value) AS word
        WHERE instr(' ' || person.words || ' ', ' ' || word.value || ' ') = 0)))"""


@dataclass(slots=True)
class Conditions:
    """SQL conditions that must all hold, and the values for their question marks, in order."""

    case: list[str] = field(default_factory=list)
    opinion: list[str] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    case_values: list[str] = field(default_factory=list)
    opinion_values: list[str] = field(default_factory=list)
    section_values: list[str] = field(default_factory=list)

    @property
    def values(self) -> tuple[str, ...]:
        """Return the values in the order in which `where` names them."""
        return (*self.case_values, *self.opinion_values, *self.section_values)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.case or self.opinion or self.section)

    def where(self) -> str:
        """Return the conditions as one expression over the tables ``c``, ``o`` and ``s``."""
        return " AND ".join(["TRUE", *self.case, *self.opinion, *self.section])


def conditions_of(filters: Filters) -> Conditions:
    """Translate all filters but ``binding_on`` and ``cites``, which the caller resolves.

    `FilterError` for a date that cannot be, a range that ends before it begins, and the name of a
    judge without a letter.
    """
    made = Conditions()
    for column, wanted in (
        ("c.court_id", filters.court),
        ("c.id", filters.case_id),
        ("c.status", filters.status),
    ):
        if wanted:
            made.case.append(f"{column} {_LISTED}")
            made.case_values.append(json.dumps(wanted))
    _add_dates(made, filters)
    if filters.opinion_type:
        made.opinion.append(f"o.type {_LISTED}")
        made.opinion_values.append(json.dumps(filters.opinion_type))
    if filters.opinion_id:
        made.opinion.append(f"o.id {_LISTED}")
        made.opinion_values.append(json.dumps(filters.opinion_id))
    if filters.judge:
        made.opinion.append(_NAMED)
        made.opinion_values.append(json.dumps([_words(name) for name in filters.judge]))
    if filters.section_role:
        made.section.append(f"s.role {_LISTED}")
        made.section_values.append(json.dumps(filters.section_role))
    return made


def _words(name: str) -> list[str]:
    words = name_words(name)
    if not words:
        raise FilterError("judge", f"there is no word in {name!r}; give a name or a part of one")
    return words


def _add_dates(made: Conditions, filters: Filters) -> None:
    from_first, _ = _period("date_from", filters.date_from)
    _, to_last = _period("date_to", filters.date_to)
    if from_first and to_last and to_last < from_first:
        raise FilterError(
            "date_filed", f"{filters.date_from} is after {filters.date_to}; exchange the two"
        )
    if from_first:
        made.case.append("c.date_last >= ?")
        made.case_values.append(from_first)
    if to_last:
        made.case.append("c.date_first <= ?")
        made.case_values.append(to_last)


def _period(name: str, date: str | None) -> tuple[str | None, str | None]:
    if not date:
        return None, None
    try:
        return date_period(date)
    except ValueError as error:
        raise FilterError(name, str(error)) from error
