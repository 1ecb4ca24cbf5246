"""What is known of a passage under one flat set of names, for answers and for conditions on them."""

from collections.abc import Callable, Mapping
from typing import Final

from indexer.records import Case, OpinionHeader
from indexer.store.stored import CatalogueEntry
from service.answers import Hit
from service.dialects.conditions import Known
from service.links import Links

Attributes = Mapping[str, Known]


def attributes_of(hit: Hit, links: Links) -> dict[str, Known]:
    """Return everything a front end may show or keep beside a passage; what is not known is left out.

    ``url`` opens the reading view at the passage, ``source_url`` is where the source shows the case.
    """
    stored = hit.stored
    span = stored.passage.span
    found: dict[str, Known] = {
        "url": links.hit(hit),
        "cite": hit.cite,
        **_of_case(stored.case, stored.cited_by),
        **_of_opinion(stored.opinion),
        "section_role": stored.section.role.value,
        "section_heading": stored.section.heading,
        "passage_id": stored.passage.id,
        "start": span.start,
        "end": span.end,
        "confidence": hit.confidence.value if hit.confidence else None,
    }
    return {name: value for name, value in found.items() if value not in (None, "", ())}


def _of_case(case: Case, cited_by: int) -> dict[str, Known]:
    return {name: read(case, cited_by) for name, read in OF_CASE.items()}


def _of_opinion(opinion: OpinionHeader) -> dict[str, Known]:
    return {name: read(opinion) for name, read in OF_OPINION.items()}


def _year(case: Case) -> int | None:
    return int(case.date_filed[:4]) if case.date_filed else None


OF_CASE: Final[Mapping[str, Callable[[Case, int], Known]]] = {
    "case_id": lambda case, _: case.id,
    "case_name": lambda case, _: case.name,
    "name_source": lambda case, _: case.name_source.value,
    "citations": lambda case, _: case.citations,
    "court_id": lambda case, _: case.court_id,
    "court": lambda case, _: case.court,
    "date_filed": lambda case, _: case.date_filed,
    "year": lambda case, _: _year(case),
    "docket_number": lambda case, _: case.docket_number,
    "judges": lambda case, _: case.judges,
    "status": lambda case, _: case.status,
    "source_url": lambda case, _: case.url,
    "cited_by_count": lambda _, cited_by: cited_by,
}
"""Attributes of a case; the number is that of the cases which cite it."""
OF_OPINION: Final[Mapping[str, Callable[[OpinionHeader], Known]]] = {
    "opinion_id": lambda opinion: opinion.id,
    "opinion_type": lambda opinion: opinion.type.value,
    "author": lambda opinion: opinion.author,
    "joined_by": lambda opinion: opinion.joined_by,
}
"""Attributes of an opinion."""
DATES: Final = frozenset({"date_filed"})


def known_of(entry: CatalogueEntry, opinion: OpinionHeader | None, name: str) -> Known:
    """Return one attribute of a case, or of one of its opinions."""
    if name in OF_CASE:
        return OF_CASE[name](entry.case, entry.cited_by)
    assert opinion is not None
    return OF_OPINION[name](opinion)
