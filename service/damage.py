"""A build found to be damaged while it is asked: who asked is told 503 and no more, so the log says it all."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Final

from indexer.errors import IndexCorruptError
from service.live import Searcher

_log: Final = logging.getLogger(__name__)
_TELL_AGAIN_S: Final = 60.0


class Damage:
    """Tells what is wrong with a build, at most once a minute: every request may meet it. For any thread."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}
        """Builds, and when they were told of last."""

    @contextmanager
    def told(self, searcher: Searcher) -> Iterator[None]:
        """Log the damage that is met in here, with the id of the request, and let it pass."""
        try:
            yield
        except IndexCorruptError as error:
            # Its words hold a place and what is wrong there, no question.
            build_id = searcher.index.manifest.build_id
            if self._is_due(build_id):
                _log.error("build %s is damaged: %s", build_id, error)
            raise

    def _is_due(self, build_id: str) -> bool:
        now = self._now()
        with self._lock:
            if now - self._told.get(build_id, -inf) < _TELL_AGAIN_S:
                return False
            self._told[build_id] = now
            return True
