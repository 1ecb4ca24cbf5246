"""Citations: what one leads to, and which cases cite a case."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from indexer.store.passages import PassageStore
from indexer.store.stored import CitingCase
from service.citation_lookup import Match, look_up
from service.cursors import cursor_at, position_of
from service.dependencies import WORK, JsonRoute, LiveDep
from service.openapi import LISTING, READING
from service.routes_catalogue import CaseId
from service.schemas_citations import (
    CitationMatchOut,
    CitationsResponse,
    CitingCaseOut,
    CitingResponse,
)
from service.schemas_params import CitationParams, CitingParams
from service.wire import case_out, json_response

router: Final = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=WORK)


@router.get(
    "/citations",
    operation_id="look_up_citation",
    summary="Look up a citation",
    tags=["citations"],
    response_model=CitationsResponse,
    responses=LISTING,
)
def look_up_citation(params: Annotated[CitationParams, Query()], live: LiveDep) -> Response:
    """Return the case that a citation or a name stands for, or say that the index has none.

    A page inside a case leads to the passage on it and to the opinion it is in, be it a dissent. Use
    it to check that a citation exists before relying on it.
    """
    with live.searcher() as searcher:
        found = look_up(params.ref, searcher.index.passages)
        return json_response(
            CitationsResponse(
                status=found.status,
                matches=tuple(_match_out(match) for match in found.matches),
                close=tuple(_match_out(match) for match in found.close),
            )
        )


@router.get(
    "/cases/{id:path}/citing",
    operation_id="list_citing_cases",
    summary="List the cases that cite a case",
    tags=["cases"],
    response_model=CitingResponse,
    responses=READING,
)
def list_citing_cases(
    case_id: CaseId, params: Annotated[CitingParams, Query()], live: LiveDep
) -> Response:
    """List the cases of the index that cite a case, in any form, those that do most first.

    Pass `next_cursor` as `cursor` to go on.
    """
    with live.searcher() as searcher:
        passages, build_id = searcher.index.passages, searcher.index.manifest.build_id
        after = position_of(params.cursor, build_id=build_id, first=0)
        entry = passages.case(case_id)
        found = passages.citations.citing(entry.seq, after=after, limit=params.limit + 1)
        more = len(found) > params.limit
        return json_response(
            CitingResponse(
                case=case_out(entry.case, cited_by=entry.cited_by),
                citing=tuple(_citing_out(passages, one) for one in found[: params.limit]),
                next_cursor=cursor_at(after + params.limit, build_id=build_id) if more else None,
            )
        )


def _match_out(match: Match) -> CitationMatchOut:
    return CitationMatchOut(
        case=case_out(match.entry.case, cited_by=match.entry.cited_by),
        opinion_id=match.opinion_id,
        passage_id=match.passage_id,
        cite=match.cite,
        page=match.page,
        why=match.why,
    )


def _citing_out(passages: PassageStore, citing: CitingCase) -> CitingCaseOut:
    entry = passages.case(citing.case_id)
    return CitingCaseOut(
        case=case_out(entry.case, cited_by=entry.cited_by),
        passages=len(citing.passage_ids),
        passage_ids=citing.passage_ids,
        inferred=citing.inferred,
    )
