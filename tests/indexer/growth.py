"""A judge of growth: does work on four times the text take about four times as long?"""

from collections.abc import Callable
from time import process_time

_FACTOR = 4
_SLACK = 2.5
"""Work that grows with the square takes sixteen times as long: far beyond four times this."""


def grows_like_the_text(work: Callable[[int], object], size: int) -> None:
    """Assert that ``work`` of four times ``size`` takes less than ten times as long (the best of three)."""
    small, large = (
        min(_seconds(work, times) for _ in range(3)) for times in (size, _FACTOR * size)
    )
    assert large < _FACTOR * _SLACK * max(small, 1e-3)


def _seconds(work: Callable[[int], object], times: int) -> float:
    start = process_time()
    work(times)
    return process_time() - start
