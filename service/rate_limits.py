"""So many requests a minute for each caller, counted by all workers together."""

import fcntl
import mmap
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from ipaddress import IPv6Address
from math import ceil
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import is_open
from service.keys import Key
from service.middleware import Refuse
from service.settings import Settings
from service.work import Work

_SLOTS: Final = 8192
_WINDOW: Final = 32
"""Slots that a caller may stand in, from its own place on."""
_SLOT: Final = struct.Struct("<8sd")
_MINUTE_S: Final = 60.0


class RateLimits:
    """One number a caller: when the last of its requests would have come at an even pace.

    That pace is the generic cell rate algorithm: a request may come up to ``burst`` paces early. A
    number in the past says nothing, so its slot is free for another caller; the table never grows.
    With a ``folder`` the table is a file there, shared by all processes that are given it: the clock
    is the machine's, the same for all of them.
    """

    def __init__(self, folder: Path | None = None, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._file: BinaryIO | None = None
        size = _SLOTS * _SLOT.size
        if folder is None:
            self._table = mmap.mmap(-1, size)
            return
        self._file = (folder / "rates").open("a+b")
        with self._alone():
            self._file.truncate(size)
        self._table = mmap.mmap(self._file.fileno(), size)

    def close(self) -> None:
        """Give the table back."""
        self._table.close()
        if self._file is not None:
            self._file.close()

    def take(self, caller: str, *, per_minute: int, burst: int) -> float:
        """Count one request of ``caller``, or return in how many seconds it may come: 0.0 is now."""
        now, pace = self._now(), _MINUTE_S / per_minute
        with self._alone():
            place, name, due = self._slot(caller, now)
            early = max(due, now) - now - (burst - 1) * pace
            if early > 1e-9:  # of rounding
                return early
            self._table[place : place + _SLOT.size] = _SLOT.pack(name, max(due, now) + pace)
        return 0.0

    def charge(self, caller: str, requests: int, *, per_minute: int) -> None:
        """Count ``requests`` more that were let in already: those to come wait for them."""
        now = self._now()
        with self._alone():
            place, name, due = self._slot(caller, now)
            due = max(due, now) + requests * _MINUTE_S / per_minute
            self._table[place : place + _SLOT.size] = _SLOT.pack(name, due)

    def _slot(self, caller: str, now: float) -> tuple[int, bytes, float]:
        """Return the caller's place, its name there, and when its last request was due.

        The place of a new caller is the first that says nothing any more, or where all do, the one
        that will soonest.
        """
        name = blake2b(caller.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        first = int.from_bytes(name, "little") % (_SLOTS - _WINDOW)
        start = first * _SLOT.size
        window = self._table[start : start + _WINDOW * _SLOT.size]
        seen = [(due, place) for place, (_, due) in enumerate(_SLOT.iter_unpack(window))]
        for place, (known, due) in enumerate(_SLOT.iter_unpack(window)):
            if known == name:
                return start + place * _SLOT.size, name, due
        past = (place for due, place in seen if due <= now)
        chosen = next(past, min(seen)[1])
        return start + chosen * _SLOT.size, name, 0.0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the other processes out; within one, only the event loop's thread comes here."""
        if self._file is None:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)


class LimitRates:
    """Answers 429 to who asks too often; a batch is counted as its searches once it is done."""

    def __init__(
        self, app: ASGIApp, *, limits: RateLimits, settings: Settings, refuse: Refuse
    ) -> None:
        self.app = app
        self.limits = limits
        self.per_minute = settings.rate_per_minute
        self.burst = settings.rate_burst
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        key: Key | None = scope["state"].get("key")
        allowed = (key.per_minute if key else None) or self.per_minute
        if allowed is None:
            await self.app(scope, receive, send)
            return
        caller = _caller(scope, key)
        wait = self.limits.take(caller, per_minute=allowed, burst=min(self.burst, allowed))
        if wait > 0:
            headers = {"Retry-After": str(ceil(wait))}
            await self.refuse(HTTPException(429, headers=headers))(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            work: Work = scope["state"]["work"]
            if work.searches > 1:
                self.limits.charge(caller, work.searches - 1, per_minute=allowed)


def _caller(scope: Scope, key: Key | None) -> str:
    if key is not None:
        return f"key {key.name}"
    client = scope.get("client")
    return f"address {_household(client[0]) if client else ''}"


def _household(address: str) -> str:
    """Return what stands for one caller: of IPv6 the first half, as each household or machine has the rest."""
    if ":" not in address:
        return address
    try:
        whole = IPv6Address(address)
    except ValueError:
        return address
    return str(whole.ipv4_mapped or whole.packed[:8].hex(":", 2))
