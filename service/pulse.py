"""The canary, again and again: a build that was sound when it was opened may not stay so."""

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable
from typing import Final

from indexer.errors import IndexerError
from models.errors import ModelError
from service.canary import prove
from service.errors import NotReadyError
from service.live import Live
from service.metrics import Metrics
from service.search import SearchEngine

_log: Final = logging.getLogger(__name__)
_FAILED: Final = "the canary query failed on the build that is served; the service's log says why"
_LIMIT_S: Final = 60.0
_OURS: Final = (NotReadyError, IndexerError, ModelError)
"""Errors whose words are fixed, and hold a place and no text."""


def canary(live: Live) -> None:
    """Prove the build that is served now, if one is."""
    if live.reason_not_ready() is not None:
        return
    with live.searcher() as searcher:
        if isinstance(searcher, SearchEngine):
            prove(searcher)


class Pulse:
    """Asks the canary every ``interval_s`` seconds, in a thread, and remembers what came of it.

    Whatever it raises is a failure, and so is no answer within ``limit_s`` seconds.
    """

    def __init__(
        self,
        live: Live,
        metrics: Metrics,
        *,
        interval_s: float,
        limit_s: float = _LIMIT_S,
        ask: Callable[[Live], None] = canary,
    ) -> None:
        self._live = live
        self._metrics = metrics
        self._interval_s = interval_s
        self._limit_s = limit_s
        self._ask = ask
        self._asked: asyncio.Future[None] | None = None
        """While it is not answered: a thread that hangs cannot be stopped, so no second one is begun."""
        self._doubt: str | None = None

    def doubt(self) -> str | None:
        """Say why the service should not be asked, or `None` when the last canary came back."""
        return self._doubt

    async def run(self) -> None:
        """Ask for ever, until cancelled; at once never, as a build is proven when it is opened."""
        try:
            while self._interval_s:
                await asyncio.sleep(self._interval_s)
                await self.beat()
        finally:
            if self._asked is not None:
                self._asked.cancel()  # its thread then has nobody to tell

    async def beat(self) -> None:
        """Ask once, or wait a while longer for the answer that did not come the last time."""
        failure = await self._failure()
        if failure is None:
            if self._doubt is not None:
                _log.warning("the canary query is answered again")
            self._doubt = None
        else:
            if self._doubt is None:
                _log.error("the canary query failed: %s", _words(failure), exc_info=failure)
            self._doubt = _FAILED
        self._metrics.canaries.labels("failed" if self._doubt else "passed").inc()

    async def _failure(self) -> BaseException | None:
        if self._asked is None:
            self._asked = self._begin()
        asked = self._asked
        await asyncio.wait({asked}, timeout=self._limit_s)
        if not asked.done():
            return NotReadyError(f"no answer within {self._limit_s:g} seconds")
        self._asked = None
        return asked.exception()

    def _begin(self) -> "asyncio.Future[None]":
        """Ask in a thread of its own, which does not hold up the end of the process when it hangs."""
        outcome: concurrent.futures.Future[None] = concurrent.futures.Future()
        outcome.set_running_or_notify_cancel()

        def ask() -> None:
            try:
                self._ask(self._live)
            except BaseException as error:  # noqa: BLE001 - told by who waits for it
                outcome.set_exception(error)
            else:
                outcome.set_result(None)

        threading.Thread(target=ask, name="canary", daemon=True).start()
        return asyncio.wrap_future(outcome)


def _words(failure: BaseException) -> str:
    """Return what may stand in the log: the words of others might hold what somebody asked."""
    return str(failure) if isinstance(failure, _OURS) else type(failure).__qualname__
