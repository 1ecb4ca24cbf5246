"""Whatever the canary does, the pulse goes on, and says what it knows."""

import asyncio
import logging
import threading
from time import monotonic, sleep

import pytest

from indexer.errors import IndexCorruptError
from service.live import Live
from service.metrics import Metrics
from service.pulse import Pulse
from tests.service.fakes import FakeLive, client_of
from tests.service.test_live_faults import PANIC
from tests.service.test_metrics import numbers, value

QUERY = "privileged words"


def beaten(metrics: Metrics, outcome: str) -> float:
    return value(numbers(metrics.render(None).decode()), "canary_total", outcome=outcome)


@pytest.mark.parametrize(
    "error",
    [TypeError(QUERY), KeyError(QUERY), AttributeError(QUERY), MemoryError(), PANIC(QUERY)],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_is_a_doubt_and_the_next_beat_comes(error, caplog):
    failing = [True, False]
    metrics = Metrics()

    def ask(_: Live) -> None:
        if failing and failing.pop(0):
            raise error

    async def run() -> list[str | None]:
        pulse = Pulse(FakeLive(), metrics, interval_s=0.001, ask=ask)
        beating = asyncio.create_task(pulse.run())
        seen = []
        for left in (1, 0):
            while len(failing) > left or (pulse.doubt() is None) is (left == 1):
                await asyncio.sleep(0)
                assert not beating.done()
            seen.append(pulse.doubt())
        beating.cancel()
        return seen

    with caplog.at_level(logging.WARNING):
        doubt, later = asyncio.run(asyncio.wait_for(run(), 60))
    assert "canary query failed" in str(doubt)
    assert later is None
    assert beaten(metrics, "failed") == 1
    assert beaten(metrics, "passed") >= 1
    (told, healed) = caplog.records
    assert told.getMessage() == f"the canary query failed: {type(error).__name__}"
    assert QUERY not in told.getMessage()
    assert "again" in healed.getMessage()


def test_our_own_words_say_what_is_wrong(caplog, tmp_path):
    def ask(_: Live) -> None:
        raise IndexCorruptError(tmp_path, "the passage table is damaged")

    asyncio.run(Pulse(FakeLive(), Metrics(), interval_s=1, ask=ask).beat())
    assert f"{tmp_path}: the passage table is damaged" in caplog.records[0].getMessage()


def test_a_canary_that_hangs_is_a_doubt_until_it_comes_back(caplog):
    """One thread hangs, not one more with each beat."""
    release, before = threading.Event(), canaries()
    metrics = Metrics()
    asked: list[threading.Thread] = []

    def ask(_: Live) -> None:
        asked.append(threading.current_thread())
        assert release.wait(60)

    async def run() -> list[str | None]:
        pulse = Pulse(FakeLive(), metrics, interval_s=1, limit_s=0.02, ask=ask)
        seen = []
        for _ in range(3):
            await pulse.beat()
            seen.append(pulse.doubt())
        (hanging,) = canaries() - before
        pulse._limit_s = 60
        release.set()
        await pulse.beat()
        assert pulse.doubt() is None
        assert asked == [hanging]
        await pulse.beat()
        assert len(asked) == 2
        return seen

    seen = asyncio.run(asyncio.wait_for(run(), 60))
    assert all("canary query failed" in str(doubt) for doubt in seen)
    assert beaten(metrics, "failed") == 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "no answer within 0.02 seconds" in caplog.records[0].getMessage()
    assert all(thread.daemon for thread in asked)


def canaries() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "canary"}


def test_a_canary_that_hangs_does_not_hold_up_the_end(monkeypatch):
    release, begun = threading.Event(), threading.Event()

    def ask(_: Live) -> None:
        begun.set()
        release.wait(180)

    defaults = {"ask": ask, "limit_s": 0.02}
    monkeypatch.setattr(Pulse.__init__, "__kwdefaults__", defaults)
    with client_of(canary_interval_s=0.01) as client:
        deadline = monotonic() + 60
        while client.get("/readyz").status_code != 503:
            assert monotonic() < deadline
            sleep(0.005)
        started = monotonic()
    took = monotonic() - started
    assert begun.wait(60)
    release.set()
    assert took < 60
