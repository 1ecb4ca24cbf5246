"""A time for each request, and an end to work that nobody waits for any more."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from anyio import CancelScope
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import AbandonedError, DeadlineError, NotReadyError
from service.middleware import CLOSE, Refuse
from service.work import WORK, Abandoned, Work

_DISCONNECTED: Final = "http.disconnect"
_UNWATCHED_S: Final = 0.05
"""A request that is answered sooner is not watched: that would cost more than it could save."""
_OF_A_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
_BY_THE_WATCH: Final = frozenset({Abandoned.GONE, Abandoned.LATE})
_STOPPING: Final = NotReadyError("it is being stopped; ask again once it is back")


class Deadline:
    """Answers 503 after ``limit_s`` seconds, 408 while the body is still coming in.

    Then, and when the caller goes away, the work is told to stop: what waits for a thread is taken
    out of the queue at once, what runs in one stops at its next check (`Work.check`). Only then does
    the request give its place among those worked on back, so what runs stays bounded. A server that
    stops cancels what takes longer than it waits; that is answered 503, and told to stop as well.
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
        until = asyncio.get_running_loop().time() + self.limit_s
        watch = _Watch(
            lambda: self._watch(exchange, work, running, until), min(_UNWATCHED_S, self.limit_s)
        )
        exchange.on_wait = watch.begin
        with running:
            try:
                await self.app(scope, exchange.receive, exchange.send)
            except AbandonedError:
                pass  # it was answered, or the caller has gone
            except asyncio.CancelledError:
                if work.abandoned is None:  # so it is not the watch that cancelled it
                    work.abandoned = Abandoned.STOPPED
                    watch.end(cut_off=True)
                if work.abandoned is not Abandoned.STOPPED or exchange.started:
                    raise
                await exchange.answer(self.refuse(_STOPPING))
            finally:
                watch.end(cut_off=work.abandoned not in _BY_THE_WATCH)
        if work.abandoned in _BY_THE_WATCH:
            await watch.ended()

    async def _watch(
        self, exchange: "_Exchange", work: Work, running: CancelScope, until: float
    ) -> None:
        with CancelScope(deadline=until):
            await exchange.until_gone()
            if not exchange.answered:
                work.abandoned = Abandoned.GONE
                exchange.close()
                running.cancel()
            return
        if exchange.started:
            return  # it is being sent; cut off, it would be worth nothing
        work.abandoned = Abandoned.LATE
        running.cancel()
        arrived = exchange.arrived.is_set()
        late = DeadlineError(self.limit_s) if arrived else HTTPException(408, headers=CLOSE)
        await exchange.answer(self.refuse(late))


class _Watch:
    """A task that begins after a while, if it is not needed sooner and not ended before."""

    def __init__(self, watch: Callable[[], Coroutine[Any, Any, None]], after_s: float) -> None:
        self._watch = watch
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(after_s, self.begin)

    def begin(self) -> None:
        """Watch from now on."""
        if self._task is None:
            self._timer.cancel()
            self._task = asyncio.create_task(self._watch())

    def end(self, *, cut_off: bool) -> None:
        """Begin no more; ``cut_off`` what has begun."""
        self._timer.cancel()
        if self._task is not None and cut_off:
            self._task.cancel()

    async def ended(self) -> None:
        """Return when what has begun has come to its end."""
        if self._task is not None:
            await self._task


class _Exchange:
    """The two ends of a request, of which at any time one side reads: the application, or the watch."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.arrived = asyncio.Event()
        """The whole request is here."""
        self.started = False
        self.answered = False
        self.on_wait: Callable[[], None] = lambda: None
        """Called when the application waits for what only the watch can tell."""
        self._receive = receive
        self._send = send
        self._gone = asyncio.Event()
        self._closed = False
        self._first: Message | None = None
        self._peeked = asyncio.Event()
        if any(name in _OF_A_BODY for name, _ in scope["headers"]):
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
        if not self._peeked.is_set() or self.arrived.is_set():
            self.on_wait()
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
        """Send on what the application says, unless another answer was sent or the caller has gone."""
        if self._closed:
            return
        self.started = True
        self.answered = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def answer(self, response: ASGIApp) -> None:
        """Answer in the application's place."""
        self.close()
        await response(self.scope, self._receive, self._send)

    def close(self) -> None:
        """Send nothing more of what the application says."""
        self._closed = True
