"""Court ids that courts-db does not have: a line for each, however many cases name it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from indexer.courts import is_known_court, near_courts
from indexer.raw import NoteKind
from indexer.records import Case
from indexer.sources.noticed import Noticed

MOST_TOLD: Final = 100
"""Ids told of one by one; a source with more has no ids of courts at all."""


@dataclass(slots=True)
class _First:
    place: str
    case_id: str
    cases: int = 0


class UnknownCourts:
    """Counts the cases of each court that nobody knows."""

    def __init__(self) -> None:
        self._found: dict[str, _First] = {}
        self._beyond: _First | None = None

    def see(self, case: Case, place: str) -> None:
        """Count ``case``, which stands at ``place``, if its court is unknown."""
        court_id = case.court_id
        if court_id is None or is_known_court(court_id):
            return
        first = self._found.get(court_id)
        if first is None and len(self._found) < MOST_TOLD:
            first = self._found[court_id] = _First(place, case.id)
        elif first is None:
            first = self._beyond = self._beyond or _First(place, case.id)
        first.cases += 1

    def notices(self) -> Iterator[Noticed]:
        """Yield one notice for each unknown court, in the order in which they came."""
        for court_id, first in self._found.items():
            near = near_courts(court_id)
            meant = f"; did you mean {' or '.join(near)}?" if near else ""
            yield _noticed(first, f"court_id {court_id!r} is no court of courts-db{meant}")
        if self._beyond:
            yield _noticed(self._beyond, f"more than {MOST_TOLD} court ids are none of courts-db's")


def _noticed(first: _First, what: str) -> Noticed:
    whose = "the case is" if first.cases == 1 else f"its {first.cases:,} cases are"
    return Noticed(
        place=first.place,
        kind=NoteKind.UNKNOWN_COURT,
        note=f"{what} ({whose} indexed, but no court binds or is bound by it; correct the id)",
        case_id=first.case_id,
        cases=first.cases,
    )
