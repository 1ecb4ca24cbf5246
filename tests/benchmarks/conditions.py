"""Filters that keep given shares of the passages: periods, single cases, roles."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexer.filters import Filters
from indexer.records import SectionRole
from indexer.store.snapshot import Index

SHARES: Final = (0.5, 0.1, 0.01, 0.001, 0.0001)
EACH: Final = 8
"""Filters of each share: other periods, other cases."""
_ROLES: Final = (SectionRole.ANALYSIS, SectionRole.FACTS, SectionRole.FOOTNOTES)
_PAGE: Final = 1_000
_SEED: Final = 3
_FIRST, _LAST = "01-01", "12-31"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A filter, as the index and as the wire have it, and the rows that pass it."""

    filters: Filters
    wire: dict[str, Any]
    rows: npt.NDArray[np.int64]
    days: tuple[int, int] | None
    """Where it is a period: its ends as numbers, 20050531."""


@dataclass(frozen=True, slots=True)
class _Dated:
    day: str
    case_id: str
    rows: int


def by_share(index: Index) -> Iterator[tuple[float, list[Condition]]]:
    """Yield filters of each share that the index is large enough for, ten passages at the least."""
    dated = _dated(index)
    total = index.manifest.counts.passages
    drawn = random.Random(_SEED)
    for share in SHARES:
        if share * total >= 10:
            yield share, [_of_share(index, dated, round(share * total), drawn) for _ in range(EACH)]


def by_role(index: Index) -> Iterator[tuple[str, list[Condition]]]:
    """Yield a filter for each of some roles that the index has."""
    for role in _ROLES:
        filters = Filters(section_role=(role,))
        rows = index.passages.select(filters)
        if rows is not None and len(rows):
            wire = {"section_role": [role.value]}
            yield (
                f"section_role {role.value}",
                [Condition(filters=filters, wire=wire, rows=np.asarray(rows), days=None)],
            )


def periods(index: Index, share: float, count: int) -> list[Condition]:
    """Return periods that keep about a share of the passages."""
    dated, drawn = _dated(index), random.Random(_SEED)
    wanted = round(share * index.manifest.counts.passages)
    found = (_period(index, dated, wanted, drawn) for _ in range(count))
    return [one for one in found if one is not None]


def days(index: Index) -> npt.NDArray[np.int64]:
    """Return the day of each row as a number, 20050531; of a partial date its first day."""
    found = [_number(_first_day(entry.case.date_filed)) for entry in _entries(index)]
    rows = np.arange(index.manifest.counts.passages, dtype=np.int64)
    return np.asarray(found, np.int64)[index.passages.cases_of(rows)]


def _of_share(
    index: Index, dated: Sequence[_Dated], wanted: int, drawn: random.Random
) -> Condition:
    """Return the period, or where periods are too coarse the case, that comes near ``wanted`` rows."""
    period = _period(index, dated, wanted, drawn)
    if period is not None and 0.5 <= len(period.rows) / wanted <= 2:
        return period
    near = sorted(dated, key=lambda one: abs(one.rows - wanted))[: 4 * EACH]
    case_id = drawn.choice(near).case_id
    filters = Filters(case_id=(case_id,))
    return Condition(
        filters=filters, wire={"case_id": [case_id]}, rows=_rows(index, filters), days=None
    )


def _period(
    index: Index, dated: Sequence[_Dated], wanted: int, drawn: random.Random
) -> Condition | None:
    ends = np.cumsum([one.rows for one in dated])
    room = int(np.searchsorted(ends, ends[-1] - wanted, side="right"))
    first = drawn.randrange(max(1, room))
    before = int(ends[first - 1]) if first else 0
    last = min(int(np.searchsorted(ends, before + wanted)), len(dated) - 1)
    if not dated[first].day:
        return None
    since, until = dated[first].day, dated[last].day
    filters = Filters(date_from=since, date_to=until)
    return Condition(
        filters=filters,
        wire={"date_filed": {"gte": since, "lte": until}},
        rows=_rows(index, filters),
        days=(_number(since), _number(until)),
    )


def _rows(index: Index, filters: Filters) -> npt.NDArray[np.int64]:
    rows = index.passages.select(filters)
    return np.asarray([] if rows is None else rows, np.int64)


def _dated(index: Index) -> list[_Dated]:
    """Return the cases by date, those without one first."""
    count = index.manifest.counts
    rows = np.arange(count.passages, dtype=np.int64)
    counted = np.bincount(index.passages.cases_of(rows), minlength=count.cases).tolist()
    found = [
        _Dated(_first_day(entry.case.date_filed), entry.case.id, counted[entry.seq])
        for entry in _entries(index)
    ]
    return sorted(found, key=lambda one: (one.day, one.case_id))


def _entries(index: Index) -> Iterator[Any]:
    after = -1
    while page := index.passages.cases(Filters(), after=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def _first_day(date: str | None) -> str:
    """Return a day, for partial dates the first one; nothing for nothing."""
    return (date + f"-{_FIRST}"[: 10 - len(date)] if len(date) < 8 else date) if date else ""


def _number(day: str) -> int:
    return int(day.replace("-", "")) if day else 0
