"""Searches take turns: so many at once, the others in the order in which they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """Lets ``lanes`` threads work at once; who waits longest is next, and nobody overtakes.

    On two processors eight searches at once all end late, and how late is a matter of luck; two at a
    time, the same work is done and each waits its turn. Between the searches of a batch others
    have theirs. (`threading.Semaphore` would let a thread that comes back at once overtake.)
    """

    def __init__(self, lanes: int) -> None:
        if lanes < 1:
            raise ValueError(f"at least one works at a time, not {lanes}")
        self._free = lanes
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()

    @property
    def taken(self) -> bool:
        """Whether who comes now waits, as far as can be told: others come and go."""
        return not self._free

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for a turn, and give it on at the end of the block."""
        self._take()
        try:
            yield
        finally:
            self._give()

    def _take(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        called.acquire()  # until `_give` hands its own turn over

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
