"""The words of a PDF and where they stand on its pages: the one file that knows PDFium."""

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from indexer.errors import RecordError

if TYPE_CHECKING:
    from pathlib import Path

MAX_PAGES: Final = 5000
MAX_PAGE_CHARACTERS: Final = 100_000
"""A page of small print has 10,000; beyond this a page is not one that a court wrote."""
MAX_SIDE: Final = 20_000
"""Points; paper in a PDF has 14,400 at most."""
_PASSWORD: Final = 4
_SECURITY: Final = 5
_HYPHENS: Final = frozenset((0x02, 0xAD, 0xFFFE))
"""What PDFium and typesetters put for a hyphen that only the line end needs."""
_LIGATURES: Final = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl"}
_SYMBOLS: Final = {0xF0B7: "\N{BULLET}", 0xF0A7: "\N{SECTION SIGN}"}
_FAR_EAST: Final = 0x2E80
"""From here on are scripts that no American court writes, and what has no meaning at all."""
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_SPACES: Final = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2028, 0x2029, *range(0x2000, 0x200C)))
_LINE_ENDS: Final = frozenset((0x0A, 0x0D, 0x2028, 0x2029))
_ANGLE_SAMPLES: Final = 40
_SAME_SIZE: Final = 0.2
_SAME_LINE: Final = 0.15
_FAR: Final = 1.0
"""How far apart, in heights, two neighbours of a word may be."""


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without space between them, of one size and on one base line.

    The box is in points from the lower left corner of the page as it is read; it reaches from the
    font's descent to its ascent, whatever letters the word has.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    spaced: bool | None = None
    """Whether a space precedes it, as far as the file says; `None` where it begins a line there."""

    @property
    def height(self) -> float:
        """From descent to ascent: somewhat more than the size of the font."""
        return self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page."""

    width: float
    height: float
    words: tuple[Word, ...]
    """In the order of the file, which need not be the order of reading."""
    unreadable: int = 0
    """How many characters cannot be what a court wrote: fonts without a character map."""


def read_sheets(source: "Path | bytes") -> Iterator[Sheet]:
    """Yield the pages of a PDF, one in memory at a time.

    Raises `RecordError` where there is nothing to be had: no PDF, torn, locked by a password, no
    pages, or more than `MAX_PAGES`.
    """
    if find_spec("pypdfium2") is None:
        raise RecordError("reading PDFs needs a package that is missing: pip install pypdfium2")
    pypdfium2: Any = import_module("pypdfium2")
    try:
        with pypdfium2.PdfDocument(source) as document:
            pages = len(document)
            if not pages:
                raise RecordError("the PDF has no pages")
            if pages > MAX_PAGES:
                raise RecordError(
                    f"the PDF has {pages} pages, at most {MAX_PAGES} are read; split it"
                )
            for at in range(pages):
                yield _sheet(document, at)
    except pypdfium2.PdfiumError as error:
        raise RecordError(_refusal(error.err_code)) from error


def _refusal(code: int | None) -> str:
    if code in (_PASSWORD, _SECURITY):
        return "the PDF is encrypted; save a copy without a password"
    return "not a PDF, or a torn one: PDFium cannot open it; fetch the file again"


def _sheet(document: Any, at: int) -> Sheet:
    pypdfium2: Any = import_module("pypdfium2")
    try:
        with closing(document[at]) as page, closing(page.get_textpage()) as text_page:
            count = text_page.count_chars()
            if count > MAX_PAGE_CHARACTERS:
                raise RecordError(
                    f"page {at + 1} has {count} characters, at most {MAX_PAGE_CHARACTERS} are read"
                )
            left, bottom, right, top = page.get_bbox()
            if not (right - left <= MAX_SIDE and top - bottom <= MAX_SIDE):
                raise RecordError(
                    f"page {at + 1} has a side of more than {MAX_SIDE:,} points; no court prints that"
                )
            return _PageReader(page, text_page.raw).sheet(count)
    except pypdfium2.PdfiumError as error:
        raise RecordError(
            f"page {at + 1} of the PDF is damaged: PDFium cannot read it; fetch the file again"
        ) from error


class _PageReader:
    """Groups the characters of one page into words."""

    def __init__(self, page: Any, raw: Any) -> None:
        self._page = page
        self._raw = raw
        self._words: list[Word] = []
        self._unreadable = 0

    def sheet(self, count: int) -> Sheet:
        """Return the page, whose text has ``count`` characters."""
        upright = self._upright(count)
        left, bottom, right, top = self._page.get_bbox()
        turned = -round(upright / (math.pi / 2)) % 4
        width, height = right - left, top - bottom
        run: list[str] = []
        box = (0.0, 0.0, 0.0, 0.0)
        spaced: bool | None = None
        first = 0
        for at, code, raw_box in self._characters(count):
            if code in _SPACES:
                self._close(run, box, first, upright, spaced=spaced)
                begins = code in _LINE_ENDS or (not run and spaced is None)
                run, spaced = [], None if begins else True
                continue
            x0, y0, x1, y1 = raw_box
            here = _turn((x0 - left, y0 - bottom, x1 - left, y1 - bottom), turned, width, height)
            if run and not _continues(box, here):
                self._close(run, box, first, upright, spaced=spaced)
                run, spaced = [], False
            if not run:
                box, first = here, at
            box = (box[0], min(box[1], here[1]), max(box[2], here[2]), max(box[3], here[3]))
            run.append(self._character(code))
        self._close(run, box, first, upright, spaced=spaced)
        if turned % 2:
            width, height = height, width
        inside = tuple(one for one in self._words if _inside(one, width, height))
        return Sheet(width, height, inside, self._unreadable)

    def _characters(
        self, count: int
    ) -> Iterator[tuple[int, int, tuple[float, float, float, float]]]:
        pdfium: Any = import_module("pypdfium2.raw")
        rectangle = pdfium.FS_RECTF()
        there = ctypes.byref(rectangle)
        page, unicode, box = self._raw, pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
        for at in range(count):
            box(page, at, there)
            place = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            yield at, unicode(page, at), place

    def _upright(self, count: int) -> float:
        """Return the angle at which most of the page is written, a multiple of a right angle."""
        step = max(1, count // _ANGLE_SAMPLES)
        angles = Counter(self._angle(at) for at in range(0, count, step))
        return angles.most_common(1)[0][0] if angles else 0.0

    def _angle(self, at: int) -> float:
        angle: float = import_module("pypdfium2.raw").FPDFText_GetCharAngle(self._raw, at)
        right = math.pi / 2
        return round(max(0.0, angle) / right) % 4 * right

    def _character(self, code: int) -> str:
        if code in _HYPHENS:
            return "-"
        if code in _LIGATURES:
            return _LIGATURES[code]
        if code in _SYMBOLS:
            return _SYMBOLS[code]
        if code >= _FAR_EAST:
            self._unreadable += 1
        if code < 0x20 or 0xD800 <= code < 0xF900 or code >= 0xFFFD:
            return _REPLACEMENT
        return chr(code)

    def _close(
        self,
        run: list[str],
        box: tuple[float, float, float, float],
        first: int,
        upright: float,
        *,
        spaced: bool | None,
    ) -> None:
        """Add a word, unless it is written at another angle than the page: a stamp in the margin."""
        if run and self._angle(first) == upright:
            self._words.append(Word("".join(run), *box, spaced))


def _continues(
    box: tuple[float, float, float, float], here: tuple[float, float, float, float]
) -> bool:
    """Whether a character goes on with the word whose box is ``box``: same size, line and place."""
    height = max(box[3] - box[1], 0.1)
    gap = here[0] - box[2]
    return (
        abs(here[3] - here[1] - height) <= _SAME_SIZE * height
        and abs(here[1] - box[1]) <= _SAME_LINE * height
        and -_FAR * height < gap < _FAR * height
        and here[2] >= box[0]
    )


def _turn(
    box: tuple[float, float, float, float], turns: int, width: float, height: float
) -> tuple[float, float, float, float]:
    """Return ``box`` on the page turned clockwise by so many right angles."""
    x0, y0, x1, y1 = box
    if turns == 1:
        return (y0, width - x1, y1, width - x0)
    if turns == 2:
        return (width - x1, height - y1, width - x0, height - y0)
    if turns == 3:
        return (height - y1, x0, height - y0, x1)
    return box


def _inside(word: Word, width: float, height: float) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return 0 <= x <= width and 0 <= y <= height
