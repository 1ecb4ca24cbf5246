"""The two lanes of an index read plainly, and put together by reciprocal rank fusion."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final, NamedTuple, TypeVar

from indexer.store.analysis import query_terms
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from models.base import Embedder
from tests.quality.ranking_fusion import reciprocal_rank_fusion

DEPTH: Final = 1_000
"""Passages read of each lane: enough for a hundred cases of nearly every query."""
_T = TypeVar("_T")


class Ranked(NamedTuple):
    """A ranking of rows, best first, and what it cost."""

    rows: Rows
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRankings:
    """What the plain lanes say of one query."""

    words: Ranked
    dense: Ranked
    """Its time includes the embedding of the query."""
    fused: Ranked
    """Its time includes both lanes'."""


def read_lanes(
    index: Index, embedder: Embedder, text: str, *, allowed: Rows | None = None
) -> LaneRankings:
    """Read both lanes `DEPTH` deep, among the rows ``allowed``."""
    words, words_s = timed(lambda: index.lexical.search(query_terms(text), DEPTH, allowed).rows)
    dense, dense_s = timed(
        lambda: index.vectors.nearest(embedder.embed_query(text), DEPTH, allowed).rows
    )
    fused, fused_s = timed(lambda: reciprocal_rank_fusion([words, dense])[0])
    return LaneRankings(
        words=Ranked(words, words_s),
        dense=Ranked(dense, dense_s),
        fused=Ranked(fused, words_s + dense_s + fused_s),
    )


def timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """Do ``work``; return what it returned and how long it took, in seconds."""
    start = perf_counter()
    done = work()
    return done, perf_counter() - start
