"""The heaps of the process, as the kernel shows them."""

import gc
import subprocess
import sys

import pytest

from service.heap import bound_arenas, set_aside

THREADS = 16
SPREAD = f"""
import ctypes, platform, threading
from service.heap import bound_arenas
assert BOUND is None or bound_arenas(BOUND)
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
libc.fdopen.restype, libc.fdopen.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_char_p)
libc.malloc_info.argtypes = ctypes.c_int, ctypes.c_void_p
libc.fflush.argtypes = (ctypes.c_void_p,)
meet = threading.Barrier({THREADS})
def take():
    libc.malloc(1000)
    meet.wait()
threads = [threading.Thread(target=take) for _ in range({THREADS})]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = libc.fdopen(1, b"w")
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps_of(bound: int | None) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SPREAD.replace("BOUND", str(bound))],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(not bound_arenas(64), reason="this C library has no arenas to bound")
def test_many_threads_share_the_heaps_they_are_given():
    assert heaps_of(2) <= 2 < heaps_of(None)


class Knot:
    """Refers to itself, so that only the collector can free it."""

    alive = 0

    def __init__(self) -> None:
        self.own = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


def test_what_is_there_is_set_aside_and_garbage_before_and_after_is_still_found():
    kept = Knot()
    Knot()
    set_aside()
    assert Knot.alive == 1, "garbage went first"
    assert not any(one is kept for one in gc.get_objects()), "the collector no longer looks at it"

    Knot()
    gc.collect()
    assert Knot.alive == 1, "what is made later is looked through"

    del kept
    gc.collect()
    assert Knot.alive == 1
    set_aside()
    assert Knot.alive == 0, "what was set aside is looked at when it is set aside again"
    gc.unfreeze()
