"""Hard-wrapped text of slip opinions: the lines of a printed page become paragraphs again.

What PDF converters leave: ``in   general   use`` (justified), a blank line under every line (double
spacing), ``-12-`` and a form feed at a page's end, ``conduct-`` / ``ed`` over two lines. Words stay
in their order. What goes: white space, the numbers of pages, and the hyphen of a broken word where
the text has that word whole elsewhere.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from indexer.cleaning import clean_text
from indexer.page_map import MarkedText
from indexer.reporters import parse_citation
from indexer.star_pages import Reading

_PAGE_NUMBER: Final = re.compile(
    r"(?:page )?([-\N{EN DASH}\N{EM DASH}] ?)?(\d{1,4})(?(1) ?[-\N{EN DASH}\N{EM DASH}]|)(?: of \d{1,4})?",
    re.IGNORECASE,
)
_WIDEST: Final = 160
"""Characters; a text with longer lines than this is not hard-wrapped."""
_CONTINUING_SHARE: Final = 0.15
_FEWEST_CONTINUING: Final = 3
_SLACK: Final = 2
"""Characters that a typesetter leaves at the end of a line although the next word would fit."""
_INDENT: Final = 2
_UNDERLINE: Final = 10
"""A line of this many spaces and nothing else is what is left of an underline: no blank line."""
_QUOTE_INDENT: Final = 4
_STOPS: Final = (".", "?", "!", ":", ";", '"', "\N{RIGHT DOUBLE QUOTATION MARK}")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN: Final = re.compile(r"([^\W\d_]*)(?<=[\w)])-$")
_SUSPENDED: Final = frozenset({"and", "or", "to", "nor", "but"})
"""After ``two-`` these say that the hyphen stands for a word to come (``two- and three-year``)."""
_SPEAKER: Final = re.compile(
    r"[A-Z][A-Z'.\N{RIGHT SINGLE QUOTATION MARK}\- ]+, (?:(?:Senior|Chief|Circuit|District|Associate) )*(?:Judge|Justice)\b|(?:Per Curiam|PER CURIAM)\."
)
"""A judge begins: no line goes on into these words, be it ever so full."""
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_SPACES: Final = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line with words on it."""

    indent: int
    """Columns from the left margin of its page."""
    text: str
    right: int
    """Column behind its last character."""
    gap: int
    """Blank lines above it; 0 at the top of a page."""
    page: int
    """Position of its page among the form feeds, from 0."""
    opens_page: bool = False
    close: bool = False
    """Whether a neighbour stands right above or below it: in double-spaced text that is a note."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the lines of one text are set."""

    widths: tuple[int, int]
    """Columns that full lines reach: those close under another, and those under a blank line."""
    spacing: int
    """Blank lines between two lines of one paragraph: 0, or 1 where it is double-spaced."""
    words: frozenset[str]

    def width(self, line: _Line) -> int:
        """Return the column that the lines around ``line`` reach: notes are often set closer."""
        return self.widths[min(line.gap, self.spacing)]


def is_hard_wrapped(delivered: str) -> bool:
    """Whether lines of ``delivered`` break off in the middle of sentences, at the width of a page."""
    lines = [line.strip() for line in clean_text(delivered).split("\n") if line.strip()]
    continuing = sum(1 for a, b in pairwise(lines) if b[0].islower() and not a.endswith(_STOPS))
    longest = sorted(map(len, lines))[int(len(lines) * 0.95) :]
    return (
        continuing >= max(_FEWEST_CONTINUING, _CONTINUING_SHARE * len(lines))
        and longest[0] <= _WIDEST
    )


def unwrap(delivered: str, citations: Sequence[str] = ()) -> MarkedText:
    """Return ``delivered``, cleaned, in paragraphs; as it is (cleaned) where it is not hard-wrapped.

    Page numbers that count upward from page to page go. Where they count from the first page of one
    of the case's ``citations`` they are that reporter's, and stand as marks where each page begins.
    Characters that converters left as HTML writes them (``&amp;``) are themselves again.
    """
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), delivered)
    if not is_hard_wrapped(text):
        return MarkedText(clean_text(text))
    sheets = [clean_text(sheet).expandtabs().split("\n") for sheet in text.split("\f")]
    numbers = _page_numbers(sheets)
    lines = _lines(sheets, numbers)
    layout = _layout(lines)
    labels = _reporter_pages(numbers, citations)
    return _set(lines, layout, labels)


