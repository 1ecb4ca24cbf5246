"""How fast a build goes, and when it will be done: an estimate, since the whole is not known before its end."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from indexer.build import Progress

Share: TypeAlias = "Callable[[Progress], float | None]"
"""How much of the corpus has been taken in at a stage of its build, 0 to 1; None: nobody knows."""
_WINDOW_S: Final = 30.0
"""The pace is that of the last so many seconds: what the cache knows goes fifty times as fast."""
_LEAST_SHARE: Final = 0.002
"""Of less one cannot tell the whole."""


class Outlook(NamedTuple):
    """What can be said of a build on its way."""

    rate: float
    """Passages a second that got their vectors, lately."""
    total: int | None
    """Passages there will be, about; None where nobody knows."""
    seconds_left: float | None

    @property
    def left(self) -> str:
        """``about 0:01:20 left``, or nothing."""
        if self.seconds_left is None:
            return ""
        return f"about {timedelta(seconds=round(self.seconds_left))} left"


class Pace:
    """Watches one build; ``share`` says how much of the corpus it has taken in."""

    def __init__(self, began: float, share: Share = lambda _: None) -> None:
        """Take ``began`` for the time when nothing was done, in seconds of any clock."""
        self._share = share
        self._seen = deque([(began, 0)])

    def __call__(self, now: "Progress", at: float) -> Outlook:
        """Return the outlook at the time ``at``, when the build has come as far as ``now``."""
        self._seen.append((at, now.embedded))
        while len(self._seen) > 1 and self._seen[1][0] <= at - _WINDOW_S:
            self._seen.popleft()
        since, before = self._seen[0]
        rate = (now.embedded - before) / max(at - since, 1e-6)
        share = self._share(now)
        if share is None or share < _LEAST_SHARE:
            return Outlook(rate, None, None)
        total = max(now.passages, round(now.passages / share))
        return Outlook(rate, total, (total - now.embedded) / rate if rate > 0 else None)
