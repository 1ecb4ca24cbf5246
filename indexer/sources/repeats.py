"""One case's words once: a combined text beside the separate opinions that it is combined of."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from indexer.cleaning import clean_text
from indexer.markup import html_to_text
from indexer.raw import Note, NoteKind, RawCase, RawOpinion, TextFormat
from indexer.records import OpinionType

COVERED: Final = 0.85
"""Share of one text's word triples that another must have to say the same.

Measured on 523 cases that have a combined text and separate ones: scans of two publishers share 91
to 98 in 100; where the separate ones lack the syllabus or an opinion, fewer.
"""
_WORD: Final = re.compile(r"[^\W_]+")
_Triples: TypeAlias = npt.NDArray[np.uint64]
"""Shape ``(n,)``: every three neighbouring words as one number, ascending, each once."""
_MIX: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


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
    vocabulary: dict[str, int] = {}
    triples = {id(one): _triples(one, vocabulary) for one in opinions}
    together = _union(triples[id(one)] for one in separate)
    covered = [one for one in combined if _share(triples[id(one)], together) >= COVERED]
    gone = set(map(id, covered))
    whole = _union(triples[id(one)] for one in combined if id(one) not in gone)
    covered += [one for one in separate if _share(triples[id(one)], whole) >= COVERED]
    gone = set(map(id, covered))
    return Repeats(
        tuple(one for one in opinions if id(one) not in gone),
        tuple(f"{_named(one)}: its words are in the others" for one in covered),
    )


def once(case: RawCase) -> RawCase:
    """Return ``case`` without what would be indexed twice, which its notes and its extra name.

    Raises `RecordError` for markup that cannot be read.
    """
    repeats = without_repeats(case.opinions)
    if not repeats.left_out:
        return case
    return replace(
        case,
        opinions=repeats.kept,
        notes=(*case.notes, note_of(repeats.left_out)),
        extra={**case.extra, "left_out": list(repeats.left_out)},
    )


def note_of(left_out: Sequence[str]) -> Note:
    """Return what to tell of opinions that are left out."""
    return Note(kind=NoteKind.REPEATED_WORDS, words=f"left out: {'; '.join(left_out)}")


def _named(one: RawOpinion) -> str:
    return one.type.value if one.id is None else f"{one.type.value} {one.id}"


def _union(parts: Iterable[_Triples]) -> _Triples:
    return np.unique(np.concatenate([np.empty(0, np.uint64), *parts]))


def _share(some: _Triples, among: _Triples) -> float:
    return float(np.isin(some, among).mean()) if len(some) and len(among) else 0.0


def _triples(opinion: RawOpinion, vocabulary: dict[str, int]) -> _Triples:
    text = clean_text(opinion.text.encode(errors="replace").decode())
    text = html_to_text(text).text if opinion.format is TextFormat.HTML else text
    numbers = (
        vocabulary.setdefault(word[0].lower(), len(vocabulary)) for word in _WORD.finditer(text)
    )
    words = np.fromiter(numbers, np.uint64)
    parts = [words[at : max(0, len(words) - 2 + at)] * np.uint64(by) for at, by in enumerate(_MIX)]
    mixed: _Triples = parts[0] + parts[1] + parts[2]
    return np.unique(mixed)
