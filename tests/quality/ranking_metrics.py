"""What a ranking is worth: measures by ir-measures (trec_eval's), and how sure a difference is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import RR, R, nDCG

NDCG, MRR, RECALL, DEEP_RECALL = "nDCG@10", "MRR@10", "recall@10", "recall@100"
_MEASURES: Final = {NDCG: nDCG @ 10, MRR: RR @ 10, RECALL: R @ 10, DEEP_RECALL: R @ 100}
_RESAMPLES: Final = 10_000
_SEED: Final = 20261122
_LEVEL: Final = (2.5, 97.5)

PerQuery: TypeAlias = Mapping[str, float]
"""A measure's value by query id."""
Judgements: TypeAlias = Mapping[str, Collection[str]]
"""What is relevant, by query id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """How much better one ranking is than another on the same queries, with 95% intervals."""

    difference: float
    """Of the means."""
    difference_interval: tuple[float, float]
    ratio: float
    """Of the means; `nan` where the other's is 0."""
    ratio_interval: tuple[float, float]


def evaluate(
    judgements: Judgements, run: Mapping[str, Sequence[str]], measures: Collection[str]
) -> dict[str, PerQuery]:
    """Return each measure by query; a query of ``judgements`` without an answer gets 0.

    ``run`` is best first. Nothing is taken from its scores: trec_eval orders by score and breaks
    ties its own way, so the place alone is handed over, as a score.
    """
    qrels = {query: dict.fromkeys(relevant, 1) for query, relevant in judgements.items()}
    scored = {
        query: {one: float(len(run[query]) - place) for place, one in enumerate(run[query])}
        for query in judgements
        if run.get(query)
    }
    values: dict[str, dict[str, float]] = {
        name: dict.fromkeys(judgements, 0.0) for name in measures
    }
    names = {_MEASURES[name]: name for name in measures}
    if scored:
        for found in ir_measures.iter_calc(list(names), qrels, scored):
            values[names[found.measure]][found.query_id] = found.value
    return dict(values)


def mean(values: PerQuery) -> float:
    """Return the mean over the queries; `nan` of none."""
    return float(np.mean(list(values.values()))) if values else float("nan")


def paired_gain(ours: PerQuery, other: PerQuery, clusters: Mapping[str, str]) -> Gain:
    """Compare two rankings by a paired bootstrap of clusters of queries.

    ``clusters`` names each query's case: queries about one case stand or fall together, so whole
    cases are drawn, with replacement; a query's two values are always drawn together.
    """
    if ours.keys() != other.keys():
        raise ValueError("the two rankings are not of the same queries")
    queries = sorted(ours)
    _, cluster = np.unique([clusters[query] for query in queries], return_inverse=True)
    sums = [_cluster_sums(values, queries, cluster) for values in (ours, other)]
    sizes = np.bincount(cluster).astype(np.float64)
    drawn = _draws(len(sizes))
    counts = drawn @ sizes
    means = [(drawn @ of) / counts for of in sums]
    whole = [float(of.sum() / sizes.sum()) for of in sums]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = means[0] / means[1]
    return Gain(
        difference=whole[0] - whole[1],
        difference_interval=_interval(means[0] - means[1]),
        ratio=whole[0] / whole[1] if whole[1] else float("nan"),
        ratio_interval=_interval(ratios[np.isfinite(ratios)]),
    )


def _cluster_sums(
    values: PerQuery, queries: Sequence[str], cluster: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    weights = [values[query] for query in queries]
    return np.bincount(cluster, weights=weights).astype(np.float64)


def _draws(clusters: int) -> npt.NDArray[np.float32]:
    """Return how often each cluster is drawn, shape ``(resamples, clusters)``."""
    random = np.random.default_rng(_SEED)
    even = np.full(clusters, 1.0 / clusters)
    return random.multinomial(clusters, even, size=_RESAMPLES).astype(np.float32)


def _interval(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    if not len(values):
        return (float("nan"), float("nan"))
    low, high = np.percentile(values, _LEVEL)
    return (float(low), float(high))
