"""A client of HTTP/1.1 that costs little: asked ten times what a server can do, it must not be what is slow."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httptools

_PATIENCE_S: Final = 120.0


class TornAnswerError(OSError):
    """The server closed the connection in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes


@dataclass(slots=True)
class _Coming:
    """A reply of which a part has come."""

    done: "asyncio.Future[Reply]"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False


class _Line(asyncio.Protocol):
    """One connection; the methods called ``on_…`` are those that httptools calls."""

    def __init__(self, idle: "list[_Line]") -> None:
        self._idle = idle
        self._coming: _Coming | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.transport: asyncio.Transport | None = None
        self.used = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self._coming is not None:
            self._coming.begun = True
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self in self._idle:
            self._idle.remove(self)
        if self._coming is not None and not self._coming.done.done():
            why = str(exc or "closed")
            torn = TornAnswerError(why) if self._coming.begun else ConnectionResetError(why)
            self._coming.done.set_exception(torn)

    def on_header(self, name: bytes, value: bytes) -> None:
        assert self._coming is not None
        self._coming.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        assert self._coming is not None
        self._coming.body += body

    def on_message_complete(self) -> None:
        coming, self._coming = self._coming, None
        assert coming is not None
        status = self._parser.get_status_code()
        if self._parser.should_keep_alive():
            self.used = True
            self._parser = httptools.HttpResponseParser(self)
            self._idle.append(self)
        else:
            self.close()
        if not coming.done.done():
            coming.done.set_result(Reply(status, coming.headers, bytes(coming.body)))

    async def ask(self, wire: bytes) -> Reply:
        """Send the bytes of a request; wait for its answer."""
        assert self.transport is not None
        self._coming = _Coming(asyncio.get_running_loop().create_future())
        self.transport.write(wire)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._coming.done
        except TimeoutError:
            self.close()
            raise

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Connections:
    """As many connections to one server as requests are under way, kept open between them."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._idle: list[_Line] = []

    async def ask(self, wire: bytes) -> Reply:
        """Send a request and return its answer; `OSError` or `TimeoutError` when none comes.

        A connection that the server closed as it was taken up again is no failure: asked once more.
        """
        line = self._idle.pop() if self._idle else await self._open()
        try:
            return await line.ask(wire)
        except ConnectionResetError:
            if not line.used:
                raise
        return await (await self._open()).ask(wire)

    async def _open(self) -> _Line:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: _Line(self._idle), self.host, self.port)
        return line

    def close(self) -> None:
        """Close what is open."""
        for line in list(self._idle):
            line.close()
        self._idle.clear()
