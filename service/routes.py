"""Search over HTTP: thin handlers, run in worker threads because the work is theirs to wait for."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Query, Response
from pydantic import ValidationError

from indexer.errors import IndexerError
from models.errors import ModelError
from service.admission import require_forum
from service.dependencies import WORK, LiveDep
from service.direct import DirectRoute
from service.errors import ServiceError
from service.hit_fields import Selection
from service.live import Searcher
from service.openapi import ASKING, LISTING
from service.problems import problem_of
from service.schemas import BatchResponse, SearchResponse
from service.schemas_params import SearchParams
from service.schemas_requests import BatchRequest, SearchRequest, forum_of, to_query
from service.wire import json_bytes
from service.wire_hits import search_json

router: Final = APIRouter(prefix="/v1", tags=["search"], route_class=DirectRoute, dependencies=WORK)

_EXAMPLE: Final = {
    "query": "officer used a taser on a suspect who was no longer resisting",
    "k": 5,
    "filters": {"binding_on": "ca6", "section_role": ["analysis", "holding"]},
}


@router.post(
    "/search",
    operation_id="search",
    summary="Find passages of court opinions",
    response_model=SearchResponse,
    responses=ASKING,
)
def search(
    body: Annotated[SearchRequest, Body(openapi_examples={"facts": {"value": _EXAMPLE}})],
    live: LiveDep,
) -> Response:
    """Return the passages that answer a question best, in the court's own words.

    Each has its place in the opinion and a ready citation. Write the query in plain words: a set of
    facts, a rule of law, or a paragraph of a brief.
    """
    with live.searcher() as searcher:
        return json_bytes(_answer(searcher, body))


@router.get(
    "/search",
    operation_id="search_get",
    summary="Find passages of court opinions (query string)",
    response_model=SearchResponse,
    responses=LISTING,
)
def search_get(params: Annotated[SearchParams, Query()], live: LiveDep) -> Response:
    """Answer the same search as the POST, for links and browsers.

    `q` is the query, lists are repeated parameters, and filters stand for themselves:
    `court=ca6&section_role=facts&date_filed.gte=1990`. An address holds at most 64 KiB; a longer
    query goes by POST.
    """
    with live.searcher() as searcher:
        return json_bytes(_answer(searcher, params.request()))


@router.post(
    "/search/batch",
    operation_id="search_batch",
    summary="Answer several searches at once",
    response_model=BatchResponse,
    responses=ASKING,
)
def search_batch(
    body: Annotated[
        BatchRequest,
        Body(
            openapi_examples={
                "two": {"value": {"searches": [_EXAMPLE, {"query": "qualified immunity"}]}}
            }
        ),
    ],
    live: LiveDep,
) -> Response:
    """Answer 1 to 64 searches from one build, in the order asked.

    A search that cannot be answered gets its error in its place; the others are answered.
    """
    with live.searcher() as searcher:
        answers = [_answer_or_error(searcher, entry) for entry in body.entries]
    return json_bytes(b'{"answers":[' + b",".join(answers) + b"]}")


def _answer(searcher: Searcher, request: SearchRequest) -> bytes:
    selection = Selection.of(request.fields)
    require_forum(request.forum, searcher.index.passages)
    answer = searcher.search(to_query(request))
    return search_json(answer, searcher.index.manifest, selection, forum=forum_of(request))


def _answer_or_error(searcher: Searcher, entry: Any) -> bytes:
    try:
        request = SearchRequest.model_validate(entry)
    except ValidationError as error:
        return problem_of(error).body()
    try:
        return _answer(searcher, request)
    except (ServiceError, IndexerError, ModelError) as error:
        return problem_of(error).body()
