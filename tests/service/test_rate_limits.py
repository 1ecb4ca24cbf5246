import json
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from service import keys
from service.rate_limits import RateLimits
from tests.service.fakes import FakeLive, client_of, wait_until_opened
from tests.service.serving import quietly_configured

SEARCH = {"query": "taser"}


class Clock:
    at = 1000.0

    def __call__(self) -> float:
        return self.at


@given(
    st.lists(st.floats(0, 20), min_size=1, max_size=60),
    st.integers(1, 600),
    st.integers(1, 30),
)
def test_no_stretch_of_time_holds_more_than_the_burst_and_the_pace(gaps, per_minute, burst):
    clock = Clock()
    limits, let_in = RateLimits(now=clock), []
    for gap in gaps:
        clock.at += gap
        if limits.take("a", per_minute=per_minute, burst=burst) == 0:
            let_in.append(clock.at)

    for first, start in enumerate(let_in):
        for last, end in enumerate(let_in[first:], first):
            assert last - first + 1 <= burst + (end - start) * per_minute / 60 + 1e-6


@given(st.integers(1, 600), st.integers(1, 30), st.integers(0, 40))
def test_who_waits_as_long_as_told_is_let_in(per_minute, burst, before):
    clock = Clock()
    limits = RateLimits(now=clock)
    waits = [limits.take("a", per_minute=per_minute, burst=burst) for _ in range(before + burst)]

    assert all(wait == 0 for wait in waits[:burst])
    assert all(0 < wait <= 60 / per_minute + 1e-9 for wait in waits[burst:])
    clock.at += limits.take("a", per_minute=per_minute, burst=burst)
    assert limits.take("a", per_minute=per_minute, burst=burst) == 0


def test_callers_do_not_count_for_each_other():
    limits = RateLimits(now=Clock())
    for n in range(300):
        assert limits.take(f"caller {n}", per_minute=1, burst=1) == 0
    refused = [limits.take(f"caller {n}", per_minute=1, burst=1) > 0 for n in range(300)]
    assert all(refused)


def test_the_table_takes_any_number_of_callers_in_the_same_room():
    clock = Clock()
    limits = RateLimits(now=clock)
    for n in range(20_000):
        clock.at += 0.01
        assert limits.take(f"address {n}", per_minute=60, burst=1) == 0
    assert limits.take("address 19999", per_minute=60, burst=1) > 0


def test_a_batch_is_paid_for_by_what_comes_after_it():
    clock = Clock()
    limits = RateLimits(now=clock)
    assert limits.take("a", per_minute=60, burst=1) == 0
    limits.charge("a", 63, per_minute=60)
    assert limits.take("a", per_minute=60, burst=1) == pytest.approx(64)
    clock.at += 64
    assert limits.take("a", per_minute=60, burst=1) == 0


