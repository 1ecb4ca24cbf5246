"""The judge of a soak finds what it is for, and nothing where there is nothing."""

import json
import os
from hashlib import sha256
from random import Random

import numpy as np
import pytest

from tests.soak import judging
from tests.soak.connection import Reply
from tests.soak.driving import Sent
from tests.soak.flatness import trend
from tests.soak.mix import Ask, read
from tests.soak.truth import Truth, Verdict
from tests.soak.watching import Sample, sample

TEXT = "The officer shot an unarmed man. We affirm."


def noisy(slope: float, n: int = 300) -> tuple[list[float], list[float]]:
    drawn = np.random.default_rng(1)
    at = np.arange(n) * 10.0
    return at.tolist(), (500 + slope * at + drawn.normal(0, 5, n)).tolist()


def test_a_leak_is_found_and_noise_is_none():
    leak, flat = trend(*noisy(0.02)), trend(*noisy(0.0))

    assert leak is not None
    assert flat is not None
    assert leak.growth == pytest.approx(0.02 * 2990, rel=0.1)
    assert leak.low < leak.growth < leak.high
    assert leak.shows_more_than(judging.MEMORY_GROWTH)
    assert flat.low < 0 < flat.high
    assert not flat.shows_more_than(0.0)


def test_a_single_peak_is_no_trend():
    at, figures = noisy(0.0)
    figures[150] = 5000
    found = trend(at, figures)

    assert found is not None
    assert not found.shows_more_than(0.0)


def test_too_few_figures_are_not_judged():
    assert trend([1, 2, 3], [1, 2, 3]) is None


def searched(text: str = TEXT, start: int = 0, build: str = "b1", ms: int = 1) -> Reply:
    passage = {
        "id": f"op:{start}-{start + len(text)}",
        "start": start,
        "end": start + len(text),
        "text": text,
    }
    body = {
        "index": {"build_id": build},
        "took_ms": {"total": ms},
        "hits": [{"passage": passage}],
    }
    return Reply(200, {"content-type": "application/json"}, json.dumps(body).encode())


def opinion(text: str = TEXT) -> Reply:
    body = json.dumps({"id": "op", "text": text}).encode()
    return Reply(200, {"content-type": "application/json"}, body)


ASK = Ask("search", "POST", "/v1/search", "{}")


def test_words_that_the_opinion_has_not_are_found_when_it_is_read():
    truth = Truth("b1")
    assert truth.judge(ASK, searched("The officer")) is Verdict.RIGHT
    assert truth.judge(read("op"), opinion()) is Verdict.RIGHT
    assert truth.counts["words compared with the opinion"] == 1
    assert truth.judge(ASK, searched("The sheriff")) is Verdict.RIGHT
    assert truth.judge(read("op"), opinion()) is Verdict.WRONG
    assert not truth.open


def test_another_build_another_answer_and_another_status_are_wrong():
    truth = Truth("b1")
    truth.learn(ASK, searched(ms=1))
    assert truth.judge(ASK, searched(ms=2)) is Verdict.RIGHT
    assert truth.judge(ASK, searched("The officer shot")) is Verdict.WRONG
    other = Ask("search", "POST", "/v1/search", '{"k": 1}')
    assert truth.judge(other, searched(build="b2")) is Verdict.WRONG
    assert truth.judge(other, Reply(500, {}, b"")) is Verdict.WRONG
    assert truth.counts["wrong"] == 3


def test_a_refusal_says_how_long_to_wait():
    truth = Truth("b1")
    body = b'{"error": {"message": "later"}}'
    assert truth.judge(ASK, Reply(503, {"retry-after": "2"}, body)) is Verdict.REFUSED
    assert truth.judge(ASK, Reply(503, {}, body)) is Verdict.WRONG
    assert truth.judge(ASK, Reply(429, {"retry-after": "soon"}, body)) is Verdict.WRONG


def sent(at_s: float, ms: float, verdict: Verdict = Verdict.RIGHT) -> Sent:
    return Sent(at_s, ms / 1e3, "search", verdict)


def test_recovery_is_when_five_seconds_are_as_before():
    slow = [sent(at / 4, 900) for at in range(28)]
    calm = [sent(at / 4, 20) for at in range(28, 80)]
    refused = [sent(8.1, 5, Verdict.REFUSED)]

    assert judging.recovery_s(slow + calm, p99_ms=30, seconds=20) == 7
    assert judging.recovery_s(slow + calm + refused, p99_ms=30, seconds=20) == 9
    assert judging.recovery_s(slow, p99_ms=30, seconds=20) is None


def test_minutes_and_their_trend():
    drawn = Random(1)
    rising = [sent(at / 5, 20 + at / 150 + drawn.random()) for at in range(30 * 300)]
    level = [sent(at / 5, 20 + drawn.random()) for at in range(30 * 300)]

    assert len(judging.by_minute(level)) == 30
    assert judging.latency(judging.by_minute(level))["p99_ms"]["flat"]
    assert not judging.latency(judging.by_minute(rising))["p99_ms"]["flat"]
    assert not judging.latency(judging.by_minute(rising))["search_p99_ms"]["flat"]


def test_memory_is_judged_after_the_warm_up():
    def at(moment: float, megabytes: float) -> Sample:
        return Sample(moment, "soak", megabytes, megabytes, megabytes, 9, 20, 0.0, 0.0)

    warming = [at(10.0 * n, min(500, 200 + 10 * n)) for n in range(360)]
    leaking = [at(10.0 * n, 500 + n / 4) for n in range(360)]

    assert judging.memory(warming, 3600)["pss_mb"]["flat"]
    assert not judging.memory(leaking, 3600)["pss_mb"]["flat"]


def test_a_process_is_measured():
    held = sample(os.getpid(), at_s=0, phase="soak")
    more = bytearray(sha256(b"x").digest() * (32 << 20 >> 5))
    after = sample(os.getpid(), at_s=1, phase="soak")

    assert after.heap_mb - held.heap_mb == pytest.approx(len(more) / 2**20, rel=0.5)
    assert held.threads >= 1
    assert held.files >= 3
