"""Copies of real cases that are not the same words: for corpora larger than what is at hand.

A copy's words are exchanged for others of the same length that are about as frequent, a given word
always for the same other one. So every place in the text stays where it is (sections, passages,
citations), the words' statistics stay what they were, and no two copies of a passage have the same
words, unless it has hardly any.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from indexer.cutting import CutCase
from indexer.records import Case, Opinion, PageMark, Passage, Section
from indexer.store.lexical import words_of
from models.base import FloatMatrix

_WORD: Final = re.compile(r"\b[a-z]{5,}\b")
_COMMONEST: Final = 300
"""Words that are left alone: they carry the grammar."""
_EXCHANGED: Final = 0.4
"""Share of the other words that a copy exchanges."""
_NOISE: Final = 0.3
"""Length of what is added to a unit vector: the cosine of a copy with its original is about .96."""
_VOLUMES: Final = 10_000
"""Added to the volume of a copy's own citations, once for each copy."""


class Known(NamedTuple):
    """Where a text of a copy came from."""

    row: int
    """Of the original's vector."""
    copy: int


class Vocabulary:
    """The words of a corpus that may be exchanged, in groups of one length and like frequency."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        groups: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
        for word in ranked[_COMMONEST:]:
            groups[len(word), counts[word].bit_length()].append(word)
        self._groups = [words for _, words in sorted(groups.items()) if len(words) > 1]

    def exchanged(self, copy: int) -> dict[str, str]:
        """Return which words the copy has for others; each of them stands for one word only."""
        drawn = np.random.default_rng(copy)
        found: dict[str, str] = {}
        for words in self._groups:
            count = max(2, round(len(words) * _EXCHANGED))
            chosen = [words[place] for place in drawn.permutation(len(words))[:count]]
            found |= zip(chosen, [*chosen[1:], chosen[0]], strict=True)
        return found


def word_counts(texts: Sequence[str]) -> Counter[str]:
    """Count the words that may be exchanged."""
    return Counter(word for text in texts for word in _WORD.findall(text))


def reworded(cut: CutCase, copy: int, exchanged: Mapping[str, str]) -> CutCase:
    """Return a copy of a cut case under another id, with words exchanged; copy 0 is the case itself."""
    if copy == 0:
        return cut
    record = cut.record
    case = _case(record.case, copy)
    opinions = tuple(_opinion(one, case.id, copy, exchanged) for one in record.opinions)
    passages = [
        [_passage(one, opinion) for one in own]
        for own, opinion in zip(cut.passages, opinions, strict=True)
    ]
    return replace(
        cut,
        record=replace(record, case=case, opinions=opinions),
        sections=[tuple(_section(one, exchanged) for one in own) for own in cut.sections],
        passages=passages,
        words=[words_of(one.text) for own in passages for one in own],
    )


def jittered(vectors: FloatMatrix, places: Sequence[Known]) -> FloatMatrix:
    """Return the vectors of texts by where they came from: noise on the originals', unit rows."""
    rows = vectors[[place.row for place in places]].astype(np.float32)
    dim = vectors.shape[1]
    for at, place in enumerate(places):
        if place.copy:
            drawn = np.random.default_rng((place.row, place.copy)).standard_normal(dim)
            rows[at] += (_NOISE / np.sqrt(dim) * drawn).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / lengths, np.float32)


def changed(text: str, exchanged: Mapping[str, str]) -> str:
    """Return the text with words exchanged, of the same length in code points and in bytes."""
    return _WORD.sub(lambda found: exchanged.get(found[0], found[0]), text)


def _id(identifier: str, copy: int) -> str:
    return f"{identifier}~{copy}"


def _case(case: Case, copy: int) -> Case:
    return replace(
        case,
        id=_id(case.id, copy),
        name=f"{case.name} {copy}",
        docket_number=case.docket_number and _id(case.docket_number, copy),
        citations=tuple(_volume(one, copy) for one in case.citations),
    )


def _volume(citation: str, copy: int) -> str:
    volume, _, rest = citation.partition(" ")
    return f"{int(volume) + _VOLUMES * copy} {rest}" if volume.isdecimal() else citation


def _opinion(opinion: Opinion, case_id: str, copy: int, exchanged: Mapping[str, str]) -> Opinion:
    text = changed(opinion.text, exchanged)
    header = replace(
        opinion.header,
        id=_id(opinion.header.id, copy),
        case_id=case_id,
        source_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    return Opinion(
        header=header, text=text, pages=tuple(_page(mark, copy) for mark in opinion.pages)
    )


def _page(mark: PageMark, copy: int) -> PageMark:
    return replace(mark, reporter=_volume(mark.reporter, copy))


def _section(section: Section, exchanged: Mapping[str, str]) -> Section:
    return replace(
        section,
        heading=changed(section.heading, exchanged),
        path=tuple(changed(one, exchanged) for one in section.path),
    )


def _passage(passage: Passage, opinion: Opinion) -> Passage:
    return replace(passage, opinion_id=opinion.header.id, text=passage.span.of(opinion.text))
