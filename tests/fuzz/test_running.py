"""What never ends is told, whatever it does instead: reckon, wait, or stay in C."""

import os
import subprocess
import sys
from pathlib import Path

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


def test_what_reckons_for_ever_is_stopped() -> None:
    with pytest.raises(HungError, match="of the processor"), watched(0.05):
        while True:
            pass


def test_an_open_that_waits_for_ever_is_stopped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HungError, match=r"more than 0\.1 s"), watched(waits_s=0.1):
        (tmp_path / "pipe").read_bytes()


def test_a_call_of_c_that_does_not_return_ends_the_process_and_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STUCK_IN_C],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Timeout")
    assert 'File "<string>", line 9' in done.stderr


def test_what_is_watched_and_ends_is_left_alone() -> None:
    for _ in range(3):
        with watched(0.05, waits_s=0.1, stuck_s=0.2):
            pass
    assert sum(range(3_000_000)) > 0  # no clock runs on


def test_the_example_that_hangs_is_shown_at_once() -> None:
    tried: list[int] = []

    def check(example: int) -> None:
        tried.append(example)
        while example > 3:
            os.read(pipe, 1)

    pipe, other = os.pipe()
    try:
        with pytest.raises(HungError) as told:
            run_examples(check, st.integers(0, 99), seconds=1, waits_s=0.1)
    finally:
        os.close(pipe)
        os.close(other)
    assert str(told.value).endswith(f"with {tried[-1]}")
    assert [example for example in tried if example > 3] == tried[-1:]
