"""Star pages: the reporter's page numbers that converters leave in the running text (``*331``).

What the corpora hold: ``of *401 the`` and ``[3]*156 The`` (CourtListener); ``not *670bound``,
``recogni*1204tion``, ``Govern-*777ment's``, ``Policy *6565144`` (page 656, then "5144") and marks on
a line of their own in the middle of a sentence (Harvard). What must stay: ``at *6`` of a WL cite,
``Commentaries *377``, footnote asterisks. So a mark is taken for one only as part of a run that
counts upward from the case's own first page in one reporter; anything else is left alone.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_MARK: Final = re.compile(r"(?<!\*)\[?(\*{1,2})(\d{1,9})(?!\d)\]?")
_CITED: Final = re.compile(
    r"(?:\b(?:at|WL \d+,?|LEXIS \d+,?|Commentaries|Blackstone|Coke|Crown|Institutes|Limitations|Comm\.)"
    r"|[*\d][-\N{EN DASH}]|\*\d+,)\s*$"
)
"""Before a star number: somebody else's pages (LEXIS and WL, the star pages of Blackstone)."""
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

    A number glued to digits of the text (``*6565144``) has one reading for each place to cut it.
    """
    return [_readings(text, found) for found in _MARK.finditer(text) if len(found[1]) == stars]


def _readings(text: str, found: re.Match[str]) -> list[Reading]:
    start, end, stars, digits = found.start(), found.end(), len(found[1]), found[2]
    bracketed = text[start] == "[" and text[end - 1] == "]"
    if not bracketed:
        start, end = found.start(1), found.end(2)
    cited = bool(_CITED.search(text, max(0, start - _CONTEXT), start) or _RANGE.match(text, end))
    opens = text[max(0, start - 2) : start] == "\n\n"
    worth = _CITED_WORTH if cited else _OPENING_WORTH if opens else _GOOD
    readings: list[Reading] = []
    if len(digits) <= _PAGE_DIGITS:
        readings.append(Reading(start, end, stars, int(digits), "", worth))
        if bracketed:
            return readings
        if (letter := _LETTER.match(text, end)) is not None:
            readings.append(Reading(start, end + 1, stars, int(digits), letter[0], worth))
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
        yield (one.page, "" if one.suffix == "A" else chr(ord(one.suffix) - 1)), 0.0
        yield (one.page - 1, ""), _SKIP_COST
        return
    for step in range(1, _MAX_STEP + 1):
        yield (one.page - step, ""), min(_SKIP_COST * (step - 1), _MAX_SKIP_COST)
    yield (one.page - 1, "A"), 0.0
    yield (one.page - 1, "B"), 0.0


def rerun(numbers: Sequence[Sequence[Reading]], run: Run) -> tuple[Reading, ...]:
    """Return the marks of ``run`` together with those of notes that go back to earlier pages.

    Converters put an opinion's notes at its end (or between two opinions) with the page marks that
    fall within a note; these count upward from a page that the run has passed already.
    """
    if not run.marks:
        return ()
    ends = [*run.marks[1:], None]
    found: list[Reading] = []
    for mark, end in zip(run.marks, ends, strict=True):
        between = [
            readings
            for readings in numbers
            if mark.end <= readings[0].start and (end is None or readings[0].start < end.start)
        ]
        back = best_run(between, first=run.marks[0].page, last=mark.page) if between else Run()
        found += [mark, *(back.marks if back.worth >= _SPLIT_WORTH else ())]
    return tuple(found)
