"""Section → passages: whole sentences, within the model's window, of about equal size."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from indexer.clauses import cut_long
from indexer.errors import RecordError
from indexer.records import Opinion, Passage, PassageLimits, Section, Span
from indexer.sentences import sentence_spans
from indexer.token_stretches import spans_by_stretch
from models.base import TokenSpans

_MID_PARAGRAPH: Final = 0.04
"""Cost of ending inside a paragraph, in squared shares of the target: 0.04 is a fifth of it too long."""
_BEFORE_CITATION: Final = 0.20
"""Cost of parting a sentence from the citation that supports it."""
_MID_SENTENCE: Final = 0.10
_LEAD_IN: Final = 0.60
"""Cost of parting a quotation, or a section's first words, from the line that leads to them."""
_CITATION: Final = re.compile(
    r"\s*(?:(?:see|id|ibid|cf|accord|compare|but see|e\.g)\b|at \w+ \w+\.at\b|[^.]{0,60},(?: ?at\b|cir\b|d\.| \d+ [A-Z]))",
    re.IGNORECASE,
)
_CITATION_LINE: Final = re.compile(
    r"(?:See|Id|Ibid|Cf)\b|§|\d+ (?:U\. ?S\.|F\. ?\d|F\. ?Supp|Fed\.|S\. ?Ct|L\. ?Ed)|[A-Z][^\n]{0,60} v\. [^\n]{0,60}, \d"
)
"""A paragraph that credits the quotation above it."""
_CRUMB: Final = 5
"""Tokens that the sentences of a section have on average, at the least, to be placed one by one."""
_FINISHED: Final = re.compile(r"[.?!][\"”\u2019'»)\]*\d]*$")
_TAIL: Final = 20
"""Characters that tell whether a paragraph is finished."""


