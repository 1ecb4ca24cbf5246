"""Ranked passages packed for a prompt: within a token budget, in whole sentences, none of them twice.

No HTTP and no disk: hits go in, numbered blocks come out. What is counted is the Markdown, as it is
pasted, by the tokenizer of the model that the index was built with.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from indexer.cite import pin_cite
from indexer.records import Span
from indexer.sentences import sentence_spans
from indexer.store.stored import PageRange, StoredPassage
from service.answers import AlsoQuoted, HighlightKind, Hit
from service.folding import letters
from service.links import Links

GAP: Final = " […] "
_BETWEEN: Final = "\n\n"
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_NEAR: Final = 0.8
"""Share of a passage's words, by the letters of whole sentences or by runs of five words, that makes it the same."""
_SHINGLE: Final = 5


class Order(StrEnum):
    """In which order a pack is read."""

    BEST = "best"
    READING = "reading"
    """Opinions by their best passage, and each in the order of its text."""


class LeftOut(StrEnum):
    """Why a hit, or a part of it, is not in the pack."""

    BUDGET = "budget"
    SAME_WORDS = "same_words"
    """Its words are in the pack already, from another place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Text of one section of one opinion: whole sentences, in the order of the text."""

    best: Hit
    """Its best passage."""
    sources: tuple[StoredPassage, ...]
    """All its passages, side by side, in the order of the text."""
    kept: tuple[Span, ...]
    """Its sentences, in that order: code points of the opinion."""
    also: tuple[AlsoQuoted, ...] = ()

    @property
    def runs(self) -> tuple[tuple[Span, str], ...]:
        """Unbroken stretches: code points of the opinion, and the words there."""
        offset = self.sources[0].passage.span.start
        whole = "".join(stored.passage.text for stored in self.sources)
        runs: list[Span] = []
        for span in self.kept:
            if runs and not whole[runs[-1].end - offset : span.start - offset].strip():
                runs[-1] = Span(runs[-1].start, span.end)
            else:
                runs.append(span)
        return tuple((run, whole[run.start - offset : run.end - offset]) for run in runs)

    @property
    def text(self) -> str:
        """The words; `GAP` stands where some are left out."""
        return GAP.join(text for _, text in self.runs)

    @property
    def span(self) -> Span:
        """From the first word to the last."""
        return Span(self.kept[0].start, self.kept[-1].end)

    @property
    def pages(self) -> tuple[PageRange, ...]:
        """The pages from the first passage to the last, where both are known."""
        ends = {pages.reporter: pages.last for pages in self.sources[-1].pages}
        return tuple(
            replace(pages, last=ends[pages.reporter])
            for pages in self.sources[0].pages
            if pages.reporter in ends
        )

    @property
    def passage_ids(self) -> tuple[str, ...]:
        """Ids of its passages, in the order of the text."""
        return tuple(stored.passage.id for stored in self.sources)

    @property
    def cite(self) -> str:
        """Ready pin cite."""
        return pin_cite(self.best.stored.case, self.pages, opinion=self.best.stored.opinion)


@dataclass(frozen=True, slots=True, kw_only=True)
class Omitted:
    """A hit that is not, or not wholly, in the pack."""

    hit: Hit
    why: LeftOut
    partly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What fits."""

    blocks: tuple[Block, ...]
    markdown: str
    tokens: int
    left_out: tuple[Omitted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be said, and how it is counted and written."""

    max_tokens: int
    count: Callable[[str], int]
    links: Links
    order: Order = Order.BEST


@dataclass(slots=True)
class _Packing:
    """A pack in the making."""

    budget: Budget
    blocks: list[Block] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Sentences by their letters, with the passage that they are of."""
    taken: dict[str, Hit] = field(default_factory=dict)
    """Hits in the blocks, by the passage's id."""
    left_out: list[Omitted] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """Tokens of what was counted already."""

    def fits(self, blocks: Sequence[Block]) -> bool:
        """Whether blocks, each counted for itself, hold the budget."""
        total = max(0, len(blocks) - 1) * self._size(_BETWEEN)
        for number, block in enumerate(_ordered(blocks, self.budget.order), 1):
            total += self._size(_shown(number, block, self.budget.links))
        return total <= self.budget.max_tokens

    def _size(self, text: str) -> int:
        if text not in self.sizes:
            self.sizes[text] = self.budget.count(text)
        return self.sizes[text]


