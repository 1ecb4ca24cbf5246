"""Cases named by their parties alone, in texts whose citations were stripped: ``graham connor,d``."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from indexer.records import Span
from indexer.store.analysis import fold, name_words
from indexer.store.case_finder import party_words

_VERSUS: Final = re.compile(r"(?:v|vs|versus)\b\.?", re.IGNORECASE)
_BETWEEN_PARTIES: Final = re.compile(r"\s+(?:v|vs|versus)\.?\s+", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[^\W_]+")
_GAP: Final = re.compile(r"[ \t\r\n'\u2019-]{1,3}|[ \t\r\n]{0,2}&[ \t\r\n]{0,2}")
_REMNANT: Final = re.compile(
    r"\s?,?\s?cir\b|,\s?(?:[a-z]{1,2}\.?\s?)?(?:d|u|s|f|wl)\b|,\s?at\s?[.,;)]"
)
"""What stripping leaves of a citation: ``,cir`` of "(6th Cir. 2005)", ``,d`` of "L. Ed. 2d"."""
_SIGNAL: Final = re.compile(
    r"(?:\b(?:citing|quoting|overruling|overruled by)|(?:^|[.;,(])\s?(?:see|cf|accord|but see|see also|see,e\.g\.))\s?$"
)
_LONGEST_SIGNAL: Final = 16
_STOP: Final = re.compile(r"\s?[.,;)]|\s*$")
_UNFINISHED: Final = frozenset({"of", "the", "for", "and", "in", "at", "to", "by", "on"})
_MOST_WORDS: Final = 12
_WHOLE: Final = frozenset({("united", "states")})


class NamedPlace(NamedTuple):
    """A place where a text names a case by its parties."""

    span: Span
    key: int


class _Form(NamedTuple):
    """One way to write a name: its key, and how many of its words are the first party's."""

    key: int
    first: int


class _Token(NamedTuple):
    """A word of a text."""

    word: str
    start: int
    end: int
    joined: bool
    """Whether nothing but white space, a hyphen or a ``v.`` parts it from the word before."""
    versus: bool
    """Whether a ``v.`` does."""


class PartyNames:
    """Names of cases, to be looked for in any number of texts.

    A place counts where both parties' names stand together and it looks cited: with a ``v.`` between
    them, or with what is left of a citation behind (``sample bailey,cir``), or behind a signal
    (``citing graham connor.``). Two people's names are also one person's: ``scott harris``.
    """

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        """Take keys and names (``Graham v. Connor``); those without two parties are never found."""
        self._forms: dict[str, set[_Form]] = {}
        self._longest: dict[tuple[str, str], int] = {}
        for key, name in names:
            for first, second in _written(name):
                words = (*first, *second)
                if len(words) <= _MOST_WORDS:
                    self._forms.setdefault(" ".join(words), set()).add(_Form(key, len(first)))
                    begin = (words[0], words[1])
                    self._longest[begin] = max(len(words), self._longest.get(begin, 0))

    def places(self, text: str) -> Iterator[NamedPlace]:
        """Yield the places in ``text``, lower case, the longest that begin first and none in another.

        Where names agree there is one for each of their keys. Takes time linear in the text, whatever
        the number of names.
        """
        tokens = list(_tokens(text))
        at = 0
        while at < len(tokens) - 1:
            named = self._longest_at(text, tokens, at)
            yield from named
            end = named[0].span.end if named else 0
            at += 1
            while at < len(tokens) and tokens[at].start < end:
                at += 1

    def _longest_at(self, text: str, tokens: Sequence[_Token], at: int) -> list[NamedPlace]:
        """Return the longest place that begins with a token, for each of its keys."""
        longest = self._longest.get((tokens[at].word, tokens[at + 1].word), 0)
        named: list[NamedPlace] = []
        for end in range(at + 2, min(at + longest, len(tokens)) + 1):
            if not tokens[end - 1].joined:
                break
            named = list(self._named(text, tokens[at:end])) or named
        return named

    def _named(self, text: str, tokens: Sequence[_Token]) -> Iterator[NamedPlace]:
        forms = self._forms.get(" ".join(token.word for token in tokens), set())
        span = Span(tokens[0].start, tokens[-1].end)
        parted = [place for place, token in enumerate(tokens) if place and token.versus]
        for key in sorted({form.key for form in forms if parted in ([], [form.first])}):
            if parted or _looks_cited(text, span):
                yield NamedPlace(span, key)


def _written(name: str) -> set[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the ways to write the parties of a name, in words: none without two parties."""
    ways = set()
    for spelled in {name, re.sub("['\u2019]", " ", name)}:
        sides = _BETWEEN_PARTIES.split(spelled, maxsplit=1)
        if len(sides) == 2:
            ways |= set(product(_short_forms(sides[0]), _short_forms(sides[1], cut=True)))
    return ways


def _short_forms(party: str, *, cut: bool = False) -> set[tuple[str, ...]]:
    """Return how a party may be written: whole, without what a comma sets off, by a last name.

    With ``cut`` also by its first words (``bivens six unknown named agents``).
    """
    whole = tuple(party_words(name_words(party)))
    forms = {whole, tuple(party_words(name_words(party.partition(",")[0])))}
    for words in list(forms):
        if len(words) == 2 and words not in _WHOLE:
            forms.add(words[-1:])
        if cut:
            forms |= {words[:end] for end in range(2, len(words))}
    return {form for form in forms if form and form[-1] not in _UNFINISHED}


def _tokens(text: str) -> Iterator[_Token]:
    end, versus = 0, False
    for match in _TOKEN.finditer(text):
        gap = text[end : match.start()]
        if _VERSUS.fullmatch(match[0]) and _GAP.fullmatch(gap):
            end, versus = match.end() + text.startswith(".", match.end()), True
            continue
        joined = _GAP.fullmatch(gap) is not None or (versus and not gap)
        yield _Token(fold(match[0]), *match.span(), joined, versus)
        end, versus = match.end(), False


def _looks_cited(text: str, span: Span) -> bool:
    if _REMNANT.match(text, span.end):
        return True
    before = text[max(0, span.start - _LONGEST_SIGNAL) : span.start]
    return _SIGNAL.search(before) is not None and _STOP.match(text, span.end) is not None
