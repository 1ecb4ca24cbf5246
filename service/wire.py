"""Records become wire models, and wire models bytes."""

from collections.abc import Mapping
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from indexer.courts import court_level, court_parent
from indexer.records import Case, OpinionHeader, PageMark, Section
from indexer.store.manifest import Manifest
from indexer.store.stored import CatalogueEntry, StoredOpinion
from service.model_names import public_name
from service.schemas import CaseOut, IndexOut
from service.schemas_catalogue import (
    CaseOpinionOut,
    CaseResponse,
    OpinionResponse,
    OpinionSectionOut,
    PageMarkOut,
)


def json_response(model: BaseModel) -> Response:
    """Serialise in the handler's own thread, straight to bytes."""
    return json_bytes(model.model_dump_json().encode())


def json_bytes(content: bytes) -> Response:
    """Answer with what is JSON already."""
    return Response(content, media_type="application/json")


def index_values(manifest: Manifest) -> dict[str, Any]:
    """Return what an answer says of the build it comes from, by the names of `IndexOut`."""
    return {
        "build_id": manifest.build_id,
        "model": public_name(manifest.model.name),
        "cases": manifest.counts.cases,
        "passages": manifest.counts.passages,
        "as_of": manifest.created_at,
    }


def index_out(manifest: Manifest) -> IndexOut:
    """Return what an answer says of the build it comes from."""
    return IndexOut(**index_values(manifest))


def case_values(case: Case, *, cited_by: int) -> dict[str, Any]:
    """Return a case that ``cited_by`` other cases cite, by the names of `CaseOut` and in its order."""
    court_id = case.court_id
    return {
        "id": case.id,
        "name": case.name,
        "name_source": case.name_source,
        "citations": case.citations,
        "court_id": court_id,
        "court": case.court,
        "court_citation_string": case.court_citation_string,
        "court_level": court_level(court_id) if court_id else None,
        "court_parent": court_parent(court_id) if court_id else None,
        "date_filed": case.date_filed,
        "docket_number": case.docket_number,
        "judges": case.judges,
        "status": case.status,
        "url": case.url,
        "cited_by_count": cited_by,
    }


def case_out(case: Case, *, cited_by: int, with_extra: bool = False) -> CaseOut:
    """Return the wire form of a case that ``cited_by`` other cases cite."""
    values = case_values(case, cited_by=cited_by)
    return CaseOut(**values, extra=dict(case.extra) if with_extra else None)


def opinion_response(stored: StoredOpinion) -> OpinionResponse:
    """Return the wire form of a whole opinion."""
    header = stored.header
    return OpinionResponse(
        id=header.id,
        type=header.type,
        author=header.author,
        joined_by=header.joined_by,
        case=case_out(stored.case, cited_by=stored.cited_by),
        sections=tuple(_section_of_opinion(section) for section in stored.sections),
        pages=tuple(_page_mark(mark) for mark in stored.pages if mark.page),
        text=stored.text,
        source_sha256=header.source_sha256,
        extra=dict(header.extra),
    )


def case_response(entry: CatalogueEntry, first_passages: Mapping[str, str]) -> CaseResponse:
    """Return a case with its opinions; ``first_passages`` maps opinion ids to passage ids."""
    return CaseResponse(
        case=case_out(entry.case, cited_by=entry.cited_by, with_extra=True),
        name_full=entry.case.name_full,
        opinions=tuple(
            _case_opinion(header, first_passages.get(header.id)) for header in entry.opinions
        ),
    )


def _section_of_opinion(section: Section) -> OpinionSectionOut:
    return OpinionSectionOut(
        heading=section.heading,
        path=section.path,
        number=section.number,
        role=section.role,
        start=section.span.start,
        end=section.span.end,
        noted_at=section.noted_at,
    )


def _page_mark(mark: PageMark) -> PageMarkOut:
    return PageMarkOut(reporter=mark.reporter, page=mark.page, start=mark.start)


def _case_opinion(header: OpinionHeader, first_passage_id: str | None) -> CaseOpinionOut:
    return CaseOpinionOut(
        id=header.id,
        type=header.type,
        author=header.author,
        joined_by=header.joined_by,
        source_sha256=header.source_sha256,
        first_passage_id=first_passage_id,
        extra=dict(header.extra),
    )
