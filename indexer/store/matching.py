"""Where a question's terms stand in a passage, without analysing all of it.

A term that is a word begins with its word's first letters, whatever the stemmer did to the end. So
only the places where such letters begin a word are analysed, and the few where a word is written in
a way that hides its letters: with accents, or with a mark after the first ones (``O'Connor``,
``non-violent``, ``U.S.C.``). The letters are looked for one beginning after the other: a regular
expression of them all would have to be compiled for each question, and reads no faster.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Final

from indexer.store.analysis import Term, analyse, citations_in, section_terms, stemmed_words

_CHANGED_BY_STEMMING: Final = 2
"""Letters at a stem's end that may differ from the word's: ``happi``, ``liabl``, ``die`` of dying."""
_TELLING: Final = 4
"""Letters of a prefix; a mark among them is looked for apart."""
_MOST_PREFIXES: Final = 64
"""A longer question's words are all over the text."""
_KNOWN_STRETCHES: Final = 8_192

_FOREIGN: Final = re.compile("[^\x00-\x7f§¶“”\u2018’—–…\u2010\u2011]")
_BROKEN: Final = re.compile(
    r"['’.\-\u2010\u2011](?:"
    + "|".join(rf"(?<=(?<![^\W_])[^\W_]{{{letters}}}.)" for letters in range(1, _TELLING))
    + r")\s*[^\W_]"
)
_WORD_ENDS: Final = re.compile(r"(?<![\s.\-\u2010\u2011])\s")
"""White space that no word reaches across: not after an initial or the hyphen of a broken line."""
_REACHING: Final = ".-\u2010\u2011"


class TermFinder:
    """Finds terms in texts; equal to `analyse` and keeping those terms, at a fraction of its time."""

    def __init__(self, terms: Collection[str]) -> None:
        """Take terms as `analysis.query_terms` gives them."""
        self._terms = frozenset(terms)
        words = [term for term in self._terms if "_" not in term and term[:1] != "§"]
        self._prefixes = sorted({_prefix(word) for word in words if word.isascii()})
        self._everywhere = len(self._prefixes) > _MOST_PREFIXES
        self._sections = [_digits(term[1:]) for term in self._terms if term[:1] == "§"]
        self._citations = [_digits(term) for term in self._terms if "_" in term]

    def find(self, text: str) -> list[Term]:
        """Return the terms in ``text``, in the order of `analyse`."""
        lower = text.lower()
        if self._everywhere or len(lower) != len(text):
            return [term for term in analyse(text) if term.term in self._terms]
        terms = [
            Term(word.term, word.start + start, word.end + start)
            for start, end in _stretches(text, self._candidates(text, lower))
            for word in _words_of(text[start:end])
            if word.term in self._terms
        ]
        if any(digits in text for digits in self._sections):
            terms += [term for term in section_terms(text) if term.term in self._terms]
        if any(digits in text for digits in self._citations):
            terms += [term for term in citations_in(text) if term.term in self._terms]
        terms.sort(key=itemgetter(1, 2))
        return terms

    def _candidates(self, text: str, lower: str) -> list[int]:
        """Return, in order, a place in every word that may give one of the terms."""
        found = [place for prefix in self._prefixes for place in _beginnings(lower, prefix)]
        found += [match.start() for match in _BROKEN.finditer(text)]
        if not text.isascii():
            found += [match.start() for match in _FOREIGN.finditer(text)]
        return sorted(found)


def _prefix(term: str) -> str:
    return term[: max(1, min(_TELLING, len(term) - _CHANGED_BY_STEMMING))]


def _beginnings(text: str, prefix: str) -> Iterator[int]:
    """Yield where a word begins with ``prefix``."""
    place = text.find(prefix)
    while place >= 0:
        if not place or not text[place - 1].isalnum():
            yield place
        place = text.find(prefix, place + 1)


def _stretches(text: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield disjoint stretches of whole words that cover ``places``."""
    end = 0
    for place in places:
        if place >= end:
            start = place
            while start > end and not _begins(text, start):
                start -= 1
            closing = _WORD_ENDS.search(text, place)
            end = closing.start() if closing else len(text)
            yield start, end


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
