import pytest

from service.errors import OverloadedError
from service.gate import Gate


class Clock:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def serve(gate: Gate, clock: Clock, seconds: float, times: int = 60) -> None:
    """Let that many requests take that long, one after the other."""
    for _ in range(times):
        with gate.enter():
            clock.at += seconds


def test_who_comes_while_a_lane_is_free_does_not_wait():
    clock = Clock()
    gate = Gate(limit=10, lanes=2, now=clock)
    serve(gate, clock, 3.0)

    assert gate.wait_s() == 0
    with gate.enter():
        assert gate.wait_s() == 0


def test_the_wait_is_that_of_those_before():
    """Ten inside, each costing 0.2 s of the machine: who comes with one lane waits for all ten."""
    clock = Clock()
    gate = Gate(limit=100, lanes=1, now=clock)
    serve(gate, clock, 0.2)
    places = [gate.enter() for _ in range(10)]
    for place in places:
        place.__enter__()

    assert gate.wait_s() == pytest.approx(2.0, rel=0.01)
    assert gate.inside == 10


def test_who_would_wait_too_long_is_refused_at_once_with_when_to_come():
    clock = Clock()
    gate = Gate(limit=100, lanes=1, patience_s=5, now=clock)
    serve(gate, clock, 2.0)
    with gate.enter(), gate.enter():
        gate.check()
        with gate.enter(), pytest.raises(OverloadedError) as caught:
            gate.check()
    assert caught.value.retry_after_s == 6
    assert caught.value.waiting == 3
    gate.check()


def test_a_full_gate_says_when_to_come_however_little_it_knows():
    gate = Gate(limit=1)
    with gate.enter(), pytest.raises(OverloadedError) as caught:
        gate.check()
    assert caught.value.retry_after_s == 1


def test_no_caller_is_sent_away_for_more_than_a_minute():
    clock = Clock()
    gate = Gate(limit=2, now=clock)
    serve(gate, clock, 500.0)
    with gate.enter(), gate.enter(), pytest.raises(OverloadedError) as caught:
        gate.check()
    assert caught.value.retry_after_s == 60


def test_whoever_counts_is_told_of_each_change():
    seen: list[int] = []
    gate = Gate(limit=5, on_change=seen.append)
    with gate.enter(), gate.enter():
        pass
    assert seen == [1, 2, 1, 0]
