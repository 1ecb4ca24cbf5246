"""Searches under filters: what they cost, and that nothing is lost, beside exact search in the same run.

`python -m tests.benchmarks filtering` runs this part.
"""

import time
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from indexer.store.snapshot import Index
from models.base import FloatMatrix
from tests.benchmarks.bench import Bench
from tests.benchmarks.conditions import Condition, by_role, by_share
from tests.benchmarks.figures import median, quantiles, recall
from tests.benchmarks.serving import search_body, service

_SIZES: Final = ("100k", "1m")
_K: Final = 10
_DEEP: Final = 100
_QUERIES: Final = 10
"""Questions for each filter."""
_UNFILTERED: Final = 100
_BLOCK: Final = 50_000


def measure(bench: Bench) -> dict[str, Any]:
    """Measure the large sizes; where none is asked for, the largest."""
    sizes = [size for size in bench.sizes if size in _SIZES] or list(bench.sizes[-1:])
    return {size: of_size(bench, size) for size in sizes}


def of_size(bench: Bench, size: str) -> dict[str, Any]:
    """Measure one size: recall in the index itself, time over HTTP."""
    root = bench.index(size)
    found: dict[str, Any] = {}
    with Index.open(root) as index:
        found["passages"] = index.manifest.counts.passages
        found["no filter"] = unfiltered(bench, index)
        named = [
            *((f"{share:.2%}", conditions) for share, conditions in by_share(index)),
            *by_role(index),
        ]
        for name, conditions in named:
            found[name] = _of_vectors(bench, index, conditions)
    with service(root, bench.log) as running, running.asker() as asker:
        _warm(bench, asker.ask)
        for name, conditions in named:
            found[name]["search"] = _over_http(bench, asker.ask, conditions)
            bench.say(f"{size} {name}: {found[name]}")
    return found


def unfiltered(bench: Bench, index: Index) -> dict[str, Any]:
    """Return recall and time of the vectors' own search without a filter."""
    queries = _vectors(bench, bench.times(_UNFILTERED))
    rows = np.arange(index.manifest.counts.passages, dtype=np.int64)
    return _told([_compared(index, queries, rows, None)])


def exact_top(
    index: Index, queries: FloatMatrix, rows: npt.NDArray[np.int64], k: int
) -> list[list[int]]:
    """Return the ``k`` rows of largest product with each query, by plain products of numpy."""
    best = [np.empty(0) for _ in queries], [np.empty(0, np.int64) for _ in queries]
    for start in range(0, len(rows), _BLOCK):
        part = rows[start : start + _BLOCK]
        products = index.vectors.vectors(part).astype(np.float64) @ queries.T.astype(np.float64)
        for place in range(len(queries)):
            scores = np.concatenate([best[0][place], products[:, place]])
            among = np.concatenate([best[1][place], part])
            order = np.lexsort((among, -scores))[:k]
            best[0][place], best[1][place] = scores[order], among[order]
    return [one.tolist() for one in best[1]]


def _compared(
    index: Index,
    queries: FloatMatrix,
    rows: npt.NDArray[np.int64],
    allowed: npt.NDArray[np.int64] | None,
) -> list[tuple[float, float, float, float]]:
    """Return of each query recall@10, recall@100, milliseconds for 10 and for 100."""
    found = []
    for query, right in zip(queries, exact_top(index, queries, rows, _DEEP), strict=True):
        values = []
        for k in (_K, _DEEP):
            start = time.perf_counter()
            ranked = index.vectors.nearest(query, k, allowed)
            took = (time.perf_counter() - start) * 1e3
            values.append((recall(ranked.rows.tolist(), right[:k]), took))
        (at_10, took_10), (at_100, took_100) = values
        found.append((at_10, at_100, took_10, took_100))
    return found


def _of_vectors(bench: Bench, index: Index, conditions: Sequence[Condition]) -> dict[str, Any]:
    total = index.manifest.counts.passages
    compared = [
        _compared(index, _vectors(bench, bench.times(_QUERIES, least=2)), one.rows, one.rows)
        for one in conditions
    ]
    shares = [len(one.rows) / total for one in conditions]
    return {"filters": len(conditions), "kept_share": median(shares), **_told(compared)}


def _told(compared: Sequence[Sequence[tuple[float, float, float, float]]]) -> dict[str, Any]:
    at_10, at_100, took_10, took_100 = np.array(list(chain.from_iterable(compared))).T
    return {
        "queries": len(at_10),
        "recall_at_10": round(float(at_10.mean()), 4),
        "recall_at_10_worst": round(float(at_10.min()), 4),
        "recall_at_100": round(float(at_100.mean()), 4),
        "nearest_10_ms": quantiles(took_10),
        "nearest_100_ms": quantiles(took_100),
    }


def _over_http(bench: Bench, ask: Any, conditions: Sequence[Condition]) -> dict[str, Any]:
    """Return what the first search under a filter takes, and what later ones do."""
    first: list[float] = []
    later: list[float] = []
    exact, wrong = [], 0
    for condition in conditions:
        for place, question in enumerate(bench.questions.take(bench.times(_QUERIES, least=2))):
            took, answer = ask(**search_body(question, filters=condition.wire))
            (later if place else first).append(took)
            exact.append(answer["exact"])
            wrong += len(answer["hits"]) < min(_K, len(condition.rows)) and not answer["no_match"]
    return {
        "first_ms": quantiles(first),
        "later_ms": quantiles(later),
        "exact_share": round(float(np.mean(exact)), 3),
        "with_fewer_hits": wrong,
    }


def _warm(bench: Bench, ask: Any) -> None:
    for question in bench.questions.take(20):
        ask(**search_body(question))


def _vectors(bench: Bench, count: int) -> FloatMatrix:
    embed = bench.embedder.embed_query
    return np.stack([embed(question) for question in bench.questions.take(count)])
