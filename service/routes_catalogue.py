"""Passages, opinions and cases by their ids, and the catalogue of cases."""

from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Path, Query, Response

from indexer.store.passages import PassageStore
from indexer.store.stored import CatalogueEntry
from service.admission import require_forum, with_binding_courts
from service.cursors import cursor_at, position_of
from service.dependencies import WORK, JsonRoute, LiveDep
from service.openapi import LISTING, READING
from service.schemas import PassageHitOut, SimilarResponse
from service.schemas_catalogue import CaseResponse, CasesResponse, OpinionResponse
from service.schemas_params import CaseParams, NoParams, PassageParams, SimilarParams
from service.wire import case_out, case_response, json_bytes, json_response, opinion_response
from service.wire_hits import passage_json, similar_json

router: Final = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=WORK)

PassageId: TypeAlias = Annotated[
    str,
    Path(
        alias="id", description="A passage's id, as hits carry it.", examples=["floyd:16880-17382"]
    ),
]
OpinionId: TypeAlias = Annotated[
    str, Path(alias="id", description="An opinion's id, as hits carry it.")
]
CaseId: TypeAlias = Annotated[str, Path(alias="id", description="A case's id, as hits carry it.")]
Nothing: TypeAlias = Annotated[NoParams, Query()]


@router.get(
    "/passages/{id:path}/similar",
    operation_id="similar_passages",
    summary="Find passages like one passage",
    tags=["passages"],
    response_model=SimilarResponse,
    responses=READING,
)
def similar_passages(
    passage_id: PassageId, params: Annotated[SimilarParams, Query()], live: LiveDep
) -> Response:
    """Return the passages whose meaning is nearest to this one's: other courts on the same point.

    They are from other cases unless `same_case` is true.
    """
    with live.searcher() as searcher:
        require_forum(params.forum, searcher.index.passages)
        hits = searcher.similar(passage_id, k=params.k, same_case=params.same_case)
        return json_bytes(
            similar_json(passage_id, hits, searcher.index.manifest, forum=params.forum)
        )


@router.get(
    "/passages/{id:path}",
    operation_id="get_passage",
    summary="Read one passage",
    tags=["passages"],
    response_model=PassageHitOut,
    responses=READING,
)
def get_passage(
    passage_id: PassageId, params: Annotated[PassageParams, Query()], live: LiveDep
) -> Response:
    """Return one passage with its place and its citation, and `context` passages before and after."""
    with live.searcher() as searcher:
        require_forum(params.forum, searcher.index.passages)
        hit = searcher.passage(passage_id, context=params.context)
        return json_bytes(passage_json(hit, forum=params.forum))


@router.get(
    "/opinions/{id:path}",
    operation_id="get_opinion",
    summary="Read a whole opinion",
    tags=["opinions"],
    response_model=OpinionResponse,
    responses=READING,
)
def get_opinion(opinion_id: OpinionId, _: Nothing, live: LiveDep) -> Response:
    """Return an opinion's text with its outline and page marks.

    All offsets of passages, sections and pages are code points of this text.
    """
    with live.searcher() as searcher:
        return json_response(opinion_response(searcher.index.passages.opinion(opinion_id)))


@router.get(
    "/cases",
    operation_id="list_cases",
    summary="List the cases of the index",
    tags=["cases"],
    response_model=CasesResponse,
    responses=LISTING,
)
def list_cases(params: Annotated[CaseParams, Query()], live: LiveDep) -> Response:
    """List cases in the order of the index, `limit` at a time.

    Pass `next_cursor` as `cursor` to go on. Filters are those of a search, without `cites`.
    """
    with live.searcher() as searcher:
        index = searcher.index
        after = position_of(params.cursor, build_id=index.manifest.build_id, first=-1)
        found = _entries(index.passages, params, after)
        shown = found[: params.limit]
        more = len(found) > params.limit
        cursor = cursor_at(shown[-1].seq, build_id=index.manifest.build_id) if more else None
        return json_response(
            CasesResponse(
                cases=tuple(case_out(e.case, cited_by=e.cited_by) for e in shown),
                next_cursor=cursor,
            )
        )


@router.get(
    "/cases/{id:path}",
    operation_id="get_case",
    summary="Read what is known of a case",
    tags=["cases"],
    response_model=CaseResponse,
    responses=READING,
)
def get_case(case_id: CaseId, _: Nothing, live: LiveDep) -> Response:
    """Return a case with all of its source's metadata, and its opinions with where each begins."""
    with live.searcher() as searcher:
        passages = searcher.index.passages
        entry = passages.case(case_id)
        ids = (header.id for header in entry.opinions)
        first_rows = {id_: range(*passages.opinion_rows(id_))[:1] for id_ in ids}
        first_passages = {
            id_: stored.passage.id
            for id_, rows in first_rows.items()
            for stored in passages.fetch(rows)
        }
        return json_response(case_response(entry, first_passages))


def _entries(passages: PassageStore, params: CaseParams, after: int) -> list[CatalogueEntry]:
    """Return one case more than is asked for, where there is one."""
    filters = with_binding_courts(params.filters(), passages)
    if filters is None:
        return []
    return passages.cases(filters, after=after, limit=params.limit + 1)
