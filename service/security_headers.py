"""What a browser may do with an answer."""

from functools import cache
from typing import Final, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",  # what is written in a form would stand in an address
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_DATA: Final = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",  # an address may hold a query
    "cross-origin-opener-policy": "same-origin",
}
_EMBEDDED: Final = frozenset({"/embed.js", "/static/opinion-search.js"})
"""What pages of other origins load by a tag."""

RawHeaders: TypeAlias = list[tuple[bytes, bytes]]
"""As ASGI has them: the names in lower case."""


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
                headers = message["headers"] = list(message["headers"])
                guard(headers, path=scope["path"])
            await send(message)

        await self.app(scope, receive, send_guarded)


def guard(headers: RawHeaders, *, path: str) -> None:
    """Add the headers of security that are not there yet."""
    there = dict(headers)
    kind = there.get(b"content-type", b"")
    added = _added(
        is_page=kind.startswith(b"text/html"),
        is_json=kind.startswith(b"application/json"),
        is_embedded=path in _EMBEDDED,
    )
    headers.extend(header for header in added if header[0] not in there)


@cache
def _added(*, is_page: bool, is_json: bool, is_embedded: bool) -> RawHeaders:
    added = _ALWAYS | {
        "content-security-policy": _PAGE if is_page else _DATA,
        "cross-origin-resource-policy": "cross-origin" if is_embedded else "same-origin",
    }
    if is_json:
        added["cache-control"] = "no-store"
    return [(name.encode(), value.encode()) for name, value in added.items()]
