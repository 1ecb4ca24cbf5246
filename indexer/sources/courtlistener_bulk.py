"""CourtListener's bulk tables: opinions, opinion-clusters, dockets, citations, plain or compressed.

They are known by their headers and joined on disk; of the other tables only those rows are kept
that an opinion needs. Opinions alone are enough for cases without names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from indexer.sources.courtlistener_case import TEXT_FIELDS, slim
from indexer.sources.courtlistener_join import CaseJoin, joining
from indexer.sources.csv_table import Row, columns_of, read_rows
from indexer.sources.delivered import Delivered
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, head_of
from indexer.sources.streams import why

_OPINIONS: Final = "opinions"
_CLUSTERS: Final = "opinion-clusters"
_CITATIONS: Final = "citations"
_DOCKETS: Final = "dockets"
_HEADERS: Final[Mapping[str, frozenset[str]]] = {
    _OPINIONS: frozenset({"id", "cluster_id", "type"}),
    _CLUSTERS: frozenset({"id", "docket_id", "case_name", "precedential_status"}),
    _CITATIONS: frozenset({"cluster_id", "volume", "reporter", "page"}),
    _DOCKETS: frozenset({"id", "court_id", "docket_number"}),
}
"""The columns by which each table is known, in the order in which they are read."""
_BOOLEANS: Final = frozenset(
    {"per_curiam", "extracted_by_ocr", "blocked", "date_filed_is_approximate"}
)
_NUMBERS: Final = frozenset({"citation_count", "page_count"})
_LONGEST_NUMBER: Final = 18
"""Figures; a longer number is kept as the words that it is."""
_OF_DOCKET: Final = frozenset(
    [
        *["id", "court_id", "docket_number", "case_name", "case_name_short", "case_name_full"],
        *["date_argued", "date_reargued", "appeal_from_str", "appeal_from_id", "panel_str"],
        *["assigned_to_str", "referred_to_str", "cause", "nature_of_suit"],
    ]
)
"""What of a docket says something about its opinions; the rest is the book-keeping of PACER."""


def claims(file: SourceFile, head: bytes) -> bool:  # noqa: ARG001 - known by its content alone
    """Whether a file that begins with ``head`` (uncompressed) is one of the tables."""
    return _table(head) is not None


def _table(head: bytes) -> str | None:
    columns = frozenset(columns_of(head))
    for name, needed in _HEADERS.items():
        if needed <= columns and (name != _OPINIONS or not columns.isdisjoint(TEXT_FIELDS)):
            return name
    return None


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the cases of the tables ``files``, in the order of their first opinions."""
    try:
        tables: dict[str, list[SourceFile]] = {}
        for file in files:
            tables.setdefault(_table(head_of(file)) or "", []).append(file)
        with joining() as join:
            yield from _load(tables, join)
            yield from join.cases()
    except OSError as error:
        yield Refused(place=files[0].place, reason=f"cannot be read: {why(error)}")


def _load(tables: Mapping[str, Sequence[SourceFile]], join: CaseJoin) -> Iterator[Refused]:
    if _OPINIONS not in tables:
        place = next(iter(tables.values()))[0].place
        yield Refused(
            place=place, reason="the table of opinions is missing; put it beside this one"
        )
        return
    for file in tables[_OPINIONS]:
        for row in read_rows(file):
            yield from [row] if isinstance(row, Refused) else _add_opinion(row, join)
    join.index()
    for file in tables.get(_CLUSTERS, ()):
        yield from _load_clusters(file, join)
    for file in tables.get(_CITATIONS, ()):
        yield from _load_citations(file, join)
    for file in tables.get(_DOCKETS, ()):
        yield from _load_dockets(file, join)


def _add_opinion(row: Row, join: CaseJoin) -> Iterator[Refused]:
    given, cluster_id = row.fields.get("id"), row.fields.get("cluster_id")
    if cluster_id is None:
        reason = "cluster_id is empty; every opinion belongs to a cluster"
        yield Refused(place=row.place, reason=reason)
    elif not join.add_opinion(cluster_id, given, slim(_typed(row.fields)), row.place):
        reason = f"the second opinion with the id {given}; the first is used"
        yield Refused(place=row.place, reason=reason)


def _load_clusters(file: SourceFile, join: CaseJoin) -> Iterator[Refused]:
    without = 0
    for row in read_rows(file):
        if isinstance(row, Refused):
            yield row
            continue
        given = row.fields.get("id", "")
        if join.has_opinion(given):
            join.add_cluster(given, row.fields.get("docket_id"), _typed(row.fields), row.place)
        else:
            without += 1
    if without:
        reason = f"{without:,} clusters have no opinion in the tables given; they are not indexed"
        yield Refused(place=file.place, reason=reason)


def _load_citations(file: SourceFile, join: CaseJoin) -> Iterator[Refused]:
    for row in read_rows(file):
        if isinstance(row, Refused):
            yield row
            continue
        parts = [row.fields.get(name, "") for name in ("volume", "reporter", "page")]
        cluster_id = row.fields.get("cluster_id", "")
        if all(parts) and join.has_opinion(cluster_id):
            join.add_citation(cluster_id, " ".join(parts))


def _load_dockets(file: SourceFile, join: CaseJoin) -> Iterator[Refused]:
    for row in read_rows(file):
        if isinstance(row, Refused):
            yield row
        elif join.docket_wanted(given := row.fields.get("id", "")):
            join.add_docket(given, {k: v for k, v in row.fields.items() if k in _OF_DOCKET})


def _typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a row with its booleans and counts as such."""
    typed: dict[str, Any] = dict(fields)
    for name in _BOOLEANS & fields.keys():
        typed[name] = fields[name].lower() in ("t", "true", "1")
    for name in _NUMBERS & fields.keys():
        value = fields[name]
        if value.isdecimal() and len(value) <= _LONGEST_NUMBER:
            typed[name] = int(value)
    return typed
