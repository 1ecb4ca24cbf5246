"""What never ends is told, whatever it does instead: reckon, wait, or stay in C."""

import faulthandler
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from hypothesis import strategies as st

from tests.fuzz.running import HungError, run_examples, watched

STUCK_IN_C = """
import ctypes
from tests.fuzz.running import watched

library = ctypes.PyDLL(None)  # keeps the lock of the interpreter while it is called
lock = ctypes.create_string_buffer(64)
with watched(0.1, waits_s=0.1, stuck_s=0.5):
    library.pthread_mutex_lock(lock)
    library.pthread_mutex_lock(lock)
"""
_TRIES: Final = 5
"""Processes, of which one gets into C before its clock runs out: that it stalls on the way is chance."""
_CLOCKS: Final = {signal.SIGALRM: signal.ITIMER_REAL, signal.SIGVTALRM: signal.ITIMER_VIRTUAL}


def test_what_reckons_for_ever_is_stopped() -> None:
    with pytest.raises(HungError, match="of the processor"), watched(0.05):
        while True:
            pass


def test_an_open_that_waits_for_ever_is_stopped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HungError, match=r"more than 0\.1 s"), watched(waits_s=0.1):
        (tmp_path / "pipe").read_bytes()


def test_a_call_of_c_that_does_not_return_ends_the_process_and_is_told() -> None:
    for _ in range(_TRIES):
        done = subprocess.run(
            [sys.executable, "-c", STUCK_IN_C],
            check=False,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=60,
        )
        if 'File "<string>", line 9' in done.stderr and "HungError" not in done.stderr:
            break
    assert done.returncode == 1
    assert done.stderr.startswith("Timeout")
    assert 'File "<string>", line 9' in done.stderr


def test_what_is_watched_and_ends_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    dogs: list[float] = []
    monkeypatch.setattr(
        faulthandler, "dump_traceback_later", lambda after_s, **_: dogs.append(after_s)
    )
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", dogs.clear)
    handlers = {one: signal.getsignal(one) for one in _CLOCKS}
    for _ in range(3):
        with watched(20, waits_s=120, stuck_s=180):
            assert dogs == [180]
            assert all(signal.getitimer(clock)[0] > 0 for clock in _CLOCKS.values())
            assert all(signal.getsignal(one) is not handlers[one] for one in _CLOCKS)
        assert dogs == []
        assert [signal.getitimer(clock) for clock in _CLOCKS.values()] == [(0, 0)] * 2
        assert {one: signal.getsignal(one) for one in _CLOCKS} == handlers


def test_a_clock_that_runs_out_at_the_end_stops_no_other_from_being_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = signal.setitimer

    def too_late(clock: int, seconds: float) -> tuple[float, float]:
        if not seconds:
            signal.raise_signal(signal.SIGALRM)
        return stop(clock, seconds)

    handlers = {one: signal.getsignal(one) for one in _CLOCKS}
    monkeypatch.setattr(signal, "setitimer", too_late)
    with watched():
        pass
    assert [signal.getitimer(clock) for clock in _CLOCKS.values()] == [(0, 0)] * 2
    assert {one: signal.getsignal(one) for one in _CLOCKS} == handlers


def test_the_example_that_hangs_is_shown_at_once() -> None:
    tried: list[int] = []

    def check(example: int) -> None:
        tried.append(example)
        if example > 3:
            signal.raise_signal(signal.SIGALRM)  # as its clock does once it has run out

    with pytest.raises(HungError) as told:
        run_examples(check, st.integers(0, 99), seconds=60)
    assert str(told.value).endswith(f"with {tried[-1]}")
    assert [example for example in tried if example > 3] == tried[-1:]


def test_without_a_time_there_are_as_many_examples_in_every_run() -> None:
    runs: list[list[int]] = [[], []]
    for tried in runs:
        assert run_examples(tried.append, st.integers(0, 10**9), seconds=None, few=50) == 50
    assert runs[0] == runs[1]
    assert len(runs[0]) == 50
