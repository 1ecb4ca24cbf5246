"""The canary, again and again: a build that was sound when it was opened may not stay so."""

import asyncio
import logging
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
_UNSOUND: Final = (NotReadyError, IndexerError, ModelError, OSError, RuntimeError, ValueError)
"""What a build or a model raises whose files went bad under it."""


def canary(live: Live) -> None:
    """Prove the build that is served now, if one is."""
    if live.reason_not_ready() is not None:
        return
    with live.searcher() as searcher:
        if isinstance(searcher, SearchEngine):
            prove(searcher)


class Pulse:
    """Asks the canary every ``interval_s`` seconds, in a thread, and remembers what came of it."""

    def __init__(
        self,
        live: Live,
        metrics: Metrics,
        *,
        interval_s: float,
        ask: Callable[[Live], None] = canary,
    ) -> None:
        self._live = live
        self._metrics = metrics
        self._interval_s = interval_s
        self._ask = ask
        self._doubt: str | None = None

    def doubt(self) -> str | None:
        """Say why the service should not be asked, or `None` when the last canary came back."""
        return self._doubt

    async def run(self) -> None:
        """Ask for ever, until cancelled; at once never, as a build is proven when it is opened."""
        while self._interval_s:
            await asyncio.sleep(self._interval_s)
            await self.beat()

    async def beat(self) -> None:
        """Ask once."""
        try:
            await asyncio.to_thread(self._ask, self._live)
        except _UNSOUND as error:
            if self._doubt is None:
                _log.error("the canary query failed: %s", error, exc_info=error)
            self._doubt = _FAILED
        else:
            if self._doubt is not None:
                _log.warning("the canary query is answered again")
            self._doubt = None
        self._metrics.canaries.labels("failed" if self._doubt else "passed").inc()
