"""The pages of pin cites, written out by hand."""

import pytest

from indexer.pins import page_ranges


@pytest.mark.parametrize(
    ("pin", "ranges"),
    [
        ("240", [(240, 240)]),
        ("396-97, 399", [(396, 397), (399, 399)]),
        ("pp. 199\u2013201", [(199, 201)]),
        ("98 - 102", [(98, 102)]),
        ("1201-7", [(1201, 1207)]),
        ("398-7", [(398, 397)]),  # a misprint is told as it stands
        ("passim", []),
        ("", []),
    ],
)
def test_ranges_are_told_in_their_order_with_whole_last_pages(pin, ranges):
    assert list(page_ranges(pin)) == ranges
