"""A PDF to the text of an opinion: its words in reading order, its pages, its notes behind it."""

from collections.abc import Iterable, Iterator, Sequence
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
MAX_CHARACTERS: Final = 10_000_000
"""Some 4,000 full pages, which take some 500 MB while they are read."""
_FEWEST_WORDS: Final = 10
"""A page of an opinion has more; fewer on the average are stamps on pictures of pages."""
_MOST_UNREADABLE: Final = 0.1
_SMALL_WORDS: Final = frozenset(
    ["the", "of", "to", "and", "in", "a", "that", "for", "de", "la", "que", "el", "en", "y", "los"]
)
"""In English, a quarter of all words; and in Spanish, in which Puerto Rico's courts write."""
_FEWEST_SMALL: Final = 0.02
_FEW_WORDS: Final = 200
_SHORT: Final = 200
"""Characters; a longer paragraph is running text."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF says."""

    text: str
    """Clean; paragraphs parted by blank lines; notes at the end under `NOTES_HEADING`."""
    pages: tuple[tuple[str, int], ...]
    """The number of a page, and where in ``text`` it begins; the pages of notes again, behind."""
    first_page: tuple[str, ...]
    """The lines of the first page's short paragraphs, as captions have them."""
    stamps: tuple[str, ...]
    """The heads and feet of the first two pages."""
    blank: tuple[int, ...]
    """Pages of the file, from 1, that have no words of the text: pictures, or nothing."""


def pdf_text(sheets: Iterable[Sheet]) -> PdfText:
    """Return the text of the pages ``sheets``.

    Raises `RecordError` where they are pictures, or where their fonts do not say what their
    characters mean.
    """
    cleared = clear_furniture(_readable(sheets))
    words = sum(len(page.words) for page in cleared)
    if words < _FEWEST_WORDS * len(cleared):
        raise RecordError(
            f"no text layer: {words} words on {len(cleared)} pages, running heads left out; "
            "run OCR first"
        )
    columns = lines_of(read_columns(cleared))
    furniture = [page.furniture for page in cleared]
    usual = usual_of(columns)
    bodies, notes = split_notes(columns, usual)
    paragraphs = paragraphs_of(list(chain.from_iterable(bodies)), usual)
    writer = _Writer(Vocabulary.of(chain.from_iterable(columns)), page_numbers(furniture))
    for paragraph in paragraphs:
        writer.paragraph(paragraph)
    _write_notes(notes, writer)
    return PdfText(
        text=writer.text,
        pages=writer.pages,
        first_page=tuple(_short_lines(paragraphs)),
        stamps=tuple(chain.from_iterable(furniture[:2])),
        blank=tuple(at + 1 for at, page in enumerate(cleared) if not page.words),
    )


def _readable(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Return the pages, if their characters have a meaning and are not too many to hold."""
    unreadable = characters = 0
    kept: list[Sheet] = []
    for sheet in sheets:
        unreadable += sheet.unreadable
        characters += sum(len(word.text) for word in sheet.words)
        kept.append(sheet)
        if characters > MAX_CHARACTERS:
            raise RecordError(
                f"the PDF has more than {MAX_CHARACTERS:,} characters of text; split it"
            )
    if unreadable > _MOST_UNREADABLE * characters or not _is_language(kept):
        raise RecordError(
            "the text layer cannot be read: its characters make no words (fonts without a "
            "character map); run OCR first"
        )
    return kept


def _is_language(sheets: Sequence[Sheet]) -> bool:
    """Whether there are the small words that no text of some length is without."""
    words = [word.text.lower() for sheet in sheets for word in sheet.words]
    small = sum(word in _SMALL_WORDS for word in words)
    return len(words) < _FEW_WORDS or small >= _FEWEST_SMALL * len(words)


def _short_lines(paragraphs: Sequence[Sequence[Line]]) -> Iterator[str]:
    for lines in paragraphs:
        if lines[0].page > 0:
            return
        if sum(len(line.text) for line in lines) <= _SHORT:
            yield from (line.text for line in lines)


def _write_notes(notes: Sequence[Note], writer: "_Writer") -> None:
    if notes:
        writer.heading(NOTES_HEADING)
    for note in notes:
        lines = list(words_of_note(note))
        for at, paragraph in enumerate(paragraphs_of(lines, usual_of([lines]))):
            writer.paragraph(paragraph, opening="" if at else f"[{note.mark}] ")


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
