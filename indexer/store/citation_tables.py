"""The tables of ``passages.sqlite`` that say which case is cited where, and their rows."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final

from indexer.records import Citation, Opinion, Passage, Span
from indexer.reporters import parse_citation
from indexer.store.case_finder import LAST_PAGE, series_key

TABLES: Final = """
CREATE TABLE authority (
    id INTEGER PRIMARY KEY, cited TEXT NOT NULL UNIQUE, series TEXT, page INTEGER
);
CREATE TABLE citation (
    passage_row INTEGER NOT NULL, place INTEGER NOT NULL, opinion_seq INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL, authority_id INTEGER,
    pin TEXT, name TEXT, quoted INTEGER NOT NULL,
    parenthetical_start INTEGER, parenthetical_end INTEGER,
    case_seq INTEGER,
    PRIMARY KEY (passage_row, place)
) WITHOUT ROWID;
CREATE TEMP TABLE stripped (opinion_seq INTEGER PRIMARY KEY);
"""
"""An authority is a full citation as texts write it, each once; ``series`` is a `series_key`. A
citation belongs to the passage in which it begins; ``place`` numbers those of an opinion from 0; spans
are code points of the opinion's text. ``case_seq`` is the case of the build that is cited, told when
all are there: NULL for one that is not. ``stripped`` is gone with the writer."""

INDEXES: Final = """
CREATE INDEX citation_by_case ON citation (case_seq, opinion_seq) WHERE case_seq IS NOT NULL;
CREATE INDEX citation_by_authority ON citation (authority_id) WHERE authority_id IS NOT NULL;
CREATE INDEX authority_by_page ON authority (series, page);
CREATE INDEX case_citation_by_page ON case_citation (page);
"""

INSERT_AUTHORITY: Final = "INSERT OR IGNORE INTO authority (cited, series, page) VALUES (?,?,?)"
INSERT_CITATION: Final = """
INSERT INTO citation VALUES (?,?,?,?,?,?,(SELECT id FROM authority WHERE cited = ?),?,?,?,?,?,NULL)
"""


def authority_rows(citations: Sequence[Citation]) -> Iterator[tuple[Any, ...]]:
    """Yield what `INSERT_AUTHORITY` takes, for each full citation that is named."""
    for cited in dict.fromkeys(one.cited for one in citations if one.cited is not None):
        parsed = parse_citation(cited)
        if parsed is None or parsed.page >= LAST_PAGE:
            yield cited, None, None
        else:
            yield cited, series_key(parsed.volume, parsed.reporter), parsed.page


def citation_rows(
    opinion_seq: int, opinion: Opinion, citations: Sequence[Citation], passages: Sequence[Passage]
) -> Iterator[tuple[Any, ...]]:
    """Yield what `INSERT_CITATION` takes; `ValueError` for a span that is in no passage or text."""
    starts = [passage.span.start for passage in passages]
    for place, one in enumerate(citations):
        at = bisect_right(starts, one.span.start) - 1
        for span in (one.span, *([one.parenthetical] if one.parenthetical else [])):
            _require_inside(span, len(opinion.text), opinion.header.id)
        if at < 0 or one.span.start >= passages[at].span.end:
            raise ValueError(
                f"opinion {opinion.header.id}: no passage has its citation at {one.span.start}"
            )
        beside = one.parenthetical  # an empty one is falsy, and says nothing
        yield (
            passages[at].row, place, opinion_seq, one.span.start, one.span.end, one.kind.value,
            one.cited, one.pin, one.name, int(one.quoted),
            beside.start if beside else None, beside.end if beside else None,
        )  # fmt: skip


def _require_inside(span: Span, length: int, opinion_id: str) -> None:
    if not span.start < span.end <= length:
        raise ValueError(f"opinion {opinion_id}: a citation at {span.start} is not in its text")
