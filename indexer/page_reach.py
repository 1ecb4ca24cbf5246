"""How far a page mark is to be believed: until the next, unless what follows may stand elsewhere.

Scans of printed pages give an opinion's notes behind it, without the figures that refer to them, and
with page marks only where a note runs on to the next page. What stands between is on some page that
the text does not tell.
"""

import re
from collections.abc import Sequence
from typing import Final

from indexer.records import PageMark

UNKNOWN_PAGE: Final = ""
"""The `PageMark.page` of a stretch whose page the text does not tell."""
LONGEST: Final = 3.0
"""How many usual pages a mark may be believed for."""
ALWAYS_BELIEVED: Final = 3000
"""Characters that any mark may be believed for."""
_BEFORE_GAP: Final = 1.2
"""Usual pages that a mark is believed for where the next skips a page."""
_ENDS: Final = re.compile(
    r"(?:\b(?:so ordered|affirmed|reversed|remanded|vacated|dismissed|discharged|denied|granted|quashed"
    r"|opinion|dissents?|dissenting|concurs?|concurring|judgment|decree|took no part[^\n]*)"
    r"|\bI (?:\w+ ){0,2}(?:dissent|concur)\b[^\n]*|\b(?:would|must|should|is|are) (?:be )?(?:affirm|revers|vacat|remand)[^\n]*"
    r")\W*\Z",
    re.IGNORECASE,
)
"""How the last paragraph of an opinion ends."""
_LAST_WORDS: Final = 400
"""Characters of a paragraph that its end is looked for in."""


def page_number(page: str) -> int:
    """Return the figures of a page's label; -1 where it has none."""
    return int(re.sub(r"\D", "", page) or "-1")


def believed(
    text: str, marks: Sequence[PageMark], usual: float, *, notes_labelled: bool
) -> list[PageMark]:
    """Return ``marks`` (in text order) with the stretches that they do not reach marked as unknown.

    A mark is believed for as long as a page can be: ``usual`` is how many characters pages have here.
    Of two marks in one place the later counts. Unless notes are labelled (and have marks of their
    own), the text behind the opinion's last words is unknown, and so is what follows a note that
    runs on to a page, until a mark of the same page or the next.
    """
    kept = [
        a for a, b in zip(marks, [*marks, None][1:], strict=True) if not b or b.start != a.start
    ]
    bounded: list[PageMark] = []
    highest = -1
    for mark, following in zip(kept, [*kept, None][1:], strict=True):
        aside = page_number(mark.page) <= highest
        highest = max(highest, page_number(mark.page))
        bounded.append(mark)
        end = following.start if following else len(text)
        reach = _reach(mark, following, usual)
        if not notes_labelled:
            reach = min(reach, _before_notes(text, mark, following, aside=aside) - mark.start)
        if mark.page and end - mark.start > reach:
            bounded.append(
                PageMark(reporter=mark.reporter, page=UNKNOWN_PAGE, start=mark.start + reach)
            )
    return bounded


def _reach(mark: PageMark, following: PageMark | None, usual: float) -> int:
    skips = following is not None and page_number(following.page) > page_number(mark.page) + 1
    return round(usual * _BEFORE_GAP if skips else max(usual * LONGEST, ALWAYS_BELIEVED))


def _before_notes(text: str, mark: PageMark, following: PageMark | None, *, aside: bool) -> int:
    """Return where notes may begin that stand on another page than ``mark`` says."""
    step = page_number(following.page) - page_number(mark.page) if following else None
    if step is not None and (step == 1 or (step == 0 if aside else step > 1)):
        return len(text)
    end = following.start if following else len(text)
    paragraph = _paragraph_end(text, mark.start, end)
    if aside:
        return paragraph
    closing = _closing(text, mark.start, end)
    return closing if closing is not None else len(text) if following is None else paragraph


def _paragraph_end(text: str, start: int, end: int) -> int:
    at = text.find("\n", start, end)
    return end if at < 0 else at


def _closing(text: str, start: int, end: int) -> int | None:
    """Return the end of the first paragraph that ends an opinion, with those that do so behind it."""
    closed: int | None = None
    while start < end:
        stop = _paragraph_end(text, start, end)
        paragraph = text[max(start, stop - _LAST_WORDS) : stop]
        if paragraph.strip():
            if _ENDS.search(paragraph):
                closed = stop
            elif closed is not None:
                break
        start = stop + 1
    return closed
