"""Where the time of a search goes."""

from time import perf_counter

from service.answers import Timings


class Clock:
    """Wall time of named stages, in milliseconds."""

    def __init__(self) -> None:
        self.start = self.last = perf_counter()
        self.stages: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Count what has passed since the last lap to ``stage``, a name of `Timings`."""
        now = perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self.last) * 1e3
        self.last = now

    def timings(self) -> Timings:
        """Return the stages so far, and all that has passed."""
        return Timings(total=(perf_counter() - self.start) * 1e3, **self.stages)
