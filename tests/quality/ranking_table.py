"""What a run is worth, half by half: as rows for the eye and as JSON to be kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tests.quality.ranking_judged import Half, JudgedQuery, of_half
from tests.quality.ranking_metrics import (
    DEEP_RECALL,
    MRR,
    NDCG,
    RECALL,
    PerQuery,
    evaluate,
    mean,
    paired_gain,
)
from tests.quality.ranking_runs import OURS, RERANKED, RRF, UNQUOTED, Run

_COLUMNS: Final = (NDCG, MRR, RECALL, DEEP_RECALL)
_LATENCIES: Final = ("median_ms", "p95_ms")
_COMPARED: Final = (OURS, UNQUOTED, RERANKED)


def case_report(queries: Sequence[JudgedQuery], runs: Mapping[str, Run]) -> dict[str, Any]:
    """Return for each half its size, a row a configuration, and ours against the plain fusion.

    Queries whose relevant cases fall in both halves are counted, and in neither.
    """
    report: dict[str, Any] = {
        half.value: _half_report(of_half(queries, half), runs) for half in Half
    }
    report["in_neither"] = len(queries) - sum(report[half.value]["queries"] for half in Half)
    return report


def show_halves(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what `case_report` or `pin_report` returned."""
    for half in Half:
        yield f"  {half.value} half, {report[half.value]['queries']} queries"
        yield from _rows(report[half.value]["rows"])
        for name, gain in report[half.value].get("gains", {}).items():
            yield f"    {name}: {_gain(gain)}"
    if report.get("without_a_passage"):
        yield f"  {report['without_a_passage']} have no passage on the pages they name"
    if report.get("in_neither"):
        yield f"  {report['in_neither']} queries with cases of both halves are in neither"


def latencies(seconds: Iterable[float]) -> dict[str, float]:
    """Return the median and the 95th percentile, in milliseconds; nothing of nothing."""
    ordered = np.array(list(seconds)) * 1e3
    if not len(ordered):
        return {}
    return dict(zip(_LATENCIES, np.percentile(ordered, (50, 95)).tolist(), strict=True))


def gains(
    values: Mapping[str, PerQuery], clusters: Mapping[str, str], measure: str
) -> dict[str, Any]:
    """Return each of ours against the plain fusion, by ``measure``."""
    return {
        f"{name} against {RRF}, {measure}": asdict(paired_gain(values[name], values[RRF], clusters))
        for name in _COMPARED
        if name in values and RRF in values and values[RRF]
    }


def _half_report(queries: Sequence[JudgedQuery], runs: Mapping[str, Run]) -> dict[str, Any]:
    judgements = {query.id: query.relevant for query in queries}
    rows: dict[str, Any] = {}
    ndcg: dict[str, PerQuery] = {}
    for name, run in runs.items():
        found = {
            **evaluate(judgements, run.page, (NDCG, MRR, RECALL)),
            **evaluate(judgements, run.far, (DEEP_RECALL,)),
        }
        ndcg[name] = found[NDCG]
        seconds = [run.seconds[query.id] for query in queries]
        rows[name] = {**{m: mean(found[m]) for m in _COLUMNS}, **latencies(seconds)}
    clusters = {query.id: min(query.relevant) for query in queries}
    return {"queries": len(queries), "rows": rows, "gains": gains(ndcg, clusters, NDCG)}


def _rows(rows: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    names = list(dict.fromkeys(column for row in rows.values() for column in row))
    yield "    " + " ".join([f"{'':<34}", *(f"{name:>10}" for name in names)])
    for name, row in rows.items():
        yield "    " + " ".join([f"{name:<34}", *(_cell(row, column) for column in names)])


def _cell(row: Mapping[str, float], column: str) -> str:
    if column not in row:
        return f"{'–':>10}"
    return f"{row[column]:>10.1f}" if column.endswith("_ms") else f"{row[column]:>10.4f}"


def _gain(gain: Mapping[str, Any]) -> str:
    low, high = gain["difference_interval"]
    ratio_low, ratio_high = gain["ratio_interval"]
    return (
        f"{gain['difference']:+.4f} [{low:+.4f}, {high:+.4f}], "
        f"times {gain['ratio']:.3f} [{ratio_low:.3f}, {ratio_high:.3f}]"
    )
