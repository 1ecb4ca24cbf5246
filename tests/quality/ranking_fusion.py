"""The plain fusion that ours is measured against, and cases ranked by their best passage."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

import numpy as np

from indexer.store.ranking import Rows, Scores

SMOOTHING: Final = 60
"""As Cormack, Clarke and Büttcher (2009) chose it, and as everybody uses it."""
_T = TypeVar("_T", bound=Hashable)


def reciprocal_rank_fusion(
    rankings: Sequence[Rows], *, smoothing: int = SMOOTHING
) -> tuple[Rows, Scores]:
    """Merge best-first rankings of rows into one, best first; equal scores keep row order.

    A row scores the sum of ``1 / (smoothing + rank)`` over the rankings that hold it, rank from 1.
    """
    if not rankings:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    rows, where = np.unique(np.concatenate(rankings), return_inverse=True)
    shares = np.concatenate([1.0 / (smoothing + np.arange(1, len(r) + 1)) for r in rankings])
    scores = np.bincount(where, weights=shares, minlength=len(rows)).astype(np.float64)
    best = np.argsort(-scores, kind="stable")
    return rows[best], scores[best]


def best_of_each(ranked: Iterable[_T]) -> list[_T]:
    """Return each thing once, where it comes first: cases by their best passage, say."""
    return list(dict.fromkeys(ranked))
