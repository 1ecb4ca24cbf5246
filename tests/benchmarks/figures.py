"""Figures of many measured values: quantiles, and ratios with an interval."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Values = Sequence[float] | npt.NDArray[np.float64]

_DRAWS: Final = 2_000
_SEED: Final = 5


def quantiles(values: Values) -> dict[str, float]:
    """Return p50, p95, p99, the most and how many; nothing but the number of nothing."""
    if not len(values):
        return {"n": 0}
    p50, p95, p99 = np.quantile(np.asarray(values, np.float64), [0.5, 0.95, 0.99])
    return {
        "p50": round(float(p50), 3),
        "p95": round(float(p95), 3),
        "p99": round(float(p99), 3),
        "most": round(float(np.max(values)), 3),
        "n": len(values),
    }


def median(values: Values) -> float:
    """Return the median, rounded to a thousandth."""
    return round(float(np.median(np.asarray(values, np.float64))), 3)


def ratio_of_medians(above: Values, below: Values) -> dict[str, Any]:
    """Return median over median, with the interval that 95% of paired redrawings fall in.

    Value *i* of both was measured side by side: a moment that slowed one slowed the other.
    """
    a, b = np.asarray(above, np.float64), np.asarray(below, np.float64)
    if a.shape != b.shape or not a.size:
        raise ValueError(f"{a.size} values beside {b.size}")
    drawn = np.random.default_rng(_SEED).integers(a.size, size=(_DRAWS, a.size))
    ratios = np.median(a[drawn], axis=1) / np.median(b[drawn], axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return {
        "ratio": round(float(np.median(a) / np.median(b)), 3),
        "interval_95": [round(float(low), 3), round(float(high), 3)],
        "pairs": int(a.size),
    }


def recall(found: Sequence[int], right: Sequence[int]) -> float:
    """Return the share of the right rows that were found; of none, all."""
    return len(set(found) & set(right)) / len(right) if len(right) else 1.0
