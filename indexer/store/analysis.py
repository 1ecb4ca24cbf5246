"""Words of a legal text: one analysis for the index, the query and the highlights.

Two readings of the same text:

* `analyse` for ranking: lower-case, accents folded, English stems; ``§ 1983`` and citations are
  terms of their own beside their words.
* `exact_words` for quoted phrases: the words themselves, in order.
"""

import hashlib
import re
import threading
import unicodedata
from collections.abc import Iterator
from itertools import chain
from operator import itemgetter
from typing import Final, NamedTuple

import Stemmer

# Combining accents, soft hyphens and zero-width characters stay inside a word and are folded away.
_CHAR: Final = "(?:[^\\W_]|[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff])"
_WORD: Final = rf"{_CHAR}+(?:['\u2019\u02bc]{_CHAR}+)*"
_HYPHEN: Final = "[-\u2010\u2011](?:[ \t]*\n[ \t]*)?"
_INITIALS: Final = r"[A-Z]\.(?:\s?[A-Z]\.){1,7}|[a-z]\.(?:[a-z]\.){1,7}"
_TOKEN: Final = re.compile(
    rf"(?<![^\W_])(?:{_INITIALS})(?![^\W_])|{_WORD}(?:{_HYPHEN}{_WORD}){{0,5}}"
)
"""Initials, which have full stops, or a word, which has none."""
_PART: Final = re.compile(_WORD)
_HYPHENATED: Final = re.compile("[-\u2010\u2011]")
_BETWEEN_INITIALS: Final = re.compile(r"[.\s]")
_EXACT: Final = re.compile(rf"{_WORD}|§+|¶+")

_ORDINAL: Final = r"\d{1,2}(?:d|st|nd|rd|th)\b\.?"
_UNDOTTED: Final = (
    rf"(?:F|A|P|NE|NW|SE|SW|So|L\s?Ed|F\s?Supp)\s?{_ORDINAL}"
    r"|(?:US|SCt|LEd|FSupp|WL|LEXIS|Cranch|Dall|How|Pet|Wall|Wheat|App['\u2019]x)\b"
)
_PIECE: Final = rf"(?:[^\W\d_]{{1,12}}\.|{_ORDINAL}|{_UNDOTTED})"
_CITATION: Final = re.compile(
    rf"(?<![\w.])(?P<volume>\d{{1,4}})\s+(?P<reporter>{_PIECE}(?:\s?{_PIECE}){{0,5}})"
    r"(?:\s*\([^()]{1,30}\))?\s+(?P<page>\d{1,8})(?![^\W_])",
    re.IGNORECASE,
)
_NUMBER: Final = r"\d+[a-z]{0,3}(?:[-.:\u2013]\d+[a-z]{0,3})*"
_SECTION: Final = re.compile(
    rf"(?:§+|\bsections?\b|\bsecs?\b\.?)\s*(?P<numbers>{_NUMBER}(?:(?:,|,?\s+and|\s*&)\s*{_NUMBER})*)",
    re.IGNORECASE,
)
_ONE_NUMBER: Final = re.compile(_NUMBER, re.IGNORECASE)
_FOOTNOTED: Final = re.compile(r"([a-z]{3,})\d{1,3}")
_LONGEST: Final = 100
"""Code points of a term; tantivy drops terms of over 65,530 bytes without a word."""
_MOST_REMEMBERED: Final = 16_384
"""Words whose terms are remembered, which bounds the memory at some 8 MB; four times as many took 3%
off the analysis of a text."""

_STOP_WORDS: Final = (
    "a an and are as at be been but by for from had has have he her him his how i if in into is it "
    "not of on or our she so such than that the their them then there these they this those to "
    "was we were what when where which while who whom why with would you your"
)


class Term(NamedTuple):
    """One term of the ranking field, and where its words stand.

    A tuple, unlike the other records: a build makes hundreds of millions, at a third of the cost.
    """

    term: str
    start: int
    """Code-point offset into the analysed text; terms may overlap."""
    end: int


class _Stemmers(threading.local):
    """A stemmer for each thread: PyStemmer's keep a cache that threads must not share."""

    def __init__(self) -> None:
        self.stem = Stemmer.Stemmer("english").stemWords


_STEMMERS: Final = _Stemmers()


def fold(word: str) -> str:
    """Return a word's letters and digits in lower case, without accents."""
    if word.isascii():
        return word.lower().replace("'", "")
    apart = unicodedata.normalize("NFKD", word.lower()).lower()
    return "".join(c for c in apart if c.isalnum())


def name_words(name: str) -> list[str]:
    """Return the words of a person's name, folded: ``O'Connor, J.`` gives ``oconnor``, ``j``."""
    return [word for part in _PART.findall(name) if (word := fold(part))]


def analyse(text: str) -> list[Term]:
    """Return the ranking terms of ``text`` by position; the longer of two starting together last.

    A word gives its stem, without a possessive ``'s``; a hyphenated word its parts and the whole;
    initials (``U.S.C.``, ``U. S. C.``) one word; a word with a footnote mark run into it
    (``rights12``) also the word alone; ``§§ 1983, 1985`` and ``section 1983`` also ``§1983`` each;
    a citation also one term, ``490_us_386``. Nothing is left out but punctuation.
    """
    terms = stemmed_words(text)
    terms += section_terms(text)
    terms += citations_in(text)
    terms.sort(key=itemgetter(1, 2))
    return terms


