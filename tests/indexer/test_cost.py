"""Time and memory, told as they were."""

import threading

import pytest

from indexer import embedding
from indexer.cost import Cost, Meter
from indexer.embedding import Clock


def cost(**given: float) -> Cost:
    parts = {
        "seconds": 10.0,
        "seconds_embedding": 9.0,
        "cpu_seconds": 20.0,
        "cpu_seconds_outside": 1.0,
    }
    return Cost(**{**parts, **given}, peak_bytes=5)


def test_shares_are_of_the_whole() -> None:
    assert cost().share_without_model == pytest.approx(0.1)
    assert cost().share_outside == pytest.approx(0.05)
    assert cost(seconds_embedding=0.0).share_without_model == 1.0
    assert cost(seconds=0.0, cpu_seconds=0.0).share_outside == 1.0


@pytest.mark.parametrize("raw", [{}, {"seconds": 1.0}, {"seconds": 1.0, "other": 2.0}])
def test_a_cost_told_otherwise_is_not_known(raw) -> None:
    assert Cost.from_json(raw) is None


def share_outside() -> float:
    """Measure while another thread computes."""
    meter = Meter(helpers=0)
    thread = threading.Thread(target=lambda: sum(range(10_000_000)))
    thread.start()
    thread.join()
    told = meter.read(seconds_embedding=0.0)
    assert told.cpu_seconds > 0.05
    return told.share_outside


def test_time_that_another_thread_computes_is_not_outside_the_model() -> None:
    """This thread only waits, but for a collection of garbage that may fall to it, once."""
    assert any(share_outside() < 0.5 for _ in range(3))


def test_a_clock_counts_a_moment_once_however_many_are_inside(monkeypatch) -> None:
    now = 10.0
    monkeypatch.setattr(embedding, "monotonic", lambda: now)
    clock, meet = Clock(), threading.Barrier(9)

    def inside() -> None:
        with clock:
            meet.wait(60)
            meet.wait(60)

    threads = [threading.Thread(target=inside) for _ in range(8)]
    for thread in threads:
        thread.start()
    meet.wait(60)  # all are inside
    now += 0.25
    meet.wait(60)
    for thread in threads:
        thread.join()
    assert clock.seconds == 0.25
    now += 1.0
    assert clock.seconds == 0.25
    with clock:
        now += 0.5
    assert clock.seconds == 0.75
