"""What handlers are given: the live index, a place among the requests worked on, a body that is JSON."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any, Final, TypeAlias

import orjson
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.errors import QueryError
from service.gate import Gate
from service.live import Live

LISTS: Final = frozenset(
    {
        "court",
        "lanes",
        "opinion_type",
        "section_role",
        "case_id",
        "judge",
        "status",
        "cites",
        "fields",
    }
)
"""Parameters that may be repeated."""


async def live_index(request: Request) -> Live:
    """Return the live index that the lifespan opened."""
    live: Live = request.state.live
    return live


async def admitted(request: Request) -> AsyncIterator[None]:
    """Hold a place while the request is worked on; `OverloadedError` when all are taken."""
    gate: Gate = request.state.gate
    with gate.enter():
        yield


async def unrepeated(request: Request) -> None:
    """Refuse a parameter that stands twice and is no list: one of its values would be lost."""
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in LISTS and times > 1:
            raise QueryError(name, "stands more than once and takes one value; keep one of them")


LiveDep: TypeAlias = Annotated[Live, Depends(live_index)]
WORK: Final = (Depends(unrepeated), Depends(admitted, scope="function"))
"""For every address that searches or reads the index."""


class _JsonRequest(Request):
    """Reads a body with a parser that knows no NaN, no lone surrogates and no endless nesting."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


class JsonRoute(APIRoute):
    """A route whose body, if it takes one, is JSON and says so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's own handler."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def checked(request: Request) -> Response:
            if takes_body and not says_json(request):
                raise HTTPException(415)
            return await handle(_JsonRequest(request.scope, request.receive))

        return checked


def says_json(request: Request) -> bool:
    """Whether a request says that its body is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
