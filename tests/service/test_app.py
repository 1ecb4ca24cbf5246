import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from indexer.errors import IndexCorruptError, IndexMissingError, ModelMismatchError
from models.errors import MissingBackendError
from service.app import create_app
from service.errors import OverloadedError
from service.gate import Gate
from service.settings import Settings
from tests.service.fakes import FakeLive, FakeSearcher, client_of, settings, wait_until_opened

SEARCH = {"query": "taser"}


def error_of(answer: Response) -> Any:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "field"}
    return error


# opening and closing


def test_the_port_is_open_while_the_index_is_not():
    may_open, live = threading.Event(), FakeLive()

    def open_slowly(_: Settings) -> FakeLive:
        assert may_open.wait(60)
        return live

    app = create_app(settings(), open_live=open_slowly)
    with TestClient(app) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/").status_code == 200
        for answer in (
            client.get("/readyz"),
            client.post("/v1/search", json=SEARCH),
            client.post("/v1/search/batch", json={"searches": [SEARCH]}),
            client.get("/v1/cases"),
        ):
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert error_of(answer)["code"] == "not_ready"
            assert "being opened" in error_of(answer)["message"]
        may_open.set()
        wait_until_opened(client)
        assert client.get("/readyz").status_code == 200
        assert client.post("/v1/search", json=SEARCH).status_code == 200
        assert not live.closed.is_set()
    assert live.closed.is_set()


def test_nothing_is_opened_before_it_starts():
    def never(_: Settings) -> FakeLive:
        raise AssertionError

    create_app(settings(), open_live=never)


def test_a_live_index_says_why_it_is_not_ready():
    with client_of(FakeLive(reason="the canary query failed; build again")) as client:
        for answer in (client.get("/readyz"), client.post("/v1/search", json=SEARCH)):
            assert answer.status_code == 503
            assert "the canary query failed; build again" in error_of(answer)["message"]


SECRET = Path("/srv/secret/index")


@pytest.mark.parametrize(
    ("failure", "status", "code", "words"),
    [
        (IndexMissingError(SECRET), 503, "not_ready", "log"),
        (IndexCorruptError(SECRET, "torn"), 503, "not_ready", "log"),
        (ModelMismatchError(SECRET, built_with="A", loaded="B"), 409, "model_mismatch",
         "built with the model A, but B was loaded"),
        (MissingBackendError(model="m", package="torch"), 503, "not_ready", "log"),
        (ZeroDivisionError("/srv/secret"), 503, "not_ready", "log"),
    ],
)  # fmt: skip
def test_what_fails_to_open_is_told_in_brief_and_logged_in_full(
    caplog, failure, status, code, words
):
    def fail(_: Settings) -> FakeLive:
        raise failure

    with caplog.at_level(logging.ERROR), TestClient(create_app(settings(), open_live=fail)) as c:
        wait_until_opened(c)
        searched, ready = c.post("/v1/search", json=SEARCH), c.get("/readyz")

    assert (searched.status_code, error_of(searched)["code"]) == (status, code)
    assert words in error_of(searched)["message"]
    assert ready.status_code == 503
    assert words in error_of(ready)["message"]
    assert "secret" not in searched.text + ready.text
    assert str(failure) in caplog.text


# what nobody foresaw


