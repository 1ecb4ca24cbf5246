"""A `Live` from the first moment on, so that the port is open while the index is not."""

import asyncio
import logging
from contextlib import AbstractContextManager

from service.errors import NotReadyError, is_fault
from service.live import Live, Searcher
from service.problems import INTERNAL, problem_of

_log = logging.getLogger(__name__)
_OPENING = "the index is being opened; ask again in a few seconds"
_FAILED = "the index cannot be opened; the service's log says why"


class Opening(Live):
    """Stands in for the real one until that is there; says why when it will never be."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._failure: Exception | None = None

    def settle(self, task: "asyncio.Future[Live]") -> None:
        """Take the outcome of opening; a failure is logged in full and told in brief."""
        if task.cancelled():
            return
        failure = task.exception()
        if failure is None:
            self._live = task.result()
        elif is_fault(failure):
            self._failure = _told(failure)
            _log.error("the index cannot be opened: %s", failure, exc_info=failure)

    def searcher(self) -> AbstractContextManager[Searcher]:
        """Lend the real one's searcher; raises what opening raised, or `NotReadyError`."""
        if self._live is not None:
            return self._live.searcher()
        raise self._failure or NotReadyError(_OPENING)

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now."""
        if self._live is not None:
            return self._live.reason_not_ready()
        if isinstance(self._failure, NotReadyError):
            return self._failure.reason
        return problem_of(self._failure).message if self._failure else _OPENING

    @property
    def problem(self) -> str | None:
        """Why the build that `CURRENT` names is not served; or `None`."""
        return self.reason_not_ready() if self._live is None else self._live.problem

    def close(self) -> None:
        """Close the real one, if it was opened."""
        if self._live is not None:
            self._live.close()


def _told(failure: BaseException) -> Exception:
    """Return what callers are told: the failure, if it is in the table."""
    if isinstance(failure, Exception) and problem_of(failure) is not INTERNAL:
        return failure
    return NotReadyError(_FAILED)