def pack(hits: Sequence[Hit], budget: Budget) -> Pack:
    """Put as much of ``hits``, best first, into a pack as its budget holds.

    A hit that does not fit whole gives the sentences around its best one that do; one whose words are
    there already is named at their block. A later, shorter hit may still fit.
    """
    packing = _Packing(budget)
    for hit in hits:
        _place(packing, hit)
    blocks = _ordered(packing.blocks, budget.order)
    markdown = render(blocks, budget.links)
    while blocks and budget.count(markdown) > budget.max_tokens:
        blocks = _without_worst(packing, blocks)
        markdown = render(blocks, budget.links)
    return Pack(
        blocks=tuple(blocks),
        markdown=markdown,
        tokens=budget.count(markdown) if blocks else 0,
        left_out=tuple(packing.left_out),
    )


def _without_worst(packing: _Packing, blocks: Sequence[Block]) -> list[Block]:
    """Leave out the block of lowest rank: together, blocks may have more tokens than each for itself."""
    worst = max(blocks, key=_rank)
    named = {one.hit.stored.passage.id for one in packing.left_out if not one.partly}
    packing.left_out = [
        replace(one, partly=False) if one.hit.stored.passage.id in worst.passage_ids else one
        for one in packing.left_out
    ]
    named |= {one.hit.stored.passage.id for one in packing.left_out if not one.partly}
    packing.left_out += [
        Omitted(hit=packing.taken[one], why=LeftOut.BUDGET, partly=False)
        for one in worst.passage_ids
        if one not in named
    ]
    return [block for block in blocks if block is not worst]


def render(blocks: Sequence[Block], links: Links) -> str:
    """Return the pack as Markdown: numbered blocks, each with its cite, its section, its words and its address."""
    return _BETWEEN.join(_shown(number, block, links) for number, block in enumerate(blocks, 1))


def _shown(number: int, block: Block, links: Links) -> str:
    section = " › ".join(block.best.stored.section.path) or block.best.stored.section.heading
    lines = [f"[{number}] **{block.cite}**"]
    if section:
        lines.append(f"*{' '.join(section.split())}*")
    lines += ["", *(f"> {line}".rstrip() for line in block.text.split("\n")), ""]
    if block.also:
        lines.append("Also in: " + "; ".join(one.cite for one in block.also))
    lines.append(f"<{links.span(block.best.stored.opinion.id, block.span)}>")
    return "\n".join(lines)


def _place(packing: _Packing, hit: Hit) -> None:
    sentences = _sentences(hit)
    same = _same_words(packing, hit, sentences)
    if same is not None:
        _credit(packing, hit, same)
        return
    fresh = _fresh(packing, sentences)
    chosen = _fitting(packing, hit, fresh)
    if chosen:
        _take(packing, hit, chosen)
    if len(chosen) < len(fresh):
        packing.left_out.append(Omitted(hit=hit, why=LeftOut.BUDGET, partly=bool(chosen)))
    elif len(fresh) < len(sentences):
        packing.left_out.append(Omitted(hit=hit, why=LeftOut.SAME_WORDS, partly=bool(chosen)))


def _sentences(hit: Hit) -> list[tuple[Span, str]]:
    """Return the sentences of a hit without the white space around them, with their places in the opinion."""
    passage = hit.stored.passage
    found = []
    for span in sentence_spans(passage.text):
        text = span.of(passage.text)
        bare = text.strip()
        if bare:
            start = passage.span.start + span.start + len(text) - len(text.lstrip())
            found.append((Span(start, start + len(bare)), bare))
    return found


