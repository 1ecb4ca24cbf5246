"""Which rows a question may be answered from: filters and quoted phrases, decided before the search."""

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import Final

import numpy as np

from indexer.courts import binding_courts
from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.store.analysis import citation_terms
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index

_REMEMBERED: Final = 64


class Admission:
    """Turns conditions into rows of one build, remembering the last ones asked for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: OrderedDict[tuple[Filters, tuple[str, ...]], Rows | None] = OrderedDict()
        self._lock = Lock()

    def rows(self, filters: Filters, phrases: tuple[str, ...]) -> Rows | None:
        """Return the admitted rows, ascending; `None` when every row is admitted."""
        key = (filters, phrases)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        rows = self._find(filters, phrases)
        with self._lock:
            self._known[key] = rows
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return rows

    def _find(self, filters: Filters, phrases: tuple[str, ...]) -> Rows | None:
        narrowed = with_binding_courts(filters)
        if narrowed is None:
            return np.empty(0, np.int64)
        rows = self._index.passages.select(narrowed)
        for phrase in phrases:
            rows = _both(rows, self._index.lexical.phrase_rows(phrase))
        if filters.cites:
            rows = _both(rows, self._citing(filters.cites))
        return rows

    def _citing(self, citations: tuple[str, ...]) -> Rows:
        """Return the rows whose words hold one of the citations."""
        found = []
        for citation in citations:
            terms = citation_terms(citation)
            if len(terms) != 1:
                raise FilterError(
                    "cites", f"{citation!r} is not one citation, such as 490 U.S. 386"
                )
            found.append(self._index.lexical.term_rows(terms[0]))
        return np.unique(np.concatenate(found))


def with_binding_courts(filters: Filters) -> Filters | None:
    """Turn ``binding_on`` into a set of courts; `None` when no court is left."""
    if filters.binding_on is None:
        return filters
    binding = binding_courts(filters.binding_on)
    courts = binding & set(filters.court) if filters.court else binding
    return replace(filters, binding_on=None, court=tuple(sorted(courts))) if courts else None


def _both(rows: Rows | None, others: Rows) -> Rows:
    return others if rows is None else np.intersect1d(rows, others, assume_unique=True)
