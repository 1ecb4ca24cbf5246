"""Sets of rows: ascending arrays, or `None` for every row of a build."""

import numpy as np

from indexer.store.ranking import Rows


def both(rows: Rows | None, others: Rows) -> Rows:
    """Return the rows in both ascending sets; `None` stands for all rows."""
    return others if rows is None else np.intersect1d(rows, others, assume_unique=True)
