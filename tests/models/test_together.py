"""Questions that wait join the batch of one whose turn it is; nobody waits for company or pays for another."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import monotonic, sleep

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import FloatMatrix, FloatVector
from models.together import MOST_TOGETHER, Ids, Together


def ids(number: int, *, length: int = 4) -> Ids:
    return np.full(length, number, np.int64)


def vector_of(one: Ids) -> FloatVector:
    """What the model is to say of a text, whoever computes it."""
    return np.array([one.sum(), len(one)], np.float32)


class Model:
    """Notes its batches; may wait for leave, and may fail."""

    def __init__(self, *, fails: Callable[[Sequence[Ids]], bool] = lambda _: False) -> None:
        self.batches: list[list[int]] = []
        self.fails = fails
        self.leave = threading.Event()
        self.leave.set()

    def infer(self, texts: Sequence[Ids]) -> FloatMatrix:
        assert len({len(text) for text in texts}) == 1
        self.batches.append([int(text[0]) for text in texts])
        assert self.leave.wait(60)
        if self.fails(texts):
            raise RuntimeError("no memory")
        return np.array([vector_of(text) for text in texts])


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not holds():
        assert monotonic() < end
        sleep(0.001)


def test_who_is_alone_is_embedded_alone() -> None:
    model = Model()
    together = Together(model.infer, length=len)

    assert np.array_equal(together.embed(ids(7)), vector_of(ids(7)))
    with together.coming(ids(8)):
        assert np.array_equal(together.embed(ids(8)), vector_of(ids(8)))
    assert model.batches == [[7], [8]]
    assert not together._announced


def test_the_longest_announced_of_the_same_length_joins_and_is_not_computed_again() -> None:
    model = Model()
    together = Together(model.infer, length=len)
    waiting = [ids(1, length=9), ids(2), ids(3), ids(4)]

    with ExitStack() as announced:
        for one in waiting:
            announced.enter_context(together.coming(one))
        found = [together.embed(one) for one in (ids(9), *waiting)]

    assert MOST_TOGETHER == 2
    assert model.batches == [[9, 2], [1], [3, 4]]
    for one, vector in zip((ids(9), *waiting), found, strict=True):
        assert np.array_equal(vector, vector_of(one))


def test_who_left_is_not_embedded() -> None:
    model = Model()
    together = Together(model.infer, length=len)

    with pytest.raises(KeyError), together.coming(ids(1)):
        raise KeyError
    with together.coming(ids(2)), together.coming(ids(2)):
        pass
    together.embed(ids(3))

    assert model.batches == [[3]]


def test_of_two_who_ask_the_same_one_may_leave() -> None:
    model = Model()
    together = Together(model.infer, length=len)

    with together.coming(ids(1)):
        with together.coming(ids(1)):
            pass
        together.embed(ids(2))
        assert np.array_equal(together.embed(ids(1)), vector_of(ids(1)))

    assert model.batches == [[2, 1]]


def test_whose_turn_comes_while_another_computes_it_waits_for_that_and_may_leave_before() -> None:
    model = Model()
    together = Together(model.infer, length=len)
    model.leave.clear()

    with ThreadPoolExecutor(2) as threads, together.coming(ids(1)):
        leader = threads.submit(together.embed, ids(5))
        until(lambda: model.batches == [[5, 1]])
        follower = threads.submit(together.embed, ids(1))
        sleep(0.01)
        assert not follower.done()
        model.leave.set()

        assert np.array_equal(leader.result(60), vector_of(ids(5)))
        assert np.array_equal(follower.result(60), vector_of(ids(1)))
    assert model.batches == [[5, 1]]

    model.leave.clear()
    with ThreadPoolExecutor(1) as threads:
        with together.coming(ids(1)):
            leader = threads.submit(together.embed, ids(6))
            until(lambda: len(model.batches) == 2)
        model.leave.set()
        assert np.array_equal(leader.result(60), vector_of(ids(6)))


def test_a_failure_is_told_to_whose_question_it_is_and_to_nobody_else() -> None:
    model = Model(fails=lambda texts: any(text[0] == 13 for text in texts))
    together = Together(model.infer, length=len)

    with together.coming(ids(13)), together.coming(ids(2)):
        assert np.array_equal(together.embed(ids(1)), vector_of(ids(1)))
        with pytest.raises(RuntimeError, match="no memory"):
            together.embed(ids(13))
        assert np.array_equal(together.embed(ids(2)), vector_of(ids(2)))

    assert model.batches == [[1, 13], [1], [13], [2]]


def test_a_batch_that_cannot_be_had_is_computed_one_by_one() -> None:
    model = Model(fails=lambda texts: len(texts) > 1)
    together = Together(model.infer, length=len)

    with together.coming(ids(2)):
        found = [together.embed(ids(number)) for number in (1, 2)]

    assert np.array_equal(found, [vector_of(ids(1)), vector_of(ids(2))])
    assert model.batches == [[1, 2], [1], [2]]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=40))
def test_many_at_once_get_their_own(asked: list[tuple[int, int]]) -> None:
    together = Together(Model().infer, length=len)

    def ask(number: int, length: int) -> FloatVector:
        one = ids(number, length=length)
        with together.coming(one):
            return together.embed(one)

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda one: ask(*one), asked))

    for (number, length), vector in zip(asked, found, strict=True):
        assert np.array_equal(vector, vector_of(ids(number, length=length)))
    assert not together._announced
