"""Several processes that answer, and one that looks after them.

uvicorn's own supervisor asks a thread of each worker whether it lives, which one whose event loop hangs
still answers; it waits two minutes for a stopped one, and without end when it stops; and when it is
killed, its workers live on and keep the port.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from types import FrameType
from typing import Final

import uvicorn
from uvicorn.config import STARTUP_FAILURE

multiprocessing.allow_connection_pickling()
_log: Final = logging.getLogger(__name__)
_SPAWN: Final = multiprocessing.get_context("spawn")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BEAT_S: Final = 0.5
_ROUND_S: Final = 0.5
_SOON_S: Final = 0.1
_ROOM: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds that a worker may say nothing, by what it is at."""

    beginning_s: float = 120.0
    """Importing takes long on a busy machine."""
    serving_s: float = 60.0
    stopping_s: float = 10.0
    over_s: float = 5.0
    """Seconds that it gets beyond those that requests in flight get to finish."""


class Workers:
    """As many processes as ``config`` says; one that dies or hangs is replaced."""

    def __init__(
        self,
        config: uvicorn.Config,
        sockets: list[socket.socket],
        patience: Patience = Patience(),
    ) -> None:
        self._config = config
        self._sockets = sockets
        self._patience = patience
        self._workers: list[_Worker] = []
        self._stopping = False
        self._failed = False

    def run(self) -> None:
        """Serve until a signal. Exits with 1 when a worker cannot even start."""
        with _signals(self._stop):
            try:
                while len(self._workers) < self._config.workers:
                    self._workers.append(self._begin())
                while not (self._stopping or self._failed):
                    time.sleep(_ROUND_S)
                    for place in range(self._config.workers):
                        self._look_after(place)
            finally:
                self._end()
        if self._failed:
            sys.exit(1)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _begin(self) -> "_Worker":
        return _Worker(self._config, self._sockets, over_s=self._patience.over_s)

    def _look_after(self, place: int) -> None:
        """Replace the worker there if it is no more, or hangs."""
        one = self._workers[place]
        one.listen(_ROUND_S)
        if one.silent_s > (self._patience.serving_s if one.spoke else self._patience.beginning_s):
            _log.error("worker %d hangs; it is killed", one.process.pid)
            one.process.kill()
            one.process.join(_ROUND_S)
        if one.process.is_alive() or self._stopping:
            return
        if one.process.exitcode == STARTUP_FAILURE:
            _log.error("worker %d cannot start; the service stops", one.process.pid)
            self._failed = True
            return
        _log.warning("worker %d died; another one takes its place", one.process.pid)
        one.close()
        self._workers[place] = self._begin()

    def _end(self) -> None:
        """Let all finish, and kill who takes too long or says nothing."""
        for one in self._workers:
            one.process.terminate()
        left_s = (self._config.timeout_graceful_shutdown or 0) + self._patience.over_s
        while alive := [one for one in self._workers if one.process.is_alive()]:
            time.sleep(_SOON_S)
            left_s -= _SOON_S
            for one in alive:
                one.listen(_SOON_S)
                if left_s < 0 or one.silent_s > self._patience.stopping_s:
                    one.process.kill()
        for one in self._workers:
            one.close()


class _Worker:
    """One of them, and the line on which its event loop says again and again that it turns.

    Its end of the line is in no other process, and the other end only in this one: so each of the two
    learns from it when the other is no more.
    """

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], *, over_s: float
    ) -> None:
        self._line, its = socket.socketpair()
        self._line.settimeout(0)
        with its:
            self.process = _SPAWN.Process(target=work, args=(config, sockets, its, over_s))
            self.process.start()
        self.spoke = False
        self.silent_s = 0.0
        """By the clock of this process, which stands still where all processes do."""

    def listen(self, passed_s: float) -> None:
        """Note whether it said anything in the time that passed."""
        heard = b""
        with suppress(OSError):
            heard = self._line.recv(_ROOM)
        self.spoke = self.spoke or bool(heard)
        self.silent_s = 0.0 if heard else self.silent_s + passed_s

    def close(self) -> None:
        """Give the line back."""
        self._line.close()


def work(
    config: uvicorn.Config, sockets: list[socket.socket], line: socket.socket, over_s: float
) -> None:
    """Be a worker until a signal, or until nobody is at the other end of ``line``."""
    patience_s = (config.timeout_graceful_shutdown or 0) + over_s
    Thread(target=_end_with_parent, args=(line, patience_s), daemon=True).start()
    config.configure_logging()
    with suppress(KeyboardInterrupt):  # the parent ends then, too
        _Server(config, line).run(sockets)


class _Server(uvicorn.Server):
    """One that says that its event loop turns."""

    def __init__(self, config: uvicorn.Config, line: socket.socket) -> None:
        super().__init__(config)
        self._line = line

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal."""
        beating = asyncio.create_task(self._beat())
        try:
            await super().serve(sockets)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            with suppress(OSError):  # nobody reads for a while, or ever again
                self._line.send(b".", socket.MSG_DONTWAIT)
            await asyncio.sleep(_BEAT_S)


def _end_with_parent(line: socket.socket, patience_s: float) -> None:
    """Stop this process in good order, and then in any, once the other end is closed: the parent is no more."""
    with suppress(OSError):
        line.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience_s)
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _signals(act: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Act on each signal to stop while the block runs."""
    before = {one: signal.signal(one, act) for one in _SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, signal.SIG_DFL if handler is None else handler)
