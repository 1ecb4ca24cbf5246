"""Sets of rows, against Python's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.row_sets import both

sets = st.sets(st.integers(0, 40), max_size=30)


def rows(some: set[int]):
    return np.array(sorted(some), np.int64)


@given(sets, sets)
def test_rows_in_both(one, other):
    found = both(rows(one), rows(other))
    assert found.dtype == np.int64
    assert found.tolist() == sorted(one & other)


@given(sets)
def test_no_condition_leaves_all(some):
    assert both(None, rows(some)).tolist() == sorted(some)
