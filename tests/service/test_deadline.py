"""Work ends when its time is over, or when nobody waits for it."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from anyio import CancelScope
from starlette.types import Message

from service.app import create_app
from service.deadline import Deadline
from service.errors import AbandonedError
from service.problem_response import refusal
from service.work import Abandoned, Work
from tests.service.fakes import FakeLive, client_of, settings
from tests.service.loops import PATIENCE_S, in_a_loop, put_on, until

SEARCH = {"query": "taser"}
BODY = json.dumps(SEARCH).encode()
LIMIT_S = 600.0
"""It is over when a test puts the clock on, and not because the machine is slow."""


class Caller:
    """An ASGI client that can send slowly and go away in the middle."""

    def __init__(self, app: Any, state: dict[str, Any], url: str, body: bytes | None) -> None:
        self.sent: list[Message] = []
        self._gone = asyncio.Event()
        self._noticed = False
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.create_task(
            app(self._scope(url, body, state), self._receive, self._send)
        )
        if body is not None:
            self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})

    def _scope(self, url: str, body: bytes | None, state: dict[str, Any]) -> dict[str, Any]:
        path, _, query = url.partition("?")
        headers = [(b"content-type", b"application/json"), (b"content-length", b"99")]
        return {
            "type": "http", "method": "GET" if query else "POST", "path": path,
            "query_string": query.encode(), "headers": headers, "client": ("1.2.3.4", 5),
            "raw_path": path.encode(), "scheme": "http", "server": ("here", 80),
            "http_version": "1.1", "root_path": "", "state": dict(state),
        }  # fmt: skip

    async def _receive(self) -> Message:
        getting = asyncio.create_task(self._incoming.get())
        going = asyncio.create_task(self._gone.wait())
        done, _ = await asyncio.wait({getting, going}, return_when=asyncio.FIRST_COMPLETED)
        if getting in done:
            going.cancel()
            return getting.result()
        getting.cancel()
        self._noticed = True
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    def cancel(self) -> None:
        self._task.cancel()

    async def go_away(self) -> None:
        """Return when the application was told, and has acted on it as far as it does at once."""
        self._gone.set()
        await until(lambda: self._noticed)

    async def answered(self) -> tuple[int, Any]:
        await until(lambda: len(self.sent) > 1)
        return self.sent[0]["status"], json.loads(self.sent[1]["body"])

    async def end(self) -> None:
        await until(self._task.done)
        await self._task


@dataclass
class Running:
    """An application that is called with an address and a body."""

    app: Any
    state: dict[str, Any]

    def __call__(self, url: str = "/v1/search", body: bytes | None = BODY) -> Caller:
        return Caller(self.app, self.state, url, body)

    @property
    def inside(self) -> int:
        """Requests worked on or waiting."""
        inside: int = self.state["gate"].inside
        return inside


@asynccontextmanager
async def running(live: FakeLive, **given: Any) -> AsyncIterator[Running]:
    """Run the application with ``live`` opened, and the settings given."""
    app = create_app(settings(**given), open_live=lambda _: live)
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        call = Running(app, dict(state))
        await until(lambda: call.state["live"].reason_not_ready() is None)
        yield call


class Blocked:
    """Searches that begin, and go on only when they may."""

    def __init__(self, live: FakeLive) -> None:
        self.begun = 0
        self.may_go_on = threading.Event()
        live.lent.before_search = self

    def __call__(self, _: object) -> None:
        self.begun += 1
        assert self.may_go_on.wait(PATIENCE_S)


@in_a_loop
async def test_what_takes_too_long_is_answered_while_it_still_runs() -> None:
    live = FakeLive()
    blocked = Blocked(live)
    async with running(live, request_timeout_s=LIMIT_S, max_concurrency=1, max_queue=0) as call:
        caller = call()
        await until(lambda: blocked.begun == 1)
        await put_on(LIMIT_S / 2)
        assert caller.sent == [], "its time is not over"
        await put_on(LIMIT_S / 2)
        status, body = await caller.answered()

        assert (status, body["error"]["code"]) == (503, "deadline_exceeded")
        assert "600 seconds" in body["error"]["message"]
        headers = dict(caller.sent[0]["headers"])
        assert int(headers[b"retry-after"]) > 0
        assert b"x-request-id" in headers
        other = call()
        assert (await other.answered())[1]["error"]["code"] == "overloaded", (
            "its place is still taken"
        )
        blocked.may_go_on.set()
        await caller.end()
        assert (await call().answered())[0] == 200
        assert len(caller.sent) == 2, "nothing of its own answer was sent after that"


@in_a_loop
async def test_who_waits_in_the_queue_when_the_time_is_over_is_never_begun() -> None:
    live = FakeLive()
    blocked = Blocked(live)
    async with running(live, request_timeout_s=LIMIT_S, max_concurrency=1, max_queue=5) as call:
        callers = [call() for _ in range(3)]
        await until(lambda: (blocked.begun, call.inside) == (1, 3))
        await put_on(LIMIT_S)
        for caller in callers:
            assert (await caller.answered())[1]["error"]["code"] == "deadline_exceeded"
        blocked.may_go_on.set()
        for caller in callers:
            await caller.end()
        assert blocked.begun == 1


@in_a_loop
async def test_who_goes_away_takes_the_work_along() -> None:
    """One in the thread, two in the queue: all go; only the first had begun, and the rest is free."""
    live = FakeLive()
    blocked = Blocked(live)
    async with running(live, max_concurrency=1, max_queue=2) as call:
        callers = [call() for _ in range(3)]
        await until(lambda: blocked.begun == 1)
        for caller in callers[1:]:
            await caller.go_away()
            await caller.end()
        await callers[0].go_away()
        blocked.may_go_on.set()
        await callers[0].end()
        assert blocked.begun == 1
        assert [caller.sent for caller in callers] == [[], [], []]
        assert (await call().answered())[0] == 200


@in_a_loop
async def test_a_batch_stops_between_two_searches() -> None:
    live = FakeLive()
    blocked = Blocked(live)
    async with running(live) as call:
        caller = call("/v1/search/batch", json.dumps({"searches": [SEARCH] * 64}).encode())
        await until(lambda: blocked.begun == 1)
        await caller.go_away()
        blocked.may_go_on.set()
        await caller.end()
        assert blocked.begun == 1
        assert caller.sent == []


@in_a_loop
async def test_a_body_that_does_not_come_is_given_up() -> None:
    live = FakeLive()
    async with running(live, request_timeout_s=0.2) as call:
        caller = call(body=None)
        status, body = await caller.answered()
        assert (status, body["error"]["code"]) == (408, "request_timeout")
        await caller.end()
        assert live.lent.asked == []


@in_a_loop
async def test_an_answer_in_time_is_not_touched() -> None:
    live = FakeLive()
    async with running(live, request_timeout_s=LIMIT_S) as call:
        caller = call()
        assert (await caller.answered())[0] == 200
        await caller.end()
        await put_on(LIMIT_S + 1)
        assert len(caller.sent) == 2


def test_the_rest_of_the_service_answers_with_any_deadline():
    with client_of(request_timeout_s=30) as client:
        for url in ("/", "/healthz", "/readyz", "/openapi.json", "/metrics", "/v1/cases"):
            assert client.get(url).status_code == 200


def test_abandoned_work_stops_at_its_next_check():
    work = Work()
    work.check()
    work.begin("x")
    work.abandoned = Abandoned.GONE
    with pytest.raises(AbandonedError):
        work.check()
    with pytest.raises(AbandonedError):
        work.begin("y")
    assert (work.searches, work.query) == (1, "x")


@in_a_loop
async def test_a_quick_answer_costs_no_watch() -> None:
    with patch("service.deadline._UNWATCHED_S", LIMIT_S):  # no machine is slower than that
        async with running(FakeLive(), request_timeout_s=LIMIT_S) as call:
            before = asyncio.all_tasks()
            caller = call()
            assert (await caller.answered())[0] == 200
            begun = [repr(task.get_coro()) for task in asyncio.all_tasks() - before]
            assert not [one for one in begun if "_watch" in one]
            await caller.end()


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")]])
def test_who_waits_for_the_caller_to_go_is_watched_at_once(headers):
    """An application that reads on behind the request: it ends with the caller, long before the time."""
    work = Work()
    messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(messages)

    async def send(_: Message) -> None:
        raise AssertionError

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "http.request"
        await receive()
        await send({"type": "http.response.start"})

    async def serve() -> float:
        start = time.monotonic()
        scope = {"type": "http", "headers": headers, "state": {"work": work}}
        await Deadline(app, limit_s=30, refuse=refusal)(scope, receive, send)
        return time.monotonic() - start

    assert asyncio.run(asyncio.wait_for(serve(), 20)) < 20
    assert work.abandoned is Abandoned.GONE


def test_nothing_is_sent_to_who_has_gone():
    """Work that notices nothing comes to its end; its answer is dropped."""
    gone = asyncio.Event()
    sent: list[Message] = []

    messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        message = next(messages)
        if message["type"] == "http.disconnect":
            await gone.wait()
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        gone.set()
        with CancelScope(shield=True):
            await until(lambda: work.abandoned is not None)
        await send({"type": "http.response.start"})

    work = Work()
    scope = {"type": "http", "headers": [], "state": {"work": work}}
    serve = Deadline(app, limit_s=30, refuse=refusal)(scope, receive, send)
    asyncio.run(asyncio.wait_for(serve, PATIENCE_S))
    assert (sent, work.abandoned) == ([], Abandoned.GONE)


# a server that stops


@in_a_loop
async def test_what_a_server_that_stops_cuts_off_is_answered_and_its_work_stops() -> None:
    """As uvicorn does it when the time that requests in flight get is over: it cancels them."""
    live = FakeLive()
    blocked = Blocked(live)
    async with running(live) as call:
        batch = json.dumps({"searches": [SEARCH] * 64}).encode()
        caller = call("/v1/search/batch", batch)
        await until(lambda: blocked.begun == 1)
        caller.cancel()
        status, body = await caller.answered()
        assert (status, body["error"]["code"]) == (503, "not_ready")
        assert "it is being stopped" in body["error"]["message"]
        assert int(dict(caller.sent[0]["headers"])[b"retry-after"]) > 0
        await caller.end()
        blocked.may_go_on.set()
        await asyncio.sleep(0.2)  # time for a second one to begin
        assert blocked.begun == 1, "the other 63 are never begun"
        assert len(caller.sent) == 2


@pytest.mark.parametrize("answered", [0, 1])
def test_what_is_cut_off_is_not_answered_twice(answered):
    """With an answer on its way, there is none to give, and the connection can only be closed."""
    sent: list[Message] = []
    begun = asyncio.Event()
    work = Work()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        for _ in range(answered):
            await send({"type": "http.response.start", "status": 200, "headers": []})
        begun.set()
        await asyncio.Event().wait()

    async def serve() -> bool:
        scope = {"type": "http", "headers": [], "state": {"work": work}}
        served = asyncio.create_task(
            Deadline(app, limit_s=30, refuse=refusal)(scope, receive, send)
        )
        await begun.wait()
        served.cancel()
        await asyncio.wait({served})
        return served.cancelled()

    assert asyncio.run(asyncio.wait_for(serve(), PATIENCE_S)) == bool(answered)
    assert [message["type"] for message in sent[:1]] == ["http.response.start"]
    assert sent[0]["status"] == (200 if answered else 503)
    assert work.abandoned is Abandoned.STOPPED
