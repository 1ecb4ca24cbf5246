"""MCP over Streamable HTTP at ``/mcp``: JSON answers, no sessions, nothing kept between requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.dialects.names import Dialect
from service.gate import Gate
from service.links import links_at
from service.live import Live
from service.settings import Settings

PATHS: Final = ("/mcp", "/mcp/")
"""Served both, so that nobody is redirected."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Endpoint:
    """Hands requests to the server that the lifespan opened."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        serve: ASGIApp = scope["state"]["mcp"]
        await serve(scope, receive, send)


class OriginCheck:
    """Refuses pages of other sites: a browser says whose page it is, other programs say nothing.

    Pages of this machine, of the service's own public address and of ``cors_origins`` may call. The
    request's own host proves nothing: whoever owns a name can point it at this machine.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        own = [settings.public_url] if settings.public_url else []
        self.allowed = frozenset(_origin(url) for url in [*own, *settings.cors_origins])
        self.any = "*" in settings.cors_origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        origin = Headers(scope=scope).get("origin")
        if origin is not None and not self.admits(origin):
            body = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"this origin may not call; add it to OPINION_SEARCH_CORS_ORIGINS"}}'
            refused = Response(body, status_code=403, media_type="application/json")
            await refused(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def admits(self, origin: str) -> bool:
        """Whether pages of ``origin`` may call."""
        if self.any or _origin(origin) in self.allowed:
            return True
        try:
            return urlsplit(origin).hostname in _LOOPBACK
        except ValueError:
            return False


def _origin(url: str) -> str:
    """Return scheme, host and port of an address, in lower case."""
    scheme, _, rest = url.lower().partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


@asynccontextmanager
async def serving(settings: Settings, live: Live, gate: Gate) -> AsyncIterator[ASGIApp | None]:
    """Yield what serves MCP requests while the block runs; `None` where the settings leave MCP out."""
    if Dialect.MCP not in settings.dialects:
        yield None
        return
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from service.dialects.mcp_server import make_server

    def links_for(request: Any) -> Any:
        base = settings.public_url or (None if request is None else str(request.base_url))
        return links_at(base)

    manager = StreamableHTTPSessionManager(
        make_server(live, enter=gate.enter, links_for=links_for),
        json_response=True,
        stateless=True,
        max_request_body_size=settings.max_body_bytes,
    )
    async with manager.run():
        yield OriginCheck(manager.handle_request, settings)


router: Final = APIRouter()
for _path in PATHS:
    router.routes.append(Route(_path, Endpoint(), methods=["POST"], include_in_schema=False))
