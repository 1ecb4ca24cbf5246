"""What a build cost: time, how much of it was not the model's, and memory."""

import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from time import monotonic, process_time, thread_time
from typing import Final

_MAXRSS_BYTES: Final = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a build cost until its checksums were taken."""

    seconds: float
    """By the clock."""
    seconds_embedding: float
    """Those of them in which the model was at work, whatever else was done meanwhile."""
    cpu_seconds: float
    """Of processor time, helpers included."""
    cpu_seconds_outside: float
    """Those of them that cutting, analysing, writing and calibrating took, and not the model."""
    peak_bytes: int
    """Most memory that the process had resident since it began, and as much as the largest helper had
    for each helper."""

    @classmethod
    def from_json(cls, raw: Mapping[str, float]) -> "Cost | None":
        """Read what a manifest says; None when it is not known, or told by other names."""
        if set(raw) != {part.name for part in fields(cls)}:
            return None
        seconds = {name: value for name, value in raw.items() if name != "peak_bytes"}
        return cls(peak_bytes=int(raw["peak_bytes"]), **seconds)

    @property
    def share_without_model(self) -> float:
        """Share of the time in which the model had nothing to do, 0 to 1."""
        return 1.0 - min(1.0, self.seconds_embedding / max(self.seconds, 1e-9))

    @property
    def share_outside(self) -> float:
        """Share of the processor time that went elsewhere than to the model, 0 to 1."""
        return min(1.0, self.cpu_seconds_outside / max(self.cpu_seconds, 1e-9))


class Meter:
    """Measures a build from here on. To be asked by the thread that made it, which runs the build."""

    def __init__(self, *, helpers: int) -> None:
        self._helpers = helpers
        self._began = monotonic()
        self._all, self._own, self._helped = process_time(), thread_time(), _children()

    def read(self, *, seconds_embedding: float) -> Cost:
        """Return the cost so far; what helpers took is known when they have ended."""
        helped = _children() - self._helped
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if self._helpers:
            peak += self._helpers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return Cost(
            seconds=round(monotonic() - self._began, 3),
            seconds_embedding=round(seconds_embedding, 3),
            cpu_seconds=round(process_time() - self._all + helped, 3),
            cpu_seconds_outside=round(thread_time() - self._own + helped, 3),
            peak_bytes=peak * _MAXRSS_BYTES,
        )


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
