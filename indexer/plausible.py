"""Which numbered lines of natural text continue or begin a series: lone numbers are often footnote marks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from indexer.headings import Dress, Heading
from indexer.lines import Line
from indexer.numbering import Mark, Series
from indexer.roles import role_of_title

_CONTENTS: Final = 5
"""Headings in a row, no words between, that make a table of contents."""
_DIGITS: Final = 3
_PART: Final = 200
"""Characters that the smallest part under a lone number has."""
_ENDS: Final = (".", "?", "!", ")", '"', "”", "\u2019", "*")


def plausible(headings: Sequence[Heading], lines: Sequence[Line]) -> list[Heading]:
    """Drop tables of contents, footnote and paragraph numbers, and first members without a second."""
    kept = without_contents(headings)
    numbers = _true_numbers(kept, lines)
    kept = [h for h in kept if not _is_number(h) or h.line in numbers]
    return _with_seconds(kept)


def without_contents(headings: Sequence[Heading]) -> list[Heading]:
    """Drop rows of headings without words between: tables of contents, lists, tables."""
    kept: list[Heading] = []
    run: list[Heading] = []
    for heading in headings:
        if run and heading.line != run[-1].line + 1:
            kept.extend(_of_run(run))
            run = []
        run.append(heading)
    return kept + _of_run(run)


def _of_run(run: list[Heading]) -> list[Heading]:
    """All of a short row; of a long one its end, where the text after a list or a table begins."""
    if len(run) < _CONTENTS:
        return run
    return [h for h in run[-1:] if h.enumerator is not None or h.is_well_known]


def _is_number(heading: Heading) -> bool:
    return heading.is_bare and _first(heading).series is Series.ARABIC


def _first(heading: Heading) -> Mark:
    assert heading.enumerator is not None
    return heading.enumerator.links[0][1][0]


def _true_numbers(headings: Sequence[Heading], lines: Sequence[Line]) -> set[int]:
    """Lines of the lone numbers that head parts: 1, 2, … under one heading.

    Footnote marks and paragraph numbers also stand alone, but they run on across headings. Each number goes to
    the chain begun last that it continues.
    """
    chains: list[list[tuple[Heading, int]]] = []
    wanting: dict[int, list[list[tuple[Heading, int]]]] = {}
    parent = -1
    for heading in headings:
        if not _is_number(heading):
            parent = heading.line
            continue
        value = _first(heading).value
        if value == 1:
            chains.append([])
        waiting = [chains[-1]] if value == 1 else wanting.get(value, [])
        if waiting:
            chain = waiting.pop()
            chain.append((heading, parent))
            wanting.setdefault(value + 1, []).append(chain)
    marks = _lone_numbers(lines) if chains else {}
    good = [c for c in chains if _is_outline(c, lines) and not _runs_on(c, headings, marks)]
    return {heading.line for chain in good for heading, _ in chain}


def _lone_numbers(lines: Sequence[Line]) -> dict[int, list[int]]:
    """Return each number that stands alone on lines, with those lines."""
    numbers: dict[int, list[int]] = {}
    for i, line in enumerate(lines):
        if len(line.text) <= _DIGITS and line.text.isdecimal():
            numbers.setdefault(int(line.text), []).append(i)
    return numbers


def _runs_on(
    chain: Sequence[tuple[Heading, int]],
    headings: Sequence[Heading],
    marks: Mapping[int, Sequence[int]],
) -> bool:
    """Whether the numbers count on under the next heading, as footnote marks do."""
    last, _ = chain[-1]
    following = next((h.line for h in headings if h.line > last.line and not _is_number(h)), None)
    if following is None:
        return False
    goes_on, begins_again = (
        any(line > following for line in marks.get(value, ()))
        for value in (_first(last).value + 1, 1)
    )
    return goes_on and not begins_again


def _is_outline(chain: Sequence[tuple[Heading, int]], lines: Sequence[Line]) -> bool:
    parents = {parent for _, parent in chain}
    if len(chain) < 2 or len(parents) > 1 or parents == {-1}:
        return False
    return all(_opens(heading, parent, lines) for heading, parent in chain) and _is_spread(chain)


def _is_spread(chain: Sequence[tuple[Heading, int]]) -> bool:
    """Whether more than a paragraph stands between most: paragraph numbers stand at every one."""
    gaps = [after.line - before.line for (before, _), (after, _) in pairwise(chain)]
    parts = [after.start - before.start for (before, _), (after, _) in pairwise(chain)]
    by_line = len(gaps) < _CONTENTS - 1 or sum(gap > 2 for gap in gaps) * 2 > len(gaps)
    return by_line and min(parts) >= _PART


def _opens(heading: Heading, parent: int, lines: Sequence[Line]) -> bool:
    above = heading.line - 1
    return above == parent or lines[above].text.endswith(_ENDS)


def _with_seconds(headings: Sequence[Heading]) -> list[Heading]:
    """Drop the first member of a series that has no second before the series begins again."""
    kept: list[Heading] = []
    coming: dict[tuple[Series, bool], int] = {}
    for heading, above in zip(reversed(headings), reversed([None, *headings[:-1]]), strict=False):
        links = heading.enumerator.links if heading.enumerator else ()
        needless = _needs_no_second(heading) or _opens_part(heading, above)
        if len(links) != 1 or needless or _has_second(links[0][1], coming):
            kept.append(heading)
            coming.update({marks[0].style: marks[0].value for _, marks in links})
    return kept[::-1]


def _has_second(marks: Sequence[Mark], coming: Mapping[tuple[Series, bool], int]) -> bool:
    """Whether it is no first member, or its second comes: ``I`` alone may also be the letter before J."""
    if marks[0].value != 1 or coming.get(marks[0].style, 0) in (2, 3):
        return True
    return any(coming.get(mark.style) == mark.value + 1 for mark in marks[1:])


def _opens_part(heading: Heading, above: Heading | None) -> bool:
    """Whether it stands right below another numbered heading, and names a matter of law: the only part under it."""
    return (
        above is not None
        and above.enumerator is not None
        and above.line + 1 == heading.line
        and heading.dress is not Dress.PLAIN
        and role_of_title(heading.title) is not None
    )


def _needs_no_second(heading: Heading) -> bool:
    return (
        bool(heading.title)
        and not heading.is_bare
        and role_of_title(heading.title) is not None
        and heading.is_well_known
    )
