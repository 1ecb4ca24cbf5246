"""The load client counts what it says: from the intended moment, whole answers, nothing twice."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, pairwise, repeat
from types import SimpleNamespace

import pytest

from tests.benchmarks import client
from tests.benchmarks.client import (
    Asker,
    Load,
    answer_in,
    arrivals,
    closed_loop,
    http_request,
    open_loop,
    run_load,
)

_SLOW_S = 0.05


class _OneAtATime(BaseHTTPRequestHandler):
    """Answers every request after the same time, one at a time in the whole server."""

    protocol_version = "HTTP/1.1"
    turn = threading.Lock()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.turn:
            time.sleep(_SLOW_S)
        body = b'{"took_ms": {"total": 1.0}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def _server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _OneAtATime) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


_REQUEST = http_request("/v1/search", b"{}")


def test_an_answer_is_whole_or_not_there():
    whole = b"HTTP/1.1 503 no\r\nContent-Length: 3\r\nX: y\r\n\r\nabc"
    assert answer_in(whole) == (503, b"abc")
    assert [answer_in(whole[:end]) for end in range(len(whole))] == [None] * len(whole)


def test_an_answer_without_a_length_is_refused():
    with pytest.raises(ValueError, match="without a length"):
        answer_in(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")


def test_an_open_loop_counts_from_the_intended_moment():
    """Twice the capacity is asked: who counts from sending would see no more than the queue's end."""
    load = Load(seconds=0.5, rate=2 / _SLOW_S, seed=1)
    with _server() as port:
        answers = asyncio.run(open_loop(port, repeat(_REQUEST), load))
    waits = answers.latencies_ms
    assert len(waits) == len(list(arrivals(2 / _SLOW_S, 0.5, 1)))
    # The last of n requests within half a second is answered after n turns of the server.
    assert max(waits) >= (len(waits) * _SLOW_S - 0.5) * 1e3 * 0.95
    assert answers.statuses == {"200": len(waits)}


def test_a_closed_loop_waits_for_its_answers():
    with _server() as port:
        answers = asyncio.run(closed_loop(port, repeat(_REQUEST, 10), Load(seconds=60, clients=4)))
    assert len(answers.latencies_ms) == 10
    assert min(answers.latencies_ms) >= _SLOW_S * 1e3 * 0.99
    assert answers.per_second <= 1 / _SLOW_S * 1.01
    assert answers.looked_into[0] == {"took_ms": {"total": 1.0}}


def test_what_is_asked_while_warming_up_is_not_counted(monkeypatch):
    """By a clock that goes on by one whenever it is looked at: as each request is begun, and as it is answered."""
    monkeypatch.setattr(client, "time", SimpleNamespace(perf_counter=count().__next__))
    with _server() as port:
        load = Load(seconds=10, warm_up_s=4, clients=1)
        answers = asyncio.run(closed_loop(port, repeat(_REQUEST), load))
    assert answers.statuses == {"200": 7}  # begun at 1, 3, … 13
    assert answers.latencies_ms == [1000] * 5  # but for those at 1 and 3


def test_arrivals_come_at_the_rate_and_the_same_for_the_same_seed():
    moments = list(arrivals(100.0, 60.0, seed=3))
    assert moments == sorted(moments) == list(arrivals(100.0, 60.0, seed=3))
    assert 5_700 < len(moments) < 6_300  # Poisson: 6000 and four standard deviations
    gaps = [b - a for a, b in pairwise(moments)]
    assert 0.35 < sum(gap > 0.01 for gap in gaps) / len(gaps) < 0.39  # 1/e exceed the mean


def test_the_process_says_when_questions_run_out():
    with _server() as port, pytest.raises(ValueError, match="too few"):
        run_load(port, [{"query": "a"}] * 2, Load(seconds=60))


def test_an_asker_measures_the_whole_answer():
    with _server() as port, Asker(port) as asker:
        took, answer = asker.ask(query="a")
    assert took >= _SLOW_S * 1e3 * 0.99
    assert answer == {"took_ms": {"total": 1.0}}
