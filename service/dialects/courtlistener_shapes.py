"""Cases as CourtListener's interface writes them, so that its clients find what they look for.

freelawproject/courtlistener ``cl/search/api_serializers.py`` (search results: clusters with opinions; and
the clusters of a citation look-up) and ``cl/lib/search_index_utils``' names of opinion types. Ids of
CourtListener's own cases are its numbers again; others are ours, which are texts. What this index
does not know is null or empty, as it is there.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from indexer.records import Case, OpinionHeader, OpinionType
from indexer.reporters import parse_citation
from indexer.store.stored import CatalogueEntry
from service.answers import Group, HighlightKind, Hit
from service.dialects.finding import Json, score_of
from service.links import Links

_THEIRS: Final = re.compile(r"cl-(?:[0-9]{1,15}-)?(?P<number>[0-9]{1,15})")
"""Ids of cases and opinions that came from CourtListener; what was divided here has more behind it."""
_TYPES: Final = {
    OpinionType.COMBINED: "combined-opinion",
    OpinionType.UNANIMOUS: "unanimous-opinion",
    OpinionType.LEAD: "lead-opinion",
    OpinionType.PER_CURIAM: "lead-opinion",
    OpinionType.PLURALITY: "plurality-opinion",
    OpinionType.CONCURRENCE: "concurrence-opinion",
    OpinionType.CONCURRENCE_IN_PART: "in-part-opinion",
    OpinionType.DISSENT: "dissent",
    OpinionType.ADDENDUM: "addendum",
    OpinionType.REHEARING: "rehearing",
    OpinionType.ON_THE_MERITS: "on-the-merits",
    OpinionType.TRIAL_COURT: "trial-court-document",
}
_NO_OPINION: Final = frozenset({OpinionType.SYLLABUS, OpinionType.OTHER})
_FULL_DATE: Final = 10
_YEAR: Final = 4


def search_result(group: Group, links: Links, *, as_of: str, highlight: bool) -> Json:
    """Return a cluster with the opinions whose passages were found, best first."""
    best = group.hits[0]
    case = group.case
    return {
        "absolute_url": links.hit(best),
        "attorney": "",
        "caseName": case.name,
        "caseNameFull": case.name_full or "",
        "citation": list(case.citations),
        "citeCount": best.stored.cited_by,
        "cluster_id": number_of(case.id),
        "court": case.court or "",
        "court_citation_string": case.court_citation_string or "",
        "court_id": case.court_id or "",
        "court_jurisdiction": "",
        "dateArgued": None,
        "dateFiled": _full_date(case.date_filed),
        "dateFiled_is_approximate": _is_partial(case.date_filed),
        "dateReargued": None,
        "dateReargumentDenied": None,
        "docketNumber": case.docket_number or "",
        "docket_id": None,
        "judge": ", ".join(case.judges),
        "lexisCite": _electronic(case.citations, "LEXIS"),
        "meta": {
            "timestamp": as_of,
            "date_created": as_of,
            "score": {"bm25": None, "semantic": min(1.0, max(0.0, group.score))},
        },
        "neutralCite": "",
        "opinions": _opinions(group.hits, as_of=as_of, highlight=highlight),
        "panel_ids": [],
        "panel_names": list(case.judges),
        "posture": "",
        "procedural_history": "",
        "scdb_id": "",
        "sibling_ids": [],
        "status": _status(case.status),
        "suitNature": "",
        "syllabus": "",
    }


def _opinions(hits: Sequence[Hit], *, as_of: str, highlight: bool) -> list[Json]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.stored.opinion.id, hit)
    return [
        {
            "author_id": None,
            "cites": [],
            "download_url": hit.stored.case.url,
            "id": number_of(hit.stored.opinion.id),
            "joined_by_ids": [],
            "local_path": None,
            "meta": {"timestamp": as_of, "date_created": as_of, "score": score_of(hit)},
            "ordering_key": None,
            "per_curiam": hit.stored.opinion.type is OpinionType.PER_CURIAM,
            "sha1": "",
            "snippet": marked(hit) if highlight else hit.stored.passage.text,
            "type": type_of(hit.stored.opinion),
        }
        for hit in first.values()
    ]


def lookup_cluster(entry: CatalogueEntry, links: Links) -> Json:
    """Return a cluster as the citation look-up does."""
    case = entry.case
    own = [one for one in entry.opinions if one.type not in _NO_OPINION] or entry.opinions
    addresses = [links.opinion(opinion.id) for opinion in own]
    return {
        "absolute_url": addresses[0] if addresses else None,
        "id": number_of(case.id),
        "case_name": case.name,
        "case_name_full": case.name_full or "",
        "case_name_short": "",
        "citation_count": entry.cited_by,
        "citations": list(_citations(case)),
        "date_filed": _full_date(case.date_filed),
        "date_filed_is_approximate": _is_partial(case.date_filed),
        "docket_id": None,
        "judges": ", ".join(case.judges),
        "panel": [],
        "precedential_status": _status(case.status),
        "sub_opinions": addresses,
    }


def number_of(own_id: str) -> int | str:
    """Return CourtListener's number where ``own_id`` is a case or a whole opinion of theirs."""
    theirs = _THEIRS.fullmatch(own_id)
    return int(theirs["number"]) if theirs else own_id


def type_of(opinion: OpinionHeader) -> str:
    """Return CourtListener's name for what an opinion is."""
    return _TYPES.get(opinion.type, opinion.type.value)


def marked(hit: Hit) -> str:
    """Return a passage with the words of the question between ``<mark>`` and ``</mark>``."""
    text, at, parts = hit.stored.passage.text, 0, []
    for one in sorted(hit.highlights, key=lambda mark: mark.span.start):
        if one.kind is HighlightKind.TERM and one.span.start >= at:
            parts += [text[at : one.span.start], "<mark>", one.span.of(text), "</mark>"]
            at = one.span.end
    return "".join([*parts, text[at:]])


def _citations(case: Case) -> Iterable[Json]:
    for text in case.citations:
        cited = parse_citation(text)
        if cited is not None:
            yield {"volume": cited.volume, "reporter": cited.reporter, "page": str(cited.page)}


def _electronic(citations: Iterable[str], name: str) -> str:
    return next((text for text in citations if name in text.upper().split()), "")


def _full_date(filed: str | None) -> str | None:
    """Return a date that their clients can read; a partial one becomes its first day, as there."""
    return None if filed is None else filed + "-01-01"[len(filed) - _YEAR :]


def _is_partial(filed: str | None) -> bool:
    return filed is not None and len(filed) < _FULL_DATE


def _status(status: str | None) -> str:
    return status.capitalize() if status else "Unknown"
