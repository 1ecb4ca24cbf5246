"""Objects of CourtListener's REST interface (v3, v4): opinions, clusters, dockets, pages of them.

Links are ids: an opinion, its cluster and its docket may come in any order and in any files of one
source, or inside one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from indexer.errors import RecordError
from indexer.sources.courtlistener_case import (
    TEXT_FIELDS,
    Parts,
    cluster_id_of,
    link_id,
    slim,
)
from indexer.sources.courtlistener_join import CaseJoin, delivered, joining
from indexer.sources.delivered import Delivered
from indexer.sources.json_records import json_keys, json_records
from indexer.sources.lines import JsonLine
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile
from indexer.sources.streams import UnreadableError, why

_OPINIONS: Final = ("sub_opinions", "opinions")
_OF_OPINION: Final = frozenset({"cluster", "cluster_id", "author_str"})
_OF_CLUSTER: Final = frozenset({"sub_opinions", "precedential_status"})
_SEARCHED: Final = "caseName"
"""Only what the search endpoint returns spells its fields so."""


def claims(file: SourceFile, head: bytes) -> bool:  # noqa: ARG001 - known by its content alone
    """Whether a file that begins with ``head`` (uncompressed) holds objects of the interface."""
    keys = json_keys(head)
    is_opinion = not keys.isdisjoint(_OF_OPINION) and not keys.isdisjoint(TEXT_FIELDS)
    is_cluster = not keys.isdisjoint(_OF_CLUSTER)
    return "resource_uri" in keys or is_opinion or is_cluster or _SEARCHED in keys


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the cases of ``files``: those that come whole as they come, then those put together."""
    try:
        with joining() as join:
            for file in files:
                for line in json_records(file):
                    yield from [line] if isinstance(line, Refused) else _object(line, join)
            yield from join.cases()
    except UnreadableError as error:
        yield Refused(place=files[0].place, reason=why(error))


def _object(line: JsonLine, join: CaseJoin) -> Iterator[Delivered | Refused]:
    """Add one object to ``join``, or yield its case if it is whole, or why it is neither."""
    fields = line.fields
    try:
        with one_record():
            kind = _kind(fields)
            if kind == "cluster":
                yield from _cluster(fields, line.place, join)
            elif kind == "docket":
                join.add_docket(_needed_id(fields, "dockets"), fields)
            else:
                _add_opinion(fields, cluster_id_of(fields), line.place, join)
    except RecordError as error:
        yield Refused(place=line.place, reason=error.reason)


def _kind(fields: Mapping[str, Any]) -> str:
    if _SEARCHED in fields:
        raise RecordError("a search result, which has only snippets; fetch its cluster")
    uri = str(fields.get("resource_uri") or "")
    if "/clusters/" in uri or not _OF_CLUSTER.isdisjoint(fields):
        return "cluster"
    if "/opinions/" in uri or not fields.keys().isdisjoint(TEXT_FIELDS):
        return "opinion"
    if "/dockets/" in uri or (
        "docket_number" in fields and ("court" in fields or "court_id" in fields)
    ):
        return "docket"
    raise RecordError("neither an opinion nor a cluster nor a docket of CourtListener's")


def _cluster(
    cluster: Mapping[str, Any], place: str, join: CaseJoin
) -> Iterator[Delivered | Refused]:
    cluster_id = _needed_id(cluster, "clusters")
    given = next((cluster[name] for name in _OPINIONS if cluster.get(name)), None)
    listed = given if isinstance(given, list) else []
    opinions = [one for one in listed if isinstance(one, dict)]
    docket = cluster.get("docket")
    if len(opinions) == len(listed) > 0 and (isinstance(docket, dict) or _names_court(cluster)):
        known = docket if isinstance(docket, dict) else {}
        yield from delivered(
            Parts(cluster_id=cluster_id, opinions=opinions, cluster=cluster, docket=known), place
        )
        return
    for opinion in opinions:
        _add_opinion(opinion, cluster_id, place, join)
    of_docket = link_id(cluster.get("docket_id"), "dockets") or link_id(docket, "dockets")
    if isinstance(docket, dict) and of_docket:
        join.add_docket(of_docket, docket)
    rest = {name: value for name, value in cluster.items() if name not in _OPINIONS}
    if not join.add_cluster(cluster_id, of_docket, rest, place):
        raise RecordError(f"the second cluster with the id {cluster_id}; the first is used")


def _names_court(cluster: Mapping[str, Any]) -> bool:
    return bool(cluster.get("court_id") or cluster.get("court"))


def _add_opinion(opinion: Mapping[str, Any], cluster_id: str, place: str, join: CaseJoin) -> None:
    given = link_id(opinion.get("id"), "opinions") or link_id(
        opinion.get("resource_uri"), "opinions"
    )
    if not join.add_opinion(cluster_id, given, slim(opinion), place):
        raise RecordError(f"the second opinion with the id {given}; the first is used")


def _needed_id(fields: Mapping[str, Any], kind: str) -> str:
    found = link_id(fields.get("id"), kind) or link_id(fields.get("resource_uri"), kind)
    if found is None:
        raise RecordError(f"no id: an object of {kind} has id or resource_uri")
    return found
