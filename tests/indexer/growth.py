"""A judge of growth: does work on four times the text take about four times as long?"""

from collections.abc import Callable
from time import thread_time
from typing import Final

_FACTOR: Final = 4
_SLACK: Final = 2.5
"""Work that grows with the square takes sixteen times as long: far beyond four times this."""
_TRIES: Final = 9
"""A busy machine, or a collection of garbage, makes work slow once or twice; what it takes, it takes every time."""


def grows_like_the_text(work: Callable[[int], object], size: int) -> None:
    """Assert that ``work`` of four times ``size`` takes less than ten times as long."""
    small = max(least_seconds(lambda: work(size)), 1e-3)
    assert takes_less(lambda: work(_FACTOR * size), _FACTOR * _SLACK * small)


def least_seconds(work: Callable[[], object]) -> float:
    """Return what ``work`` takes of this thread's processor time, the best of three."""
    return min(_seconds(work) for _ in range(3))


def takes_less(work: Callable[[], object], seconds: float) -> bool:
    """Say whether ``work`` takes less than ``seconds`` of this thread, in one of several tries."""
    return any(_seconds(work) < seconds for _ in range(_TRIES))


def _seconds(work: Callable[[], object]) -> float:
    start = thread_time()
    work()
    return thread_time() - start
