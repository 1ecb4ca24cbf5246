"""Is it alive, is it ready, what is here. Never in a worker thread: they answer under any load."""

from importlib.metadata import version
from typing import Final

from fastapi import APIRouter, Request, Response

from service.dependencies import LiveDep
from service.errors import NotReadyError
from service.openapi import errors
from service.routes_web import search_page, wants_page
from service.schemas_catalogue import AliveResponse, LandingResponse, ReadyResponse
from service.wire import index_out, json_response

router: Final = APIRouter(tags=["status"])

NAME: Final = "opinion-search"
VERSION: Final = version(NAME)
DESCRIPTION: Final = (
    "Semantic search over the text of court opinions. Ask in plain words; the answer is ranked "
    "passages, each word for word as the court wrote it, with its place and a ready citation."
)


@router.get(
    "/healthz",
    operation_id="healthz",
    summary="Is the process alive",
    response_model=AliveResponse,
)
async def healthz() -> Response:
    """Answer as soon as the process listens, whether or not an index is open."""
    return json_response(AliveResponse(status="ok"))


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Are questions answered",
    response_model=ReadyResponse,
    responses=errors(503),
)
async def readyz(live: LiveDep) -> Response:
    """Answer 503 until an index is open and has found the passage that it must."""
    reason = live.reason_not_ready()
    if reason is not None:
        raise NotReadyError(reason)
    with live.searcher() as searcher:
        return json_response(
            ReadyResponse(status="ready", index=index_out(searcher.index.manifest))
        )


@router.get("/", operation_id="landing", summary="What is here", response_model=LandingResponse)
async def landing(request: Request) -> Response:
    """Say what this is and where its parts are; a browser gets the search page."""
    if wants_page(request):
        return search_page(request)
    return json_response(
        LandingResponse(
            name=NAME,
            version=VERSION,
            description=DESCRIPTION,
            links={
                "search": "/v1/search?q=qualified+immunity",
                "cases": "/v1/cases",
                "openapi": "/openapi.json",
                "ready": "/readyz",
            },
        )
    )
