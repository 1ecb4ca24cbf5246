"""What number each page of a document bears, read off its head or foot."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

_ALONE: Final = re.compile(
    r"[-–—\s\[(]*(?:page\s*)?(\d{1,4})(?:\s*(?:of|/)\s*\d+)?[-–—\s\])]*", re.IGNORECASE
)
_AT_EDGE: Final = re.compile(r"^(\d{1,4})\s|\s(\d{1,4})$")
_NAMED: Final = re.compile(r"\bpage:?\s*(\d{1,4})\b", re.IGNORECASE)


def page_numbers(furniture: Sequence[Sequence[str]]) -> list[str]:
    """Return the number of each page, given the rows of its head and foot.

    A number is believed where a neighbouring page goes on counting from it; one that stands alone
    before one within a running head. Numbering may begin anew (each opinion of a slip opinion does).
    A page without a number of its own takes it from its neighbours; where no page has any, the
    pages are counted from 1.
    """
    candidates = [_candidates(rows) for rows in furniture]
    offsets = [{number - at for number in found} for at, found in enumerate(candidates)]
    often = Counter(offset for here in offsets for offset in here)
    numbers: list[int | None] = []
    for at, found in enumerate(candidates):
        beside = [*offsets[max(0, at - 1) : at], *offsets[at + 1 : at + 2]]
        counted = [
            (weight, often[number - at], -number)
            for number, weight in found.items()
            if any(number - at in other for other in beside)
        ]
        numbers.append(-max(counted)[2] if counted else None)
    return [str(number) for number in _filled(numbers)]


def _candidates(rows: Sequence[str]) -> dict[int, int]:
    """Return the numbers of a page's furniture, each with how much it looks like the page's own."""
    found: dict[int, int] = {}
    for row in rows:
        alone = _ALONE.fullmatch(row)
        edges = [int(a or b) for a, b in _AT_EDGE.findall(row)]
        named = [int(one) for one in _NAMED.findall(row)]
        for number in named:
            found.setdefault(number, 1)
        for number in edges:
            found[number] = max(2, found.get(number, 0))
        if alone:
            found[int(alone[1])] = 3
    return found


def _filled(numbers: Sequence[int | None]) -> list[int]:
    if all(number is None for number in numbers):
        return list(range(1, len(numbers) + 1))
    filled = list(numbers)
    for at in range(len(filled) - 2, -1, -1):
        after = filled[at + 1]
        if filled[at] is None and after is not None and after > 1:
            filled[at] = after - 1
    for at, number in enumerate(filled):
        if number is None:
            before = filled[at - 1] if at else 0
            filled[at] = (before or 0) + 1
    return [number for number in filled if number is not None]
