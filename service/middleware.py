"""What happens to every request and answer, whatever the address. Plain ASGI: no copy of a body."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import REQUEST

Refuse: TypeAlias = Callable[[Exception], Response]
"""Makes the answer of an error of the table."""

REQUEST_ID: Final = "X-Request-ID"
_REQUEST_ID: Final = REQUEST_ID.lower().encode()
_BODIES: Final = 8
"""As many bodies of the largest size may be held at once in each worker."""
_RETRY_AFTER_S: Final = 2
CLOSE: Final = {"Connection": "close"}
"""For an answer before the request is here: nobody waits for the rest, and this connection is over."""
_ACCEPTABLE_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def header(scope: Scope, name: bytes) -> bytes:
    """Return the first header of that name, which is in lower case; empty where there is none."""
    return next((value for key, value in scope["headers"] if key == name), b"")


class RequestId:
    """Gives each answer an ``X-Request-ID``: the caller's own where it sent a sane one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = header(scope, _REQUEST_ID).decode("latin-1")
        request_id = given if _ACCEPTABLE_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        REQUEST.set(request_id)  # not reset: what fails later in this task is logged with it

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (_REQUEST_ID, request_id.encode())]
            await send(message)

        await self.app(scope, receive, send_with_id)


class HeadAsGet:
    """Answers HEAD as it would GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        inner = {**scope, "method": "GET"}
        try:
            await self.app(inner, receive, send_without_body)
        finally:
            scope["route"] = inner.get("route")  # for who counts and logs by it


class BodyLimit:
    """Refuses a body of more than ``limit`` bytes: by its declared length, or as it comes in.

    Bodies at hand at the same time are limited too, so that many large ones do not fill the memory; one
    counts until its answer begins.
    """

    def __init__(self, app: ASGIApp, *, limit: int, refuse: Refuse) -> None:
        self.app = app
        self.limit = limit
        self.refuse = refuse
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = header(scope, b"content-length")
        if declared.isdigit() and int(declared) > self.limit:
            await self.refuse(HTTPException(413, headers=CLOSE))(scope, receive, send)
            return
        seen = held = 0

        async def receive_counted() -> Message:
            nonlocal seen, held
            message = await receive()
            more = len(message.get("body", b""))
            seen, held, self.held = seen + more, held + more, self.held + more
            if seen > self.limit:
                raise HTTPException(413, headers=CLOSE)
            if self.held > self.limit * _BODIES:
                raise HTTPException(503, headers={"Retry-After": str(_RETRY_AFTER_S), **CLOSE})
            return message

        async def send_and_forget(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                self.held, held = self.held - held, 0
            await send(message)

        try:
            await self.app(scope, receive_counted, send_and_forget)
        finally:
            self.held -= held