def test_an_unforeseen_error_is_a_500_without_its_cause():
    live = FakeLive()
    with client_of(live) as client:

        def fail(_: object) -> None:
            raise ZeroDivisionError("/srv/secret at line 3")

        live.lent.before_search = fail
        answer = client.post("/v1/search", json=SEARCH, headers={"X-Request-ID": "abc-1"})
        batch = client.post("/v1/search/batch", json={"searches": [SEARCH]})

    assert answer.status_code == batch.status_code == 500
    assert error_of(answer)["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "Error" not in answer.text
    assert answer.headers["x-request-id"] == "abc-1"


def test_an_expected_error_of_a_model_is_a_500_too_and_only_the_log_says_why(caplog):
    live = FakeLive()
    with client_of(live) as client:

        def fail(_: object) -> None:
            raise MissingBackendError(model="/srv/secret", package="torch")

        live.lent.before_search = fail
        answer = client.post("/v1/search", json=SEARCH)

    assert answer.status_code == 500
    assert error_of(answer)["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "MissingBackendError" in caplog.text


# request ids


@pytest.mark.parametrize("url", ["/healthz", "/v1/search?q=x", "/nowhere", "/v1/search", "/readyz"])
def test_every_answer_carries_the_id_it_was_given(url):
    with client_of() as client:
        answer = client.get(url, headers={"X-Request-ID": "trace:0123-abc_D.e"})
        assert answer.headers["x-request-id"] == "trace:0123-abc_D.e"


@pytest.mark.parametrize("given", ["", "x" * 129, "a b", "<script>", "é"])
def test_an_id_is_made_where_none_fits(given):
    with client_of() as client:
        headers = {"X-Request-ID": given.encode()}
        first = client.get("/healthz", headers=headers).headers["x-request-id"]
        second = client.get("/healthz", headers=headers).headers["x-request-id"]

    assert first.isalnum()
    assert second.isalnum()
    assert first != second


# bodies


def chunks(total: int) -> Iterator[bytes]:
    yield b'{"query": "'
    while total > 0:
        yield b"x" * min(total, 1000)
        total -= 1000
    yield b'"}'


@pytest.mark.parametrize("size", [4083, 4084])
def test_a_body_is_limited_to_the_byte(size):
    """13 bytes of JSON around the query: 4,096 pass, one more does not, chunked or not."""
    with client_of(max_body_bytes=4096) as client:
        headers = {"content-type": "application/json"}
        whole = client.post("/v1/search", content=b"".join(chunks(size)), headers=headers)
        chunked = client.post("/v1/search", content=chunks(size), headers=headers)

    assert "content-length" in whole.request.headers
    assert "content-length" not in chunked.request.headers
    for answer in (whole, chunked):
        assert answer.status_code == (200 if size == 4083 else 413)
    if size == 4084:
        assert error_of(chunked) == error_of(whole)
        assert error_of(whole)["code"] == "body_too_large"


def test_the_largest_batch_that_the_contract_admits_is_taken():
    with client_of() as client:
        entries = [{"query": "😀" * 20_000, "k": 1, "fields": ["cite"]}] * 64
        answer = client.post("/v1/search/batch", json={"searches": entries})

    assert answer.status_code == 200
    assert len(answer.json()["answers"]) == 64


# overload


@contextmanager
def blocked(live: FakeLive, searches: int) -> Iterator[threading.Semaphore]:
    """Let searches wait for each other; yields how many have begun."""
    begun, release = threading.Semaphore(0), threading.Event()

    def wait(_: object) -> None:
        begun.release()
        assert release.wait(60)

    live.lent.before_search = wait
    try:
        yield begun
    finally:
        release.set()


def test_more_than_may_wait_are_refused_at_once_and_those_inside_are_answered():
    live = FakeLive()
    with client_of(live, max_concurrency=2, searches_at_once=2, max_queue=1) as client:
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: statuses.append(client.post("/v1/search", json=SEARCH).status_code)
            )
            for _ in range(3)
        ]
        with blocked(live, 3) as begun:
            for thread in threads:
                thread.start()
            assert begun.acquire(timeout=60)
            assert begun.acquire(timeout=60)
            refused = until_refused(client)
            assert error_of(refused)["code"] == "overloaded"
            assert int(refused.headers["retry-after"]) > 0
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            assert not begun.acquire(blocking=False)  # the third waits for a thread
        for thread in threads:
            thread.join(60)

        assert statuses == [200, 200, 200]
        assert client.post("/v1/search", json=SEARCH).status_code == 200


def until_refused(client: TestClient) -> Response:
    """Knock until the third search has taken its place too."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        answer = client.get("/v1/search")  # while there is room: 422, before it needs a thread
        if answer.status_code == 503:
            return answer
        sleep(0.005)
    raise AssertionError("never refused")


def test_a_request_that_fails_gives_its_place_back():
    with client_of(max_concurrency=1, max_queue=0) as client:
        for _ in range(5):
            assert client.post("/v1/search", json={"query": ""}).status_code == 422
            assert client.get("/v1/cases/nobody").status_code == 404
        assert client.post("/v1/search", json=SEARCH).status_code == 200


def test_gate_counts():
    gate = Gate(limit=2)
    with gate.enter():
        with gate.enter(), pytest.raises(OverloadedError, match="2 requests"), gate.enter():
            pass
        with pytest.raises(KeyError), gate.enter():
            raise KeyError
        with gate.enter():
            pass


# HEAD, CORS, documents


@pytest.mark.parametrize("url", ["/", "/healthz", "/readyz", "/v1/search?q=x", "/v1/cases"])
def test_head_is_get_without_the_body(url):
    with client_of() as client:
        head, get = client.head(url), client.get(url)

    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]


def test_no_page_of_another_origin_may_call_unless_it_is_named():
    headers = {"Origin": "https://a.example"}
    preflight = {**headers, "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    with client_of() as client:
        answer = client.get("/healthz", headers=headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]
    with client_of(cors_origins="https://a.example") as client:
        answer = client.options("/v1/search", headers=preflight)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
        asked = client.post("/v1/search", json=SEARCH, headers=headers)
        assert asked.headers["access-control-allow-origin"] == "https://a.example"
        assert "X-Request-ID" in asked.headers["access-control-expose-headers"]
        other = client.options("/v1/search", headers={**preflight, "Origin": "https://b.example"})
        assert "access-control-allow-origin" not in other.headers


def test_no_page_is_served_that_needs_the_internet():
    with client_of() as client:
        assert client.get("/docs").status_code == 404
        assert client.get("/redoc").status_code == 404
        assert client.get("/openapi.json").status_code == 200


def test_searches_run_beside_each_other_in_threads():
    """Two searches that wait for each other both end: neither holds the event loop."""
    together = threading.Barrier(2, timeout=60)

    def meet(_: object) -> None:
        together.wait()

    live = FakeLive(lent=FakeSearcher(before_search=meet))

    def ask() -> int:
        return client.post("/v1/search", json=SEARCH).status_code

    async def both() -> list[int]:
        return list(await asyncio.gather(asyncio.to_thread(ask), asyncio.to_thread(ask)))

    with client_of(live, searches_at_once=2) as client:
        assert asyncio.run(both()) == [200, 200]
