"""Records become wire models, and wire models bytes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Response
from pydantic import BaseModel

from indexer.authority import authority_on
from indexer.courts import court_level, court_parent
from indexer.records import Case, OpinionHeader, PageMark, Section
from indexer.store.manifest import Manifest
from indexer.store.stored import CatalogueEntry, StoredCitation, StoredOpinion, StoredPassage
from service.answers import Answer, Explanation, Group, Hit, Neighbour, Timings
from service.hit_fields import Include, Selection
from service.schemas import (
    CaseOut,
    CitedOut,
    ContextOut,
    GroupOut,
    HitOut,
    IndexOut,
    NeighbourOut,
    OpinionHeaderOut,
    PageRangeOut,
    PassageHitOut,
    PassageOut,
    SearchResponse,
    SectionOut,
    TimingsOut,
)
from service.schemas_catalogue import (
    CaseOpinionOut,
    CaseResponse,
    OpinionResponse,
    OpinionSectionOut,
    PageMarkOut,
)
from service.schemas_why import EvidenceOut, ExplainOut, HighlightOut, QuotedOut

_ALL: Final = Selection()


def json_response(model: BaseModel, *, include: Include | None = None) -> Response:
    """Serialise in the handler's own thread, straight to bytes."""
    content = model.model_dump_json(include=include)
    return Response(content, media_type="application/json")


def search_response(
    answer: Answer,
    manifest: Manifest,
    selection: Selection = _ALL,
    *,
    forum: str | None = None,
) -> SearchResponse:
    """Return the wire form of an answer; `Selection.of_answer` still has to be applied to it.

    ``forum`` is the court that the hits are weighed for.
    """
    groups = answer.groups
    return SearchResponse(
        query=answer.query.text,
        mode=answer.query.mode,
        index=index_out(manifest),
        took_ms=_timings_out(answer.took_ms),
        query_coverage=answer.query_coverage,
        exact=answer.exact,
        candidates_considered=answer.candidates_considered,
        no_match=answer.no_match,
        phrases_not_found=answer.phrases_not_found,
        hits=tuple(hit_out(hit, selection, forum=forum) for hit in answer.hits),
        groups=None
        if groups is None
        else tuple(_group_out(group, selection, forum) for group in groups),
    )


def index_out(manifest: Manifest) -> IndexOut:
    """Return what an answer says of the build it comes from."""
    return IndexOut(
        build_id=manifest.build_id,
        model=manifest.model.name,
        cases=manifest.counts.cases,
        passages=manifest.counts.passages,
        as_of=manifest.created_at,
    )


def hit_out(hit: Hit, selection: Selection = _ALL, *, forum: str | None = None) -> HitOut:
    """Return the wire form of a ranked hit."""
    assert hit.rank is not None
    assert hit.score is not None
    assert hit.confidence is not None
    return HitOut(
        **_parts(hit, selection, forum),
        rank=hit.rank,
        score=hit.score,
        confidence=hit.confidence,
        explain=None if hit.explain is None else _explain_out(hit.explain),
        also_quoted_in=tuple(
            QuotedOut(
                passage_id=other.passage_id,
                case_id=other.case_id,
                case_name=other.case_name,
                cite=other.cite,
            )
            for other in hit.also_quoted_in
        ),
    )


def _explain_out(explain: Explanation) -> ExplainOut:
    parts = explain.evidence
    return ExplainOut(
        dense_rank=explain.dense_rank,
        dense_score=explain.dense_score,
        lexical_rank=explain.lexical_rank,
        lexical_score=explain.lexical_score,
        rerank_score=explain.rerank_score,
        matched_terms=explain.matched_terms,
        evidence=EvidenceOut(
            dense=parts.dense,
            lexical=parts.lexical,
            voice_prior=parts.voice_prior,
            rerank=parts.rerank,
            pointed=parts.pointed,
            named=parts.named,
        ),
    )


def passage_hit_out(hit: Hit, *, forum: str | None = None) -> PassageHitOut:
    """Return the wire form of a passage that was asked for by id."""
    return PassageHitOut(**_parts(hit, _ALL, forum))


