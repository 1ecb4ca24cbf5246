"""Makes the graph of a build, or goes on with that of an earlier one, and measures what it finds.

Nothing is written where looking at every vector is fast enough, or where the graph would find too little.
FAISS builds it with any number of threads alike; a graph that went on with an earlier one is another than
one made at once, and what both find is measured.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import faiss
import numpy as np

from indexer.errors import IndexCorruptError, IndexOpenError, IndexWriteError
from indexer.store import manifest as manifests
from indexer.store.files import GRAPH, GRAPH_DIGESTS, GRAPH_NODES, VECTORS, write_errors
from indexer.store.least_reach import least_reach
from indexer.store.manifest import EXACT, HNSW_SQ8, VectorSearch
from indexer.store.ranking import Ranking, Rows, Scores
from indexer.store.vector_graph import Digests, GraphFiles, Nodes, digests_of
from indexer.store.vectors import VectorIndex
from models.base import FloatMatrix

_BLOCK: Final = 5_000
"""Vectors added at a time: what Ctrl-C waits for."""
_TRAINED_ON: Final = 50_000
"""Vectors that the ranges of the 8 bits are learnt from."""
_DEPTHS: Final = (10, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRule:
    """When there is a graph, of what shape, and what it must find."""

    from_rows: int = 30_000
    """With fewer, looking at all takes less than 3 ms, and a graph would save 2 of them at the most."""
    links: int = 32
    ef_construction: int = 300
    """Making it takes 2.5 times as long as with 120, a hundredth of embedding; a search a third."""
    ef_ladder: tuple[int, ...] = (100, 125, 150, 200, 250, 300, 400, 500, 700, 1000)
    """Ascending; the first that finds enough is kept."""
    recall_at_10: float = 0.99
    recall_at_100: float = 0.98
    most_removed: float = 0.2
    """Share of dead nodes above which a graph is made anew."""


RULE: Final = GraphRule()


class _Work(NamedTuple):
    """How a graph is made."""

    rule: GraphRule
    threads: int
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A graph, not yet written."""

    graph: "faiss.IndexHNSWSQ"
    nodes: Nodes
    digests: Digests
    added: int
    """Nodes new to a graph that was there; 0 when it was made at once."""

    @property
    def removed(self) -> int:
        return len(self.digests) - len(np.unique(self.nodes))


def write_graph(
    stage: Path,
    questions: Callable[[], FloatMatrix],
    *,
    previous: Path | None = None,
    threads: int = 1,
    rule: GraphRule = RULE,
    say: Callable[[str], None] = lambda _: None,
) -> VectorSearch:
    """Write the graph over ``vectors.faiss`` of ``stage`` if it pays, and return how to search.

    ``questions`` gives vectors, ``(n, dim)``, like those that will be asked for and not in the build; it
    is called when there is something to measure. ``previous`` is the folder of an earlier build, whose
    graph is gone on with where that is sound and most of its passages are still there. ``say`` is told
    how far it has come, every few seconds.
    """
    vectors = VectorIndex.open(stage / VECTORS)
    if len(vectors) < rule.from_rows:
        return _exact("none: every vector is looked at")
    say("making questions of sentences")
    asked = questions()
    if not len(asked):
        return _exact("none: no passage has a sentence to ask")
    truth = vectors.best_of_many(asked, max(_DEPTHS), threads=threads)
    for base in (_earlier(previous, vectors.dim, rule), None):
        made = _made(vectors, base, _Work(rule, threads, say))
        if made is None:
            continue
        with write_errors(stage):
            _write(stage, made)
        say("measuring what the graph finds")
        found = _measured(stage, _described(made, rule, len(asked)), asked, truth, rule)
        if found is not None:
            return found
        _remove(stage)
    return _exact("sentences of its passages: no graph found enough")


def _exact(queries: str) -> VectorSearch:
    return VectorSearch(
        kind=EXACT,
        links=0,
        ef_construction=0,
        ef_search=0,
        recall_at_10=1.0,
        recall_at_100=1.0,
        measured_queries=0,
        queries=queries,
        added=0,
        removed=0,
    )


def _described(made: _Made, rule: GraphRule, measured: int) -> VectorSearch:
    return VectorSearch(
        kind=HNSW_SQ8,
        links=rule.links,
        ef_construction=rule.ef_construction,
        ef_search=rule.ef_ladder[-1],
        recall_at_10=0.0,
        recall_at_100=0.0,
        measured_queries=measured,
        queries="sentences of its passages, as questions",
        added=made.added,
        removed=made.removed,
    )


