"""Sets of rows: ascending arrays, or `None` for every row of a build."""

from indexer.store.ranking import Rows, is_in


def both(rows: Rows | None, others: Rows) -> Rows:
    """Return the rows in both ascending sets; `None` stands for all rows."""
    if rows is None:
        return others
    few, many = (rows, others) if len(rows) < len(others) else (others, rows)
    return few[is_in(few, many)]
