"""The work for one request: whether anybody still waits for it, and what came of it."""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from service.answers import Answer
from service.errors import AbandonedError


class Abandoned(StrEnum):
    """Why nobody waits any more."""

    GONE = "client_gone"
    LATE = "deadline_exceeded"
    STOPPED = "shutting_down"


class Told(NamedTuple):
    """An error that a contract tells in an answer of another status, as MCP does."""

    status: int
    code: str | None


@dataclass(slots=True)
class Work:
    """Written by the thread that works, read by the event loop; never copied, never shared."""

    abandoned: Abandoned | None = None
    searches: int = 0
    hits: int = 0
    no_match: int = 0
    build_id: str | None = None
    query: str | None = None
    """The first one; kept for a log that was asked for."""
    told: Told | None = None

    def check(self) -> None:
        """Raise `AbandonedError` when nobody waits for the answer any more."""
        if self.abandoned is not None:
            raise AbandonedError(self.abandoned)

    def begin(self, query: str) -> None:
        """Count a search that is begun; `AbandonedError` when nobody waits for it any more."""
        self.check()
        self.searches += 1
        self.query = self.query or query

    def answered(self, answer: Answer) -> None:
        """Note what came of a search."""
        self.hits += hits_of(answer)
        self.no_match += answer.no_match
        self.build_id = answer.build_id


WORK: Final[ContextVar[Work | None]] = ContextVar("work", default=None)
"""That of the request that is served here; copied into worker threads with the rest of the context."""


def current_work() -> Work:
    """Return the work of the request that is served here; outside of any, one that nobody watches."""
    return WORK.get() or Work()


def hits_of(answer: Answer) -> int:
    """Return how many passages an answer holds, those in groups included."""
    return len(answer.hits) + sum(len(group.hits) for group in answer.groups or ())