def _earlier(previous: Path | None, dim: int, rule: GraphRule) -> GraphFiles | None:
    """Read the graph of an earlier build of the same shape, if it has one that is sound."""
    if previous is None:
        return None
    try:
        known = manifests.read(previous)
        search = known.vectors
        if search is None or search.kind != HNSW_SQ8:
            return None
        if (search.links, search.ef_construction) != (rule.links, rule.ef_construction):
            return None
        manifests.check_some(previous, known, (GRAPH, GRAPH_NODES, GRAPH_DIGESTS))
        return GraphFiles.read(previous, dim=dim, mapped=False)
    except IndexOpenError:  # what cannot be gone on with is made anew
        return None


def _made(vectors: VectorIndex, base: GraphFiles | None, work: _Work) -> _Made | None:
    """Return a graph of all ``vectors``, or `None` where too much of ``base`` is dead."""
    digests = digests_of(vectors.matrix)
    if base is None:
        known = np.empty(0, dtype=np.uint64)
        index = _empty(vectors, work.rule, work.threads)
    else:
        known, index = base.digests, base.index
        dead = len(known) - np.count_nonzero(np.isin(known, digests))
        if dead > work.rule.most_removed * len(known):
            return None
    fresh = _first_rows(digests, known)
    faiss.omp_set_num_threads(work.threads)
    for start in range(0, len(fresh), _BLOCK):
        work.say(f"making the graph: {start} of {len(fresh)} vectors")
        index.add(vectors.vectors(fresh[start : start + _BLOCK]))
    everyone = np.concatenate([known, digests[fresh]])
    order = np.argsort(everyone, kind="stable")
    nodes = order[np.searchsorted(everyone[order], digests)].astype(np.int32)
    return _Made(index, nodes, everyone, len(fresh) if base is not None else 0)


def _first_rows(digests: Digests, known: Digests) -> Rows:
    """Return the first row of each vector that ``known`` does not have, ascending."""
    _, first = np.unique(digests, return_index=True)
    rows: Rows = np.sort(first[~np.isin(digests[first], known)]).astype(np.int64)
    return rows


def _empty(vectors: VectorIndex, rule: GraphRule, threads: int) -> "faiss.IndexHNSWSQ":
    index = faiss.IndexHNSWSQ(
        vectors.dim,
        faiss.ScalarQuantizer.QT_8bit,  # type: ignore[arg-type]  # its stubs have another overload
        rule.links,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.hnsw.efConstruction = rule.ef_construction
    sample = np.unique(
        np.linspace(0, len(vectors) - 1, min(_TRAINED_ON, len(vectors))).astype(np.int64)
    )
    faiss.omp_set_num_threads(threads)
    index.train(vectors.vectors(sample))
    return index


def _write(stage: Path, made: _Made) -> None:
    try:
        faiss.write_index(made.graph, str(stage / GRAPH))
    except RuntimeError as error:
        raise IndexWriteError(
            stage / GRAPH, "the graph cannot be written: is the disk full?"
        ) from error
    np.save(stage / GRAPH_NODES, made.nodes)
    np.save(stage / GRAPH_DIGESTS, made.digests)


def _remove(stage: Path) -> None:
    for name in (GRAPH, GRAPH_NODES, GRAPH_DIGESTS):
        (stage / name).unlink()


def _measured(
    stage: Path, search: VectorSearch, asked: FloatMatrix, truth: Scores, rule: GraphRule
) -> VectorSearch | None:
    """Return ``search`` with the fewest reach that finds enough, or `None`."""
    try:
        opened = VectorIndex.open(stage / VECTORS, search=search)
    except IndexCorruptError:  # vectors do not even find themselves
        return None

    def tried(reach: int) -> tuple[bool, VectorSearch | None]:
        trial = opened.following(reach)
        found = [trial.nearest(question, max(_DEPTHS)) for question in asked]
        few, many = (_recall(found, truth - opened.rounding, depth) for depth in _DEPTHS)
        if any(ranking.exact for ranking in found):  # looking at every vector is faster
            return True, None
        if few < rule.recall_at_10 or many < rule.recall_at_100:
            return False, None
        recall_at_10, recall_at_100 = round(few, 4), round(many, 4)
        return True, replace(
            search, ef_search=reach, recall_at_10=recall_at_10, recall_at_100=recall_at_100
        )

    return least_reach(rule.ef_ladder, tried)


def _recall(found: list[Ranking], truth: Scores, depth: int) -> float:
    """Return which share of the first ``depth`` is as near as the last of as many true nearest.

    By nearness, not by row: of passages with the same words any is right.
    """
    last = truth[:, :depth][:, -1]
    right = [
        np.count_nonzero(ranking.scores[:depth] >= least)
        for ranking, least in zip(found, last, strict=True)
    ]
    return float(np.sum(right)) / float(len(right) * min(depth, truth.shape[1]))
