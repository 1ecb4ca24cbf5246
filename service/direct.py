"""The way of a well-formed search past FastAPI's solving of dependencies, which cost more than it decides.

It decides nothing here: whatever is not well-formed goes to FastAPI's own handler, which refuses it.
"""

from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any, get_type_hints

import orjson
from anyio import to_thread
from fastapi import Request, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from service.dependencies import LISTS, JsonRoute, says_json
from service.gate import Gate


class DirectRoute(JsonRoute):
    """A route of an endpoint that takes two things: a model, from the body or the query string, and the live index."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer what is well-formed, and hand on the rest."""
        careful = super().get_route_handler()
        endpoint = self.endpoint
        first = next(iter(signature(endpoint).parameters))
        model: type[BaseModel] = get_type_hints(endpoint)[first]
        takes_body = self.body_field is not None

        async def answer(request: Request) -> Response:
            body = await _body(request) if takes_body else b""
            try:
                asked = _asked_in_body(request, body) if takes_body else _asked_in_query(request)
                valid = model.model_validate(asked)
            except (_NotWellFormedError, orjson.JSONDecodeError, ValidationError):
                return await careful(Request(request.scope, _again(body)))
            gate: Gate = request.state.gate
            with gate.enter():
                response: Response = await to_thread.run_sync(endpoint, valid, request.state.live)
                return response

        return answer


class _NotWellFormedError(Exception):
    """Something is to be refused, or at least to be looked at closely."""


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as gone:
        raise HTTPException(400) from gone


def _again(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    """Return what receives a body that was read already."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _asked_in_body(request: Request, body: bytes) -> Any:
    """Return the JSON of the body, where nothing else is asked in the address."""
    if request.scope["query_string"] or not says_json(request):
        raise _NotWellFormedError
    return orjson.loads(body)


def _asked_in_query(request: Request) -> dict[str, str | list[str]]:
    """Return the parameters; those that may be repeated as lists."""
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in LISTS:
            asked.setdefault(name, []).append(value)
        elif name in asked:
            raise _NotWellFormedError
        else:
            asked[name] = value
    return asked
