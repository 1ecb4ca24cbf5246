"""What both searches return: rows with scores, best first, equal scores by row."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from models.base import FloatMatrix, FloatVector

Rows: TypeAlias = npt.NDArray[np.int64]
"""Shape ``(n,)``. A set of rows (a filter) is ascending and holds each row once."""
Scores: TypeAlias = npt.NDArray[np.float64]
"""Shape ``(n,)``; higher is better."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Rows and their scores, both shape ``(n,)``, best first; equal scores in row order."""

    rows: Rows
    scores: Scores
    exact: bool = True
    """Whether they are surely the best, every row that was admitted having been looked at."""

    def __len__(self) -> int:
        return len(self.rows)


def best_first(rows: Rows, scores: Scores, k: int, *, exact: bool = True) -> Ranking:
    """Rank any rows by their scores and keep the first ``k``."""
    order = np.lexsort((rows, -scores))[:k]
    return Ranking(rows[order], scores[order], exact)


def rows_of_ranges(ranges: npt.NDArray[np.int64]) -> Rows:
    """Return the rows of half-open ranges, shape ``(n, 2)``, as an ascending set.

    The ranges may come in any order but do not overlap.
    """
    ordered = ranges[np.argsort(ranges[:, 0], kind="stable")]
    sizes = ordered[:, 1] - ordered[:, 0]
    before = np.cumsum(sizes) - sizes
    return np.repeat(ordered[:, 0] - before, sizes) + np.arange(sizes.sum(), dtype=np.int64)


def is_in(rows: Rows, allowed: Rows) -> npt.NDArray[np.bool_]:
    """Say of each row whether the ascending set ``allowed`` holds it."""
    if not len(allowed):
        return np.zeros(len(rows), dtype=np.bool_)
    places = np.minimum(np.searchsorted(allowed, rows), len(allowed) - 1)
    return np.asarray(allowed[places] == rows, dtype=np.bool_)


def products(query: FloatVector, matrix: FloatMatrix) -> Scores:
    """Return each row's product with ``query`` in double precision: what every engine's `dots` returns."""
    found: Scores = (matrix.astype(np.float64) * query.astype(np.float64)).sum(axis=1)
    return found
