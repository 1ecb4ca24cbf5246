"""Examples for a given time, each of them watched: a crash, a hang or a broken promise ends the run."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

_T = TypeVar("_T")
_ROUND: Final = 40
LONGEST_S: Final = 20.0
"""Seconds of processor time that one example may take: a thousand times what it should."""


class HungError(AssertionError):
    """One example took far longer than its length explains."""


@contextmanager
def watched(most_s: float = LONGEST_S) -> Iterator[None]:
    """Raise `HungError` where the body takes more than ``most_s`` seconds of processor time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise HungError(f"more than {most_s} s")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, most_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def run_examples(
    check: Callable[[_T], Any], strategy: SearchStrategy[_T], *, seconds: float
) -> int:
    """Call ``check`` with examples of ``strategy`` for so many seconds; return how many they were, one at least.

    The examples are the same in every run, as far as it comes. The smallest one that fails is shown.
    """
    ends = monotonic() + seconds
    tried = number = 0
    failed = False

    def one(example: _T) -> None:
        nonlocal tried, failed
        if tried and monotonic() > ends and not failed:
            return
        tried += 1
        try:
            with watched():
                check(example)
        except BaseException:
            failed = True  # the search for a smaller one goes on after the time is over
            raise

    while not tried or monotonic() < ends:
        number += 1
        run = settings(
            max_examples=_ROUND,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )(given(strategy)(one))
        seed(number)(run)()
    return tried
