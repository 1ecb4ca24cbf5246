"""Examples → batches of token numbers, without torch: the same for the same seed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
"""Token numbers, shape ``(texts, longest)``, filled up with the padding's number."""

_WORD: Final = re.compile(r"\w+")
_LEAST_KEPT: Final = 5
"""Words that a query keeps at the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A query and passages, the first of them the right one."""

    query: str
    passages: tuple[str, ...]
    groups: tuple[str, ...]
    """Of each passage; one of the right passage's group is not a wrong answer."""

    def __post_init__(self) -> None:
        if not self.passages or len(self.passages) != len(self.groups):
            raise ValueError(f"{len(self.passages)} passages and {len(self.groups)} groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How examples become batches."""

    size: int = 16
    """Queries."""
    negatives: int = 1
    """Passages for each query besides the right one."""
    query_tokens: int = 48
    passage_tokens: int = 80
    """Special tokens included, as in ``query_tokens``; of a longer passage the stretch is taken that
    shares most with the query."""
    word_dropout: float = 0.3
    """The chance of a query's word that the right passage has too to be left out: so that the words
    alone do not tell."""
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step reads. Passage ``i`` is the right one of query ``i``."""

    query_ids: Ids
    query_mask: Ids
    passage_ids: Ids
    passage_mask: Ids
    counted: npt.NDArray[np.bool_]
    """Shape ``(queries, passages)``: `False` where the passage may be right though it is not the query's."""


class Tokens:
    """Token numbers of a text with the special ones around them."""

    def __init__(
        self, plain: Callable[[str], list[int]], *, first: int, last: int, padding: int
    ) -> None:
        self.plain = plain
        self.first = first
        self.last = last
        self.padding = padding

    def closed(self, ids: Sequence[int]) -> list[int]:
        """Return ``ids`` between the special tokens."""
        return [self.first, *ids, self.last]


def batches(
    examples: Sequence[Example], tokens: Tokens, options: BatchOptions, *, steps: int
) -> Iterator[Batch]:
    """Yield ``steps`` batches; every example comes once before one comes twice."""
    random = np.random.default_rng(options.seed)
    size = min(options.size, len(examples))
    waiting: list[int] = []
    for _ in range(steps):
        if len(waiting) < size:
            waiting = [*waiting, *random.permutation(len(examples)).tolist()]
        chosen, waiting = waiting[:size], waiting[size:]
        yield make_batch([examples[n] for n in chosen], tokens, options, random)


def make_batch(
    examples: Sequence[Example], tokens: Tokens, options: BatchOptions, random: np.random.Generator
) -> Batch:
    """Return the batch of ``examples``: their right passages first, then the others."""
    queries = [
        without_shared_words(e.query, e.passages[0], options.word_dropout, random) for e in examples
    ]
    query_ids = [tokens.plain(query)[: options.query_tokens - 2] for query in queries]
    passages, groups = [], []
    for place in range(1 + options.negatives):
        for example, query in zip(examples, query_ids, strict=True):
            if place < len(example.passages):
                ids = tokens.plain(example.passages[place])
                passages.append(best_stretch(ids, query, options.passage_tokens - 2))
                groups.append(example.groups[place])
    own = np.array([example.groups[0] for example in examples])
    counted = own[:, None] != np.array(groups)[None, :]
    counted[np.arange(len(examples)), np.arange(len(examples))] = True
    return Batch(
        *_padded([tokens.closed(ids) for ids in query_ids], tokens.padding),
        *_padded([tokens.closed(ids) for ids in passages], tokens.padding),
        counted,
    )


def best_stretch(ids: Sequence[int], query: Sequence[int], length: int) -> list[int]:
    """Return the ``length`` tokens in a row of ``ids`` with most tokens of ``query``; the first such."""
    if len(ids) <= length:
        return list(ids)
    hits = np.isin(np.asarray(ids), np.asarray(query)).astype(np.int64)
    sums = np.concatenate([[0], np.cumsum(hits)])
    start = int(np.argmax(sums[length:] - sums[:-length]))
    return list(ids[start : start + length])


def without_shared_words(
    query: str, passage: str, chance: float, random: np.random.Generator
) -> str:
    """Return ``query`` without some of the words that ``passage`` has too, each by ``chance``."""
    known = {word.casefold() for word in _WORD.findall(passage)}
    words = query.split()
    shared = [any(w.casefold() in known for w in _WORD.findall(word)) for word in words]
    dropped = np.array(shared, dtype=np.bool_) & (random.random(len(words)) < chance)
    kept = [word for word, gone in zip(words, dropped.tolist(), strict=True) if not gone]
    return " ".join(kept) if len(kept) >= _LEAST_KEPT else query


def _padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[Ids, Ids]:
    ids = np.full((len(rows), max(map(len, rows))), padding, dtype=np.int64)
    mask = np.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = row
        mask[n, : len(row)] = 1
    return ids, mask
