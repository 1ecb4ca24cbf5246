"""Every configuration's answers to judged queries: cases, best first, and how long each took."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from indexer.filters import Filters
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from models.base import Embedder
from service.answers import SearchQuery
from service.errors import QueryError
from service.search import SearchEngine
from tests.quality.ranking_corpus import case_ids
from tests.quality.ranking_fusion import best_of_each
from tests.quality.ranking_judged import JudgedQuery
from tests.quality.ranking_lanes import DEPTH, read_lanes, timed
from tests.quality.ranking_peers import SHALLOW, Peer
from tests.quality.ranking_windows import WindowIndex

WORDS, WINDOWS, DENSE = "words only", "stemmed BM25, 180-word windows", "dense only"
RRF, OURS, FLAT = "reciprocal rank fusion", "ours", "ours, best passage"
RERANKED, UNQUOTED = "ours + rerank", "ours, quotation marks taken off"
PAGE, FAR = 10, 100
_QUOTE: Final = re.compile(r"[\"“”]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One configuration's answer to one query: case ids, best first."""

    page: Sequence[str]
    """What the first page shows: at least `PAGE` where there are so many."""
    far: Sequence[str]
    """As far as `FAR`; the same, where the configuration does not know pages."""
    seconds: float
    """Of the first page."""


@dataclass(slots=True, kw_only=True)
class Run:
    """One configuration's answers by query id."""

    page: dict[str, Sequence[str]] = field(default_factory=dict)
    far: dict[str, Sequence[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, query: JudgedQuery, found: Found) -> None:
        """Keep an answer, without the cases that are left out for this query."""
        self.page[query.id] = without(found.page, query.exclude)[:PAGE]
        self.far[query.id] = without(found.far, query.exclude)[:FAR]
        self.seconds[query.id] = found.seconds


Answering = Callable[[JudgedQuery], Mapping[str, Found]]
"""What answers a query, under one or more rows' names."""


def without(cases: Iterable[str], excluded: frozenset[str]) -> list[str]:
    """Return ``cases`` in their order, without the ``excluded`` ones: those below move up."""
    return [case for case in cases if case not in excluded]


def run_all(queries: Sequence[JudgedQuery], answering: Iterable[Answering]) -> dict[str, Run]:
    """Put every query to everything that answers; return each row's answers."""
    runs: dict[str, Run] = {}
    for answer in answering:
        for query in queries:
            for name, found in answer(query).items():
                runs.setdefault(name, Run()).add(query, found)
    return runs


def plain_lanes(index: Index, embedder: Embedder) -> Answering:
    """Answer by each lane, and by their plain fusion; a case ranks where its best passage ranks."""
    cases = _CaseOfRow(index)

    def answer(query: JudgedQuery) -> dict[str, Found]:
        allowed = index.passages.select(all_but(query, cases.ids)) if query.exclude else None
        lanes = read_lanes(index, embedder, query.text, allowed=allowed)
        found = {WORDS: lanes.words, DENSE: lanes.dense, RRF: lanes.fused}
        return {
            name: _same(cases.ranked(ranking.rows), ranking.seconds)
            for name, ranking in found.items()
        }

    return answer


def yardstick(words: WindowIndex) -> Answering:
    """Answer by BM25 over windows."""

    def answer(query: JudgedQuery) -> dict[str, Found]:
        cases, seconds = timed(lambda: words.cases(query.text))
        return {WINDOWS: _same(cases, seconds)}

    return answer


def ours(engine: SearchEngine, *, rerank: bool | None = None) -> Answering:
    """Answer by the product's own search, grouped by case: its first page, and as far as it goes.

    What is looked at twice is measured on its first page alone: the second look goes no further.
    A case that is left out takes no part: it could not even point to the one that it cites.
    """

    ids = case_ids(engine.index)

    def answer(query: JudgedQuery) -> dict[str, Found]:
        search = SearchQuery(
            text=query.text, k=PAGE, by_case=True, rerank=rerank, filters=all_but(query, ids)
        )
        page, seconds = timed(lambda: _cases(engine, search))
        far = page if rerank else _cases(engine, replace(search, k=FAR))
        return {RERANKED if rerank else OURS: Found(page=page, far=far, seconds=seconds)}

    return answer


def ours_unquoted(engine: SearchEngine) -> Answering:
    """Answer as `ours` does, but take what is quoted for plain words: nothing must occur.

    Judges quote with alterations ("[i]n the circumstances"), which stand in no passage as they are.
    """
    ask = ours(engine)

    def answer(query: JudgedQuery) -> dict[str, Found]:
        return {UNQUOTED: ask(replace(query, text=_QUOTE.sub(" ", query.text)))[OURS]}

    return answer


def is_quoting(queries: Iterable[JudgedQuery]) -> bool:
    """Whether any query holds a quotation mark."""
    return any(_QUOTE.search(query.text) for query in queries)


def ours_flat(engine: SearchEngine) -> Answering:
    """Answer by the product's own search of passages; a case ranks where its best passage ranks."""

    ids = case_ids(engine.index)

    def answer(query: JudgedQuery) -> dict[str, Found]:
        search = SearchQuery(text=query.text, k=FAR, filters=all_but(query, ids))
        answered, seconds = timed(lambda: engine.search(search))
        return {FLAT: _same(best_of_each(h.stored.case.id for h in answered.hits), seconds)}

    return answer


def without_rerank_reason(engine: SearchEngine) -> str | None:
    """Say why this index cannot rerank; `None` where it can."""
    try:
        engine.search(SearchQuery(text="negligence", k=1, rerank=True))
    except QueryError as error:
        return str(error)
    return None


def all_but(query: JudgedQuery, cases: Sequence[str]) -> Filters:
    """Return the filter that leaves out what is left out of this query's answers."""
    if not query.exclude:
        return Filters()
    return Filters(case_id=tuple(without(cases, query.exclude)))


def of_peer(index: Index, peer: Peer) -> Answering:
    """Answer by another program; a case ranks where its best passage ranks."""
    cases = _CaseOfRow(index)

    def answer(query: JudgedQuery) -> dict[str, Found]:
        page, seconds = timed(lambda: peer.rows(query.text, SHALLOW))
        far = peer.rows(query.text, min(DEPTH, len(index.vectors)))
        return {peer.name: Found(page=cases.ranked(page), far=cases.ranked(far), seconds=seconds)}

    return answer


class _CaseOfRow:
    """Rows to the ids of their cases."""

    def __init__(self, index: Index) -> None:
        self.ids = case_ids(index)
        self._passages = index.passages

    def ranked(self, rows: Rows | Sequence[int]) -> list[str]:
        """Return the cases of ``rows`` by their best one."""
        places = self._passages.cases_of(np.asarray(rows, dtype=np.int64))
        return [self.ids[place] for place in best_of_each(places.tolist())]


def _cases(engine: SearchEngine, search: SearchQuery) -> list[str]:
    return [group.case.id for group in engine.search(search).groups or ()]


def _same(cases: Sequence[str], seconds: float) -> Found:
    return Found(page=cases, far=cases, seconds=seconds)


def every_text(index: Index) -> Iterator[str]:
    """Yield the text of every passage in row order."""
    step = 1_000
    for first in range(0, len(index.vectors), step):
        rows = np.arange(first, min(first + step, len(index.vectors)))
        yield from (stored.passage.text for stored in index.passages.fetch(rows))
