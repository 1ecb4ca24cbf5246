import asyncio
import threading
from typing import Any

import pytest
from starlette.types import Message

from service.errors import OverloadedError
from service.gate import Gate
from service.middleware import BodyLimit
from service.problem_response import refusal
from tests.service.fakes import FakeLive, client_of
from tests.service.test_app import blocked, error_of

SEARCH = {"query": "taser"}


def test_a_full_queue_is_told_before_a_body_is_read():
    """Not even that the body is no JSON is found out; what says how things are goes on."""
    live = FakeLive()
    with client_of(live, max_concurrency=1, max_queue=0) as client:
        inside = threading.Thread(target=lambda: client.post("/v1/search", json=SEARCH))
        with blocked(live, 1) as begun:
            inside.start()
            assert begun.acquire(timeout=60)
            answer = client.post("/v1/search", content=b"{" * 1000)
            assert answer.status_code == 503
            assert error_of(answer)["code"] == "overloaded"
            assert int(answer.headers["retry-after"]) >= 1
            for url in ("/healthz", "/readyz", "/metrics", "/", "/openapi.json"):
                assert client.get(url).status_code == 200
            assert "opinion_search_requests_inside 1.0" in client.get("/metrics").text
        inside.join(60)


def test_many_large_bodies_at_once_do_not_fill_the_memory():
    """Eight of the largest are held, not more; a ninth is told to come again."""
    live = FakeLive()
    begun, may_go_on, statuses = threading.Semaphore(0), threading.Event(), []
    with client_of(live, max_concurrency=20, searches_at_once=20, max_body_bytes=2048) as client:

        def wait(_: object) -> None:
            begun.release()
            assert may_go_on.wait(60)

        live.lent.before_search = wait
        body = {"query": "x" * 2000}

        def ask() -> None:
            statuses.append(client.post("/v1/search", json=body).status_code)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in threads:
            assert begun.acquire(timeout=60)
        refused = client.post("/v1/search", json=body)
        assert refused.status_code == 503
        assert error_of(refused)["code"] == "overloaded"
        assert int(refused.headers["retry-after"]) > 0
        may_go_on.set()
        for thread in threads:
            thread.join(60)
        assert statuses == [200] * 8
        assert client.post("/v1/search", json=body).status_code == 200


def test_the_gate_stays_the_authority():
    gate = Gate(limit=1)
    with gate.enter(), pytest.raises(OverloadedError), gate.enter():
        pass


def test_a_body_counts_until_its_answer_begins_however_slowly_that_is_taken():
    held: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 1000, "more_body": False}

    async def send(_: Message) -> None:
        held.append(limit.held)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        held.append(limit.held)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    limit = BodyLimit(app, limit=1000, refuse=refusal)
    asyncio.run(limit({"type": "http", "headers": []}, receive, send))
    assert held == [1000, 0, 0]
    assert limit.held == 0
