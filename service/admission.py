"""Which rows a question may be answered from: filters and quoted phrases, decided before the search."""

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Final, NamedTuple, Protocol

import numpy as np

from indexer.courts import binding_courts, is_known_court, near_courts
from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.store.analysis import citation_terms
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from indexer.store.stored import CatalogueEntry
from service.errors import QueryError
from service.quoted import phrase_rows
from service.row_sets import both

_REMEMBERED: Final = 64
"""Answers kept at the most."""
_REMEMBERED_ROWS: Final = 4_000_000
"""Rows of all of them together: 32 MB."""


class Catalogue(Protocol):
    """The part of the passage table that lists cases."""

    def cases(self, filters: Filters, *, after: int = -1, limit: int) -> list[CatalogueEntry]:
        """Return the first ``limit`` cases that pass, behind the position ``after``."""
        ...


class Admitted(NamedTuple):
    """What may be searched."""

    rows: Rows | None
    """Ascending and not to be written to; `None` for every row."""
    phrases_not_found: tuple[str, ...] = ()
    """Phrases that none of the rows which pass the filters has, and which narrow nothing."""


class Admission:
    """Turns conditions into rows of one build, remembering the last ones asked for."""

    def __init__(self, index: Index, *, remembered_rows: int = _REMEMBERED_ROWS) -> None:
        self._index = index
        self._known: OrderedDict[tuple[Filters, tuple[str, ...]], Admitted] = OrderedDict()
        self._rows = 0
        self._most_rows = remembered_rows
        self._lock = Lock()

    def admit(self, filters: Filters, phrases: tuple[str, ...]) -> Admitted:
        """Return the rows that pass ``filters`` and hold all ``phrases`` that any of them holds.

        Raises `FilterError` for a value that cannot be.
        """
        key = (filters, phrases)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = self._find(filters, phrases)
        if found.rows is not None:
            found.rows.flags.writeable = False
        self._remember(key, found)
        return found

    def _remember(self, key: tuple[Filters, tuple[str, ...]], found: Admitted) -> None:
        with self._lock:
            if key in self._known or _size(found) > self._most_rows:
                return
            self._known[key] = found
            self._rows += _size(found)
            while len(self._known) > _REMEMBERED or self._rows > self._most_rows:
                _, forgotten = self._known.popitem(last=False)
                self._rows -= _size(forgotten)

    def _find(self, filters: Filters, phrases: tuple[str, ...]) -> Admitted:
        passing = self._passing(filters)
        if passing is not None and not len(passing):
            return Admitted(passing)
        rows, missing = passing, []
        for phrase in phrases:
            holding = phrase_rows(phrase, self._index.lexical, passing)
            if len(holding):
                rows = both(rows, holding)
            else:
                missing.append(phrase)
        return Admitted(rows, tuple(missing))

    def _passing(self, filters: Filters) -> Rows | None:
        narrowed = with_binding_courts(filters, self._index.passages)
        if narrowed is None:
            return np.empty(0, np.int64)
        rows = self._index.passages.select(narrowed)
        return both(rows, self._citing(filters.cites)) if filters.cites else rows

    def _citing(self, citations: tuple[str, ...]) -> Rows:
        """Return the rows that cite one of the cases, in any form, or whose words hold its citation.

        ``Graham, at 396``, ``id.`` and parallel citations count as far as the build resolved them.
        """
        found = []
        for citation in citations:
            terms = citation_terms(citation)
            if len(terms) != 1:
                raise FilterError(
                    "cites", f"{citation!r} is not one citation, such as 490 U.S. 386"
                )
            series, _, page = terms[0].rpartition("_")
            found.append(self._index.lexical.term_rows(terms[0]))
            found.append(self._index.passages.citations.rows_citing(series, int(page)))
        return np.unique(np.concatenate(found))


def with_binding_courts(filters: Filters, cases: Catalogue) -> Filters | None:
    """Turn ``binding_on`` into a set of courts; `None` when no court is left.

    An id in ``court`` or ``binding_on`` that neither courts-db nor a case of the corpus has is a
    slip, not a court without passages: `FilterError`, which names the ids nearest to it.
    """
    for court_id in filters.court:
        _require_court("court", court_id, cases)
    if filters.binding_on is None:
        return filters
    _require_court("binding_on", filters.binding_on, cases)
    binding = binding_courts(filters.binding_on)
    courts = binding & set(filters.court) if filters.court else binding
    return replace(filters, binding_on=None, court=tuple(sorted(courts))) if courts else None


def require_forum(forum: str | None, cases: Catalogue) -> None:
    """Refuse, with a `QueryError`, a forum whose id neither courts-db nor a case of the corpus has."""
    if forum is None:
        return
    try:
        _require_court("forum", forum, cases)
    except FilterError as error:
        raise QueryError(error.name, error.reason) from None


def _require_court(name: str, court_id: str, cases: Catalogue) -> None:
    if is_known_court(court_id) or cases.cases(Filters(court=(court_id,)), limit=1):
        return
    near = near_courts(court_id)
    meant = f"did you mean {' or '.join(near)}?" if near else "ids are those of courts-db: ca6"
    raise FilterError(name, f"no court has the id {court_id!r}; {meant}")


def _size(found: Admitted) -> int:
    return 0 if found.rows is None else len(found.rows)
