import asyncio
import logging
from time import monotonic, sleep

from service.errors import NotReadyError
from service.live import Live
from service.metrics import Metrics
from service.pulse import Pulse, canary
from tests.service.fakes import FakeLive, client_of


def test_a_build_that_goes_bad_is_not_ready_until_it_is_well_again(caplog):
    failing = [True, True, False]

    def ask(_: Live) -> None:
        if failing.pop(0):
            raise NotReadyError("the words do not find their own passages")

    pulse = Pulse(FakeLive(), Metrics(), interval_s=1, ask=ask)
    assert pulse.doubt() is None
    with caplog.at_level(logging.WARNING):
        asyncio.run(pulse.beat())
        doubt = pulse.doubt()
        assert doubt is not None
        assert "canary query failed" in doubt
        asyncio.run(pulse.beat())
        assert len(caplog.records) == 1, "told once"
        asyncio.run(pulse.beat())
    assert pulse.doubt() is None
    assert "again" in caplog.records[-1].message


def test_readiness_is_asked_for_again_and_again(monkeypatch):
    """Ready, then not, then ready: nothing was restarted, and questions are answered all along."""
    live = FakeLive()
    bad: list[bool] = []

    def ask(_: Live) -> None:
        if bad:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Pulse.__init__, "__kwdefaults__", {"ask": ask, "limit_s": 60.0})
    with client_of(live, canary_interval_s=0.02) as client:

        def wait_for(status: int) -> None:
            deadline = monotonic() + 60
            while client.get("/readyz").status_code != status:
                assert monotonic() < deadline
                sleep(0.01)

        wait_for(200)
        bad.append(True)
        wait_for(503)
        assert "canary query failed" in client.get("/readyz").json()["error"]["message"]
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/search?q=x").status_code == 200
        bad.clear()
        wait_for(200)
        assert 'opinion_search_canary_total{outcome="failed"}' in client.get("/metrics").text


def test_nothing_is_asked_while_there_is_no_build():
    live = FakeLive(reason="the index is being opened")
    canary(live)
    assert live.borrowed == 0


def test_the_canary_searches_the_build_that_is_served(engine, monkeypatch):
    proven: list[object] = []
    monkeypatch.setattr("service.pulse.prove", proven.append)
    live = FakeLive()
    live.lent = engine
    canary(live)
    assert proven == [engine]


def test_no_interval_is_no_pulse():
    pulse = Pulse(FakeLive(), Metrics(), interval_s=0)
    asyncio.run(asyncio.wait_for(pulse.run(), 5))
