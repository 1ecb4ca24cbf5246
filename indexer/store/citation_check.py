"""What a passage table says of citations, checked against itself."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from indexer.records import CitationKind
from indexer.store.connections import Connections

_KINDS: Final = ", ".join(f"'{kind.value}'" for kind in CitationKind)
_CHECKS: Final = (
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c LEFT JOIN passage AS p "
            'ON p.row = c.passage_row AND c.start >= p.start AND c.start < p."end" WHERE p.row IS NULL'
        ),
        "row {}: its citation {} begins outside of it",
    ),
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c LEFT JOIN opinion AS o "
            "ON o.seq = c.opinion_seq AND c.passage_row >= o.first_row AND c.passage_row < o.end_row "
            "WHERE o.seq IS NULL"
        ),
        "row {}: its citation {} names another opinion",
    ),
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c JOIN opinion AS o ON o.seq = c.opinion_seq "
            'WHERE c.start >= c."end" OR c."end" > o.characters '
            "OR (c.parenthetical_start IS NULL) != (c.parenthetical_end IS NULL) "
            "OR c.parenthetical_start < 0 OR c.parenthetical_start >= c.parenthetical_end "
            "OR c.parenthetical_end > o.characters"
        ),
        "row {}: its citation {} is not in the text",
    ),
    (
        f"SELECT passage_row, place, kind FROM citation WHERE kind NOT IN ({_KINDS})",  # noqa: S608
        "row {}: its citation {} is of the unknown kind {}",
    ),
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c LEFT JOIN authority AS a "
            "ON a.id = c.authority_id WHERE c.authority_id IS NOT NULL AND a.id IS NULL"
        ),
        "row {}: its citation {} names no citation that is there",
    ),
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c LEFT JOIN case_record AS r "
            "ON r.seq = c.case_seq WHERE c.case_seq IS NOT NULL AND r.seq IS NULL"
        ),
        "row {}: its citation {} names no case that is there",
    ),
    (
        (
            "SELECT c.passage_row, c.place FROM citation AS c JOIN opinion AS o "
            "ON o.seq = c.opinion_seq AND o.case_seq = c.case_seq"
        ),
        "row {}: its citation {} is of its own case",
    ),
    (
        (
            "SELECT r.id, r.cited_by, coalesce(n.cases, 0) FROM case_record AS r LEFT JOIN ("
            "SELECT c.case_seq, count(DISTINCT o.case_seq) AS cases FROM citation AS c "
            "JOIN opinion AS o ON o.seq = c.opinion_seq WHERE c.case_seq IS NOT NULL GROUP BY 1"
            ") AS n ON n.case_seq = r.seq WHERE r.cited_by != coalesce(n.cases, 0)"
        ),
        "case {}: counted as cited by {} cases, and {} cite it",
    ),
)
"""What no row may be, and how it is told."""


def citation_problems(path: Path) -> Iterator[str]:
    """Yield what is wrong with the citations of a passage table, in words."""
    with closing(Connections(path)) as connections, connections.lend() as db:
        for statement, told in _CHECKS:
            for columns in db.execute(statement):
                yield told.format(*columns)
