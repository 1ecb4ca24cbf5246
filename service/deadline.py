"""A time for each request, and an end to work that nobody waits for any more."""

import asyncio
from typing import Final

from anyio import CancelScope, move_on_after
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import AbandonedError, DeadlineError
from service.middleware import Refuse
from service.work import WORK, Abandoned, Work

_DISCONNECTED: Final = "http.disconnect"


class Deadline:
    """Answers 503 after ``limit_s`` seconds, 408 while the body is still coming in.

    Then, and when the caller goes away, the work is told to stop: what waits for a thread is taken
    out of the queue at once, what runs in one stops at its next check (`Work.check`). Only then does
    the request give its place among those worked on back, so what runs stays bounded.
    """

    def __init__(self, app: ASGIApp, *, limit_s: float, refuse: Refuse) -> None:
        self.app = app
        self.limit_s = limit_s
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        work: Work = scope["state"]["work"]
        WORK.set(work)
        exchange = _Exchange(scope, receive, send)
        running = CancelScope()
        watcher = asyncio.create_task(self._watch(exchange, work, running))
        with running:
            try:
                await self.app(scope, exchange.receive, exchange.send)
            except AbandonedError:
                pass  # it was answered, or the caller has gone
            finally:
                if work.abandoned is None:
                    watcher.cancel()
        if work.abandoned is not None:
            await watcher

    async def _watch(self, exchange: "_Exchange", work: Work, running: CancelScope) -> None:
        with move_on_after(self.limit_s):
            await exchange.until_gone()
            if not exchange.answered:
                work.abandoned = Abandoned.GONE
                running.cancel()
            return
        if exchange.started:
            return  # it is being sent; cut off, it would be worth nothing
        work.abandoned = Abandoned.LATE
        running.cancel()
        late = DeadlineError(self.limit_s) if exchange.arrived.is_set() else HTTPException(408)
        await exchange.answer(self.refuse(late))


class _Exchange:
    """The two ends of a request, of which at any time one side reads: the application, or the watch."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.arrived = asyncio.Event()
        """The whole request is here."""
        self.started = False
        self.answered = False
        self._receive = receive
        self._send = send
        self._gone = asyncio.Event()
        self._closed = False
        self._first: Message | None = None
        self._peeked = asyncio.Event()
        if {"content-length", "transfer-encoding"} & set(Headers(scope=scope).keys()):
            self._peeked.set()  # the application reads the body; the watch begins behind it

    async def until_gone(self) -> None:
        """Return when the caller has gone, or everything was sent."""
        if not self._peeked.is_set():
            self._first = await self._receive()
            self._note_end(self._first)
            self._peeked.set()
        await self.arrived.wait()
        while (await self._receive())["type"] != _DISCONNECTED:
            pass
        self._gone.set()

    async def receive(self) -> Message:
        """Hand the application the request; after its end, wait until the caller has gone."""
        await self._peeked.wait()
        if self._first is not None:
            message, self._first = self._first, None
            return message
        if self.arrived.is_set():
            await self._gone.wait()
            return {"type": _DISCONNECTED}
        message = await self._receive()
        self._note_end(message)
        return message

    def _note_end(self, message: Message) -> None:
        if not message.get("more_body", False):
            self.arrived.set()

    async def send(self, message: Message) -> None:
        """Send on what the application says, unless another answer was sent in its place."""
        if self._closed:
            return
        self.started = True
        self.answered = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def answer(self, response: ASGIApp) -> None:
        """Answer in the application's place."""
        self._closed = True
        await response(self.scope, self._receive, self._send)
