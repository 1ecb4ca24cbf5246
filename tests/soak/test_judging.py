"""The judge of a soak finds what it is for, and nothing where there is nothing."""

import subprocess
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.soak import judging
from tests.soak.driving import Sent
from tests.soak.flatness import trend
from tests.soak.soak import failures, not_judged
from tests.soak.truth import Verdict
from tests.soak.watching import Sample, sample


def noisy(slope: float, n: int = 100) -> tuple[list[float], list[float]]:
    drawn = np.random.default_rng(1)
    at = np.arange(n) * 30.0
    return at.tolist(), (500 + slope * at + drawn.normal(0, 5, n)).tolist()


def test_a_leak_is_found_and_noise_is_none():
    leak, flat = trend(*noisy(0.02)), trend(*noisy(0.0))

    assert leak is not None
    assert flat is not None
    assert leak.growth == pytest.approx(0.02 * 2970, rel=0.1)
    assert leak.low < leak.growth < leak.high
    assert leak.shows_more_than(judging.MEMORY_GROWTH)
    assert flat.low < 0 < flat.high
    assert not flat.shows_more_than(0.0)


def test_a_single_peak_is_no_trend():
    at, figures = noisy(0.0)
    figures[50] = 5000
    found = trend(at, figures)

    assert found is not None
    assert not found.shows_more_than(0.0)


def test_too_few_figures_are_not_judged():
    assert trend([1, 2, 3], [1, 2, 3]) is None


def sent(at_s: float, ms: float, verdict: Verdict = Verdict.RIGHT) -> Sent:
    return Sent(at_s, ms / 1e3, "search", verdict)


def test_recovery_is_when_five_seconds_are_as_before():
    slow = [sent(at / 4, 900) for at in range(28)]
    calm = [sent(at / 4, 20) for at in range(28, 80)]
    refused = [sent(8.1, 5, Verdict.REFUSED)]

    assert judging.recovery_s(slow + calm, p99_ms=30, seconds=20) == 7
    assert judging.recovery_s(slow + calm + refused, p99_ms=30, seconds=20) == 9
    assert judging.recovery_s(slow, p99_ms=30, seconds=20) is None


HOUR = 3600.0


def minutes(ms: Callable[[int, float], float], *, seed: int = 1, n: int = 60, **conditions):
    """Minutes of 300 requests, each of ``ms(minute, what is drawn)``."""
    drawn = Random(seed)
    spread = [[ms(at, drawn.random()) for _ in range(300)] for at in range(n)]
    sents = [
        sent(at * 60 + each / 5, took)
        for at, row in enumerate(spread)
        for each, took in enumerate(row)
    ]
    usual = {"others": 0.0, "unit_ms": 10.0, "cpu_ms_a_request": 20.0}
    return [
        {**one, **usual, **{name: make(one["minute"]) for name, make in conditions.items()}}
        for one in judging.by_minute(sents)
    ]


def flat(found: dict[str, Any]) -> dict[str, bool | None]:
    return {name: row["flat"] for name, row in found.items()}


def test_latency_that_rises_is_found_and_level_latency_is_not():
    level = judging.latency(minutes(lambda at, drawn: 20 + drawn), HOUR)
    rising = judging.latency(minutes(lambda at, drawn: 20 + drawn + at / 10), HOUR)

    assert flat(level) == {
        "p99_ms": True, "p50_ms": True, "search_p99_ms": True, "cpu_ms_a_request": True,
    }  # fmt: skip
    assert flat(rising) == {
        "p99_ms": False, "p50_ms": False, "search_p99_ms": False, "cpu_ms_a_request": True,
    }  # fmt: skip


def test_a_slower_processor_is_no_drift_and_a_dearer_request_is():
    def slower(at: int) -> float:
        return 10 + at / 6

    throttled = minutes(lambda at, drawn: (20 + drawn) * slower(at) / 10, unit_ms=slower)
    dearer = minutes(lambda at, drawn: 20 + drawn, cpu_ms_a_request=lambda at: 20 + at / 20)

    assert judging.latency(throttled, HOUR)["p99_ms"]["flat"]
    assert not judging.latency(dearer, HOUR)["cpu_ms_a_request"]["flat"]


def test_minutes_that_others_disturbed_are_left_out_and_too_few_calm_ones_not_judged():
    def crowded(at: int, drawn: float) -> float:
        return 20 + drawn + (at if at % 2 else 0)

    half = minutes(crowded, others=lambda at: 0.9 * (at % 2))
    all_of_it = minutes(crowded, others=lambda at: 0.9)

    assert judging.latency(half, HOUR)["p99_ms"]["flat"]
    assert judging.latency(all_of_it, HOUR)["p99_ms"]["flat"] is None
    assert judging.latency(all_of_it, HOUR)["cpu_ms_a_request"]["flat"]


