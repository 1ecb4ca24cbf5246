"""Reading which cases an opinion cites, at its own offsets, and which opinion of each to open."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from indexer.records import CitationKind, OpinionType, Span
from indexer.store.connections import Connections

_CITED: Final = """
SELECT c.start, c."end", c.kind, a.cited, c.pin, c.name, r.id, r.name, r.seq
FROM citation AS c
LEFT JOIN authority AS a ON a.id = c.authority_id LEFT JOIN case_record AS r ON r.seq = c.case_seq
WHERE c.passage_row >= ? AND c.passage_row < ? ORDER BY c.start, c.place
"""
_OPINIONS: Final = """
SELECT o.case_seq, o.id, o.type FROM json_each(?) AS wanted
CROSS JOIN opinion AS o ON o.case_seq = wanted.value
WHERE o.end_row > o.first_row ORDER BY o.case_seq, o.seq
"""
_OPENED_FIRST: Final = (
    OpinionType.LEAD,
    OpinionType.COMBINED,
    OpinionType.UNANIMOUS,
    OpinionType.PLURALITY,
    OpinionType.PER_CURIAM,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionCitation:
    """A place in an opinion where a case is cited."""

    span: Span
    """Of the opinion's text."""
    kind: CitationKind
    citation: str | None
    """The full citation it stands for; `None` where a case was told by its name alone."""
    pin: str | None
    name: str | None
    """As the text writes it; where it does not, as the build knows it."""
    case_id: str | None
    """`None`: not a case of this build, or it cannot be told which."""
    opinion_id: str | None
    """The opinion of that case to read first: the court's; `None`: the case has no text here."""


class OpinionCitations:
    """Looks up what whole opinions cite; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def within(self, rows: range) -> tuple[OpinionCitation, ...]:
        """Return the citations that begin in the passages of one opinion's ``rows``, in text order."""
        with self._connections.lend() as db:
            found = db.execute(_CITED, (rows.start, rows.stop)).fetchall()
            openings = _openings(db, {row[-1] for row in found if row[-1] is not None})
        return tuple(_citation(row, openings.get(row[-1])) for row in found)


def _citation(row: tuple[Any, ...], opinion_id: str | None) -> OpinionCitation:
    start, end, kind, cited, pin, name, case_id, known, _ = row
    return OpinionCitation(
        span=Span(start, end),
        kind=CitationKind(kind),
        citation=cited,
        pin=pin,
        name=name if name is not None else known,
        case_id=case_id,
        opinion_id=opinion_id,
    )


def _openings(db: sqlite3.Connection, cases: Iterable[int]) -> dict[int, str]:
    """Return for each case the opinion that is read first: the court's, else the first there is."""
    opened: dict[int, tuple[int, str]] = {}
    for case_seq, opinion_id, kind in db.execute(_OPINIONS, (json.dumps(sorted(cases)),)):
        rank = _rank(OpinionType(kind))
        if case_seq not in opened or rank < opened[case_seq][0]:
            opened[case_seq] = (rank, opinion_id)
    return {case_seq: opinion_id for case_seq, (_, opinion_id) in opened.items()}


def _rank(kind: OpinionType) -> int:
    return _OPENED_FIRST.index(kind) if kind in _OPENED_FIRST else len(_OPENED_FIRST)
