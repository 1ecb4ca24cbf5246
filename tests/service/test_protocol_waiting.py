"""Bare sockets against the real server: who keeps it waiting, and who does not take an answer.

What a caller does here and the server sees, it has seen before anybody is looked at: else a machine that
stands still for a second would pass for a caller that does.
"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from uvicorn.server import ServerState

from service.connections import Bounds, Connections
from service.deadline import _Exchange
from service.protocol import BoundedProtocol, _Stage
from service.work import WORK, Abandoned
from tests.service.fakes import FakeLive
from tests.service.serving import (
    PATIENCE_S,
    PATIENT,
    SEARCH,
    Served,
    get,
    post,
    quietly_configured,
    served,
    until,
)
from tests.service.test_protocol import DOCUMENT, error_of

IMPATIENT = Bounds(head_s=0.5, linger_s=0.5, stall_s=0.5)


class Watch(Connections):
    """Looks at nobody until it is told to."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__(bounds)
        self.looks = threading.Event()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.looks.is_set():
            super()._look(loop)
        else:
            self._plan(loop)


@contextmanager
def impatient(
    live: FakeLive | None = None, *, bounds: Bounds = IMPATIENT, **given: Any
) -> Iterator[tuple[Served, threading.Event]]:
    """Serve; who keeps it waiting is looked at once the event is set."""
    connections = Watch(bounds)
    with served(live, connections=connections, **given) as server:
        yield server, connections.looks


def connected(server: Served) -> list[Any]:
    return list(server.connections._open)


# who keeps it waiting


def test_who_says_nothing_is_sent_away_without_a_word():
    with impatient() as (server, looks), server.wire() as wire:
        looks.set()
        assert wire.is_over()


