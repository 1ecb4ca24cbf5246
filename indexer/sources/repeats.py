"""One case's words once: a combined text beside the separate opinions that it is combined of."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from indexer.cleaning import clean_text
from indexer.markup import html_to_text
from indexer.raw import RawOpinion, TextFormat
from indexer.records import OpinionType

COVERED: Final = 0.85
"""Share of one text's word triples that another must have to say the same.

Measured on 523 cases that have a combined text and separate ones: scans of two publishers share 91
to 98 in 100; where the separate ones lack the syllabus or an opinion, fewer.
"""
_WORD: Final = re.compile(r"[^\W_]+")
_Triples: TypeAlias = set[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Repeats:
    """The opinions of a case that say something of their own, and of the others why they are out."""

    kept: tuple[RawOpinion, ...]
    left_out: tuple[str, ...] = ()


def without_repeats(opinions: Sequence[RawOpinion]) -> Repeats:
    """Leave out what would be indexed twice.

    A combined text goes where the separate opinions together cover it; where they do not, the
    separate ones go that it covers. Cases without both kinds are not looked at.
    """
    combined = [one for one in opinions if one.type is OpinionType.COMBINED]
    separate = [one for one in opinions if one.type is not OpinionType.COMBINED]
    if not combined or not separate:
        return Repeats(tuple(opinions))
    triples = {id(one): _triples(one) for one in opinions}
    together: _Triples = set().union(*(triples[id(one)] for one in separate))
    covered = [one for one in combined if _share(triples[id(one)], together) >= COVERED]
    whole: _Triples = set().union(
        *(triples[id(one)] for one in combined if not _among(one, covered))
    )
    covered += [one for one in separate if _share(triples[id(one)], whole) >= COVERED]
    return Repeats(
        tuple(one for one in opinions if not _among(one, covered)),
        tuple(f"{one.type.value} {one.id}: its words are in the others" for one in covered),
    )


def _among(one: RawOpinion, others: Iterable[RawOpinion]) -> bool:
    return any(one is other for other in others)


def _share(some: _Triples, among: _Triples) -> float:
    return len(some & among) / len(some) if some and among else 0.0


def _triples(opinion: RawOpinion) -> _Triples:
    text = clean_text(opinion.text)
    text = html_to_text(text).text if opinion.format is TextFormat.HTML else text
    words = [word.lower() for word in _WORD.findall(text)]
    return set(zip(words, words[1:], words[2:], strict=False))
