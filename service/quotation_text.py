"""Words of a quotation as a draft writes them, and of the opinion it is compared with. No disk, no HTTP.

Letter case, accents, the form of quotation marks and apostrophes, punctuation and white space are not
compared. What lawyers may change is taken apart here: ``[T]he``, ``consider[ed]``, ``[the officer]``,
``. . .``, ``[sic]``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from indexer.store.analysis import fold

_LETTER: Final = "(?:[^\\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff])"
_WORD: Final = rf"{_LETTER}+(?:['\u2019\u02bc]{_LETTER}+)*"
_SOURCE_WORD: Final = re.compile(
    rf"§+|¶+|\[?{_LETTER}+\]?(?:['\u2019\u02bc]?\[?{_LETTER}+\]?)*(?<!\[)"
)
_ELLIPSIS: Final = (
    r"\[\s*(?:\.\s?){3,4}\]|\[\s*\u2026\s*\]|\.?(?:\s?\.){3,4}|\u2026\s?\.?|\*\s?\*\s?\*(?:\s?\*)?"
)
_BRACKET: Final = rf"(?P<before>{_LETTER}*)\[(?P<within>[^\[\]]{{0,300}})\](?P<after>{_LETTER}*(?:['\u2019]{_LETTER}+)?)"
_PIECE: Final = re.compile(rf"(?P<gap>{_ELLIPSIS})|{_BRACKET}|§+|¶+|{_WORD}")
_REMARK: Final = re.compile(
    r"\b(?:omitted|added|supplied|in original|cleaned up|removed|deleted|altered|internal quotation)\b",
    re.IGNORECASE,
)
_FOOTNOTED: Final = re.compile(r"([^\W\d_]{3,})\d{1,3}")
_MARK_BEFORE: Final = re.compile(
    r"(?:[^\W\d_]\.|[^\d\s][,;:?!\"\u201d\u2019)\]]|[.?!][\"\u201d\u2019)])\Z"
)


class Tolerance(StrEnum):
    """A change that a quotation may make openly, and made."""

    ELLIPSIS = "ellipsis"
    """``. . .``: words left out."""
    BRACKETED_LETTER = "bracketed_letter"
    """``[T]he``: another letter case."""
    BRACKETED_ENDING = "bracketed_ending"
    """``consider[ed]``, ``case[]``: another ending or beginning."""
    BRACKETED_WORDS = "bracketed_words"
    """``[the officer]``: words put in for the court's."""
    SIC = "sic"
    REMARK = "bracketed_remark"
    """``[citation omitted]``."""
    OMITTED_CITATION = "omitted_citation"
    """Left out, and the draft says so behind the quotation."""
    FOOTNOTE_MARK = "footnote_mark"
    """The opinion has one where the quotation has none."""
    SPELLING_APART = "spelling_apart"
    """``well-known`` for ``well known``, or a word broken at the end of a line."""


class Kind(StrEnum):
    """What an item of a quotation asks of the opinion's words."""

    WORD = "word"
    PATTERN = "pattern"
    """A word that begins and ends so."""
    FREE = "free"
    """Any few words, or none."""
    GAP = "gap"
    """Any words of the same opinion, or none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One word of a quotation, or what stands for words."""

    kind: Kind
    start: int
    """Code points of the draft."""
    end: int
    key: str = ""
    """The word as it is compared; of a pattern what it begins with."""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """A quotation taken apart."""

    items: tuple[Item, ...]
    tolerated: tuple[Tolerance, ...]

    @property
    def words(self) -> int:
        """How many of the items are words."""
        return sum(item.kind in {Kind.WORD, Kind.PATTERN} for item in self.items)


@dataclass(frozen=True, slots=True)
class SourceWord:
    """One word of an opinion."""

    key: str
    start: int
    """Code points of the opinion's text."""
    end: int
    is_mark: bool
    """Whether it looks like the mark of a footnote, which a quotation may leave out."""


def quoted_words(draft: str, start: int, end: int) -> QuotedWords:
    """Take the quotation over ``[start, end)`` of a draft apart, its quotation marks left out."""
    items: list[Item] = []
    tolerated: list[Tolerance] = []
    for piece in _PIECE.finditer(draft, start, end):
        made = list(_items(piece))
        items += [item for item, _ in made if item is not None]
        tolerated += [change for _, change in made if change is not None]
    while items and items[0].kind is Kind.GAP:
        del items[0]
    while items and items[-1].kind is Kind.GAP:
        del items[-1]
    return QuotedWords(tuple(items), tuple(dict.fromkeys(tolerated)))


def _items(piece: re.Match[str]) -> Iterator[tuple[Item | None, Tolerance | None]]:
    start, end = piece.span()
    if piece["gap"]:
        yield Item(Kind.GAP, start, end), Tolerance.ELLIPSIS
    elif piece["within"] is None:
        if key := word_key(piece[0]):
            yield Item(Kind.WORD, start, end, key), None
    else:
        yield _bracketed(piece)


def _bracketed(piece: re.Match[str]) -> tuple[Item | None, Tolerance | None]:
    before, within, after = piece["before"], piece["within"].strip(), piece["after"]
    start, end = piece.span()
    if not before and not after:
        return _standing_alone(within, start, end)
    if before and not after:
        return Item(Kind.PATTERN, start, end, fold(before)), Tolerance.BRACKETED_ENDING
    if not before and len(within) == 1:
        return Item(Kind.WORD, start, end, word_key(within + after)), Tolerance.BRACKETED_LETTER
    key = fold(before) if before else ""
    return Item(Kind.PATTERN, start, end, key, fold(after)), Tolerance.BRACKETED_ENDING


def _standing_alone(within: str, start: int, end: int) -> tuple[Item | None, Tolerance | None]:
    if within.lower() == "sic":
        return None, Tolerance.SIC
    if _REMARK.search(within):
        return Item(Kind.GAP, start, end), Tolerance.REMARK
    if len(within) == 1 and within.isalpha():
        return Item(Kind.WORD, start, end, word_key(within)), Tolerance.BRACKETED_LETTER
    return Item(Kind.FREE, start, end), Tolerance.BRACKETED_WORDS


def source_words(text: str, *, offset: int = 0) -> list[SourceWord]:
    """Return the words of a part of an opinion that begins at ``offset`` of it."""
    return [
        SourceWord(key, offset + found.start(), offset + found.end(), _is_mark(text, found))
        for found in _SOURCE_WORD.finditer(text)
        if (key := word_key(found[0]))
    ]


@lru_cache(maxsize=4_096)
def word_key(word: str) -> str:
    """Return a word as it is compared; a footnote's number run into it is cut off."""
    if word[0] in "§¶":
        return word[0]
    key = fold(word.replace("[", "").replace("]", ""))
    noted = _FOOTNOTED.fullmatch(key)
    return noted[1] if noted else key


def _is_mark(text: str, found: re.Match[str]) -> bool:
    """Whether a number stands right behind the end of a word or of a sentence: ``force.5``, ``force[5]``."""
    bare = found[0].strip("[]")
    if not bare.isdigit() or len(bare) > 3:
        return False
    if found[0].startswith("[") and found[0].endswith("]"):
        return True
    return _MARK_BEFORE.search(text, max(0, found.start() - 2), found.start()) is not None
