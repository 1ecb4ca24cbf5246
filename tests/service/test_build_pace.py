"""The pace of a build is that of the last half minute, and the time left follows from it."""

import pytest

from indexer.build import Progress
from service.build_pace import Pace


def at(cases: int, passages: int, embedded: int) -> Progress:
    return Progress(cases=cases, passages=passages, embedded=embedded, from_cache=0)


def test_the_whole_is_estimated_from_the_share_that_was_read() -> None:
    pace = Pace(100.0, lambda now: now.cases / 40)
    outlook = pace(at(10, 500, 400), 110.0)
    assert tuple(outlook) == (40.0, 2_000, 40.0)
    assert outlook.left == "about 0:00:40 left"


def test_the_pace_is_that_of_the_last_half_minute() -> None:
    pace = Pace(0.0, lambda _: 0.5)
    for second in range(1, 11):
        fast = pace(at(1, 10_000, 1_000 * second), float(second))
    assert fast.rate == 1_000
    for second in range(11, 61):
        slow = pace(at(1, 20_000, 10_000 + 50 * (second - 10)), float(second))
    assert slow.rate == pytest.approx(50)
    assert slow.seconds_left == pytest.approx((40_000 - 12_500) / 50)


@pytest.mark.parametrize("share", [None, 0.0, 0.001])
def test_where_the_whole_is_not_known_nothing_is_said_of_its_end(share) -> None:
    outlook = Pace(0.0, lambda _: share)(at(1, 100, 80), 2.0)
    assert tuple(outlook) == (40.0, None, None)
    assert outlook.left == ""


def test_before_the_first_vector_nobody_knows_how_long_it_takes() -> None:
    assert Pace(0.0, lambda _: 0.1)(at(1, 100, 0), 2.0) == (0.0, 1_000, None)


def test_it_never_says_that_there_are_fewer_passages_than_there_are() -> None:
    assert Pace(0.0, lambda _: 1.0)(at(9, 100, 100), 2.0)[1:] == (100, 0.0)
    assert Pace(0.0, lambda _: 2.0)(at(9, 100, 50), 1.0)[1:] == (100, 1.0)
