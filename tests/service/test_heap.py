"""The heaps of the process, as the kernel shows them."""

import subprocess
import sys

import pytest

from service.heap import bound_arenas

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

pytestmark = pytest.mark.skipif(
    not bound_arenas(64), reason="this C library has no arenas to bound"
)


def heaps_of(bound: int | None) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SPREAD.replace("BOUND", str(bound))],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.count("<heap nr=")


def test_many_threads_share_the_heaps_they_are_given():
    assert heaps_of(2) <= 2 < heaps_of(None)