def _fresh(packing: _Packing, sentences: Sequence[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Return the sentences that are not said yet, the same one only once."""
    own: dict[str, tuple[Span, str]] = {}
    for span, text in sentences:
        key = letters(text)
        if key not in packing.said:
            own.setdefault(key, (span, text))
    return list(own.values())


def _same_words(packing: _Packing, hit: Hit, sentences: Sequence[tuple[Span, str]]) -> int | None:
    """Return the block that has most of a hit's words already, if one has."""
    total = sum(len(text) for _, text in sentences)
    counted: dict[str, int] = {}
    for _, text in sentences:
        passage_id = packing.said.get(letters(text))
        if passage_id is not None:
            counted[passage_id] = counted.get(passage_id, 0) + len(text)
    own = _shingles(hit.stored.passage.text)
    for place, block in enumerate(packing.blocks):
        if sum(counted.get(one, 0) for one in block.passage_ids) >= _NEAR * max(total, 1):
            return place
        if own and len(own & _shingles(block.text)) >= _NEAR * len(own):
            return place
    return None


@lru_cache(maxsize=64)  # some 30 KB each
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [word for word in _NO_LETTERS.split(text.casefold()) if word]
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


def _credit(packing: _Packing, hit: Hit, place: int) -> None:
    """Name a hit at the block that has its words, if the budget holds that."""
    block = packing.blocks[place]
    packing.left_out.append(Omitted(hit=hit, why=LeftOut.SAME_WORDS, partly=False))
    other = AlsoQuoted(
        passage_id=hit.stored.passage.id,
        case_id=hit.stored.case.id,
        case_name=hit.stored.case.name,
        cite=hit.cite,
    )
    if hit.stored.opinion.id == block.best.stored.opinion.id or other in block.also:
        return
    blocks = list(packing.blocks)
    blocks[place] = replace(block, also=(*block.also, other))
    if packing.fits(blocks):
        packing.blocks = blocks


def _fitting(
    packing: _Packing, hit: Hit, fresh: Sequence[tuple[Span, str]]
) -> list[tuple[Span, str]]:
    """Return all of ``fresh``, or as many of them around the best sentence as fit; perhaps none."""
    if not fresh:
        return []
    if packing.fits(_with(packing, hit, fresh)):
        return list(fresh)
    first = _best_sentence(hit, fresh)
    low = high = first
    if not packing.fits(_with(packing, hit, fresh[low : high + 1])):
        return []
    growing = True
    while growing:
        growing = False
        for low_, high_ in ((low, high + 1), (low - 1, high)):
            inside = low_ >= 0 and high_ < len(fresh)
            if inside and packing.fits(_with(packing, hit, fresh[low_ : high_ + 1])):
                low, high, growing = low_, high_, True
                break
    return list(fresh[low : high + 1])


def _best_sentence(hit: Hit, fresh: Sequence[tuple[Span, str]]) -> int:
    """Return the position of the sentence that the search marked, else of the first."""
    offset = hit.stored.passage.span.start
    for mark in hit.highlights:
        if mark.kind is HighlightKind.SENTENCE:
            at = offset + mark.span.start
            for place, (span, _) in enumerate(fresh):
                if span.start < offset + mark.span.end and at < span.end:
                    return place
    return 0


def _take(packing: _Packing, hit: Hit, chosen: Sequence[tuple[Span, str]]) -> None:
    packing.blocks = _with(packing, hit, chosen)
    packing.taken[hit.stored.passage.id] = hit
    for _, text in chosen:
        packing.said[letters(text)] = hit.stored.passage.id


def _with(packing: _Packing, hit: Hit, chosen: Sequence[tuple[Span, str]]) -> list[Block]:
    """Return the blocks with these sentences of a hit, those beside it made one with it."""
    made = Block(
        best=hit,
        sources=(hit.stored,),
        kept=tuple(span for span, _ in chosen),
        also=hit.also_quoted_in,
    )
    blocks: list[Block] = []
    place = len(packing.blocks)
    for block in packing.blocks:
        if _beside(block, hit.stored):
            place = min(place, len(blocks))
            made = _merged(block, made)
        else:
            blocks.append(block)
    blocks.insert(place, made)
    return blocks


def _beside(block: Block, stored: StoredPassage) -> bool:
    """Whether a passage stands in a block's section, right before or behind it."""
    first, last, own = block.sources[0].passage, block.sources[-1].passage, stored.passage
    return (first.opinion_id, first.section) == (own.opinion_id, own.section) and (
        own.span.end == first.span.start or last.span.end == own.span.start
    )


def _merged(block: Block, other: Block) -> Block:
    """Make one block of two that stand side by side, under the first one's best passage."""
    sources = sorted((*block.sources, *other.sources), key=lambda one: one.passage.row)
    return Block(
        best=block.best if _rank(block) <= _rank(other) else other.best,
        sources=tuple(sources),
        kept=tuple(sorted((*block.kept, *other.kept))),
        also=tuple(dict.fromkeys((*block.also, *other.also))),
    )


def _rank(block: Block) -> int:
    assert block.best.rank is not None
    return block.best.rank


def _ordered(blocks: Sequence[Block], order: Order) -> list[Block]:
    if order is Order.BEST:
        return list(blocks)
    best: dict[str, int] = {}
    for block in blocks:
        best.setdefault(block.best.stored.opinion.id, len(best))
    return sorted(blocks, key=lambda block: (best[block.best.stored.opinion.id], block.span.start))
