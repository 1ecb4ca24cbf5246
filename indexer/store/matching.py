"""Where a question's terms stand in a passage, without analysing all of it.

A term that is a word begins with its word's first letters, whatever the stemmer did to the end. So
only the places where such letters begin a word are looked at, and the few where a word is written in
a way that hides its letters: with accents, or with a mark after the first ones (``O'Connor``,
``non-violent``, ``U.S.C.``). A word between blanks and the usual marks is stemmed as it stands; around
other places the words are analysed. The letters are looked for one beginning after the other: a regular
expression of them all would have to be compiled for each question, and reads no faster.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from operator import itemgetter
from typing import Final

from indexer.store.analysis import (
    Term,
    analyse,
    citations_in,
    section_terms,
    stem_of,
    stemmed_words,
)

_CHANGED_BY_STEMMING: Final = 1
"""Letters at a stem's end that may differ from the word's: ``happi``, ``liabl``, ``hope`` of hoping."""
_LIKE_DIE: Final = "ie"
"""The stem of ``dying`` ends so, and another letter differs."""
_TELLING: Final = 4
"""Letters of a prefix; a mark among them is looked for apart."""
_MOST_PREFIXES: Final = 64
"""A longer question's words are all over the text."""
_KNOWN_STRETCHES: Final = 2_048

_PLAIN: Final = re.compile(
    r"(?:\A|(?<=[^\s\-\u2010\u2011]\s)|(?<=[(\[\"\u201c\u2014]))"
    r"([A-Za-z]{2,50}|[0-9]{2,50})(?:['\u2019][sS])?(?=[\s.,;:!?()\[\]\"\u201c\u201d\u2014]|\Z)"
)
"""A word of letters or of figures alone, perhaps with a possessive ``'s``, which is no part of initials
and not joined to another."""
_FOREIGN: Final = re.compile("[^\x00-\x7f§¶“”\u2018’—–…\u2010\u2011]")
_BROKEN: Final = re.compile(
    r"['’.\-\u2010\u2011](?:"
    r"(?<=(?<![^\W_])[A-Z]\.)\s?[A-Z](?=\.)|(?<=(?<![^\W_])[a-z]\.)[a-z](?=\.)|(?<!\.)(?:"
    + "|".join(rf"(?<=(?<![^\W_])[^\W_]{{{letters}}}.)" for letters in range(1, _TELLING))
    + r")\s*[^\W_])"
)
"""A mark after the first letters of a word or between initials, up to the letter behind it."""
_WORD_ENDS: Final = re.compile(r"(?<![\s.\-\u2010\u2011])\s")
"""White space that no word reaches across: not after an initial or the hyphen of a broken line."""
_REACHING: Final = ".-\u2010\u2011"


class _Wanted(dict[str, str]):
    """The stem of each plain word met, empty where it is not asked for; as long as one question is."""

    def __init__(self, terms: Collection[str]) -> None:
        super().__init__()
        self._terms = terms

    def __missing__(self, word: str) -> str:
        stem = stem_of(word)
        made = self[word] = stem if stem in self._terms else ""
        return made


class TermFinder:
    """Finds terms in texts; equal to `analyse` and keeping those terms, at a fraction of its time."""

    def __init__(self, terms: Collection[str]) -> None:
        """Take terms as `analysis.query_terms` gives them."""
        self._terms = frozenset(terms)
        self._wanted = _Wanted(self._terms)
        words = [term for term in self._terms if "_" not in term and term[:1] != "§"]
        self._prefixes = sorted({_prefix(word) for word in words if word.isascii()})
        self._heads = {prefix[:2] for prefix in self._prefixes}
        self._everywhere = len(self._prefixes) > _MOST_PREFIXES
        self._sections = [_digits(term[1:]) for term in self._terms if term[:1] == "§"]
        self._citations = [_digits(term) for term in self._terms if "_" in term]

    def find(self, text: str) -> list[Term]:
        """Return the terms in ``text``, in the order of `analyse`."""
        lower = text.lower()
        if self._everywhere or len(lower) != len(text):
            return [term for term in analyse(text) if term.term in self._terms]
        terms = self._words_in(text, lower)
        if any(digits in text for digits in self._sections):
            terms += [term for term in section_terms(text) if term.term in self._terms]
        if any(digits in text for digits in self._citations):
            terms += [term for term in citations_in(text) if term.term in self._terms]
        terms.sort(key=itemgetter(1, 2))
        return terms

    def _words_in(self, text: str, lower: str) -> list[Term]:
        """Return the terms that are words."""
        terms: list[Term] = []
        end = 0
        for place in self._candidates(text, lower):
            if place < end:
                continue
            if plain := _PLAIN.match(text, place):
                end = plain.end()
                if term := self._wanted[lower[place : plain.end(1)]]:
                    terms.append(Term(term, place, end))
                continue
            start, end = _stretch(text, place, end)
            terms += [
                Term(word.term, word.start + start, word.end + start)
                for word in _words_of(text[start:end])
                if word.term in self._terms
            ]
        return terms

    def _may_begin(self, lower: str, mark: int, end: int) -> bool:
        """Whether a term may begin with the letters before a mark and the one behind it, before ``end``."""
        first = mark - 1
        while first and mark - first < _TELLING and lower[first - 1].isalnum():
            first -= 1
        second = lower[first + 1] if first + 1 < mark else lower[end - 1]
        return lower[first] in self._heads or lower[first] + second in self._heads

    def _candidates(self, text: str, lower: str) -> list[int]:
        """Return, in order, a place in every word that may give one of the terms."""
        found = [
            match.start()
            for match in _BROKEN.finditer(text)
            if self._may_begin(lower, *match.span())
        ]
        if not text.isascii():
            found += [match.start() for match in _FOREIGN.finditer(text)]
        for prefix in self._prefixes:
            place = lower.find(prefix)
            while place >= 0:
                if not place or not lower[place - 1].isalnum():
                    found.append(place)
                place = lower.find(prefix, place + 1)
        found.sort()
        return found


def _prefix(term: str) -> str:
    changed = _CHANGED_BY_STEMMING + term.endswith(_LIKE_DIE)
    return term[: max(1, min(_TELLING, len(term) - changed))]


def _stretch(text: str, place: int, end: int) -> tuple[int, int]:
    """Return a stretch of whole words, behind ``end``, that holds ``place``."""
    start = place
    while start > end and not _begins(text, start):
        start -= 1
    closing = _WORD_ENDS.search(text, place)
    return start, closing.start() if closing else len(text)


def _begins(text: str, place: int) -> bool:
    """Whether a word begins at ``place`` at the latest: `_WORD_ENDS` one character before."""
    if not text[place - 1].isspace():
        return False
    return place < 2 or not (text[place - 2].isspace() or text[place - 2] in _REACHING)


@lru_cache(_KNOWN_STRETCHES)
def _words_of(stretch: str) -> tuple[Term, ...]:
    return tuple(stemmed_words(stretch))


def _digits(term: str) -> str:
    """Return the digits that a term begins with, which stand in the text as they are."""
    return re.split(r"\D", term, maxsplit=1)[0]
