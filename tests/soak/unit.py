"""How fast the processor is at the moment: what a fixed piece of work costs it, whoever else waits for it."""

import os
from hashlib import sha256
from time import thread_time
from typing import Final

import numpy as np

_TIMES: Final = 3


def unit_ms(cores: frozenset[int] | None = None) -> float:
    """Return the processor time of the work in milliseconds, the least of three, on some cores.

    For a thread of its own: it stays on these cores. Time in which another thread had the core does not
    count; what a neighbour does to caches and clock does, as it does for the service.
    """
    if cores:
        os.sched_setaffinity(0, cores)  # of this thread alone
    return min(_work() for _ in range(_TIMES)) * 1e3


def _work() -> float:
    drawn = np.random.default_rng(0)
    began = thread_time()
    numbers = drawn.random(200_000)
    numbers.sort()
    sha256(numbers.tobytes()).digest()
    sum(number * number for number in range(200_000))
    return thread_time() - began
