"""Who has to go where there is no room, by connections that are only said to be there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from service.connections import Bounds, Connections


class Timer:
    """A loop, as far as it is asked: its time, and what it was told to call later."""

    def __init__(self) -> None:
        self.at = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.at

    def call_later(self, delay: float, call: Callable[..., None], *args: Any) -> object:
        self.due.append((self.at + delay, lambda: call(*args)))
        return object()

    def go_on(self, seconds: float) -> None:
        end = self.at + seconds
        while self.due and (first := min(self.due, key=lambda one: one[0]))[0] <= end:
            self.due.remove(first)
            self.at = first[0]
            first[1]()
        self.at = end


@dataclass(eq=False)
class One:
    """A connection whose caller has been waited for since then, or not."""

    timer: Timer
    since: float | None = 0.0
    dropped: bool = False
    looks: list[float] = field(default_factory=list)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self.timer)

    def waiting_since(self) -> float | None:
        return self.since

    def look(self, now: float) -> None:
        self.looks.append(now)

    def drop(self) -> None:
        self.dropped = True


@pytest.fixture
def timer() -> Timer:
    return Timer()


def admitted(connections: Connections, *many: One) -> list[bool]:
    return [connections.admit(cast("Any", one)) for one in many]


def test_who_has_kept_it_waiting_longest_gives_way(timer):
    connections = Connections(Bounds(connections=3))
    long, longest, busy = One(timer, 2.0), One(timer, 1.0), One(timer, None)
    assert admitted(connections, long, longest, busy) == [True] * 3
    assert admitted(connections, One(timer, 3.0)) == [True]
    assert (long.dropped, longest.dropped, busy.dropped) == (False, True, False)
    assert len(connections) == 3


def test_where_all_are_worked_for_another_one_is_refused_and_never_comes_to_count(timer):
    connections = Connections(Bounds(connections=2))
    busy = [One(timer, None), One(timer, None)]
    admitted(connections, *busy)
    refused = [One(timer, float(n)) for n in range(20)]
    assert admitted(connections, *refused) == [False] * 20
    assert not any(one.dropped for one in busy)
    assert len(connections) == 3, "the two, and the last one, which is being told"
    connections.leave(cast("Any", busy[0]))
    assert admitted(connections, One(timer)) == [True]


def test_many_that_come_at_once_do_not_each_look_through_all(timer):
    """A thirty-second part goes at a time, so that the search for it is paid by as many."""
    connections = Connections(Bounds(connections=320))
    old = [One(timer, float(n)) for n in range(320)]
    admitted(connections, *old, One(timer, 1000.0))
    assert [one.dropped for one in old] == [True] * 10 + [False] * 310


def test_all_are_looked_at_while_there_are_any(timer):
    connections = Connections(Bounds(head_s=10, linger_s=8, stall_s=2))
    first, second = One(timer), One(timer)
    admitted(connections, first)
    timer.go_on(1.2)
    admitted(connections, second)
    timer.go_on(1.0)
    assert first.looks == pytest.approx([0.5, 1.0, 1.5, 2.0]), "four times in the shortest"
    assert second.looks == pytest.approx([1.5, 2.0])
    for one in (first, second):
        connections.leave(cast("Any", one))
    timer.go_on(100)
    assert (len(first.looks), timer.due) == (4, [])
    admitted(connections, first)
    timer.go_on(0.6)
    assert len(first.looks) == 5, "again, when there is one again"


def test_a_look_that_fails_is_not_the_last(timer):
    connections = Connections(Bounds())
    one = One(timer)

    def look(now: float) -> None:
        one.looks.append(now)
        raise RuntimeError

    one.look = look  # type: ignore[method-assign]
    admitted(connections, one)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            timer.go_on(1.0)
    assert len(one.looks) == 3


def test_a_loop_that_stood_still_first_reads_what_came_meanwhile(timer):
    """Nobody is looked at then, but the next time, even where it stood still again."""
    connections = Connections(Bounds())
    one = One(timer)
    admitted(connections, one)
    for _ in range(4):
        timer.at += 30
        _, call = timer.due.pop()
        call()
    assert one.looks == [60.0, 120.0]
