"""All connections of one process: how many there may be, and who of them has kept the service waiting too long."""

import asyncio
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, Protocol

_LOOK_S: Final = 1.0
_AT_ONCE: Final = 32
"""Where there is no room, this part of all is closed: looking for them costs more than closing them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What callers may take before anything is known of them."""

    connections: int = 1000
    head_bytes: int = 128 * 1024
    """Of the address and all headers of a request, and again of what follows its last chunk."""
    fields: int = 256
    head_s: float = 10.0
    """From the connection, or the answer before, to the end of the headers."""
    linger_s: float = 5.0
    """What comes after the last answer is read for so long, and thrown away."""
    stall_s: float = 30.0
    """Nobody may take an answer more slowly than ``slowest``, measured over so long."""
    slowest: int = 1024
    """Bytes a second."""


class Watched(Protocol):
    """A connection, as far as it matters here."""

    loop: asyncio.AbstractEventLoop

    def waiting_since(self) -> float | None:
        """Return since when the caller is waited for; `None` while it is the service's turn."""
        ...

    def look(self, now: float) -> None:
        """Close the connection if the caller has let the service wait too long. Raises nothing."""
        ...

    def drop(self) -> None:
        """Close the connection at once."""
        ...


class Connections:
    """Looks at each once a second, so that a request costs no timer.

    Where there is no room for another one, those give way that have kept the service waiting longest:
    if newcomers were refused instead, so many idle connections would shut everybody out. A request
    that is worked on, or whose answer is being taken, is never cut off for that.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._open: set[Watched] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._look_s = min(_LOOK_S, bounds.head_s / 4, bounds.linger_s / 4, bounds.stall_s / 4)
        self._due = 0.0
        """When the next look is to be."""
        self._left_out = False
        """Nobody was looked at the last time."""

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, one: Watched) -> bool:
        """Watch ``one`` until it leaves, and say whether there was room for it or could be made."""
        if not self._has_room():
            self._make_room()
        room = self._has_room()
        self._open.add(one)
        if self._timer is None:
            self._plan(one.loop)
        return room

    def leave(self, one: Watched) -> None:
        """Watch ``one`` no longer."""
        self._open.discard(one)

    def _has_room(self) -> bool:
        return len(self._open) < self.bounds.connections

    def _make_room(self) -> None:
        waiting = [
            (since, id(one), one)
            for one in self._open
            if (since := one.waiting_since()) is not None
        ]
        for _, _, one in nsmallest(max(1, self.bounds.connections // _AT_ONCE), waiting):
            self._open.discard(one)
            one.drop()

    def _plan(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + self._look_s
        self._timer = loop.call_later(self._look_s, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, self._timer = loop.time(), None
        # Where the loop stood still, what came meanwhile is read only behind this: nobody is late yet.
        self._left_out = not self._left_out and now - self._due > self._look_s
        try:
            for one in () if self._left_out else tuple(self._open):
                one.look(now)
        finally:  # whatever happened to one of them
            if self._open:
                self._plan(loop)
