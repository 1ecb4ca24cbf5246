"""Star pages: the reporter's page numbers that converters leave in the running text (``*331``).

What the corpora hold: ``of *401 the`` and ``[3]*156 The`` (CourtListener); ``not *670bound``,
``recogni*1204tion``, ``Govern-*777ment's``, ``Policy *6565144`` (page 656, then "5144") and marks on
a line of their own in the middle of a sentence (Harvard). What must stay: ``at *6`` of a WL cite,
``Commentaries *377``, footnote asterisks. So a mark is taken for one only as part of a run that
counts upward from the case's own first page in one reporter; anything else is left alone.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

_MARK: Final = re.compile(r"(?<!\*)\[?(\*{1,2})(\d{1,9})(?!\d)\]?")
_CITED: Final = re.compile(
    r"(?:\b(?:at|WL \d+,?|LEXIS \d+,?|Commentaries|Blackstone|Coke|Crown|Institutes|Limitations|Comm\.)"
    r"|[*\d][-\N{EN DASH}]|\*\d+,)\s*$"
)
"""Before a star number: somebody else's pages (LEXIS and WL, the star pages of Blackstone)."""
_ELECTRONIC: Final = re.compile(r"\b(?:WL|LEXIS) \d+,?(?: at)?\s*$")
"""Before a star number: a data base, whose pages no print has."""
_RANGE: Final = re.compile(r"[-\N{EN DASH}]\*?\d")
_CONTEXT: Final = 24
_LETTER: Final = re.compile(r"[A-Z](?=\s)")
_PAGE_DIGITS: Final = 5
_MAX_STEP: Final = 120
"""How far two neighbouring marks may count apart: pages that hold only notes, plates, a syllabus."""
_SKIP_COST: Final = 0.15
_MAX_SKIP_COST: Final = 1.2
"""More than one mark is worth, so that a run jumps far only where it goes on after the jump."""
_CITED_WORTH: Final = 0.1
_SPLIT_WORTH: Final = 0.6
_GOOD: Final = 1.0
_OPENING_WORTH: Final = 1.3
"""A mark that opens a paragraph: counsel, or the opinion, after the pages of a left-out syllabus."""
ENOUGH: Final = 1.5
"""What one run of a case must be worth for the case's marks to be believed: more than one mark."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read one star number: its page, and where it stands in the text."""

    start: int
    end: int
    stars: int
    page: int
    suffix: str = ""
    worth: float = _GOOD
    """How much it looks like a page mark of this case, 0 to 1.3."""

    @property
    def label(self) -> str:
        """The page as the reporter prints it: ``331``, ``266A``."""
        return f"{self.page}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Run:
    """Marks that count upward, and what they are worth together."""

    marks: tuple[Reading, ...] = ()
    worth: float = 0.0


def read_marks(text: str, *, stars: int = 1) -> list[list[Reading]]:
    """Return the readings of every number with that many stars, in text order, best reading first.

    A number glued to digits of the text (``*6565144``) has one reading for each place to cut it. A
    letter glued to it is the page's (``*266A``) where marks are set off by spaces, and else may be.
    """
    found = [
        one
        for one in _MARK.finditer(text)
        if len(one[1]) == stars
        and not _ELECTRONIC.search(text, max(0, one.start() - _CONTEXT), one.start())
    ]
    spaced = sum(text.startswith(" ", one.end()) for one in found) * 2 > len(found)
    return [_readings(text, one, spaced=spaced) for one in found]


def _readings(text: str, found: re.Match[str], *, spaced: bool) -> list[Reading]:
    start, end, stars, digits = found.start(), found.end(), len(found[1]), found[2]
    bracketed = text[start] == "[" and text[end - 1] == "]"
    if not bracketed:
        start, end = found.start(1), found.end(2)
    cited = bool(_CITED.search(text, max(0, start - _CONTEXT), start) or _RANGE.match(text, end))
    opens = text[max(0, start - 2) : start] == "\n\n"
    worth = _CITED_WORTH if cited else _OPENING_WORTH if opens else _GOOD
    readings: list[Reading] = []
    if len(digits) <= _PAGE_DIGITS:
        plain = Reading(start, end, stars, int(digits), "", worth)
        letter = None if bracketed else _LETTER.match(text, end)
        lettered = [replace(plain, end=end + 1, suffix=letter[0])] if letter else []
        readings += lettered if lettered and spaced else [plain, *lettered]
        if bracketed:
            return readings
    split = _CITED_WORTH if cited and len(digits) <= _PAGE_DIGITS else _SPLIT_WORTH
    readings += [
        Reading(start, end - cut, stars, int(digits[:-cut]), "", split)
        for cut in range(1, len(digits))
    ]
    return readings


