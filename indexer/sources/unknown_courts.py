"""Courts that courts-db does not have, by id or by name: a line for each, however many cases name it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from indexer.courts import is_known_court, near_courts
from indexer.raw import NoteKind
from indexer.records import Case
from indexer.sources.noticed import Noticed

MOST_TOLD: Final = 100
"""Courts told of one by one; a source with more has no names of courts at all."""


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
        if case.court_id is None and case.court is None:
            return
        if case.court_id is not None and is_known_court(case.court_id):
            return
        what = _unknown_id(case.court_id) if case.court_id else _unknown_name(str(case.court))
        first = self._found.get(what)
        if first is None and len(self._found) < MOST_TOLD:
            first = self._found[what] = _First(place, case.id)
        elif first is None:
            first = self._beyond = self._beyond or _First(place, case.id)
        first.cases += 1

    def notices(self) -> Iterator[Noticed]:
        """Yield one notice for each unknown court, in the order in which they came."""
        for what, first in self._found.items():
            yield _noticed(first, what)
        if self._beyond:
            yield _noticed(self._beyond, f"more than {MOST_TOLD} courts are none of courts-db's")


@lru_cache(maxsize=2 * MOST_TOLD)
def _unknown_id(court_id: str) -> str:
    near = near_courts(court_id)
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"court_id {court_id!r} is no court of courts-db{meant}"


def _unknown_name(name: str) -> str:
    return f"court {name!r} is the name of no court of courts-db, or of several"


def _noticed(first: _First, what: str) -> Noticed:
    whose = "the case is" if first.cases == 1 else f"its {first.cases:,} cases are"
    return Noticed(
        place=first.place,
        kind=NoteKind.UNKNOWN_COURT,
        note=f"{what} ({whose} indexed, but no court binds or is bound by it; give its court_id)",
        case_id=first.case_id,
        cases=first.cases,
    )
