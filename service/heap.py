"""How memory is kept: few heaps of the C library, and a garbage collector that leaves alone what stays."""

import ctypes
import gc
from typing import Final

_M_ARENA_MAX: Final = -8
"""``malloc.h`` of glibc."""
ARENAS: Final = 2


def bound_arenas(most: int = ARENAS) -> bool:
    """Have the threads of this process share ``most`` heaps; say whether the C library can.

    glibc gives eight for each processor, and each keeps what it has freed. (Measured after 300 searches
    and 24 second looks: 45 to 100 MB less of 540 to 590, in the same processor time.) Call it early: heaps
    that are there stay. Other C libraries have no such thing, and need none.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    mallopt.argtypes, mallopt.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    return bool(mallopt(_M_ARENA_MAX, most))


def set_aside() -> None:
    """Keep the garbage collector away from all there is now, having collected what is garbage of it.

    Looking through modules, models and an index takes a tenth of a second, in which nobody is answered;
    it came once in a few hundred searches. What is made later is looked through as ever. May be called
    again, when much has come or gone.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
