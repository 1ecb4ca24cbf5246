"""The application: what serves a request, what happens around it, and when things open and close."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeAlias

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from indexer.errors import IndexerError
from models.errors import ModelError
from service import routes, routes_catalogue, routes_citations, routes_status
from service.errors import ServiceError
from service.gate import Gate
from service.live import Live
from service.middleware import REQUEST_ID, BodyLimit, HeadAsGet, RequestId
from service.opening import Opening
from service.problems import INTERNAL, Problem, problem_of
from service.settings import Settings

OpenLive: TypeAlias = Callable[[Settings], Live]

_EXPECTED: Final = (RequestValidationError, HTTPException, ServiceError, IndexerError, ModelError)
_NO_TELEMETRY: Final = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI's own would put addresses, and so queries, into traces."""


def create_app(settings: Settings, *, open_live: OpenLive) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    ``open_live`` runs in a thread of its own once the application has started; until it returns,
    everything but `/healthz` and `/` answers 503. `/docs` is off: FastAPI's page loads its parts
    from the internet. `/openapi.json` is there.
    """
    app = FastAPI(
        title="opinion-search",
        version=routes_status.VERSION,
        description=routes_status.DESCRIPTION,
        lifespan=_lifespan(settings, open_live),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    for module in (routes, routes_citations, routes_catalogue, routes_status):
        app.include_router(module.router)
    for kind in _EXPECTED:
        app.add_exception_handler(kind, _tell)
    app.add_exception_handler(Exception, _tell_internal)
    _add_middleware(app, settings)
    return app


def _lifespan(
    settings: Settings, open_live: OpenLive
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        current_default_thread_limiter().total_tokens = settings.max_concurrency
        opening = Opening()
        task = asyncio.create_task(asyncio.to_thread(open_live, settings))
        task.add_done_callback(opening.settle)
        gate = Gate(limit=settings.max_concurrency + settings.max_queue)
        try:
            yield {"live": opening, "gate": gate}
        finally:
            await asyncio.wait({task})
            await asyncio.to_thread(opening.close)

    return lifespan


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Wrap the application; the last one added sees a request first."""
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, refuse=_refusal)
    app.add_middleware(HeadAsGet)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", REQUEST_ID],
            expose_headers=[REQUEST_ID, "Retry-After"],
        )
    app.add_middleware(RequestId)


async def _tell(request: Request, error: Exception) -> Response:
    """Answer an exception of the table."""
    problem = problem_of(error)
    if request.method == "GET":
        problem = problem.in_query_string()
    response = _response(problem)
    if problem.status == 405:
        response.headers["Allow"] = ", ".join(_methods(request.app, request.scope))
    return response


async def _tell_internal(request: Request, _: Exception) -> Response:
    """Answer an exception that nobody foresaw; the server logs it, the caller learns nothing of it."""
    response = _response(INTERNAL)
    response.headers[REQUEST_ID] = request.state.request_id  # made outside of `RequestId`
    return response


def _refusal(error: HTTPException) -> Response:
    return _response(problem_of(error))


def _response(problem: Problem) -> Response:
    return Response(
        problem.body(),
        status_code=problem.status,
        media_type="application/json",
        headers=dict(problem.headers),
    )


def _methods(app: FastAPI, scope: Scope) -> list[str]:
    """Return the methods that some route takes at this address; HEAD is answered where GET is."""
    taken = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(_takes(route, {**scope, "method": method}) for route in app.routes)
    ]
    return [*taken, "HEAD"] if "GET" in taken else taken


def _takes(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(scope)[0] is Match.FULL
