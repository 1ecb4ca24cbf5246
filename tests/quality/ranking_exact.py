"""A hundred questions that have one right answer: a quoted phrase, a citation, a case's name."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

import numpy as np

from indexer.filters import Filters
from indexer.records import Case, NameSource
from indexer.store.analysis import citations_in, name_words
from indexer.store.snapshot import Index
from service.answers import SearchQuery
from service.search import SearchEngine

EACH: Final = {"phrase": 34, "citation": 33, "name": 33}
"""How many of each kind are asked; what a corpus lacks of one kind is made up by phrases."""
_SEED: Final = 1789
_PHRASE_WORDS: Final = (7, 10)
_PLAIN_PHRASE: Final = re.compile(r"[A-Za-z][A-Za-z ,;]+[A-Za-z]")
_TRIES: Final = 4_000


class Kind(StrEnum):
    """What a question is made of."""

    PHRASE = "phrase"
    CITATION = "citation"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactNeed:
    """A question with one right answer."""

    kind: Kind
    query: str
    right: str
    """The passage's id of a phrase, the case's id of a citation or a name."""


def exact_needs(index: Index, count: int = sum(EACH.values())) -> list[ExactNeed]:
    """Return ``count`` questions, always the same of the same index; fewer where it has no more."""
    draw = random.Random(_SEED)
    cases = [entry.case for entry in _entries(index)]
    draw.shuffle(cases)
    found = list(islice(_citations(cases), EACH[Kind.CITATION]))
    found += islice(_names(cases), EACH[Kind.NAME])
    found += islice(_phrases(index, draw), max(0, count - len(found)))
    return found[:count]


def exact_report(engine: SearchEngine, needs: Sequence[ExactNeed]) -> dict[str, Any]:
    """Ask them all with the default settings; return how many are right first, and each that is not."""
    failures = [
        {"kind": need.kind.value, "query": need.query, "right": need.right, "first": first}
        for need in needs
        if (first := _first(engine, need)) != need.right
    ]
    asked = Counter(need.kind.value for need in needs)
    return {
        "asked": len(needs),
        "right": len(needs) - len(failures),
        "asked_by_kind": dict(asked),
        "failures": failures,
    }


def _first(engine: SearchEngine, need: ExactNeed) -> str | None:
    by_case = need.kind is not Kind.PHRASE
    answer = engine.search(SearchQuery(text=need.query, by_case=by_case))
    if by_case:
        return answer.groups[0].case.id if answer.groups else None
    return answer.hits[0].stored.passage.id if answer.hits else None


def _entries(index: Index) -> Iterator[Any]:
    after = -1
    while page := index.passages.cases(Filters(), after=after, limit=1_000):
        yield from page
        after = page[-1].seq


def _citations(cases: Sequence[Case]) -> Iterator[ExactNeed]:
    """Yield citations that one case alone has, as the product reads them."""
    of = Counter(term.term for case in cases for c in case.citations for term in citations_in(c))
    for case in cases:
        for citation in case.citations[:1]:
            terms = [term.term for term in citations_in(citation)]
            if len(terms) == 1 and of[terms[0]] == 1:
                yield ExactNeed(kind=Kind.CITATION, query=citation, right=case.id)


def _names(cases: Sequence[Case]) -> Iterator[ExactNeed]:
    """Yield names of two parties that one case alone has, in lower case, as people type them."""
    words = [frozenset(name_words(case.name)) for case in cases]
    for case, own in zip(cases, words, strict=True):
        shared = sum(own <= other for other in words)
        if case.name_source is NameSource.GIVEN and _two_parties(case.name) and shared == 1:
            yield ExactNeed(kind=Kind.NAME, query=case.name.lower(), right=case.id)


def _two_parties(name: str) -> bool:
    return re.fullmatch(r"[\w.'’&, -]{3,60} v\.? [\w.'’&, -]{3,60}", name) is not None


def _phrases(index: Index, draw: random.Random) -> Iterator[ExactNeed]:
    """Yield phrases that stand in one passage alone."""
    for _ in range(_TRIES):
        row = draw.randrange(len(index.vectors))
        (stored,) = index.passages.fetch(np.array([row]))
        phrase = _phrase_of(stored.passage.text, draw)
        if phrase and index.lexical.phrase_rows(phrase).tolist() == [row]:
            yield ExactNeed(kind=Kind.PHRASE, query=f'"{phrase}"', right=stored.passage.id)


def _phrase_of(text: str, draw: random.Random) -> str | None:
    """Return some words in a row of ``text`` without marks other than commas; `None` if there are none."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    count = draw.randint(*_PHRASE_WORDS)
    if len(words) < count:
        return None
    first = draw.randrange(len(words) - count + 1)
    phrase = text[words[first][0] : words[first + count - 1][1]].strip(",; ")
    return phrase if _PLAIN_PHRASE.fullmatch(phrase) else None
