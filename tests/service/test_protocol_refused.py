"""Who is refused or never begun on: one answer, no fault of the service, and nothing kept."""

import gc
import json
import logging
import weakref
from threading import Event

from service.connections import Bounds
from tests.service.fakes import FakeLive
from tests.service.serving import get, post, served, until

BROKEN = post(b"zz\r\n", "Transfer-Encoding: chunked", "Expect: 100-continue")


def test_who_is_refused_is_not_told_to_go_on_and_nothing_fails_by_it(caplog) -> None:
    """Head and broken body come in one piece: they are refused before the request is begun on."""
    with served() as server, server.wire() as wire:

        def counted() -> list[str]:
            with server.wire() as other:
                other.send(get("/metrics"))
                lines = other.answer()[2].decode().splitlines()
            return [one for one in lines if "_requests_total{" in one and '"/v1/search"' in one]

        wire.send(BROKEN)
        status, _, body = wire.answer()
        assert (status, json.loads(body)["error"]["code"]) == (400, "bad_request")
        assert wire.is_over()
        until(lambda: bool(counted()))
        assert all('status="500"' not in line for line in counted())
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


def test_a_request_that_was_never_begun_holds_nothing() -> None:
    """It waited behind one whose caller went away: the memory is free without the garbage collector."""
    live, begun, may_end = FakeLive(), Event(), Event()

    def wait(_: object) -> None:
        begun.set()
        assert may_end.wait(60)

    live.lent.before_search = wait
    with served(live, bounds=Bounds(stall_s=0.5)) as server:
        gc.collect()
        gc.disable()
        try:
            with server.wire() as wire:
                wire.send(post() + post())
                assert begun.wait(60)
                until(lambda: len(server.connections) == 1)
                (one,) = (weakref.ref(one) for one in tuple(server.connections._open))
            until(lambda: len(server.connections) == 0)
            may_end.set()
            until(lambda: one() is None)
        finally:
            may_end.set()
            gc.enable()
