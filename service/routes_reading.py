"""For who reads a whole opinion: what it cites, and how to cite any words of it.

Its addresses are longer than those of `routes_catalogue`, whose ids may hold slashes: they come first.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from indexer.cite import pin_cite
from indexer.records import Span
from indexer.store.opinion_citations import OpinionCitation
from indexer.store.stored import PageMap, StoredOpinion
from service.dependencies import WORK, JsonRoute, LiveDep
from service.errors import QueryError
from service.openapi import READING
from service.routes_catalogue import Nothing, OpinionId
from service.schemas import PageRangeOut
from service.schemas_reading import (
    CitedInOpinionOut,
    CiteResponse,
    OpinionCitationsResponse,
    SpanParams,
)
from service.wire import json_response

router: Final = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=WORK)


@router.get(
    "/opinions/{id:path}/citations",
    operation_id="list_opinion_citations",
    summary="List what an opinion cites",
    tags=["opinions"],
    response_model=OpinionCitationsResponse,
    responses=READING,
)
def list_opinion_citations(opinion_id: OpinionId, _: Nothing, live: LiveDep) -> Response:
    """Return every place where the opinion cites a case, in any form, with the case where it is known.

    Offsets are those of the `text` that `/v1/opinions/{id}` returns.
    """
    with live.searcher() as searcher:
        passages = searcher.index.passages
        found = passages.opinion_citations.within(range(*passages.opinion_rows(opinion_id)))
        return json_response(
            OpinionCitationsResponse(
                opinion_id=opinion_id, citations=tuple(_cited_out(one) for one in found)
            )
        )


@router.get(
    "/opinions/{id:path}/cite",
    operation_id="cite_opinion",
    summary="Cite any words of an opinion",
    tags=["opinions"],
    response_model=CiteResponse,
    responses=READING,
)
def cite_opinion(
    opinion_id: OpinionId, params: Annotated[SpanParams, Query()], live: LiveDep
) -> Response:
    """Return the words between two offsets with their citation, and the passages that hold them."""
    with live.searcher() as searcher:
        passages = searcher.index.passages
        stored = passages.opinion(opinion_id)
        span = _span(params, stored)
        ranges = PageMap(stored.pages).ranges(span)
        reached = passages.fetch(passages.rows.overlapping(stored.rows, span))
        return json_response(
            CiteResponse(
                opinion_id=opinion_id,
                start=span.start,
                end=span.end,
                text=span.of(stored.text),
                cite=pin_cite(stored.case, ranges, opinion=stored.header),
                pages=tuple(
                    PageRangeOut(reporter=one.reporter, first=one.first, last=one.last)
                    for one in ranges
                ),
                passage_ids=tuple(one.passage.id for one in reached),
            )
        )


def _span(params: SpanParams, stored: StoredOpinion) -> Span:
    length = len(stored.text)
    if params.end <= params.start:
        raise QueryError("end", f"must be greater than `start`, which is {params.start}")
    if params.end > length:
        raise QueryError("end", f"the text ends at {length}; ask for no more")
    return Span(params.start, params.end)


def _cited_out(one: OpinionCitation) -> CitedInOpinionOut:
    return CitedInOpinionOut(
        start=one.span.start,
        end=one.span.end,
        kind=one.kind,
        citation=one.citation,
        pin=one.pin,
        name=one.name,
        case_id=one.case_id,
        opinion_id=one.opinion_id,
    )
