"""The least reach of a search that finds enough, when more reach finds more: by halving."""

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def least_reach(ladder: Sequence[int], tried: Callable[[int], tuple[bool, _T | None]]) -> _T | None:
    """Return what ``tried`` says of the least reach of an ascending ``ladder`` that may be kept.

    ``tried`` gives, of a reach, whether to go on with less (it found enough, or goes farther than pays), and
    what to keep of it, if it may be kept. `None` where none may.
    """
    best: _T | None = None
    first, end = 0, len(ladder)
    while first < end:
        middle = (first + end) // 2
        less, kept = tried(ladder[middle])
        if less:
            end = middle
        else:
            first = middle + 1
        if kept is not None:
            best = kept
    return best