def test_the_noise_of_queues_is_rarely_taken_for_a_drift_and_a_drift_is_mostly_seen():
    def hour(seed: int, drift: float) -> bool:
        """Percentiles that resemble their neighbours, as behind a queue that is long for some minutes."""
        drawn, noise, row = np.random.default_rng(seed), 0.0, []
        for at in range(50):
            noise = 0.5 * noise + drawn.normal(0, 0.15)
            row.append(300 * np.exp(noise) * (1 + drift * at / 50))
        found = trend(range(50), row)
        assert found is not None
        return found.shows_more_than(judging.LATENCY_GROWTH)

    assert sum(hour(seed, 0.0) for seed in range(30)) <= 2
    assert sum(hour(seed, 0.8) for seed in range(30)) >= 27


def at(moment: float, megabytes: float, cpu_s: float = 0.0, others_s: float = 0.0) -> Sample:
    return Sample(
        at_s=moment,
        phase="soak",
        rss_mb=megabytes,
        pss_mb=megabytes,
        uss_mb=megabytes,
        heap_mb=megabytes,
        threads=9,
        files=20,
        cpu_s=cpu_s,
        others_s=others_s,
        load=0.0,
    )


def test_the_heap_is_judged_after_the_warm_up():
    warming = [at(10.0 * n, min(500, 200 + 10 * n)) for n in range(360)]
    leaking = [at(10.0 * n, 500 + n / 4) for n in range(360)]

    assert judging.memory(warming, HOUR)["heap_mb"]["flat"]
    assert not judging.memory(leaking, HOUR)["heap_mb"]["flat"]
    assert judging.warm_up_s(HOUR) == 600
    assert judging.warm_up_s(600) == 200


def test_conditions_of_a_minute_are_what_was_used_in_it():
    samples = [at(100 + 10.0 * n, 1, cpu_s=4.0 * n, others_s=n) for n in range(13)]
    requests = [sent(second / 2, 20) for second in range(240)]
    first, second = judging.with_conditions(
        judging.by_minute(requests), samples, [(0.0, 10.0), (60.0, 12.0)]
    )

    assert (first["others"], first["unit_ms"], first["cpu_ms_a_request"]) == (0.1, 10.0, 200.0)
    assert (second["others"], second["unit_ms"], second["cpu_ms_a_request"]) == (0.1, 12.0, 200.0)


GROWS = """
print(flush=True)
input()
more = bytearray(b"x") * (32 << 20)
print(flush=True)
input()
"""
"""A process of its own: nothing but this happens in it."""


def test_a_process_is_measured():
    command = [sys.executable, "-c", GROWS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        held = sample(process.pid, at_s=0, phase="soak")
        process.stdin.write(b"\n")
        process.stdin.flush()
        process.stdout.readline()
        after = sample(process.pid, at_s=1, phase="soak")
        process.communicate(b"\n")

    assert after.heap_mb - held.heap_mb == pytest.approx(32, rel=0.5)
    assert 0 < after.heap_mb <= after.uss_mb <= after.pss_mb * 1.01
    assert after.others_s >= held.others_s - 1
    assert held.threads >= 1
    assert held.files >= 3


def figures(**changed: Any) -> dict[str, Any]:
    """What a soak found in which all held, but for what is ``changed``."""
    return {
        "memory": {"heap_mb": {"flat": True}, "pss_mb": {"judged": False}},
        "latency": {"p99_ms": {"flat": True}},
        "answers": {"wrong": 0},
        "soak": {"refused": 0, "held_back": 0},
        "swaps": {"swaps": 3, "served": 3, "given_back": 3},
        "overload": {"meant_per_s": 100.0, "sent_per_s": 99.0},
        "overload_memory": {"bounded": True},
        "after": {"recovered_after_s": 4.0},
        "server": {"errors_logged": 0, "exit_code": 0},
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"latency": {"p99_ms": {"flat": False}}}, "p99_ms is flat"),
        ({"answers": {"wrong": 1}}, "no wrong answer"),
        ({"soak": {"refused": 1, "held_back": 0}}, "nothing refused at the usual load"),
        ({"soak": {"refused": 0, "held_back": 1}}, "everything was sent at the usual load"),
        ({"overload": {"meant_per_s": 100.0, "sent_per_s": 80.0}}, "the overload was one"),
        ({"after": {"recovered_after_s": None}}, "recovered in seconds"),
        ({"after": {"recovered_after_s": 60.0}}, "recovered in seconds"),
        ({"server": {"errors_logged": 0, "exit_code": 1}}, "stopped when told to"),
    ],
)
def test_what_does_not_hold_is_named(changed, said):
    assert failures(figures()) == []
    assert failures(figures(**changed)) == [said]


def test_what_could_not_be_judged_is_not_said_to_hold():
    unknown = figures(latency={"p99_ms": {"flat": None}})

    assert not_judged(figures()) == []
    assert not_judged(unknown) == ["p99_ms"]
    assert failures(unknown) == []
