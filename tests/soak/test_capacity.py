"""The bisection finds what a service of known capacity can do, and is not misled by a moment's disturbance."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.soak.capacity import STEPS, bound_ms, highest, judged
from tests.soak.driving import Sent
from tests.soak.truth import Verdict


def answers(ms: float, verdict: Verdict = Verdict.RIGHT) -> list[Sent]:
    return [Sent(at / 10, ms / 1e3, "search", verdict) for at in range(100)]


def found(limit: float, *, disturbed: int | None = None) -> tuple[float, int]:
    """Bisect a service that is in time up to a rate; one try is disturbed whatever the rate."""
    tries = 0

    async def try_rate(rate: float) -> Sequence[Sent]:
        nonlocal tries
        tries += 1
        return answers(900 if rate > limit or tries == disturbed else 50)

    capacity, steps = asyncio.run(highest(try_rate, most=40, bound=500))
    assert len(steps) == tries
    return capacity, tries


@pytest.mark.parametrize("limit", [3.0, 17.0, 29.9, 39.0])
def test_the_highest_rate_that_holds_is_found(limit):
    capacity, tries = found(limit)

    assert limit - 40 / 2**STEPS <= capacity <= limit
    assert tries <= 2 * STEPS


def test_one_disturbed_try_changes_nothing():
    assert found(29.9, disturbed=1)[0] == found(29.9)[0]


def test_a_rate_at_which_anything_is_refused_or_late_does_not_hold():
    assert judged(5, answers(400), 500).holds
    assert not judged(5, answers(600), 500).holds
    assert not judged(5, [*answers(400), *answers(1, Verdict.REFUSED)[:1]], 500).holds
    assert not judged(5, [], 500).holds


def test_the_bound_follows_the_median_or_what_is_rare_and_long():
    assert bound_ms([10.0] * 100) == 500
    assert bound_ms([10.0] * 90 + [400.0] * 10) == 800
