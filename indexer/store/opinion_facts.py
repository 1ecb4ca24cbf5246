"""What all passages of an opinion have in common: its header, its case, its pages. Remembered."""

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from indexer.records import Case, OpinionHeader
from indexer.store.passage_tables import CASE_COLUMNS, case_of, header_of
from indexer.store.stored import PageMap

_REMEMBERED: Final = 2_048
"""Opinions: some 4 MB of memory."""
_OWN: Final = 10
"""Columns of the statement before those of the case."""
_READ: Final = """
SELECT o.seq, o.first_section, o.pages, o.case_seq, o.id, o.type, o.author, o.joined_by, o.source_sha256,
       o.extra, c.*
FROM json_each(?) AS wanted CROSS JOIN opinion AS o ON o.seq = wanted.value
JOIN case_record AS c ON c.seq = o.case_seq
"""


@dataclass(frozen=True, slots=True)
class OpinionFacts:
    """One opinion, without its words."""

    header: OpinionHeader
    case: Case
    pages: PageMap
    first_section: int
    cited_by: int
    """Other cases of the build that cite its case."""


class FactsReader:
    """Reads the facts of opinions of one build; any number of threads may."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._most = remembered
        self._known: OrderedDict[int, OpinionFacts] = OrderedDict()
        self._lock = Lock()

    def of(self, db: sqlite3.Connection, seqs: Collection[int]) -> Mapping[int, OpinionFacts]:
        """Return the facts of the opinions at these positions; `ValueError` where one is not there."""
        found: dict[int, OpinionFacts] = {}
        with self._lock:
            for seq in seqs:
                if seq in self._known:
                    self._known.move_to_end(seq)
                    found[seq] = self._known[seq]
        missing = [seq for seq in seqs if seq not in found]
        if missing:
            read = _read(db, missing)
            found.update(read)
            self._remember(read)
        return found

    def forget(self) -> None:
        """Remember nothing of what was read."""
        with self._lock:
            self._known.clear()

    def _remember(self, read: Mapping[int, OpinionFacts]) -> None:
        with self._lock:
            self._known.update(read)
            while len(self._known) > self._most:
                self._known.popitem(last=False)


def _read(db: sqlite3.Connection, seqs: Collection[int]) -> dict[int, OpinionFacts]:
    cases: dict[int, Case] = {}
    found = {}
    for row in db.execute(_READ, (json.dumps(list(seqs)),)):
        seq, first_section, pages, case_seq = row[:4]
        own: tuple[Any, ...] = row[_OWN:]
        if case_seq not in cases:
            cases[case_seq] = case_of(own)
        case = cases[case_seq]
        found[seq] = OpinionFacts(
            header=header_of(row[4], case.id, row[5:_OWN]),
            case=case,
            pages=PageMap.of(json.loads(pages)),
            first_section=first_section,
            cited_by=own[CASE_COLUMNS + 4],
        )
    for seq in seqs:
        if seq not in found:
            raise ValueError(f"there is no opinion {seq}")
    return found
