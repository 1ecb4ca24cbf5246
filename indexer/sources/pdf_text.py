"""A PDF to the text of an opinion: its words in reading order, its pages, its notes behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from indexer.cleaning import clean_text
from indexer.errors import RecordError
from indexer.sources.pdf_columns import read_columns
from indexer.sources.pdf_furniture import clear_furniture
from indexer.sources.pdf_lines import Line, Note, lines_of, split_notes, usual_of, words_of_note
from indexer.sources.pdf_numbers import page_numbers
from indexer.sources.pdf_paragraphs import Vocabulary, joined, paragraphs_of
from indexer.sources.pdf_words import Sheet

NOTES_HEADING: Final = "FOOTNOTES"
_FEWEST_WORDS: Final = 10
"""A page of an opinion has more; fewer on the average are stamps on pictures of pages."""
_MOST_UNREADABLE: Final = 0.1


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF says."""

    text: str
    """Clean; paragraphs parted by blank lines; notes at the end under `NOTES_HEADING`."""
    pages: tuple[tuple[str, int], ...]
    """The number of a page, and where in ``text`` it begins; the pages of notes again, behind."""
    first_page: tuple[str, ...]
    """The lines of the first page as they stand, its head and foot included."""
    stamps: tuple[str, ...]
    """The heads and feet of the second page, which the others have too."""
    blank: tuple[int, ...]
    """Pages of the file, from 1, that have no words of the text: pictures, or nothing."""


def pdf_text(sheets: Iterable[Sheet]) -> PdfText:
    """Return the text of the pages ``sheets``.

    Raises `RecordError` where they are pictures, or where their fonts do not say what their
    characters mean.
    """
    unreadable = characters = 0
    kept: list[Sheet] = []
    for sheet in sheets:
        unreadable += sheet.unreadable
        characters += sum(len(word.text) for word in sheet.words)
        kept.append(sheet)
    if unreadable > _MOST_UNREADABLE * characters:
        raise RecordError(
            f"the text layer cannot be read: {unreadable} of {characters} characters have no "
            "meaning (fonts without a character map); run OCR first"
        )
    cleared = clear_furniture(kept)
    words = sum(len(page.words) for page in cleared)
    if words < _FEWEST_WORDS * len(cleared):
        raise RecordError(
            f"no text layer: {words} words on {len(cleared)} pages; run OCR first"
        )
    columns = lines_of(read_columns(cleared))
    furniture = [page.furniture for page in cleared]
    text, pages = _written(columns, page_numbers(furniture))
    top = [line.text for column in columns for line in column if line.page == 0]
    return PdfText(
        text=text,
        pages=pages,
        first_page=(*cleared[0].head, *top, *cleared[0].foot),
        stamps=furniture[min(1, len(furniture) - 1)],
        blank=tuple(at + 1 for at, page in enumerate(cleared) if not page.words),
    )


def _written(
    columns: Sequence[Sequence[Line]], numbers: Sequence[str]
) -> tuple[str, tuple[tuple[str, int], ...]]:
    usual = usual_of(columns)
    bodies, notes = split_notes(columns, usual)
    writer = _Writer(Vocabulary.of(chain.from_iterable(columns)), numbers)
    for paragraph in paragraphs_of(list(chain.from_iterable(bodies)), usual):
        writer.paragraph(paragraph)
    if notes:
        writer.heading(NOTES_HEADING)
    for note in notes:
        _write_note(note, writer)
    return writer.text, writer.pages


def _write_note(note: Note, writer: "_Writer") -> None:
    lines = list(words_of_note(note))
    mark = f"[{note.mark}] "
    for at, paragraph in enumerate(paragraphs_of(lines, usual_of([lines]))):
        writer.paragraph(paragraph, opening=mark if at == 0 else "")


class _Writer:
    """Puts paragraphs down one after the other, and where pages begin."""

    def __init__(self, vocabulary: Vocabulary, numbers: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._numbers = numbers
        self._pieces: list[str] = []
        self._length = 0
        self._page = -1
        self._pages: list[tuple[str, int]] = []

    @property
    def text(self) -> str:
        """Everything that was put down."""
        return "".join(self._pieces)

    @property
    def pages(self) -> tuple[tuple[str, int], ...]:
        """The number of each page that was met, and where it begins."""
        return tuple(self._pages)

    def heading(self, text: str) -> None:
        """Put down a line of our own."""
        self._put("\n\n" if self._length else "")
        self._put(text)

    def paragraph(self, lines: Sequence[Line], *, opening: str = "") -> None:
        """Put down the lines of one paragraph as one."""
        self._put("\n\n" if self._length else "")
        for at, line in enumerate(lines):
            text = clean_text(line.text)
            if at:
                self._join(text)
            if line.page != self._page:
                self._page = line.page
                self._pages.append((self._numbers[line.page], self._length))
            self._put(text if at else f"{opening}{text}")

    def _join(self, text: str) -> None:
        before = self._pieces.pop()
        self._length -= len(before)
        kept, between = joined(before, text, self._vocabulary)
        self._put(kept)
        self._put(between)

    def _put(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)
