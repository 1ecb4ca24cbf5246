"""The pages that a pin cite names."""

import re
from collections.abc import Iterator
from typing import Final

_PAGES: Final = re.compile(r"(?P<first>\d{1,9})(?:\s?[-\u2013]\s?(?P<last>\d{1,9}))?")


def page_ranges(pin: str) -> Iterator[tuple[int, int]]:
    """Yield first and last page of each range in ``pin``, in its order: ``396-97, 399`` gives 396, 397 and 399, 399.

    A last page that is cut short is made whole. Every number counts: what is none of a page (a
    note's) has to be taken out before.
    """
    for named in _PAGES.finditer(pin):
        first, last = named["first"], named["last"] or named["first"]
        yield int(first), int(first[: max(0, len(first) - len(last))] + last)