def best_run(numbers: Iterable[Sequence[Reading]], *, first: int, last: int = sys.maxsize) -> Run:
    """Return the upward run of pages within ``first`` … ``last`` that is worth most.

    Each mark adds its worth, and each page passed over costs a little. Of equals the earlier in the
    text is taken.
    """
    best: dict[tuple[int, str], tuple[float, int]] = {}
    nodes: list[tuple[Reading, int]] = []
    top = (0.0, -1)
    for readings in numbers:
        reached = [_reach(one, best) for one in readings if first <= one.page <= last]
        for one, score, source in reached:
            nodes.append((one, source))
            here = (score, len(nodes) - 1)
            key = (one.page, one.suffix)
            best[key] = max(best.get(key, here), here, key=lambda known: known[0])
            top = max(top, here, key=lambda known: known[0])
    worth, at = top
    marks: list[Reading] = []
    while at >= 0:
        one, at = nodes[at]
        marks.append(one)
    return Run(tuple(reversed(marks)), worth)


def _reach(
    one: Reading, best: dict[tuple[int, str], tuple[float, int]]
) -> tuple[Reading, float, int]:
    """Return ``one`` with the score of the best run that ends in it, and the node before it."""
    score, source = one.worth, -1
    for key, cost in _before(one):
        known, node = best.get(key, (0.0, -1))
        if node >= 0 and known - cost > 0 and known + one.worth - cost > score:
            score, source = known + one.worth - cost, node
    return one, score, source


def _before(one: Reading) -> Iterable[tuple[tuple[int, str], float]]:
    """Yield the page labels that may precede ``one`` in a run, each with what the jump costs."""
    if one.suffix:
        yield (one.page, ""), 0.0
        yield (one.page, chr(ord(one.suffix) - 1)), 0.0
        yield (one.page - 1, ""), _SKIP_COST
        return
    for step in range(1, _MAX_STEP + 1):
        yield (one.page - step, ""), min(_SKIP_COST * (step - 1), _MAX_SKIP_COST)
    yield (one.page - 1, "A"), 0.0
    yield (one.page - 1, "B"), 0.0


def rerun(numbers: Sequence[Sequence[Reading]], run: Run, *, first: int) -> tuple[Reading, ...]:
    """Return the marks of ``run`` together with those of notes that go back to earlier pages.

    Converters put an opinion's notes at its end (or between two paragraphs, or two opinions) with
    the page marks that fall within a note; these count upward from a page that the run has passed
    already, or stand alone. So between two marks of the run every number counts that no citation
    claims and that is a page of the case, from its ``first`` one to the last of the run.
    """
    if not run.marks:
        return ()
    highest = max(mark.page for mark in run.marks)
    starts = [mark.start for mark in run.marks]
    gaps: list[list[Sequence[Reading]]] = [[] for _ in range(len(starts) + 1)]
    for readings in numbers:
        at = bisect_right(starts, readings[0].start)
        if at == 0 or starts[at - 1] != readings[0].start:
            gaps[at].append(readings)
    aside = (mark for gap in gaps for mark in _aside(gap, first, highest))
    return tuple(sorted((*run.marks, *aside), key=lambda mark: mark.start))


def _aside(numbers: Sequence[Sequence[Reading]], lowest: int, highest: int) -> Iterable[Reading]:
    """Yield the marks of notes: the best run of them, and what else can only be a page."""
    run = best_run(numbers, first=lowest, last=highest) if numbers else Run()
    counted = run.marks if run.worth >= _SPLIT_WORTH else ()
    yield from counted
    taken = {mark.start for mark in counted}
    for readings in numbers:
        pages = [one for one in readings if lowest <= one.page <= highest]
        if readings[0].start not in taken and pages and pages[0].worth >= _SPLIT_WORTH:
            yield pages[0]
