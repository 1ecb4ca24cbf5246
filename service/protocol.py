"""HTTP as uvicorn speaks it, with bounds: on what comes before a request is known, and on who keeps it waiting.

uvicorn keeps every header that comes, waits for their end without end, and as long for somebody to
take an answer. What a request may take once it is known is bounded in `service/middleware.py` and
`service/deadline.py`.
"""

import asyncio
import fcntl
import select
import sys
import termios
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final, cast

from starlette.exceptions import HTTPException
from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from service.connections import Connections
from service.problems import RETRY_AFTER_S, problem_of
from service.security_headers import RawHeaders, guard

_GONE: Final[int] = getattr(select, "POLLRDHUP", 0)
_AROUND_A_HEADER: Final = len(b": \r\n")


class _Stage(Enum):
    """How far the newest request has arrived."""

    BETWEEN = auto()
    HEAD = auto()
    BODY = auto()


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        connections: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._all = connections
        self._bounds = connections.bounds
        self._since = 0.0
        """When the connection began, its newest request, or the last end of an answer."""
        self._stage = _Stage.BETWEEN
        self._head = self._fields = 0
        """Bytes and number of what is kept of the head, or of what follows the last chunk."""
        self._unparsed = 0
        """Bytes since the parser last told of anything: it keeps them until the header is whole."""
        self._told = False
        self._wrong = 400
        """What the next request is refused with that cannot be parsed."""
        self._deaf = False
        """Nothing is taken from this connection any more."""
        self._running: RequestResponseCycle | None = None
        """The request that is worked on; its answer is not all written."""
        self._newest: RequestResponseCycle | None = None
        self._outlet: _Outlet | None = None
        self._untaken: tuple[int, float] | None = None
        """Bytes that the caller had not taken of its answers, and when that was."""

    # The transport's calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or refuse to where there are too many connections."""
        own = cast("asyncio.Transport", transport)
        super().connection_made(own)
        self.flow = _Flow(own)
        self._outlet = _Outlet(own, self._close)
        self._since = self.loop.time()
        if not self._all.admit(self):
            self._refuse(HTTPException(503, headers={"Retry-After": str(RETRY_AFTER_S)}))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell also the request that is worked on, which need not be the newest."""
        self._all.leave(self)
        if self._running is not None:
            _end(self._running)
        if self._outlet is not None:
            self._outlet.close = self.transport.close  # nothing may refer to this in a circle
        self._running = self._newest = self._outlet = None
        super().connection_lost(exc)
        self.pipeline.clear()  # nor may a request that was never begun
        self.cycle = None  # type: ignore[assignment]  # as it is at first

    def data_received(self, data: bytes) -> None:
        """Parse what came, unless too much is there already that says nothing."""
        if self._deaf:
            return
        self._told = False
        super().data_received(data)
        if self._told:
            self._unparsed = 0
            return
        self._unparsed += len(data)
        if self._head + self._unparsed > self._bounds.head_bytes and not self._deaf:
            self._refuse(HTTPException(431))

    # The parser's calls; those for headers are written out, as they come ten times a request

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._told, self._stage, self._since = True, _Stage.HEAD, self.loop.time()
        self._head = self._fields = 0

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._told = True
        self._head += len(url)
        if self._head > self._bounds.head_bytes:
            self._too_much()
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. One behind the body is counted and thrown away: nobody asked for it."""
        self._told = True
        self._fields += 1
        self._head += len(name) + len(value) + _AROUND_A_HEADER
        if self._head > self._bounds.head_bytes or self._fields > self._bounds.fields:
            self._too_much()
        if self._stage is not _Stage.HEAD:
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Begin to work on a request, or let it wait for the one before."""
        super().on_headers_complete()
        self._stage, self._newest = _Stage.BODY, self.cycle
        self._head = self._fields = 0
        self.cycle.transport = cast("asyncio.Transport", self._outlet)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._told = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request is here."""
        self._told, self._stage = True, _Stage.BETWEEN
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (the log has it)
        """Refuse what could not be parsed."""
        self._refuse(HTTPException(self._wrong))

    # uvicorn's calls

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on to the next request, if one may still come."""
        self._running, self._since = None, self.loop.time()
        self._untaken = None  # there is more of it now
        super().on_response_complete()

    # What `Connections` asks

    def waiting_since(self) -> float | None:
        """Return since when the caller is waited for, whose answers it has all taken."""
        its_turn = self._running is None and not self.transport.is_closing()
        return self._since if its_turn and not self.transport.get_write_buffer_size() else None

    def look(self, now: float) -> None:
        """Close the connection if the caller has let the service wait too long."""
        untaken = self.transport.get_write_buffer_size()
        if untaken:
            if self._is_taken_too_slowly(untaken, now):
                self.transport.abort()
            return
        self._untaken = None
        if self._running is not None:
            if self.flow.read_paused and _has_gone(self.transport):
                self.transport.abort()
        elif not self.transport.is_closing():
            self._wait_no_longer(now - self._since)

    def drop(self) -> None:
        """Close the connection at once."""
        self.transport.abort()

    def _wait_no_longer(self, waited_s: float) -> None:
        if waited_s < (self._bounds.linger_s if self._deaf else self._bounds.head_s):
            return
        if self._stage is _Stage.HEAD and not self._deaf:
            self._refuse(HTTPException(408))
        else:
            self.transport.close()

    def _is_taken_too_slowly(self, untaken: int, now: float) -> bool:
        """Whether less was taken than the slowest may take, in the whole of the time for that."""
        untaken += _on_the_way(self.transport)
        before, since = self._untaken or (untaken, now)
        if untaken <= before and now - since < self._bounds.stall_s:
            self._untaken = before, since
            return False
        self._untaken = untaken, now
        taken = before - untaken
        return 0 <= taken < self._bounds.slowest * self._bounds.stall_s

    # Refusing and closing

    def _too_much(self) -> None:
        self._wrong = 431
        raise ValueError("more headers than a request may have")

    def _refuse(self, error: Exception) -> None:
        """Answer in the application's place, if it is this request's turn, and take nothing more."""
        self._deaf = True
        running, broken = self._running, self._newest if self._stage is _Stage.BODY else None
        if running is None or (running is broken and not running.response_started):
            if running is not None:
                _end(running)
            if running is broken:  # else it has its answer already, before its end came
                self._answer(error)
            self._linger()
            return
        if broken is not None and broken is not running:
            self.pipeline.popleft()  # the newest is on the left
        last = self.pipeline[0][0] if self.pipeline else running
        last.keep_alive = False

    def _answer(self, error: Exception) -> None:
        problem = problem_of(error)
        body = problem.body()
        headers: RawHeaders = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in problem.headers),
        ]
        guard(headers, path="")
        lines = [b"%b: %b\r\n" % header for header in headers]
        self.transport.write(b"".join((STATUS_LINE[problem.status], *lines, b"\r\n", body)))
        metrics = self.app_state.get("metrics")
        if metrics is not None:
            metrics.refused.labels(problem.code).inc()

    def _close(self) -> None:
        """Close behind an answer, which was the last."""
        if self._stage is _Stage.BETWEEN:
            self._running = None
            self.transport.close()
        else:
            self._linger()

    def _linger(self) -> None:
        """Say that nothing more is to come, and read on for a while without looking at it.

        A connection that is closed while bytes of the caller's are unread is reset, and an answer with
        it that was not read yet (RFC 9112, section 9.6).
        """
        self._deaf, self._running, self._since = True, None, self.loop.time()
        self.pipeline.clear()
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.transport.write_eof()


class _Flow(FlowControl):
    """Who does not take its answers is not read any further, so that its requests do not pile up."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self._transport.resume_reading()

    def resume_reading(self) -> None:
        if self.write_paused:
            self.read_paused = False  # from then on
        else:
            super().resume_reading()


class _Outlet:
    """What answers are written to: the transport, but that it is closed with care."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close


def _end(cycle: RequestResponseCycle) -> None:
    """Tell a request that its caller has gone."""
    if not cycle.response_complete:
        cycle.disconnected = True
        cycle.waiting_for_100_continue = False  # nothing is written behind the last answer
        cycle.message_event.set()


def _on_the_way(transport: asyncio.Transport) -> int:
    """Return the bytes that the system took from us, and the caller not yet; 0 where it cannot say."""
    try:
        told = fcntl.ioctl(_descriptor(transport), termios.TIOCOUTQ, bytes(4))
    except (OSError, ValueError):
        return 0
    return int.from_bytes(told, sys.byteorder)


def _has_gone(transport: asyncio.Transport) -> bool:
    """Whether the caller has closed behind what is not read yet; `False` where the system cannot say."""
    poll = select.poll()
    try:
        poll.register(_descriptor(transport), _GONE)
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return False


def _descriptor(transport: asyncio.Transport) -> int:
    return int(transport.get_extra_info("socket").fileno())
