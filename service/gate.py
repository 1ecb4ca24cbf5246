"""How many requests are worked on, how many may wait, and when to say so at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import OverloadedError


class Gate:
    """Counts the requests inside. For the event loop's thread only, so it needs no lock."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._inside = 0

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Count one request while the block runs; `OverloadedError` when there is no room."""
        if self._inside >= self._limit:
            raise OverloadedError(waiting=self._inside)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
