"""The application: what serves a request, what happens around it, and when things open and close."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from indexer.errors import IndexerError
from models.errors import ModelError
from service import (
    routes,
    routes_catalogue,
    routes_citations,
    routes_context,
    routes_corpus,
    routes_facets,
    routes_metrics,
    routes_reading,
    routes_status,
    routes_verify,
    routes_web,
)
from service.around import Surroundings, surround
from service.dialects import mcp_http
from service.dialects.mount import routers, tells
from service.errors import ServiceError
from service.gate import Gate
from service.keyring import Keyring
from service.live import Live
from service.logs import log_fault
from service.metrics import Metrics
from service.middleware import REQUEST_ID
from service.observed import ObservedLive
from service.openapi_access import tell_of_keys
from service.opening import Opening
from service.problem_response import ProblemResponse, speak
from service.problems import INTERNAL, problem_of
from service.pulse import Pulse
from service.rate_limits import RateLimits
from service.security_headers import guard
from service.settings import Settings

OpenLive: TypeAlias = Callable[[Settings], Live]

_log = logging.getLogger(__name__)
_EXPECTED: Final = (RequestValidationError, HTTPException, ServiceError, IndexerError, ModelError)
_NO_TELEMETRY: Final = TelemetryConfig(
    tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False
)
"""FastAPI's own would put addresses, and so queries, into traces."""


def create_app(settings: Settings, *, open_live: OpenLive, shared: Path | None = None) -> FastAPI:
    """Build the application; nothing is loaded until it starts.

    ``open_live`` runs in a thread of its own once the application has started; until it returns,
    everything but `/healthz` and `/` answers 503. `/docs` is off: FastAPI's page loads its parts
    from the internet. `/openapi.json` is there. Where several processes serve together, they count
    together in the folder ``shared``. Raises `SettingsError` or `KeysError` for keys that cannot be.
    """
    given = Surroundings(
        settings=settings,
        keyring=Keyring.of(settings),
        limits=RateLimits(shared),
        metrics=Metrics(shared),
    )
    app = FastAPI(
        title="opinion-search",
        version=routes_status.VERSION,
        description=routes_status.DESCRIPTION,
        lifespan=_lifespan(given, open_live),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    for module in (
        routes,
        routes_citations,
        routes_context,
        routes_verify,
        routes_reading,
        routes_corpus,
        routes_catalogue,
        routes_facets,
        routes_status,
        routes_metrics,
        routes_web,
    ):
        app.include_router(module.router)
    for router in routers(settings.dialects):
        app.include_router(router, include_in_schema=False)
    speak(app, tells(settings.dialects))
    for kind in _EXPECTED:
        app.add_exception_handler(kind, _tell)
    app.add_exception_handler(Exception, _tell_internal)
    tell_of_keys(app, needed=given.keyring is not None, open_metrics=settings.open_metrics)
    surround(app, given)
    return app


def _lifespan(
    given: Surroundings, open_live: OpenLive
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    settings, metrics = given.settings, given.metrics

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        current_default_thread_limiter().total_tokens = settings.max_concurrency
        opening = Opening()
        task = asyncio.create_task(asyncio.to_thread(open_live, settings))
        task.add_done_callback(opening.settle)
        gate = Gate(
            limit=settings.max_concurrency + settings.max_queue,
            lanes=settings.max_concurrency,
            patience_s=settings.request_timeout_s,
            on_change=metrics.inside.set,
        )
        pulse = Pulse(opening, metrics, interval_s=settings.canary_interval_s)
        beating = asyncio.create_task(pulse.run())
        live = ObservedLive(opening, metrics, doubt=pulse.doubt, lanes=settings.searches_at_once)
        try:
            async with mcp_http.serving(settings, live, gate) as mcp:
                yield {
                    "live": live,
                    "gate": gate,
                    "metrics": metrics,
                    "keyring": given.keyring,
                    "public_url": settings.public_url,
                    "mcp": mcp,
                }
        finally:
            beating.cancel()
            await asyncio.wait({task})
            await asyncio.to_thread(opening.close)
            given.limits.close()

    return lifespan


async def _tell(request: Request, error: Exception) -> Response:
    """Answer an exception of the table."""
    problem = problem_of(error)
    if problem is INTERNAL:  # a fault of ours: the caller is told nothing, so the log must
        log_fault(_log, "a request failed", error)
    if request.method == "GET":
        problem = problem.in_query_string()
    response = ProblemResponse(problem)
    if problem.status == 405:
        response.headers["Allow"] = ", ".join(_methods(request.app, request.scope))
    return response


async def _tell_internal(request: Request, _: Exception) -> Response:
    """Answer an exception that nobody foresaw; the server logs it, the caller learns nothing of it."""
    response = ProblemResponse(INTERNAL)
    response.headers[REQUEST_ID] = request.state.request_id  # made outside of every layer
    guard(response.raw_headers, path=request.url.path)
    return response


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