class _Piece(NamedTuple):
    """What becomes a passage: offsets into its section's text."""

    start: int
    end: int
    tokens: int
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never parted: a sentence, or a piece of one longer than the window."""

    end: int
    tokens: int
    cost: float
    """Of ending a passage after it."""


def cut_passages(
    opinion: Opinion,
    section: Section,
    *,
    position: int,
    first_row: int,
    token_spans: Callable[[str], TokenSpans],
    limits: PassageLimits,
) -> list[Passage]:
    """Cut one section into passages that tile its span, white space included.

    Sentences stay whole unless longer than the window; passages end at paragraphs where that keeps
    them of even size, and a quotation stays with the words that introduce it. ``position`` is the
    section's place in the opinion, ``first_row`` the row of its first passage. A section of white
    space alone is one passage of no tokens. A single character of more tokens than the window
    raises `RecordError`.
    """
    passages: list[Passage] = []
    text = section.span.of(opinion.text)
    for piece in _pieces(text, token_spans, limits):
        span = Span(section.span.start + piece.start, section.span.start + piece.end)
        passages.append(
            Passage(
                row=first_row + len(passages),
                opinion_id=opinion.header.id,
                section=position,
                span=span,
                text=span.of(opinion.text),
                tokens=piece.tokens,
                sentences=piece.sentences,
            )
        )
    return passages


def _pieces(
    text: str, token_spans: Callable[[str], TokenSpans], limits: PassageLimits
) -> Iterator[_Piece]:
    """Yield the passages of ``text``, the tokens of each counted on its own text."""
    waiting: list[tuple[int, int, list[int]]] = [(0, len(text), [])] if text else []
    while waiting:
        start, end, known = waiting.pop()
        part = text[start:end]
        tokens = spans_by_stretch(part, token_spans)
        if len(tokens) <= limits.max_tokens:
            firsts = known or [one.start for one in sentence_spans(part)]
            yield _Piece(start, end, len(tokens), _starts_in(firsts, start, end))
            continue
        sentences = sentence_spans(part)
        edges = _plan(part, sentences, tokens, limits)
        if len(edges) == 2:
            raise RecordError(
                f"a stretch of {end - start} characters makes {len(tokens)} tokens and cannot be cut to the"
                f" {limits.max_tokens} the model reads; use a model with a larger window"
            )
        known = [start + one.start for one in sentences]
        cuts = [(start + a, start + b, known) for a, b in pairwise(edges)]
        waiting.extend(reversed(cuts))


def _starts_in(starts: Sequence[int], start: int, end: int) -> tuple[int, ...]:
    """Return which of the ascending ``starts`` lie in a piece, from its start, which begins one too."""
    inside = starts[bisect_right(starts, start) : bisect_left(starts, end)]
    return (0, *(one - start for one in inside))


def _plan(
    text: str, sentences: Sequence[Span], tokens: TokenSpans, limits: PassageLimits
) -> list[int]:
    """Return the edges of the passages of ``text``, its ends included."""
    units = _coarse(_units(text, sentences, tokens, limits), limits)
    ends = _best_ends(units, limits)
    return [0, *(units[i].end for i in ends)]


def _units(
    text: str, sentences: Sequence[Span], tokens: TokenSpans, limits: PassageLimits
) -> list[_Unit]:
    bounds = np.searchsorted(tokens[:, 0], [s.start for s in sentences] + [len(text)])
    units: list[_Unit] = []
    for i, sentence in enumerate(sentences):
        first, last = int(bounds[i]), int(bounds[i + 1])
        following = sentences[i + 1].of(text) if i + 1 < len(sentences) else ""
        cost = _end_cost(sentence.of(text), following)
        if last - first > limits.max_tokens:
            inner = tokens[first:last] - sentence.start
            units.extend(_cut_sentence(sentence, text, inner, (limits, cost)))
        elif first == last and units:
            units[-1] = _Unit(sentence.end, units[-1].tokens, cost)
        else:
            units.append(_Unit(sentence.end, last - first, cost))
    return units


def _coarse(units: list[_Unit], limits: PassageLimits) -> list[_Unit]:
    """Join neighbours where sentences are mere crumbs (tables, lists), which bounds the search below."""
    if sum(unit.tokens for unit in units) >= _CRUMB * len(units):
        return units
    joined: list[_Unit] = []
    for unit in units:
        small = joined and joined[-1].tokens < 2 * _CRUMB
        if small and joined[-1].tokens + unit.tokens <= limits.max_tokens:
            joined[-1] = _Unit(unit.end, joined[-1].tokens + unit.tokens, unit.cost)
        else:
            joined.append(unit)
    return joined


def _end_cost(sentence: str, following: str) -> float:
    words = sentence.rstrip()
    if "\n" not in sentence[len(words) :]:
        return _BEFORE_CITATION if _CITATION.match(following) else _MID_PARAGRAPH
    if _FINISHED.search(words[-_TAIL:]) is None:
        return _LEAD_IN
    return _BEFORE_CITATION if _CITATION_LINE.match(following) else 0.0


def _cut_sentence(
    sentence: Span, text: str, tokens: TokenSpans, rest: tuple[PassageLimits, float]
) -> Iterator[_Unit]:
    """Yield the pieces of a sentence longer than the window."""
    limits, cost = rest
    parts = -(-len(tokens) // limits.target_tokens)
    cuts = cut_long(sentence.of(text), tokens, parts=parts, most=limits.max_tokens)
    firsts = [0, *np.searchsorted(tokens[:, 0], cuts).tolist(), len(tokens)]
    ends = [*(sentence.start + cut for cut in cuts), sentence.end]
    for i, end in enumerate(ends):
        last = i + 1 == len(ends)
        yield _Unit(end, firsts[i + 1] - firsts[i], cost if last else _MID_SENTENCE)


def _best_ends(units: Sequence[_Unit], limits: PassageLimits) -> list[int]:
    """Return the last unit of each passage, so that the sum of costs is least.

    A passage costs the square of its deviation from the target, as a share of the target, and what
    its end costs. Equal costs: fewer passages. The work is bounded by units times a window's units.
    """
    best = [0.0]
    previous: list[int] = []
    for end in range(1, len(units) + 1):
        tokens, cheapest, source = 0, float("inf"), end - 1
        for start in range(end - 1, -1, -1):
            tokens += units[start].tokens
            if tokens > limits.max_tokens and start < end - 1:
                break
            cost = best[start] + ((tokens - limits.target_tokens) / limits.target_tokens) ** 2
            if cost <= cheapest:
                cheapest, source = cost, start
        best.append(cheapest + (units[end - 1].cost if end < len(units) else 0.0))
        previous.append(source)
    ends = []
    end = len(units)
    while end:
        ends.append(end - 1)
        end = previous[end - 1]
    return ends[::-1]