def ranking_terms(text: str) -> list[str]:
    """Return the terms of `analyse` alone, in no particular order."""
    words = map(_TERMS.__getitem__, _TOKEN.findall(text))
    terms = [term.term for term in chain.from_iterable(words)]
    terms += [term.term for term in section_terms(text)]
    terms += [term.term for term in citations_in(text)]
    return terms


def stem_of(word: str) -> str:
    """Return the stem of a word of lower-case letters, or of figures, alone."""
    return str(_STEMMERS.stem([word])[0])


def stemmed_words(text: str) -> list[Term]:
    """Return the terms of `analyse` that are words, in its order."""
    return [
        Term(term, match.start() + start, match.start() + end)
        for match in _TOKEN.finditer(text)
        for term, start, end in _TERMS[match[0]]
    ]


class _Terms(dict[str, tuple[Term, ...]]):
    """The terms of each word, its stem among them, remembered: most words were there before."""

    def __missing__(self, word: str) -> tuple[Term, ...]:
        terms = list(_words(word))
        stems = _STEMMERS.stem([term.term for term in terms])
        made = tuple(
            Term(_bounded(stem), term.start, term.end)
            for stem, term in zip(stems, terms, strict=True)
        )
        if len(word) <= _LONGEST:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[word] = made
        return made


_TERMS: Final = _Terms()


def _words(found: str) -> Iterator[Term]:
    """Yield the words, not yet stems, of what `_TOKEN` found."""
    if "." in found:
        yield Term(fold(_BETWEEN_INITIALS.sub("", found)), 0, len(found))
    elif _HYPHENATED.search(found):
        yield from _parts(found)
    elif word := fold(_without_possessive(found)):
        yield Term(word, 0, len(found))
        if word[-1].isdigit() and (marked := _FOOTNOTED.fullmatch(word)):
            yield Term(marked[1], 0, len(found))


def _parts(hyphenated: str) -> Iterator[Term]:
    """Yield the parts of a hyphenated word and, unless all are numbers, the whole."""
    parts = [
        Term(word, *part.span())
        for part in _PART.finditer(hyphenated)
        if (word := fold(_without_possessive(part[0])))
    ]
    yield from parts
    if len(parts) > 1 and not all(part.term.isdigit() for part in parts):
        yield Term("".join(part.term for part in parts), 0, len(hyphenated))


def _without_possessive(word: str) -> str:
    return word[:-2] if word[-2:] in {"'s", "\u2019s", "'S", "\u2019S"} else word


def section_terms(text: str) -> Iterator[Term]:
    """Yield ``§1983`` for each section that ``text`` names; a section sign alone is ``§``."""
    for match in _SECTION.finditer(text):
        offset = match.start("numbers")
        for number in _ONE_NUMBER.finditer(match["numbers"]):
            term = "§" + number[0].lower().replace("\u2013", "-")
            yield Term(_bounded(term), offset + number.start(), offset + number.end())
    for match in re.finditer(r"§+(?!§|\s*\d)", text):
        yield Term("§", *match.span())


def citations_in(text: str) -> Iterator[Term]:
    """Yield ``490_us_386`` for each citation in ``text``."""
    for match in _CITATION.finditer(text):
        reporter = fold(re.sub(r"[^\w]|_", "", match["reporter"]))
        yield Term(f"{match['volume']}_{reporter}_{match['page']}", *match.span())


def citation_terms(text: str) -> tuple[str, ...]:
    """Return the citation terms of ``text``, each once: ``490 U. S. 386`` gives ``490_us_386``."""
    return tuple(dict.fromkeys(term.term for term in citations_in(text)))


def query_terms(text: str) -> tuple[str, ...]:
    """Return the terms to rank by, each once: those of `analyse` without English function words.

    Function words are in the index, since phrases need them, but they stand in most passages: BM25
    gives them next to nothing, while their postings are the longest there are. A query that has no
    other words keeps them.
    """
    terms = tuple(dict.fromkeys(term.term for term in analyse(text)))
    return tuple(term for term in terms if term not in STOP_TERMS) or terms


def exact_words(text: str) -> list[str]:
    """Return the words of ``text`` in order, for phrases.

    Letter case, the form of apostrophes, white space and punctuation are ignored; accents, inner
    apostrophes, ``§`` (however many) and ``¶`` are not.
    """
    found = _EXACT.findall(unicodedata.normalize("NFC", text))
    return [word for word in map(_EXACTLY.__getitem__, found) if word]


class _Exactly(dict[str, str]):
    """The exact form of each word, remembered as `_Terms` are."""

    def __missing__(self, word: str) -> str:
        made = _bounded(_exact_word(word))
        if len(word) <= _LONGEST:
            if len(self) >= _MOST_REMEMBERED:
                self.clear()
            self[word] = made
        return made


_EXACTLY: Final = _Exactly()


def _exact_word(word: str) -> str:
    if word[0] in "§¶":
        return word[0]
    if word.isascii():
        return word.lower()
    plain = re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", re.sub("[\u2019\u02bc]", "'", word))
    return unicodedata.normalize("NFC", plain.casefold())


def _bounded(term: str) -> str:
    """Return a term that the index keeps; one too long is named by its start and its hash."""
    if len(term) <= _LONGEST:
        return term
    return f"{term[:40]}#{hashlib.sha256(term.encode('utf-8', 'replace')).hexdigest()[:32]}"


STOP_TERMS: Final = frozenset(_STEMMERS.stem(_STOP_WORDS.split()))
"""Stems of English function words. ``will``, ``may``, ``us``, ``does``, ``no`` are not among them:
in law they are also a testament, a power, a reporter, a party, a number."""
