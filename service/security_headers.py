"""What a browser may do with an answer."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_DATA: Final = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # an address may hold a query
    "Cross-Origin-Opener-Policy": "same-origin",
}
_EMBEDDED: Final = frozenset({"/embed.js", "/static/opinion-search.js"})
"""What pages of other origins load by a tag."""


class SecurityHeaders:
    """Adds to each answer what it does not say itself: nothing foreign runs, nothing is kept.

    A page gets a policy by which only scripts and styles of this origin run, none inline.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                guard(MutableHeaders(scope=message), path=scope["path"])
            await send(message)

        await self.app(scope, receive, send_guarded)


def guard(headers: MutableHeaders, *, path: str) -> None:
    """Add the headers of security that are not there yet."""
    kind = headers.get("content-type", "")
    is_page = kind.startswith("text/html")
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", _PAGE if is_page else _DATA)
    origin = "cross-origin" if path in _EMBEDDED else "same-origin"
    headers.setdefault("Cross-Origin-Resource-Policy", origin)
    if kind.startswith("application/json"):
        headers.setdefault("Cache-Control", "no-store")
