"""Whether a row of figures stays where it is: the slope between all pairs, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_RESAMPLED: Final = 400
_LEVEL: Final = 0.95
_SEED: Final = 0
_BLOCKS: Final = 12
"""Neighbouring figures resemble each other, so stretches of the row are drawn, not single figures."""
_ENOUGH: Final = 4


@dataclass(frozen=True, slots=True)
class Trend:
    """How much a figure grew from the first to the last of its row, by its slope."""

    median: float
    growth: float
    low: float
    high: float
    """Of the interval that holds the growth in 95% of the rows drawn anew from this one."""

    @property
    def share(self) -> float:
        """The growth as a share of the median."""
        return self.growth / self.median if self.median else 0.0

    def shows_more_than(self, share: float) -> bool:
        """Whether the row grew by more than ``share`` of its median, and surely grew at all."""
        return self.low > 0 and self.share > share


def slope(at: NDArray[np.float64], figures: NDArray[np.float64]) -> float:
    """Return Theil and Sen's slope: the median of those between all pairs."""
    first, second = np.triu_indices(len(at), 1)
    apart = at[second] - at[first]
    kept = apart != 0
    return float(np.median((figures[second] - figures[first])[kept] / apart[kept]))


def trend(at: Sequence[float], figures: Sequence[float]) -> Trend | None:
    """Judge figures measured at times in any unit; None for fewer than four.

    The interval is of a moving-block bootstrap of the residuals around the slope.
    """
    if len(at) < _ENOUGH:
        return None
    times, values = np.asarray(at, np.float64), np.asarray(figures, np.float64)
    found = slope(times, values)
    fitted = found * times
    residuals = values - fitted
    width = max(1, len(values) // _BLOCKS)
    drawn = np.random.default_rng(_SEED)
    slopes = []
    for _ in range(_RESAMPLED):
        starts = drawn.integers(0, len(values) - width + 1, -(-len(values) // width))
        rows = (starts[:, None] + np.arange(width)).ravel()[: len(values)]
        slopes.append(slope(times, fitted + residuals[rows]))
    span = times[-1] - times[0]
    low, high = np.quantile(slopes, ((1 - _LEVEL) / 2, (1 + _LEVEL) / 2))
    return Trend(float(np.median(values)), found * span, float(low * span), float(high * span))
