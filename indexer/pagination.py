"""Which page of which reporter each stretch of an opinion stands on, as far as its text tells truly."""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from indexer.page_map import MarkedText, lift_marks
from indexer.page_reach import ALWAYS_BELIEVED, LONGEST, UNKNOWN_PAGE, believed, page_number
from indexer.records import PageMark
from indexer.reporters import Citation, parse_citation
from indexer.star_pages import ENOUGH, Reading, Run, best_run, read_marks, rerun

_USUAL_PAGE: Final = 4000
"""Characters, where an opinion has too few marks to tell how long its pages are."""
_SHORT_PAGE: Final = 250
_MORE_PAGES: Final = 250
"""A case may have this many pages more than its text has short pages: arguments and syllabus left out."""
_WORDS_FROM: Final = re.compile(r"\S")
"""A page begins with its first word: the space before it belongs to the page before."""
_NEAR: Final = 30
"""Pages that syllabus and arguments take before the first mark, as a rule."""
_NOTE: Final = re.compile(r"\[(\d{1,3}|\*{1,3})\]")
_OPENING: Final = 600


@dataclass(frozen=True, slots=True)
class PagedText:
    """One opinion's text without page marks, and its page map in text order."""

    text: str
    pages: tuple[PageMark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What may be page numbers of one of the parallel reporters, in one opinion."""

    readings: Sequence[Sequence[Reading]]
    certain: bool
    """Markup says that they are, so that they need not count upward."""

    def run(self, first: int, last: int) -> Run:
        """Return those that count pages of a case that stands on ``first`` to ``last``."""
        if not self.certain:
            return best_run(self.readings, first=first, last=last)
        marks = [one for (one,) in self.readings if first <= one.page <= last]
        return Run(tuple(marks), ENOUGH * len(marks))

    def marks(self, run: Run, first: int) -> tuple[Reading, ...]:
        """Return the marks of ``run``, with others of the case, which begins on page ``first``."""
        return run.marks if self.certain else rerun(self.readings, run, first=first)


@dataclass(frozen=True, slots=True)
class _Paging:
    """The page marks of one reporter in all opinions of a case."""

    citation: Citation
    runs: tuple[Run, ...]


def paginate(texts: Sequence[MarkedText], citations: Sequence[str]) -> list[PagedText]:
    """Lift the star pages out of a case's opinions, ``texts``.

    ``*331`` belongs to that citation whose pages the marks of all the opinions fit best, ``**1247``
    to another one that fits. Where none fits, the text is returned as it is; but labels that markup
    names as page labels are no words of the court and go in any case.
    """
    known = [one for one in map(parse_citation, citations) if one and not one.is_electronic]
    if not any("*" in one.text for one in texts):
        return [PagedText(one.text) for one in texts]
    longest = _MORE_PAGES + sum(len(one.text) for one in texts) // _SHORT_PAGE
    pagings: list[tuple[_Paging, list[_Numbers]]] = []
    for group in (1, 2):
        numbers = [_numbers(one, group) for one in texts]
        paging = _choose(numbers, known, longest)
        if paging is not None:
            pagings.append((paging, numbers))
            known = [one for one in known if one != paging.citation]
    return [_paged(one, at, pagings) for at, one in enumerate(texts)]


def _numbers(text: MarkedText, group: int) -> _Numbers:
    if text.marks:
        return _Numbers([[one] for one in text.marks if one.stars == group], certain=True)
    return _Numbers(read_marks(text.text, stars=group), certain=False)


def _choose(
    numbers: Sequence[_Numbers], citations: Sequence[Citation], longest: int
) -> _Paging | None:
    """Return the citation whose pages all the runs together fit best.

    On a tie the U.S. Reports, whose pages the sources mark where they can, then the nearest first
    page.

    ``longest`` is how many pages the case may have.
    """
    best: tuple[float, bool, int] | None = None
    chosen: _Paging | None = None
    for citation in citations:
        runs = tuple(one.run(citation.page, citation.page + longest) for one in numbers)
        firsts = [run.marks[0].page for run in runs if run.marks]
        if not firsts or not any(_is_believed(run, citation.page) for run in runs):
            continue
        distance = citation.page - min(firsts)
        official = citation.reporter == "U.S." and -distance <= _NEAR
        fit = (round(sum(run.worth for run in runs), 6), official, distance)
        if best is None or fit > best:
            best, chosen = fit, _Paging(citation, runs)
    return chosen


def _is_believed(run: Run, first: int) -> bool:
    """Whether ``run`` is no chance: marks enough, or one that the case's second page begins with."""
    lone = len(run.marks) == 1 and run.marks[0].page == first + 1 and run.worth >= 1
    return run.worth >= ENOUGH or lone


def _paged(
    text: MarkedText, at: int, pagings: Sequence[tuple[_Paging, list[_Numbers]]]
) -> PagedText:
    by_reporter = [
        (paging.citation, numbers[at].marks(paging.runs[at], paging.citation.page))
        for paging, numbers in pagings
    ]
    marks = sorted({*text.marks, *(mark for _, own in by_reporter for mark in own)}, key=_place)
    if not marks:
        return PagedText(text.text)
    lifted = lift_marks(text.text, marks)
    words = (_WORDS_FROM.search(lifted.text, start) for start in lifted.starts)
    starts = [found.start() if found else len(lifted.text) for found in words]
    start_of = dict(zip(marks, starts, strict=True))
    pages: list[PageMark] = []
    for citation, own in by_reporter:
        if own:
            named = [
                PageMark(reporter=citation.series, page=mark.label, start=start_of[mark])
                for mark in own
            ]
            pages += page_map(lifted.text, named, citation)
    return PagedText(lifted.text, tuple(sorted(pages, key=lambda page: page.start)))


def _place(mark: Reading) -> int:
    return mark.start


def page_map(text: str, marks: Sequence[PageMark], citation: Citation) -> list[PageMark]:
    """Complete one reporter's marks (not empty, in text order) into a map that says only what is true.

    Added are the page that the text begins on (see `_opening`), the pages of notes that stand at the
    end under ``[3]`` (the page of their reference), and marks with `UNKNOWN_PAGE` where a mark does
    not reach (see `indexer.page_reach`).
    """
    usual = _usual_page(marks)
    opening = _opening(text, marks[0], citation, usual)
    complete = [*opening, *marks]
    notes = _note_pages(text, complete)
    complete = sorted([*complete, *notes], key=lambda mark: mark.start)
    return believed(text, complete, usual, notes_labelled=bool(notes))


def _usual_page(marks: Sequence[PageMark]) -> float:
    lengths = [
        b.start - a.start
        for a, b in pairwise(marks)
        if page_number(b.page) == page_number(a.page) + 1
    ]
    return median(lengths) if len(lengths) > 1 else _USUAL_PAGE


def _opening(text: str, mark: PageMark, citation: Citation, usual: float) -> list[PageMark]:
    """Return the mark of the page that the text begins on, before its first mark; or nothing.

    A text that opens with its own citation (a whole case, caption first) begins on the case's first
    page, and where pages are missing behind it only the caption is believed to stand there. Any other begins on the page before its first mark, as far as one page can reach.
    """
    if mark.start == 0:
        return []
    named = re.escape(citation.volume) + r"\s+\S.{0,20}?\s*\b" + str(citation.page) + r"\b"
    first = PageMark(reporter=mark.reporter, page=str(citation.page), start=0)
    if re.match(r"\s*" + named, text[:_OPENING]):
        skips = page_number(mark.page) > citation.page + 1 and mark.start > _OPENING
        return [first, replace(first, page=UNKNOWN_PAGE, start=_OPENING)] if skips else [first]
    before = page_number(mark.page) - 1
    if mark.start > max(usual * LONGEST, ALWAYS_BELIEVED) or before < citation.page:
        return []
    return [replace(first, page=str(before))]


def _note_pages(text: str, marks: Sequence[PageMark]) -> list[PageMark]:
    """Return a mark for each note that stands at the start of a line: the page of its reference.

    A reference within another note stands on that note's page.
    """
    starts = [mark.start for mark in marks]
    waiting: dict[str, deque[str]] = {}
    found: list[PageMark] = []
    for note in _NOTE.finditer(text):
        at = bisect_right(starts, note.start()) - 1
        if note.start() and text[note.start() - 1] != "\n":
            here = marks[at : at + 1] if at >= 0 else []
            last = max([*here, *found[-1:]], key=lambda mark: mark.start, default=None)
            waiting.setdefault(note[1], deque()).append(last.page if last else UNKNOWN_PAGE)
        elif references := waiting.get(note[1]):
            page = references.popleft()
            found.append(PageMark(reporter=marks[0].reporter, page=page, start=note.start()))
    return found
