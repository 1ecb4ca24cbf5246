"""Reading who cites whom: the citations of passages, and the passages that cite a case."""

import json
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np

from indexer.records import CitationKind, Span
from indexer.reporters import preferred
from indexer.store.case_finder import FoundCase, found_case
from indexer.store.connections import Connections
from indexer.store.ranking import Rows
from indexer.store.stored import CitingCase, StoredCitation, StoredPassage

_CITED: Final = """
SELECT c.passage_row, c.start, c."end", c.kind, a.cited, c.pin, c.name, c.quoted,
       c.parenthetical_start, c.parenthetical_end, r.id, r.name, r.citations, c.opinion_seq
FROM json_each(?) AS wanted CROSS JOIN citation AS c ON c.passage_row = wanted.value
LEFT JOIN authority AS a ON a.id = c.authority_id LEFT JOIN case_record AS r ON r.seq = c.case_seq
ORDER BY c.passage_row, c.start, c.place
"""
_CITING: Final = """
SELECT o.case_seq, count(DISTINCT c.passage_row) AS passages, min(c.authority_id IS NULL)
FROM citation AS c JOIN opinion AS o ON o.seq = c.opinion_seq
WHERE c.case_seq = ? GROUP BY 1 ORDER BY passages DESC, 1 LIMIT ? OFFSET ?
"""
_PLACES: Final = """
SELECT DISTINCT p.row, o.id || ':' || p.start || '-' || p."end"
FROM opinion AS o JOIN citation AS c ON c.case_seq = ?1 AND c.opinion_seq = o.seq
JOIN passage AS p ON p.row = c.passage_row WHERE o.case_seq = ?2 ORDER BY p.row
"""
_MEANT: Final = """
SELECT DISTINCT c.case_seq FROM authority AS a JOIN citation AS c ON c.authority_id = a.id
WHERE a.series = ? AND a.page = ? AND c.case_seq IS NOT NULL ORDER BY 1
"""
_ROWS_CITING: Final = """
WITH direct AS MATERIALIZED (
    SELECT c.passage_row, c.case_seq FROM authority AS a JOIN citation AS c ON c.authority_id = a.id
    WHERE a.series = ?1 AND a.page = ?2
), meant AS MATERIALIZED (
    SELECT case_seq FROM case_citation WHERE series = ?1 AND page = ?2
    UNION SELECT case_seq FROM direct WHERE case_seq IS NOT NULL
)
SELECT passage_row FROM direct
UNION SELECT c.passage_row FROM meant JOIN citation AS c ON c.case_seq = meant.case_seq
ORDER BY 1
"""
_REACHED: Final = """
SELECT p.byte_start, p.byte_end, p.start FROM opinion AS o
JOIN passage AS p ON p.row >= o.first_row AND p.row < o.end_row
WHERE o.seq = ?1 AND p."end" > ?2 AND p.start < ?3 ORDER BY p.row
"""


class CitationFinder:
    """Looks citations up; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def cited_in(self, passages: Sequence[StoredPassage]) -> list[tuple[StoredCitation, ...]]:
        """Return the citations that begin in each of ``passages``, in text order: one query for all."""
        texts = {one.passage.row: one for one in passages}
        found: dict[int, tuple[StoredCitation, ...]] = {}
        with self._connections.lend() as db:
            rows = db.execute(_CITED, (json.dumps(sorted(texts)),)).fetchall()
            for row, group in groupby(rows, key=lambda columns: int(columns[0])):
                found[row] = tuple(_stored(db, texts[row], columns) for columns in group)
        return [found.get(one.passage.row, ()) for one in passages]

    def citing(self, case_seq: int, *, after: int = 0, limit: int) -> list[CitingCase]:
        """Return the next ``limit`` cases that cite a case, behind the first ``after`` of them.

        Those with most passages that cite it come first, equal ones in the order of the build.
        """
        with self._connections.lend() as db:
            found = db.execute(_CITING, (case_seq, limit, after)).fetchall()
            return [
                CitingCase(
                    case_id=_case_id(db, seq),
                    passage_ids=tuple(i for _, i in db.execute(_PLACES, (case_seq, seq))),
                    inferred=bool(inferred),
                )
                for seq, _, inferred in found
            ]

    def meant_by(self, series: str, page: int) -> list[FoundCase]:
        """Return the cases that opinions of the build mean by a citation that is not their own."""
        with self._connections.lend() as db:
            rows = db.execute(_MEANT, (series, page)).fetchall()
            return [found_case(db, seq) for (seq,) in rows]

    def rows_citing(self, series: str, page: int) -> Rows:
        """Return the rows, ascending, that cite what begins on a page, in whatever form.

        Also by a parallel citation, where a case of the build begins there; ``series`` comes from
        `series_key`.
        """
        with self._connections.lend() as db:
            rows = [row for (row,) in db.execute(_ROWS_CITING, (series, page))]
        return np.array(rows, dtype=np.int64)


def _stored(
    db: sqlite3.Connection, stored: StoredPassage, columns: Sequence[Any]
) -> StoredCitation:
    start, end, kind, cited, pin, name, quoted = columns[1:8]
    beside, beside_end, case_id, known, own, opinion = columns[8:]
    passage = stored.passage
    from_passage = Span(start - passage.span.start, min(end, passage.span.end) - passage.span.start)
    return StoredCitation(
        span=from_passage,
        kind=CitationKind(kind),
        citation=cited if cited is not None or own is None else preferred(json.loads(own)),
        name=name if name is not None else known,
        case_id=case_id,
        pin=pin,
        quoted=bool(quoted),
        parenthetical=None
        if beside is None
        else _words(db, stored, opinion, Span(beside, beside_end)),
        inferred=case_id is not None and cited is None,
    )


def _words(db: sqlite3.Connection, stored: StoredPassage, opinion: int, span: Span) -> str:
    """Return the opinion's words in ``span``, which may reach beyond the passage."""
    own = stored.passage.span
    if own.start <= span.start and span.end <= own.end:
        return stored.passage.text[span.start - own.start : span.end - own.start]
    reached = db.execute(_REACHED, (opinion, span.start, span.end)).fetchall()
    (first, _, offset), (_, end, _) = reached[0], reached[-1]
    with db.blobopen("opinion", "text", opinion, readonly=True) as text:
        text.seek(first)
        words = text.read(end - first).decode()
    return words[span.start - offset : span.end - offset]


def _case_id(db: sqlite3.Connection, seq: int) -> str:
    (found,) = db.execute("SELECT id FROM case_record WHERE seq = ?", (seq,)).fetchone()
    return str(found)
