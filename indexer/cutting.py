"""One case → all that the index takes from it, cut and analysed: what needs no model and no disk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexer.citations import find_citations
from indexer.errors import RecordError
from indexer.passages import cut_passages
from indexer.records import (
    CaseRecord,
    Citation,
    Opinion,
    OpinionType,
    Passage,
    PassageLimits,
    Section,
)
from indexer.sections import split_sections
from indexer.shared_notes import return_notes
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.store.lexical import PassageWords, words_of
from indexer.token_stretches import spans_by_stretch
from indexer.voices import separate_voices
from models.base import TokenSpans

_UNDIVIDED: Final = frozenset({OpinionType.COMBINED, OpinionType.OTHER, OpinionType.SYLLABUS})


@dataclass(slots=True, kw_only=True)
class CutCase:
    """A case, divided by voice, with what was made of each of its opinions, in their order."""

    record: CaseRecord
    sections: list[tuple[Section, ...]]
    passages: list[list[Passage]]
    """Their rows count from 0."""
    cited: list[tuple[Citation, ...]]
    words: list[PassageWords]
    """Of each passage, in row order."""
    tokens_total: int
    """Tokens of the opinions' texts."""
    tokens_embedded: int
    """Those of them that lie in a passage which the model reads whole."""

    def placed(self, first_row: int) -> list[list[Passage]]:
        """Return the passages with rows that count from ``first_row``."""
        if not first_row:
            return self.passages
        return [[replace(one, row=first_row + one.row) for one in cut] for cut in self.passages]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutter:
    """Cuts cases, each by itself; equal cases are cut alike, in whatever process."""

    token_spans: Callable[[str], TokenSpans]
    limits: PassageLimits

    def __call__(self, given: CaseRecord) -> CutCase | Refused:
        """Divide a case by voice and `cut` it; refused when its texts cannot be told apart."""
        try:
            record = by_voice(given)
        except RecordError as error:
            return Refused(place=given.case.id, reason=error.reason, case_id=given.case.id)
        return self.cut(record)

    def cut(self, record: CaseRecord) -> CutCase | Refused:
        """Cut a case that is divided by voice into sections and passages.

        Refused when a text cannot be cut to the window. What comes follows from the case, the limits,
        the model's tokens and the program alone.
        """
        try:
            with one_record():
                return self._cut(record)
        except RecordError as error:
            return Refused(place=record.case.id, reason=error.reason, case_id=record.case.id)

    def _cut(self, record: CaseRecord) -> CutCase:
        made = CutCase(
            record=record,
            sections=[],
            passages=[],
            cited=[find_citations(opinion.text) for opinion in record.opinions],
            words=[],
            tokens_total=0,
            tokens_embedded=0,
        )
        for opinion in record.opinions:
            made.sections.append(split_sections(opinion.text, opinion_type=opinion.header.type))
            made.passages.append(self._passages(opinion, made))
            made.words += [words_of(passage.text) for passage in made.passages[-1]]
        return made

    def _passages(self, opinion: Opinion, made: CutCase) -> list[Passage]:
        """Cut the sections added last, and count their tokens."""
        first = sum(map(len, made.passages))
        cut: list[Passage] = []
        for position, section in enumerate(made.sections[-1]):
            read = _Reader(self.token_spans)  # of one section: that bounds its memory
            passages = cut_passages(
                opinion,
                section,
                position=position,
                first_row=first + len(cut),
                token_spans=read,
                limits=self.limits,
            )
            starts = spans_by_stretch(section.span.of(opinion.text), read)[:, 0]
            made.tokens_total += len(starts)
            made.tokens_embedded += self._embedded(starts + section.span.start, passages)
            cut += passages
        return cut

    def _embedded(self, starts: TokenSpans, passages: list[Passage]) -> int:
        """Count the tokens that begin in a passage which the model reads whole."""
        whole = [one.span for one in passages if one.tokens <= self.limits.max_tokens]
        edges = np.array([(span.start, span.end) for span in whole], np.int64).reshape(-1, 2)
        firsts, ends = np.searchsorted(starts, edges).T
        return int((ends - firsts).sum())


class _Reader(dict[str, TokenSpans]):
    """Reads a text once, however often it is asked for."""

    def __init__(self, token_spans: Callable[[str], TokenSpans]) -> None:
        self._token_spans = token_spans

    def __missing__(self, text: str) -> TokenSpans:
        self[text] = self._token_spans(text)
        return self[text]

    def __call__(self, text: str) -> TokenSpans:
        return self[text]


def by_voice(record: CaseRecord) -> CaseRecord:
    """Divide a text of several voices; where the source gives the voices apart, leave it to them.

    Footnotes that stand behind another's opinion are put behind their own. Raises `RecordError` for a
    text that this stumbles over.
    """
    kinds = {opinion.header.type for opinion in record.opinions}
    with one_record():
        return return_notes(separate_voices(record) if kinds <= _UNDIVIDED else record)