@pytest.mark.parametrize("begun", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: he"])
def test_half_a_head_is_waited_for_so_long(begun):
    with impatient() as (server, looks), server.wire() as wire:
        wire.send(begun)
        until(lambda: any(one._stage is _Stage.HEAD for one in connected(server)))
        looks.set()
        status, _, body = wire.answer()
        assert (status, error_of(body)["code"]) == (408, "request_timeout")
        assert wire.is_over()


@pytest.mark.parametrize(
    ("asked", "each"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nA: ", b"b", id="a head"),
        pytest.param(get("/healthz"), b"\r\n", id="nothing, behind an answer"),
        pytest.param(post(b"", "Content-Length: 9999", path="/none"), b" ", id="a body, answered"),
        pytest.param(post(b"", "Content-Length: 99999"), b" ", id="a body, too large"),
        pytest.param(post(b"", "Content-Length: 999"), b" ", id="a body"),
    ],
)
def test_who_sends_a_byte_now_and_then_is_not_waited_for_any_longer(asked, each):
    given: Any = {"max_body_bytes": 10_000, "request_timeout_s": 1.0}
    with impatient(**given) as (server, looks), server.wire() as wire:
        wire.send(asked)
        looks.set()
        assert wire.trickle(each) < PATIENCE_S


def test_a_slow_head_in_good_time_is_waited_for():
    bounds = replace(PATIENT, stall_s=0.08)  # so that it is looked at every 20 ms
    with served(bounds=bounds) as server, server.wire() as wire:
        for byte in get("/healthz"):
            wire.send(bytes([byte]))
            time.sleep(0.005)
        assert wire.answer()[0] == 200


def test_who_works_is_not_closed_for_it():
    """The limit on what is waited for is over long before the answer is there."""
    live = FakeLive()
    with impatient(live) as (server, looks):

        def work(_: object) -> None:
            looks.set()
            time.sleep(1.5)

        live.lent.before_search = work
        assert server.ask(post())[0] == 200


def test_who_sent_in_time_is_answered_though_the_loop_stood_still(monkeypatch):
    """Timers come before what was sent meanwhile is read: who is looked at by them seems to have been silent."""
    stands, may_go_on = threading.Event(), threading.Event()
    read = BoundedProtocol.data_received

    def standing(one: BoundedProtocol, data: bytes) -> None:
        if b"Stand: still" in data:
            stands.set()
            assert may_go_on.wait(PATIENCE_S)
        read(one, data)

    monkeypatch.setattr(BoundedProtocol, "data_received", standing)
    bounds = replace(IMPATIENT, head_s=0.05)
    with impatient(bounds=bounds) as (server, looks), server.wire() as first, server.wire() as wire:
        until(lambda: len(server.connections) == 2)
        first.send(get("/healthz", "Stand: still"))
        assert stands.wait(PATIENCE_S)
        wire.send(get("/healthz"))
        time.sleep(3 * bounds.head_s)
        looks.set()
        may_go_on.set()
        assert wire.answer()[0] == 200


def test_who_goes_away_ends_the_first_of_two_requests(monkeypatch):
    """While others wait, nothing is read, not even the end; and uvicorn tells only the last."""
    live, seen, watched = FakeLive(), [], threading.Event()
    until_gone = _Exchange.until_gone

    async def watching(exchange: _Exchange) -> None:
        if exchange.scope["path"] == "/v1/search":
            watched.set()
        await until_gone(exchange)

    def wait(_: object) -> None:
        work = WORK.get()
        assert work is not None
        deadline = time.monotonic() + PATIENCE_S
        while work.abandoned is None and time.monotonic() < deadline:
            time.sleep(0.01)
        seen.append(work.abandoned)

    monkeypatch.setattr(_Exchange, "until_gone", watching)
    live.lent.before_search = wait
    with impatient(live) as (server, looks):
        with server.wire() as wire:
            wire.send(post() + post())
            assert watched.wait(PATIENCE_S)
            wire.send(post())
            until(lambda: any(len(one.pipeline) == 2 for one in connected(server)))
        looks.set()
        until(lambda: bool(seen))
        assert seen == [Abandoned.GONE]


# who does not take an answer


def test_who_does_not_read_is_cut_off_and_holds_nothing():
    """Eight that could each hold a body of the largest size; a ninth is answered before and after."""
    body = SEARCH.ljust(4096)
    with impatient(room=16_384, max_body_bytes=4096) as (server, looks), ExitStack() as wires:
        for _ in range(8):
            wire = wires.enter_context(server.wire(room=16_384))
            wire.send(DOCUMENT * 4 + post(body))
        assert server.ask(post(body))[0] == 200
        looks.set()
        until(lambda: len(server.connections) == 0)
        looks.clear()
        assert server.ask(post(body))[0] == 200


def look(server: Served, now: float) -> None:
    """Have everybody looked at, as if it were so late."""
    done = threading.Event()
    everybody = connected(server)

    def in_the_loop() -> None:
        for one in everybody:
            one.look(now)
        done.set()

    everybody[0].loop.call_soon_threadsafe(in_the_loop)
    assert done.wait(PATIENCE_S)


def test_who_reads_slowly_but_reads_gets_everything():
    """Half a document each time that nobody may take nothing."""
    bounds = replace(PATIENT, stall_s=0.5)
    with (
        impatient(bounds=bounds, room=16_384) as (server, _),
        server.wire(room=16_384) as wire,
    ):
        wire.send(DOCUMENT)
        whole = wire.answer()[2]
        wire.send(DOCUMENT * 3)
        start = now = time.monotonic()
        seen, next_look = b"", len(whole) // 2
        while seen.count(whole[-500:]) < 3:
            part = wire.socket.recv(16_384)
            assert part, "cut off"
            seen += part
            if len(seen) >= next_look:
                next_look = len(seen) + len(whole) // 2
                now += bounds.stall_s * 1.2
                look(server, now)
        assert now - start > 2 * bounds.stall_s
        assert seen.count(whole) == 3


def test_who_takes_next_to_nothing_is_cut_off_too():
    bounds = replace(PATIENT, stall_s=0.5, slowest=200_000)
    with (
        impatient(bounds=bounds, room=16_384) as (server, looks),
        server.wire(room=16_384) as wire,
    ):
        wire.send(DOCUMENT * 4)
        until(lambda: len(server.connections) == 1)
        looks.set()
        deadline = time.monotonic() + PATIENCE_S
        while len(server.connections) and time.monotonic() < deadline:
            wire.socket.recv(100)
            time.sleep(0.02)
        assert len(server.connections) == 0


def test_what_was_written_since_is_not_held_against_who_took_as_much():
    """A document is taken whole, and the next is there: as much waits as before."""
    loop = asyncio.new_event_loop()
    try:
        connections = Connections(replace(PATIENT, stall_s=10.0))
        config = quietly_configured(FakeLive(), connections)
        one = BoundedProtocol(connections, config, ServerState(), {}, loop)
    finally:
        loop.close()
    one.transport = transport = Mock()
    transport.get_extra_info.side_effect = OSError  # nothing is on the way
    transport.get_write_buffer_size.return_value = 100_000

    one.look(0.0)
    one.on_response_complete()
    one.look(11.0)
    transport.abort.assert_not_called()
    one.look(22.0)
    transport.abort.assert_called_once_with()