def _page_numbers(sheets: Sequence[Sequence[str]]) -> dict[tuple[int, int], int]:
    """Return where page numbers stand (sheet, line) and what they are: a run that counts by one.

    Only a line with nothing else on it counts. Without form feeds the numbers of all pages are in
    one sheet; with them each stands first or last on its sheet.
    """
    found: list[tuple[int, int, int]] = []
    for at, sheet in enumerate(sheets):
        filled = [row for row, line in enumerate(sheet) if line.strip()]
        edges = {filled[0], filled[-1]} if filled else set()
        for row in filled:
            number = _PAGE_NUMBER.fullmatch(sheet[row].strip())
            if number and (number[1] or row in edges or _stands_apart(sheet, row)):
                found.append((at, row, int(number[2])))
    best = _counting(found)
    return {(at, row): number for at, row, number in best} if len(best) > 1 else _lone(found)


def _stands_apart(sheet: Sequence[str], row: int) -> bool:
    return sheet[row].startswith(" " * 20) and not sheet[row - 1].strip()


def _lone(found: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
    """Return the number of a text of two pages, the first of which has none."""
    return {(at, row): number for at, row, number in found if number == 2 and len(found) == 1}


def _counting(found: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the longest run of numbers each of which is one more than the one before."""
    ending: dict[int, tuple[int, int]] = {}
    before: list[int] = []
    top = (0, -1)
    for at, (_, _, number) in enumerate(found):
        length, source = ending.get(number - 1, (0, -1))
        before.append(source)
        if length + 1 > ending.get(number, (0, -1))[0]:
            ending[number] = (length + 1, at)
        top = max(top, (length + 1, at), key=lambda known: known[0])
    run: list[tuple[int, int, int]] = []
    at = top[1]
    while at >= 0:
        run.append(found[at])
        at = before[at]
    return run[::-1]


def _lines(sheets: Sequence[Sequence[str]], numbers: dict[tuple[int, int], int]) -> list[_Line]:
    lines: list[_Line] = []
    for at, sheet in enumerate(sheets):
        margin = _margin(sheet)
        gap, opens = 0, True
        for row, line in enumerate(sheet):
            words = line.strip()
            if (at, row) in numbers:
                gap, opens = 0, True
            elif words:
                indent, right = len(line) - len(line.lstrip()), len(line.rstrip())
                lines.append(_Line(indent - margin, words, right - margin, gap, at, opens))
                gap, opens = 0, False
            elif not opens and len(line) < _UNDERLINE:
                gap += 1
    return _neighboured(lines)


def _neighboured(lines: Sequence[_Line]) -> list[_Line]:
    """Return ``lines`` with those marked that have another one close by on their page."""
    touching = [b.gap == 0 and not b.opens_page for b in lines]
    below = [*touching[1:], False]
    return [
        replace(line, close=above or under)
        for line, above, under in zip(lines, touching, below, strict=True)
    ]


def _margin(sheet: Sequence[str]) -> int:
    indents = Counter(len(line) - len(line.lstrip()) for line in sheet if line.strip())
    if not indents:
        return 0
    often = max(indents.values())
    return min(indent for indent, times in indents.items() if times * 2 >= often)


def _layout(lines: Sequence[_Line]) -> _Layout:
    gaps = Counter(
        min(b.gap, 2)
        for a, b in pairwise(lines)
        if not b.opens_page and b.text[0].islower() and not a.text.endswith(_STOPS)
    )
    close = _usual_width([line.right for line in lines if line.gap == 0])
    open_ = _usual_width([line.right for line in lines if line.gap > 0])
    words = (word.lower() for line in lines for word in _WORD.findall(line.text))
    return _Layout((close, open_), 1 if gaps[1] > gaps[0] else 0, frozenset(words))


def _usual_width(rights: Sequence[int]) -> int:
    return sorted(rights)[int(len(rights) * 0.9)] if rights else 0


def _continues(a: _Line, b: _Line, layout: _Layout) -> bool:
    """Whether ``b`` goes on with the paragraph that ``a`` is a line of."""
    width = layout.width(b)
    if b.opens_page and a.close != b.close:
        return False  # from a note back to the text, or the other way
    if a.text.endswith(_STOPS) and _SPEAKER.match(b.text):
        return False
    mid_sentence = a.text.endswith(" v.") or (
        b.text[0].islower() and not a.text.endswith((".", "?", "!"))
    )
    if b.gap > layout.spacing or b.indent > a.indent + _INDENT:
        hanging = b.gap <= 1 and a.indent <= _QUOTE_INDENT
        return mid_sentence and hanging and _is_full(a, b, width)
    if mid_sentence:
        return True
    if b.opens_page and a.text.endswith(_STOPS):
        return False
    if a.indent == b.indent and a.indent >= _QUOTE_INDENT:
        return a.right - a.indent >= width / 2 and _is_full(a, b, max(a.right, b.right))
    return _is_full(a, b, width)


def _is_full(a: _Line, b: _Line, width: int) -> bool:
    """Whether the first word of ``b`` had no room behind ``a``."""
    return a.right + 1 + len(b.text.split(maxsplit=1)[0]) > width - _SLACK


def _paragraphs(lines: Sequence[_Line], layout: _Layout) -> Iterator[list[_Line]]:
    paragraph: list[_Line] = []
    for line in lines:
        if paragraph and not _continues(paragraph[-1], line, layout):
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph


def _set(lines: Sequence[_Line], layout: _Layout, labels: dict[int, int]) -> MarkedText:
    """Return the paragraphs of ``lines``, with a mark where each of the pages ``labels`` begins."""
    pieces: list[str] = []
    marks: list[Reading] = []
    last: _Line | None = None
    length = 0
    for paragraph in _paragraphs(lines, layout):
        for at, line in enumerate(paragraph):
            put = _between(last, line, layout, joined=at > 0) if last else ""
            if put == _REJOINED:
                pieces[-1] = pieces[-1][:-1]
                length -= 1
                put = ""
            text = _SPACES.sub(" ", line.text) if len(paragraph) > 1 else line.text
            label = labels.get(line.page)
            if label is not None and (last is None or last.page != line.page):
                mark = f"*{label}"
                start = length + len(put)
                marks.append(Reading(start, start + len(mark), 1, label))
                text = f"{mark} {text}" if put else f"{mark}{text}"
            pieces += [put, text]
            length += len(put) + len(text)
            last = line
    return MarkedText("".join(pieces), tuple(marks))


_REJOINED: Final = "-"
"""Instead of what stands between two lines: they are the halves of one word, without a hyphen."""


def _between(a: _Line, b: _Line, layout: _Layout, *, joined: bool) -> str:
    if not joined:
        alone = b.gap > 0 or b.opens_page or (b.indent > a.indent and a.text.endswith(_STOPS))
        return "\n\n" if alone else "\n"
    left, right = _BROKEN.search(a.text), _WORD.match(b.text)
    if left is None or (right and right[0] in _SUSPENDED):
        return " "
    if not left[1] or right is None or not right[0][0].islower():
        return ""
    whole = f"{left[1]}{right[0].split('-')[0]}".lower()
    return _REJOINED if whole in layout.words else ""


def _reporter_pages(
    numbers: dict[tuple[int, int], int], citations: Iterable[str]
) -> dict[int, int]:
    """Return sheet → page of a reporter; empty where the numbers are only the slip's own.

    Needs the form feeds: without them nobody knows whether a number is at the top or at the bottom.
    """
    by_sheet = {at: number for (at, _), number in numbers.items()}
    begins = {number - at for at, number in by_sheet.items()}
    known = [one for one in map(parse_citation, citations) if one and not one.is_electronic]
    if len(by_sheet) < max(2, len(numbers)) or begins.isdisjoint(one.page for one in known):
        return {}
    return by_sheet if len(begins) == 1 else {}