def test_workers_count_together_in_the_folder_they_share(tmp_path):
    """Two tables on one file, as two processes have them, each used from its own thread."""
    workers = [RateLimits(tmp_path, now=Clock()) for _ in range(2)]
    taken: list[bool] = []

    def ask(limits: RateLimits) -> None:
        taken.extend(limits.take("a", per_minute=60, burst=100) == 0 for _ in range(80))

    threads = [Thread(target=ask, args=(limits,)) for limits in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for limits in workers:
        limits.close()
    assert (len(taken), sum(taken)) == (160, 100)


# over HTTP, where no time goes by: how much a slow machine lets go by would be let in again


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(RateLimits.__init__, "__kwdefaults__", {"now": clock})
    return clock


def test_more_than_the_setting_says_is_429_with_when_to_come_again(clock):
    with client_of(rate_per_minute=3, rate_burst=9) as client:
        answers = [client.get("/v1/search?q=x") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["error"]["code"] == "too_many_requests"
        assert answers[3].headers["retry-after"] == "20"
        for url in ("/healthz", "/readyz", "/"):
            assert client.get(url).status_code == 200
        clock.at += 20
        assert client.get("/v1/search?q=x").status_code == 200


def test_each_key_has_its_own_limit_and_its_own_count(tmp_path, clock):
    file = tmp_path / "keys.jsonl"
    slow, other = keys.make("slow", per_minute=2), keys.make("other")
    for one in (slow, other):
        keys.add(file, one.kept)

    with client_of(keys_file=file) as client:

        def statuses(key: keys.NewKey, times: int) -> list[int]:
            headers = {"X-API-Key": key.text}
            return [client.get("/v1/cases", headers=headers).status_code for _ in range(times)]

        assert statuses(slow, 3) == [200, 200, 429]
        assert statuses(other, 30) == [200] * 30


def test_the_searches_of_a_batch_count(clock):
    with client_of(rate_per_minute=60, rate_burst=10) as client:
        body = {"searches": [SEARCH] * 10}
        assert client.post("/v1/search/batch", json=body).status_code == 200
        after = client.post("/v1/search", json=SEARCH)
        assert after.status_code == 429
        assert json.loads(after.text)["error"]["code"] == "too_many_requests"


def test_who_has_no_key_uses_up_nothing(tmp_path, clock):
    file = tmp_path / "keys.jsonl"
    anna = keys.make("anna", per_minute=1)
    keys.add(file, anna.kept)
    with client_of(keys_file=file, rate_per_minute=1) as client:
        for _ in range(5):
            assert client.get("/v1/cases").status_code == 401
        assert client.get("/v1/cases", headers={"X-API-Key": anna.text}).status_code == 200


# who the caller is


def statuses(*asked: tuple[str, str | None], **given: Any) -> list[int]:
    """Ask once from each address, for whom the second says; each caller may ask once."""
    config = quietly_configured(FakeLive(), rate_per_minute=1, rate_burst=1, **given)
    config.load()

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["client"] = (dict(scope["headers"])[b"from"].decode(), 5)
        await config.loaded_app(scope, receive, send)

    with TestClient(served, headers={"From": "192.0.2.1"}) as client:
        wait_until_opened(client)
        return [
            client.get(
                "/v1/cases",
                headers={"From": address} | ({"X-Forwarded-For": behalf} if behalf else {}),
            ).status_code
            for address, behalf in asked
        ]


def test_nobody_is_believed_about_whom_it_asks_for(clock):
    """Not even on the machine itself: each name that somebody makes up would have a limit of its own."""
    made_up = [("127.0.0.1", "203.0.113.1"), ("127.0.0.1", "203.0.113.2")]
    assert statuses(*made_up) == [200, 429]
    assert statuses(*made_up, trusted_proxies="10.0.0.0/8") == [200, 429]


def test_a_proxy_that_is_trusted_is_believed_about_whom_it_asks_for(clock):
    proxy = "10.0.0.5"
    asked = [(proxy, "203.0.113.1"), (proxy, "203.0.113.2"), (proxy, "203.0.113.1")]
    assert statuses(*asked, trusted_proxies=proxy) == [200, 200, 429]
    assert statuses(*asked, trusted_proxies="10.0.0.0/8") == [200, 200, 429]


def test_what_a_caller_tells_the_proxy_is_not_believed(clock):
    """A proxy adds who asked it at the end; what stands before came from there."""
    asked = [("10.0.0.5", "198.51.100.1, 203.0.113.1"), ("10.0.0.5", "198.51.100.2, 203.0.113.1")]
    assert statuses(*asked, trusted_proxies="10.0.0.5") == [200, 429]


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", 429),
        ("2001:db8::1", "2001:db8:0:0:8000::", 429),
        ("2001:db8::1", "2001:db8:0:1::1", 200),
        ("::ffff:203.0.113.1", "203.0.113.1", 429),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", 200),
        ("fe80::1%eth0", "fe80::2%eth0", 429),
        ("203.0.113.1", "203.0.113.2", 200),
        ("no:address", "nor:this", 200),
    ],
)
def test_who_has_a_network_of_its_own_is_one_caller(clock, first, second, after):
    """The second half of an address of IPv6 is anybody's own choice."""
    assert statuses((first, None), (second, None)) == [200, after]
