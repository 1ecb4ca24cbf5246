"""So many at once, in the order in which they came."""

import threading
from time import monotonic, sleep

import pytest

from service.turns import Turns


def until(holds) -> None:
    end = monotonic() + 60
    while not holds():
        assert monotonic() < end
        sleep(0.001)


@pytest.mark.parametrize("lanes", [1, 2, 3])
def test_never_more_at_once_than_there_are_lanes_and_all_of_them_in_the_end(lanes: int) -> None:
    turns, inside, most, done = Turns(lanes), [0], [0], [0]
    lock, full = threading.Lock(), threading.Event()

    def work() -> None:
        for _ in range(20):
            with turns.mine():
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    if inside[0] == lanes:
                        full.set()
                assert full.wait(60)  # the first stay until all lanes are taken
                sleep(0.0005)
                with lock:
                    inside[0] -= 1
                    done[0] += 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (most[0], done[0]) == (lanes, 120)


def test_who_waits_longest_is_next_and_who_comes_back_waits_again() -> None:
    turns, order = Turns(1), list[str]()
    waiting = turns._waiting

    def ask(name: str) -> None:
        with turns.mine():
            order.append(name)

    def greedy() -> None:
        with turns.mine():
            until(lambda: len(waiting) == 3)
        ask("again")

    threads = [threading.Thread(target=greedy)]
    threads[0].start()
    until(lambda: turns._free == 0)
    for place, name in enumerate(("first", "second", "third")):
        threads.append(threading.Thread(target=ask, args=(name,)))
        threads[-1].start()
        until(lambda place=place: len(waiting) == place + 1 or bool(order))
    for thread in threads:
        thread.join(60)

    assert order == ["first", "second", "third", "again"]


def test_a_turn_is_given_on_after_a_failure() -> None:
    turns = Turns(1)

    for _ in range(3):
        with pytest.raises(KeyError), turns.mine():
            raise KeyError
    with turns.mine():
        pass


def test_no_lanes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Turns(0)


def test_whether_one_would_wait_can_be_asked() -> None:
    turns, told = Turns(2), list[bool]()

    with turns.mine():
        told.append(turns.taken)
        with turns.mine():
            told.append(turns.taken)
    told.append(turns.taken)

    assert told == [False, True, False]
