import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.ranking import best_first, is_in, rows_of_ranges


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from([0.0, 0.5, 1.0])), unique_by=lambda x: x[0]
    ),
    st.integers(0, 60),
)
def test_best_first_sorts_by_score_then_by_row(pairs, k) -> None:
    rows = np.array([row for row, _ in pairs], dtype=np.int64)
    scores = np.array([score for _, score in pairs], dtype=np.float64)

    ranking = best_first(rows, scores, k)

    expected = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]
    assert list(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True)) == expected
    assert len(ranking) == len(expected)


@given(st.lists(st.integers(0, 5), max_size=8), st.randoms())
def test_ranges_become_the_rows_they_hold(sizes, random) -> None:
    ranges, at = [], 0
    for place, size in enumerate(sizes):
        at += place % 3
        ranges.append((at, at + size))
        at += size
    expected = [row for start, end in ranges for row in range(start, end)]
    random.shuffle(ranges)

    rows = rows_of_ranges(np.array(ranges, dtype=np.int64).reshape(-1, 2))

    assert rows.tolist() == expected
    assert rows.dtype == np.int64


@given(st.sets(st.integers(0, 20)), st.lists(st.integers(0, 20)))
def test_is_in_is_membership(allowed, rows) -> None:
    found = is_in(np.array(rows, dtype=np.int64), np.array(sorted(allowed), dtype=np.int64))

    assert found.tolist() == [row in allowed for row in rows]
