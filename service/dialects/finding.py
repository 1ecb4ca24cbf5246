"""One question under several filters: the same search for each, and the best of all of them."""

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from pydantic import BeforeValidator

from indexer.filters import Filters
from service.answers import Hit, SearchQuery
from service.live import Searcher

ANY: Final = (Filters(),)
"""No condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a front end asks for."""

    texts: tuple[str, ...]
    """Questions; a passage that answers any of them is wanted."""
    k: int
    filters: tuple[Filters, ...] = ANY
    """One of them must admit a passage; none: there is nothing to find."""
    min_score: float = 0.0


def find(searcher: Searcher, wish: Wish) -> tuple[Hit, ...]:
    """Return the ``k`` best passages, ranked anew from 1.

    Scores are comparable between searches of one build, so the best of all of them are the best of
    what any of the filters admits. Ties keep the order of the corpus.
    """
    best: dict[int, Hit] = {}
    for text in wish.texts:
        for filters in wish.filters:
            query = SearchQuery(text=text, k=wish.k, filters=filters, min_score=wish.min_score)
            for hit in searcher.search(query).hits:
                row = hit.stored.passage.row
                if row not in best or score_of(hit) > score_of(best[row]):
                    best[row] = hit
    if len(wish.texts) * len(wish.filters) == 1:
        return tuple(best.values())
    ordered = sorted(best.values(), key=_place)[: wish.k]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(ordered, 1))


def score_of(hit: Hit) -> float:
    """Return the calibrated score, from 0 to 1."""
    assert hit.score is not None
    return min(1.0, max(0.0, hit.score))


def _place(hit: Hit) -> tuple[float, int]:
    return -score_of(hit), hit.stored.passage.row


def _absent(value: Any) -> Any:
    return 0.0 if value is None else value


LENIENT_SCORE: Final = BeforeValidator(_absent)
"""For a threshold that some clients send as null."""
Json: TypeAlias = dict[str, Any]
