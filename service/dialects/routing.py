"""What the dialects share as web files: where they are mounted, and whose words their errors use."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from indexer.errors import IndexerError
from models.errors import ModelError
from service.dependencies import WORK, JsonRoute
from service.dialects.names import NoCollectionError
from service.errors import ServiceError
from service.logs import log_fault
from service.problem_response import ProblemResponse, Tell
from service.problems import INTERNAL, Problem, problem_of

MALFORMED: Final = 400
_UNPROCESSABLE: Final = 422
_EXPECTED: Final = (
    RequestValidationError, ValidationError, HTTPException, ServiceError, IndexerError, ModelError
)  # fmt: skip
_log = logging.getLogger(__name__)


class DialectRouter(APIRouter):
    """The addresses of a dialect, and its words for what goes wrong at them."""

    tell: Tell


def dialect_router(path: str, *, tell: Tell) -> DialectRouter:
    """Return a router below ``/dialects``, whose errors are those of ``tell`` once `speak` knows it.

    Include it without its schema: its contract is described where it was defined, and a model that
    chooses from the service's own document needs each tool once.
    """
    router = DialectRouter(
        prefix=f"/dialects{path}",
        route_class=_TellingRoute,
        dependencies=WORK,
    )
    router.tell = tell
    return router


def json_of(content: Any) -> Response:
    """Serialise plain JSON in the handler's own thread."""
    return Response(orjson.dumps(content), media_type="application/json")


def malformed(status: int) -> int:
    """Return 400 for 422, which most contracts do not know."""
    return MALFORMED if status == _UNPROCESSABLE else status


def own_words(problem: Problem) -> tuple[int, Any]:
    """Tell a problem as the service itself does, for a contract that has no shape for errors."""
    return problem.status, orjson.loads(problem.body())


class _TellingRoute(JsonRoute):
    """A route whose problems are told, counted and logged as those of the layers around it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's own handler."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except _EXPECTED as error:
                return ProblemResponse(_problem(error))

        return told


def _problem(error: Exception) -> Problem:
    if isinstance(error, NoCollectionError):
        return Problem(status=404, code="unknown_collection", message=str(error))
    problem = problem_of(error)
    if problem is INTERNAL:  # a fault of ours: the caller is told nothing, so the log must
        log_fault(_log, "a request failed", error)
    return problem
