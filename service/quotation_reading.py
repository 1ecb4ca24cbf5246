"""What an alignment says: the parts of opinions that a quotation is made of, and a diff of the words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from indexer.records import Span
from service.quotation_match import Ground, Met, Step
from service.quotation_text import Item, Tolerance

_LIKE_A_CITATION: Final = re.compile(r"\d|\b(?:supra|infra|ibid|id)\b", re.IGNORECASE)
_LONGEST_OMISSION: Final = 60
"""Words left out in silence that still make one passage of it, not two stitched together."""
_LEAST_PART: Final = 4
"""Words of a part that show where it is from."""
_LEAST_SHARE: Final = 0.7


class Change(StrEnum):
    """How a stretch of a quotation relates to the opinion's words."""

    EQUAL = "equal"
    REPLACED = "replaced"
    ADDED = "added"
    OMITTED = "omitted"
    OPEN = "open"
    """Changed or left out openly: by an ellipsis, in brackets, or as the draft says."""


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A stretch of the quotation beside that of the opinion."""

    change: Change
    quoted: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a quotation that lies in one place of an opinion."""

    opinion_id: str
    span: Span
    """Code points of the opinion's text."""
    same: int
    words: int


@dataclass(frozen=True, slots=True)
class Reading:
    """An alignment, understood."""

    parts: tuple[Part, ...]
    diff: tuple[DiffPart, ...]
    edits: int
    """Stretches that differ without saying so."""
    changed_words: int
    same: int
    """Words of the quotation that stand in the opinion."""
    words: int
    tolerated: tuple[Tolerance, ...] = ()

    @property
    def share(self) -> float:
        """Share of its words that stand there, 0 to 1."""
        return self.same / self.words if self.words else 0.0

    @property
    def is_clean(self) -> bool:
        """Whether it is the opinion's words and nothing else, from one place."""
        return not self.edits and len(self.parts) == 1

    @property
    def is_stitched(self) -> bool:
        """Whether it is two or more places' words, each long enough to be told."""
        return len(self.parts) > 1 and all(
            part.same >= _LEAST_PART and part.same >= _LEAST_SHARE * part.words
            for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Texts:
    """What the words of an alignment are read from."""

    draft: str
    opinions: dict[str, str]
    """Whole texts by id."""
    owners: Sequence[str]
    """The opinion of each stretch of the ground."""


@dataclass(slots=True)
class _Run:
    """Steps of one kind, still to be told."""

    change: Change
    items: list[int]
    words: list[int]


def read_alignment(
    steps: Sequence[Met], items: Sequence[Item], ground: Ground, texts: Texts, *, omits: bool
) -> Reading:
    """Return what an alignment says; ``omits``: the draft says that it leaves citations out."""
    joined, bridged = _bridged(steps, ground)
    tolerated: dict[Tolerance, None] = {}
    diff: list[DiffPart] = []
    edits = changed = 0
    for run in _runs(joined, bridged):
        part = _told(run, items, ground, texts)
        part, tolerance = _forgiven(part, omits=omits)
        if tolerance is not None:
            tolerated[tolerance] = None
        if part.change not in {Change.EQUAL, Change.OPEN}:
            edits += 1
            changed += max(len(run.items), len(run.words))
        diff.append(part)
    if any(met.step is Step.MARK for met in joined):
        tolerated[Tolerance.FOOTNOTE_MARK] = None
    return Reading(
        parts=tuple(_parts(joined, ground, texts.owners)),
        diff=_merged(diff),
        edits=edits,
        changed_words=changed,
        same=sum(met.step is Step.SAME for met in joined),
        words=sum(met.step in {Step.SAME, Step.CHANGED, Step.ADDED} for met in joined),
        tolerated=tuple(tolerated),
    )


def _bridged(steps: Sequence[Met], ground: Ground) -> tuple[list[Met], set[int]]:
    """Take short jumps forward in one stretch for words left out."""
    made: list[Met] = []
    last: int | None = None
    bridged: set[int] = set()
    for met in steps:
        if met.jumped and last is not None and met.word is not None:
            near = ground.stretch[last] == ground.stretch[met.word]
            if near and last < met.word <= last + _LONGEST_OMISSION:
                made += [Met(Step.OMITTED, None, word) for word in range(last + 1, met.word)]
                bridged |= set(range(last + 1, met.word))
                made.append(Met(met.step, met.item, met.word))
                last = met.word
                continue
        made.append(met)
        last = met.word if met.word is not None else last
    return made, bridged


_CHANGES: Final = {
    Step.SAME: Change.EQUAL,
    Step.MARK: Change.EQUAL,
    Step.CHANGED: Change.REPLACED,
    Step.ADDED: Change.REPLACED,
    Step.OMITTED: Change.REPLACED,
    Step.SKIPPED: Change.OPEN,
    Step.OPEN: Change.OPEN,
}


def _runs(steps: Sequence[Met], bridged: set[int]) -> Iterator[_Run]:
    """Yield neighbouring steps of one kind; what a jump parts stays apart."""
    numbered = []
    part = 0
    for met in steps:
        part += met.jumped
        numbered.append((part, _CHANGES[met.step], met.word in bridged, met))
    for (_, change, _), group in groupby(numbered, key=lambda one: one[:3]):
        members = [met for *_, met in group]
        yield _Run(
            change,
            [met.item for met in members if met.item is not None],
            [met.word for met in members if met.word is not None],
        )


def _told(run: _Run, items: Sequence[Item], ground: Ground, texts: Texts) -> DiffPart:
    quoted = texts.draft[items[run.items[0]].start : items[run.items[-1]].end] if run.items else ""
    source = ""
    if run.words:
        first, last = ground.words[run.words[0]], ground.words[run.words[-1]]
        same_place = ground.stretch[run.words[0]] == ground.stretch[run.words[-1]]
        opinion = texts.opinions[texts.owners[ground.stretch[run.words[0]]]]
        source = opinion[first.start : last.end] if same_place or first.start < last.end else ""
    change = run.change
    if change is Change.REPLACED and not (quoted and source):
        change = Change.ADDED if quoted else Change.OMITTED
    return DiffPart(change, quoted, source)


def _forgiven(part: DiffPart, *, omits: bool) -> tuple[DiffPart, Tolerance | None]:
    """Return a part as it counts: the same letters in other words are no change, nor are declared omissions."""
    if part.change is Change.REPLACED and _letters(part.quoted) == _letters(part.source):
        return DiffPart(Change.EQUAL, part.quoted, part.source), Tolerance.SPELLING_APART
    if omits and part.change is Change.OMITTED and _LIKE_A_CITATION.search(part.source):
        return DiffPart(Change.OPEN, "", part.source), Tolerance.OMITTED_CITATION
    return part, None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _parts(steps: Sequence[Met], ground: Ground, owners: Sequence[str]) -> Iterator[Part]:
    number = 0
    numbered = []
    for met in steps:
        number += met.jumped
        numbered.append((number, met))
    for _, group in groupby(numbered, key=lambda one: one[0]):
        members = [met for _, met in group]
        met_words = [met.word for met in members if met.step in {Step.SAME, Step.CHANGED}]
        words = [word for word in met_words if word is not None]
        if words:
            yield Part(
                opinion_id=owners[int(ground.stretch[words[0]])],
                span=Span(ground.words[words[0]].start, ground.words[words[-1]].end),
                same=sum(met.step is Step.SAME for met in members),
                words=sum(met.item is not None and met.step is not Step.OPEN for met in members),
            )


def _merged(diff: Sequence[DiffPart]) -> tuple[DiffPart, ...]:
    """Leave out what says nothing."""
    return tuple(part for part in diff if part.quoted or part.source)
