"""How many requests are worked on, how many may wait, and when to say so at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, inf
from time import monotonic
from typing import Final

from service.errors import OverloadedError

_WEIGHT: Final = 0.1
"""What the latest request counts in the average."""
_LONGEST_S: Final = 60


class Gate:
    """Counts the requests inside. For the event loop's thread only, so it needs no lock.

    ``limit`` requests may be inside, ``lanes`` of which are worked on at once. By how long those
    before it took, a request that would wait longer than ``patience_s`` is refused at once too: it
    would be given up before its turn.
    """

    def __init__(
        self,
        *,
        limit: int,
        lanes: int = 1,
        patience_s: float = inf,
        on_change: Callable[[int], None] = lambda _: None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """``on_change`` is told how many are inside, each time that this changes."""
        self._limit = limit
        self._lanes = lanes
        self._patience_s = patience_s
        self._tell = on_change
        self._now = now
        self._each_s = 0.0
        self.inside = 0
        """Requests worked on or waiting."""

    def wait_s(self) -> float:
        """Return how long a request that comes now will probably wait for its turn."""
        waiting = self.inside + 1 - self._lanes
        return waiting * self._each_s if waiting > 0 else 0.0

    def check(self) -> None:
        """Raise `OverloadedError` when there is no room for one more."""
        wait = self.wait_s()
        if self.inside >= self._limit or wait > self._patience_s:
            seconds = min(max(ceil(wait), 1), _LONGEST_S)
            raise OverloadedError(waiting=self.inside, retry_after_s=seconds)

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Count one request while the block runs; `OverloadedError` when there is no room."""
        self.check()
        self.inside += 1
        self._tell(self.inside)
        among, start = self.inside, self._now()
        try:
            yield
        finally:
            self.inside -= 1
            self._tell(self.inside)
            # Among n requests that share the machine, each costs the n-th part of its time inside.
            self._each_s += _WEIGHT * ((self._now() - start) / among - self._each_s)
