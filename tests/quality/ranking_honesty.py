"""Whether the engine knows when it has no answer, and whether its scores mean what they say."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from service.answers import SearchQuery
from service.search import SearchEngine
from tests.quality.ranking_judged import Half, JudgedQuery, of_half

OFF_TOPIC: Final = Path(__file__).with_name("off_topic.jsonl")
BINS: Final = 10
ALLOWED_FALSE: Final = 0.05
"""Share of answerable questions that may be told that there is no answer."""
_HELD_OUT_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the engine said of one question."""

    score: float
    """Of its first case; 0 where it found none."""
    no_match: bool
    right: bool
    """Whether the first case is a relevant one."""


def held_out(cases: Iterable[str]) -> frozenset[str]:
    """Return the fixed fifth of these cases that an index is built without."""
    return frozenset(case for case in cases if _fraction(case) < _HELD_OUT_SHARE)


def unanswerable(queries: Iterable[JudgedQuery], absent: Collection[str]) -> list[JudgedQuery]:
    """Return the queries whose every relevant case is ``absent``."""
    return [query for query in queries if query.relevant <= frozenset(absent)]


def answerable(queries: Iterable[JudgedQuery], absent: Collection[str]) -> list[JudgedQuery]:
    """Return the queries none of whose relevant cases is ``absent``."""
    return [query for query in queries if query.relevant.isdisjoint(absent)]


def read_off_topic(path: Path = OFF_TOPIC) -> list[str]:
    """Return questions that no American opinion of these corpora answers."""
    with path.open(encoding="utf-8") as lines:
        return [str(json.loads(line)["query"]) for line in lines]


def honesty_report(
    engine: SearchEngine,
    queries: Sequence[JudgedQuery],
    absent: Collection[str],
    off_topic: Sequence[str],
) -> dict[str, Any]:
    """Ask an index without the cases ``absent``; report how well it tells what it cannot answer.

    The threshold of the operating point is chosen on the choosing half, for both halves.
    """
    asked = {
        half: (
            [verdict(engine, query) for query in answerable(of_half(queries, half), absent)],
            [verdict(engine, query) for query in unanswerable(of_half(queries, half), absent)],
        )
        for half in Half
    }
    strange = [_verdict(engine, text, frozenset(), frozenset()) for text in off_topic]
    limit = threshold([one.score for one in asked[Half.CHOOSING][0]], ALLOWED_FALSE)
    report: dict[str, Any] = {"threshold_of_choosing_half": limit}
    for half, (can, cannot) in asked.items():
        report[half.value] = {
            "as_shipped": _rates(can, cannot, strange, lambda one: one.no_match),
            "at_threshold": _rates(can, cannot, strange, lambda one: one.score < limit),
            "reliability": reliability(can + cannot),
        }
    return report


def verdict(engine: SearchEngine, query: JudgedQuery) -> Verdict:
    """Ask one judged query with the default settings, by case."""
    return _verdict(engine, query.text, query.relevant, query.exclude)


def threshold(scores: Sequence[float], allowed: float) -> float:
    """Return the score under which at most the share ``allowed`` of ``scores`` falls."""
    ordered = sorted(scores)
    return ordered[int(allowed * len(ordered))] if ordered else 0.0


def reliability(verdicts: Sequence[Verdict]) -> list[dict[str, float]]:
    """Return, for each tenth of the scale that holds any, its mean score and its share of right ones."""
    bins = np.minimum((np.array([one.score for one in verdicts]) * BINS).astype(int), BINS - 1)
    curve = []
    for place in sorted(set(bins.tolist())):
        inside = [one for one, where in zip(verdicts, bins, strict=True) if where == place]
        curve.append(
            {
                "from": place / BINS,
                "questions": len(inside),
                "mean_score": float(np.mean([one.score for one in inside])),
                "share_right": float(np.mean([one.right for one in inside])),
            }
        )
    return curve


def calibration_error(curve: Sequence[Mapping[str, float]]) -> float:
    """Return the expected calibration error: the bins' mean distance from the truth, by their size."""
    total = sum(one["questions"] for one in curve)
    far = sum(one["questions"] * abs(one["mean_score"] - one["share_right"]) for one in curve)
    return far / total if total else float("nan")


def draw_reliability(curves: Mapping[str, Sequence[Mapping[str, float]]], path: Path) -> bool:
    """Draw the curves into a PNG where matplotlib is installed; say whether it is."""
    if find_spec("matplotlib") is None:
        return False
    import_module("matplotlib").use("Agg")
    figure, axes = import_module("matplotlib.pyplot").subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    for name, curve in curves.items():
        scores = [one["mean_score"] for one in curve]
        axes.plot(scores, [one["share_right"] for one in curve], marker="o", label=name)
    axes.set(xlabel="score of the first case", ylabel="share of right first cases")
    axes.legend()
    figure.savefig(path, dpi=120)
    return True


def _verdict(
    engine: SearchEngine, text: str, relevant: frozenset[str], exclude: frozenset[str]
) -> Verdict:
    answer = engine.search(SearchQuery(text=text, k=10 + len(exclude), by_case=True))
    groups = [group for group in answer.groups or () if group.case.id not in exclude]
    if not groups:
        return Verdict(score=0.0, no_match=answer.no_match, right=False)
    first = groups[0]
    return Verdict(score=first.score, no_match=answer.no_match, right=first.case.id in relevant)


def _rates(
    can: Sequence[Verdict],
    cannot: Sequence[Verdict],
    strange: Sequence[Verdict],
    says: Callable[[Verdict], bool],
) -> dict[str, float]:
    return {
        "answerable": len(can),
        "false_no_match": _share(can, says),
        "unanswerable": len(cannot),
        "recognised": _share(cannot, says),
        "off_topic": len(strange),
        "off_topic_recognised": _share(strange, says),
    }


def _share(verdicts: Sequence[Verdict], says: Callable[[Verdict], bool]) -> float:
    return sum(map(says, verdicts)) / len(verdicts) if verdicts else float("nan")


def _fraction(case_id: str) -> float:
    digest = hashlib.sha256(f"held out{case_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