def case_out(case: Case, *, cited_by: int, with_extra: bool = False) -> CaseOut:
    """Return the wire form of a case that ``cited_by`` other cases cite."""
    return CaseOut(
        id=case.id,
        name=case.name,
        name_source=case.name_source,
        citations=case.citations,
        court_id=case.court_id,
        court=case.court,
        court_citation_string=case.court_citation_string,
        court_level=court_level(case.court_id) if case.court_id else None,
        court_parent=court_parent(case.court_id) if case.court_id else None,
        date_filed=case.date_filed,
        docket_number=case.docket_number,
        judges=case.judges,
        status=case.status,
        url=case.url,
        cited_by_count=cited_by,
        extra=dict(case.extra) if with_extra else None,
    )


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


def _parts(hit: Hit, selection: Selection, forum: str | None) -> dict[str, Any]:
    """Return what a hit has with and without a rank."""
    stored = hit.stored
    section = stored.section
    return {
        "passage": _passage_out(stored, hit.cites),
        "section": SectionOut(
            heading=section.heading,
            path=section.path,
            number=section.number,
            role=section.role,
            noted_at=section.noted_at,
            noted_in=stored.noted_in,
        ),
        "opinion": _header_out(stored.opinion, with_extra="opinion" in selection.extra),
        "case": case_out(
            stored.case, cited_by=stored.cited_by, with_extra="case" in selection.extra
        ),
        "cite": hit.cite,
        "authority": forum and authority_on(forum, stored.case, stored.opinion.type, section.role),
        "highlights": tuple(
            HighlightOut(start=mark.span.start, end=mark.span.end, kind=mark.kind)
            for mark in hit.highlights
        ),
        "context": ContextOut(
            before=tuple(_neighbour_out(neighbour) for neighbour in hit.before),
            after=tuple(_neighbour_out(neighbour) for neighbour in hit.after),
        ),
    }


def _passage_out(stored: StoredPassage, cites: Sequence[StoredCitation]) -> PassageOut:
    passage = stored.passage
    return PassageOut(
        id=passage.id,
        text=passage.text,
        start=passage.span.start,
        end=passage.span.end,
        text_sha256=stored.text_sha256,
        pages=tuple(
            PageRangeOut(reporter=pages.reporter, first=pages.first, last=pages.last)
            for pages in stored.pages
        ),
        cites=tuple(_cited_out(one) for one in cites),
    )


def _cited_out(cited: StoredCitation) -> CitedOut:
    return CitedOut(
        citation=cited.citation,
        name=cited.name,
        case_id=cited.case_id,
        kind=cited.kind,
        pin=cited.pin,
        quoted=cited.quoted,
        parenthetical=cited.parenthetical,
        inferred=cited.inferred,
        start=cited.span.start,
        end=cited.span.end,
    )


def _header_out(header: OpinionHeader, *, with_extra: bool) -> OpinionHeaderOut:
    return OpinionHeaderOut(
        id=header.id,
        type=header.type,
        author=header.author,
        source_sha256=header.source_sha256,
        extra=dict(header.extra) if with_extra else None,
    )


def _neighbour_out(neighbour: Neighbour) -> NeighbourOut:
    span = neighbour.span
    return NeighbourOut(id=neighbour.id, text=neighbour.text, start=span.start, end=span.end)


def _group_out(group: Group, selection: Selection, forum: str | None) -> GroupOut:
    return GroupOut(
        rank=group.rank,
        score=group.score,
        case=case_out(
            group.case,
            cited_by=group.hits[0].stored.cited_by,
            with_extra="case" in selection.extra,
        ),
        hits=tuple(hit_out(hit, selection, forum=forum) for hit in group.hits),
        lanes=None
        if group.lanes is None
        else {
            role: None if hit is None else hit_out(hit, selection, forum=forum)
            for role, hit in group.lanes.items()
        },
    )


def _timings_out(timings: Timings) -> TimingsOut:
    return TimingsOut(
        total=round(timings.total, 3),
        embed=round(timings.embed, 3),
        dense=round(timings.dense, 3),
        lexical=round(timings.lexical, 3),
        fuse=round(timings.fuse, 3),
        rerank=round(timings.rerank, 3),
        point=round(timings.point, 3),
        fetch=round(timings.fetch, 3),
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
