"""Bare sockets against the real server: what callers may send. Who keeps it waiting is in `test_protocol_waiting`."""

import gc
import json
import socket
import threading
import time
import tracemalloc
import weakref
from dataclasses import replace
from typing import Any

import pytest

from tests.service.fakes import FakeLive
from tests.service.serving import PATIENCE_S, PATIENT, SEARCH, get, post, served, until

CHUNKED = "Transfer-Encoding: chunked"
MB = 1024 * 1024
DOCUMENT = get("/openapi.json")
"""Some hundred thousand bytes to answer with."""


def error_of(body: bytes) -> Any:
    error = json.loads(body)["error"]
    assert set(error) == {"code", "message", "field"}
    return error


# what comes before a request is known


ENDLESS = {
    "short headers": (b"GET / HTTP/1.1\r\n", b"A: b\r\n"),
    "one value": (b"GET / HTTP/1.1\r\nA: ", b"bbbb"),
    "one name": (b"GET / HTTP/1.1\r\n", b"aaaa"),
    "the address": (b"GET /", b"aaaa"),
    "nothing but line ends": (b"", b"\r\n\r\n"),
    "headers behind the last chunk": (post(b"2\r\n{}\r\n0\r\n", CHUNKED), b"A: b\r\n"),
    "one value behind the last chunk": (post(b"2\r\n{}\r\n0\r\nA: ", CHUNKED), b"bbbb"),
    "a chunk's extension": (post(b"2;a=", CHUNKED), b"bbbb"),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_never_ends_is_refused_and_not_kept(what):
    begin, on = ENDLESS[what]
    endless = on * (4 * MB // len(on))
    with served() as server, server.wire() as wire:
        wire.send(begin)
        tracemalloc.start()
        try:
            wire.send(endless)
            status, headers, body = wire.answer()
            assert wire.is_over()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 2 * MB
        assert (status, error_of(body)["code"]) == (431, "headers_too_large")
        assert headers["connection"] == "close"
        assert headers["content-type"] == "application/json"
        assert 'refused_total{reason="headers_too_large"} 1.0' in scraped(server)


def scraped(server: Any) -> str:
    with server.wire() as wire:
        wire.send(get("/metrics"))
        return str(wire.answer()[2].decode())


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_head_up_to_the_bound_is_taken_however_it_is_cut(piece):
    def status(length: int) -> int:
        sent = get("/healthz", "A: " + "b" * length)
        with server.wire() as wire:
            for start in range(0, len(sent), piece):
                wire.send(sent[start : start + piece])
            return wire.answer()[0]

    with served(bounds=replace(PATIENT, head_bytes=1000)) as server:
        assert status(900) == 200
        assert status(1100) == 431


def test_so_many_headers_and_no_more():
    with served(bounds=replace(PATIENT, fields=20)) as server, server.wire() as wire:
        wire.send(get("/healthz", *("A: b",) * 19))  # and the Host
        assert wire.answer()[0] == 200
        wire.send(get("/healthz", *("A: b",) * 20))
        assert wire.answer()[0] == 431


def test_what_is_no_http_is_refused_in_the_shape_of_errors():
    with served() as server, server.wire() as wire:
        wire.send(b"hello\r\n\r\n")
        status, _, body = wire.answer()
        assert (status, error_of(body)["code"]) == (400, "bad_request")
        assert wire.is_over()


def test_headers_behind_a_body_are_nobodys_headers():
    """Else a body could say what its head did not."""
    with served(max_body_bytes=4096) as server, server.wire() as wire:
        chunk = b"%x\r\n%b\r\n0\r\nX-Request-ID: smuggled\r\n\r\n" % (len(SEARCH), SEARCH)
        wire.send(post(chunk, CHUNKED))
        status, headers, _ = wire.answer()
        assert status == 200
        assert headers["x-request-id"] != "smuggled"


# a body that is refused before it is here


def test_a_body_that_is_too_large_is_told_so_although_it_is_sent_whole():
    """A connection closed on unread bytes would be reset, and the answer lost."""
    with served(max_body_bytes=1024) as server, server.wire() as wire:
        wire.send(post(b" " * (8 * MB)))
        status, headers, body = wire.answer()
        assert (status, error_of(body)["code"]) == (413, "body_too_large")
        assert headers["connection"] == "close"
        assert wire.is_over()


def test_chunks_that_are_too_many_are_told_so_although_they_are_sent_whole():
    chunks = b"400\r\n%b\r\n" % (b" " * 1024) * 2048 + b"0\r\n\r\n"
    with served(max_body_bytes=4096) as server, server.wire() as wire:
        wire.send(post(chunks, CHUNKED))
        status, headers, body = wire.answer()
        assert (status, error_of(body)["code"]) == (413, "body_too_large")
        assert headers["connection"] == "close"
        assert wire.is_over()


def test_a_body_that_does_not_come_is_the_last_on_its_connection():
    with served(request_timeout_s=0.3) as server, server.wire() as wire:
        wire.send(post(b'{"query"', "Content-Length: 99"))
        status, headers, body = wire.answer()
        assert (status, error_of(body)["code"]) == (408, "request_timeout")
        assert headers["connection"] == "close"
        assert wire.is_over()


def test_a_refusal_that_needs_no_body_keeps_the_connection():
    with served() as server, server.wire() as wire:
        wire.send(post(path="/none"))
        assert wire.answer()[0] == 404
        wire.send(post())
        assert wire.answer()[0] == 200


# more than one request on a connection


def test_one_after_the_other_are_answered_in_their_order():
    paths = ["/healthz", "/v1/search?q=taser&k=1", "/none", "/openapi.json", "/healthz"]
    with served() as server, server.wire() as wire:
        for path in paths:
            wire.send(get(path))
        assert [wire.answer()[0] for _ in paths] == [200, 200, 404, 200, 200]
        wire.send(b"".join(get(path) for path in paths) + post())
        assert [wire.answer()[0] for _ in (*paths, "")] == [200, 200, 404, 200, 200, 200]


def test_what_is_good_is_answered_before_what_is_not():
    live = FakeLive()
    live.lent.before_search = lambda _: time.sleep(0.3)
    with served(live) as server, server.wire() as wire:
        wire.send(post() + b"nonsense\r\n\r\n")
        status, headers, body = wire.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert json.loads(body)["hits"]
        assert wire.is_over(), "and of the nonsense nothing is said"


def test_what_is_broken_behind_one_that_is_worked_on_is_not_begun():
    live = FakeLive()
    live.lent.before_search = lambda _: time.sleep(0.3)
    with served(live) as server, server.wire() as wire:
        wire.send(post() + post() + post(b"zz\r\n", CHUNKED))
        assert [wire.answer()[0] for _ in range(2)] == [200, 200]
        assert wire.is_over()
        assert len(live.lent.asked) == 2


# good clients


def test_a_body_may_come_in_any_pieces_up_to_the_limit():
    body = SEARCH.ljust(300_000)
    with served(max_body_bytes=len(body)) as server, server.wire() as wire:
        sent = post(body)
        for start in range(0, len(sent), 9_973):
            wire.send(sent[start : start + 9_973])
        assert wire.answer()[0] == 200
        chunks = b"".join(
            b"%x;a=b\r\n%b\r\n" % (len(piece), piece)
            for piece in (body[start : start + 777] for start in range(0, len(body), 777))
        )
        wire.send(post(chunks + b"0\r\nA: b\r\n\r\n", CHUNKED))
        assert wire.answer()[0] == 200
        wire.send(get("/healthz"))
        assert wire.answer()[0] == 200


def test_who_asks_before_it_sends_its_body_is_told_to():
    with served() as server, server.wire() as wire:
        wire.send(post(b"", f"Content-Length: {len(SEARCH)}", "Expect: 100-continue"))
        assert wire.coming.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert wire.coming.readline() == b"\r\n"
        wire.send(SEARCH)
        assert wire.answer()[0] == 200


def test_a_head_is_asked_for_and_the_connection_stays():
    with served() as server, server.wire() as wire:
        wire.send(get("/healthz", method="HEAD"))
        status, headers, _ = wire.answer(has_body=False)
        assert (status, headers["connection"]) == (200, None)
        wire.send(get("/healthz"))
        assert wire.answer()[0] == 200


@pytest.mark.parametrize(
    "closing", [get("/healthz", "Connection: close"), b"GET /healthz HTTP/1.0\r\n\r\n"]
)
def test_who_wants_one_answer_gets_it_and_the_end(closing):
    with served() as server, server.wire() as wire:
        wire.send(closing)
        status, headers, _ = wire.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert wire.is_over()


# too many connections


def test_idle_connections_shut_nobody_out():
    with served(bounds=replace(PATIENT, connections=4)) as server:
        idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(12)]
        assert server.ask(post())[0] == 200
        assert len(server.connections) <= 4
        for one in idle:
            one.close()


def test_where_all_are_worked_for_another_one_is_told_to_come_again():
    live, begun, may_go_on = FakeLive(), threading.Semaphore(0), threading.Event()

    def wait(_: object) -> None:
        begun.release()
        assert may_go_on.wait(PATIENCE_S)

    live.lent.before_search = wait
    bounds = replace(PATIENT, connections=2)
    with served(live, bounds=bounds, searches_at_once=2) as server:
        with server.wire() as first, server.wire() as second:
            for wire in (first, second):
                wire.send(post())
                assert begun.acquire(timeout=PATIENCE_S)
            with server.wire() as third:
                status, headers, body = third.answer()
                assert (status, error_of(body)["code"]) == (503, "overloaded")
                assert int(headers["retry-after"]) > 0
                assert third.is_over()
            may_go_on.set()
            assert [wire.answer()[0] for wire in (first, second)] == [200, 200]
        assert server.ask(get("/healthz"))[0] == 200


def test_a_closed_connection_leaves_nothing_behind():
    """No timer and no circle holds it: the memory is free without the garbage collector."""
    with served() as server:
        gc.collect()
        gc.disable()
        try:
            with server.wire() as wire:
                wire.send(post() + get("/none"))
                assert [wire.answer()[0] for _ in range(2)] == [200, 404]
                until(lambda: len(server.connections) == 1)
                (one,) = (weakref.ref(one) for one in tuple(server.connections._open))
            until(lambda: one() is None)
        finally:
            gc.enable()
