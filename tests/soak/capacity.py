"""What the service can do: the highest rate of requests, sent whether or not it keeps up, that it answers in time.

What clients that wait for their answers get out of it is more than it can do in time, and on a machine that
others use as well it was taken for a third too much: a soak at 80% of that was full most of the hour.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from tests.soak.driving import Sent, percentiles
from tests.soak.truth import Verdict

MEDIANS: Final = 50
"""The 99th percentile may be so many times the median of an unloaded service …"""
OWN_P99S: Final = 2
"""… or so many times the unloaded 99th percentile, if that is more: what is rare and long is so at any load."""
STEPS: Final = 5
ENOUGH: Final = 100
"""Requests, without which a step says little of a 99th percentile: at a low rate it lasts longer, …"""
LONGEST_S: Final = 30.0
"""… but no longer than this."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, tried."""

    rate: float
    p99_ms: float
    refused: int
    holds: bool


def bound_ms(unloaded_ms: Sequence[float]) -> float:
    """Return what the 99th percentile may be, from what requests took that came one by one."""
    median, p99 = np.percentile(unloaded_ms, (50, 99))
    return float(max(MEDIANS * median, OWN_P99S * p99))


async def highest(
    try_rate: Callable[[float], Awaitable[Sequence[Sent]]], *, most: float, bound: float
) -> tuple[float, list[Step]]:
    """Bisect between nothing and ``most``; return the highest rate that held, and all that was tried.

    A rate fails when it fails twice: what else the machine does for a moment is no fault of the rate.
    """
    low, high, steps = 0.0, most, []
    for _ in range(STEPS):
        rate = (low + high) / 2
        for _ in range(2):
            steps.append(judged(rate, await try_rate(rate), bound))
            if steps[-1].holds:
                break
        low, high = (rate, high) if steps[-1].holds else (low, rate)
    return low, steps


def judged(rate: float, sent: Sequence[Sent], bound: float) -> Step:
    """Return whether a rate was answered in time: nothing refused, and the 99th percentile within the bound."""
    waits = [one.seconds * 1e3 for one in sent if one.verdict is Verdict.RIGHT]
    p99 = percentiles(waits).get("p99", float("inf"))
    late = len(sent) - len(waits)
    return Step(rate, p99, late, not late and p99 <= bound)


def record(capacity: float, steps: Sequence[Step], bound: float) -> dict[str, Any]:
    """Return all of it for JSON."""
    return {
        "per_s": round(capacity, 2),
        "p99_bound_ms": round(bound, 1),
        "steps": [
            {
                name: round(value, 1) if isinstance(value, float) else value
                for name, value in asdict(step).items()
            }
            for step in steps
        ],
    }
