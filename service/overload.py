"""Refuses work while the queue is full, before its body is read: refusing must cost next to nothing."""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import METRICS, is_open
from service.errors import OverloadedError
from service.gate import Gate
from service.middleware import Refuse


class RefuseEarly:
    """Answers 503 at once when the gate has no room; what says how things are is always let by.

    The gate itself is entered later, once a request proved to be well-formed.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"] != METRICS and not is_open(scope["path"]):
            gate: Gate = scope["state"]["gate"]
            try:
                gate.check()
            except OverloadedError as error:
                await self.refuse(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)
