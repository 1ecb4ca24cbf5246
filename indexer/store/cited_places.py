"""Where passages point to: the cases of the build that they cite, and the pages named there."""

import json
import re
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from indexer.pins import page_ranges
from indexer.store.case_finder import CaseFinder, FoundCase, found_case
from indexer.store.connections import Connections
from indexer.store.ranking import Rows

_CITED: Final = """
SELECT DISTINCT c.passage_row, c.case_seq, c.pin
FROM json_each(?) AS wanted CROSS JOIN citation AS c ON c.passage_row = wanted.value
JOIN opinion AS o ON o.seq = c.opinion_seq
WHERE c.case_seq IS NOT NULL AND c.case_seq <> o.case_seq
ORDER BY 1, 2, 3
"""
_SERIES: Final = "SELECT DISTINCT series FROM case_citation WHERE case_seq = ? ORDER BY 1"
_NOT_PAGES: Final = re.compile(r"(?:and\s+)?\b(?:nn?|notes?)\b\.?.*|§.*|\*.*|.*\bslip\b.*")
_MOST_PAGES: Final = 5
"""Of one pin cite: one that names more singles none out."""


class CitedPlace(NamedTuple):
    """One passage's citation of another case."""

    by: int
    """Row of the passage that cites."""
    case: range
    """Rows of the case that is cited."""
    rows: Rows
    """Those of them on the pages that are named, ascending; none where no page is."""


class CitedPlaces:
    """Looks up where passages point to; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._finder = CaseFinder(connections)

    def of(self, rows: Rows) -> list[CitedPlace]:
        """Return what the passages ``rows`` cite of other cases of the build, by row and case."""
        with self._connections.lend() as db:
            found = db.execute(_CITED, (json.dumps(np.unique(rows).tolist()),)).fetchall()
            cases = {seq: found_case(db, seq) for seq in dict.fromkeys(seq for _, seq, _ in found)}
            series = {seq: [one for (one,) in db.execute(_SERIES, (seq,))] for seq in cases}
        pinned = {
            (seq, pin): self._on_pages(cases[seq], series[seq], pinned_pages(pin or ""))
            for _, seq, pin in found
        }
        return [CitedPlace(by, cases[seq].rows, pinned[seq, pin]) for by, seq, pin in found]

    def _on_pages(self, case: FoundCase, series: Sequence[str], pages: Sequence[int]) -> Rows:
        found = [self._finder.rows_on_page(case, one, page) for one in series for page in pages]
        return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def pinned_pages(pin: str) -> Sequence[int]:
    """Return the pages that a pin cite names: ``240-42`` is 240, 241 and 242; none of ``n. 3``.

    None either where it names more than a few, a section, or pages of a slip opinion.
    """
    ranges = page_ranges(_NOT_PAGES.sub("", pin).replace("\u2014", "-"))
    each = (range(first, min(last, first + _MOST_PAGES) + 1) for first, last in ranges)
    pages = list(dict.fromkeys(chain.from_iterable(each)))
    return pages if len(pages) <= _MOST_PAGES else []
