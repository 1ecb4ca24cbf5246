"""The real server over a made-up index, in a thread of the test, and bare sockets to talk to it."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any, BinaryIO
from unittest.mock import patch

import uvicorn

from service.connections import Bounds, Connections
from service.server import configured, listen
from tests.service.fakes import FakeLive, settings

PATIENCE_S = 60.0
PATIENT = Bounds(head_s=PATIENCE_S, linger_s=PATIENCE_S, stall_s=PATIENCE_S)
"""For who is not to be cut off, however long the machine stands still."""
SEARCH = b'{"query": "taser"}'


def quietly_configured(
    live: FakeLive, connections: Connections | None = None, **given: Any
) -> uvicorn.Config:
    """Return what the server is told; the log stays as the tests have it."""
    with patch("service.server.configuration", lambda _: None):
        return configured(settings(**given), lambda _: live, connections=connections)


@dataclass
class Served:
    """A server that listens."""

    port: int
    connections: Connections

    @contextmanager
    def wire(self, *, room: int | None = None) -> Iterator["Wire"]:
        """Connect; with ``room``, the system takes no more than about so many bytes before they are read."""
        with socket.socket() as own:
            if room is not None:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            own.settimeout(PATIENCE_S)
            own.connect(("127.0.0.1", self.port))
            with own.makefile("rb") as coming:
                yield Wire(own, coming)

    def ask(self, sent: bytes) -> tuple[int, Any]:
        """Ask on a connection of its own; return the status and the JSON."""
        with self.wire() as wire:
            wire.send(sent)
            status, _, body = wire.answer()
            return status, json.loads(body)


@dataclass
class Wire:
    """One connection."""

    socket: socket.socket
    coming: BinaryIO

    def send(self, sent: bytes) -> None:
        self.socket.sendall(sent)

    def trickle(self, each: bytes, *, every_s: float = 0.05) -> float:
        """Send ``each`` again and again until the other side closes; return how long that was."""
        start = time.monotonic()
        while time.monotonic() - start < PATIENCE_S:
            try:
                self.socket.sendall(each)
            except OSError:
                return time.monotonic() - start
            time.sleep(every_s)
        raise AssertionError("never closed")

    def answer(self, *, has_body: bool = True) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Return the status, the headers and the body of the next answer."""
        line = self.coming.readline()
        assert line.startswith(b"HTTP/1.1 "), line
        headers = http.client.parse_headers(self.coming)
        length = int(headers["content-length"] or 0) if has_body else 0
        return int(line.split()[1]), headers, self.coming.read(length)

    def is_over(self) -> bool:
        """Wait until the other side closes, having sent nothing more."""
        try:
            return self.coming.read(1) == b""
        except ConnectionError:
            return True


@contextmanager
def served(
    live: FakeLive | None = None,
    *,
    bounds: Bounds = PATIENT,
    connections: Connections | None = None,
    room: int | None = None,
    **given: Any,
) -> Iterator[Served]:
    """Serve; with ``room``, the system takes no more than about so many bytes of an answer at once."""
    if connections is None:  # one that has none yet is false
        connections = Connections(bounds)
    config = quietly_configured(live or FakeLive(), connections, **given)
    config.timeout_keep_alive = int(PATIENCE_S)
    (own,) = listen("127.0.0.1", 0)
    if room is not None:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)  # of those accepted, too
    server, port = uvicorn.Server(config), own.getsockname()[1]
    thread = Thread(target=server.run, args=([own],))
    thread.start()
    try:
        found = Served(port, connections)
        until(lambda: server.started)
        until(lambda: found.ask(get("/readyz"))[0] == 200)
        until(lambda: len(connections) == 0)
        yield found
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        own.close()
    assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, or fail."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def get(path: str, *headers: str, method: str = "GET") -> bytes:
    """Return the bytes of a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: here", *headers, "", ""]
    return "\r\n".join(lines).encode()


def post(body: bytes = SEARCH, *headers: str, path: str = "/v1/search") -> bytes:
    """Return the bytes of a request with a body, whose length is said unless ``headers`` say otherwise."""
    framed = headers or (f"Content-Length: {len(body)}",)
    return get(path, "Content-Type: application/json", *framed, method="POST") + body
