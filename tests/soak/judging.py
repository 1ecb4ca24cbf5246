"""What a soak's figures say: is the memory flat, is the latency flat, how long until it was as before."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from tests.soak.driving import Sent, percentiles
from tests.soak.flatness import Trend, trend
from tests.soak.truth import Verdict
from tests.soak.watching import Sample

WARM_UP: Final = 1 / 6
"""Of the soak, the part at its beginning that is not judged: caches fill."""
MEMORY_GROWTH: Final = 0.03
"""Of the median, what the memory may grow over the rest of the soak."""
LATENCY_GROWTH: Final = 0.10
"""The same of the 99th percentile of a minute."""
_WINDOW_S: Final = 5
_AS_BEFORE: Final = 1.25
_MINUTE_S: Final = 60
_ENOUGH: Final = 3


def by_minute(sent: Sequence[Sent]) -> list[dict[str, Any]]:
    """Return the percentiles of each minute: of all requests, and of plain searches."""
    minutes: dict[int, list[Sent]] = {}
    for one in sent:
        minutes.setdefault(int(one.at_s // _MINUTE_S), []).append(one)
    return [
        {
            "minute": minute,
            "requests": len(ones),
            **percentiles(_waits(ones)),
            "search": percentiles(_waits([one for one in ones if one.kind == "search"])),
        }
        for minute, ones in sorted(minutes.items())
    ]


def memory(samples: Sequence[Sample], soak_s: float) -> dict[str, Any]:
    """Judge the samples of the soak's own phase."""
    kept = [one for one in samples if one.phase == "soak"]
    kept = [one for one in kept if one.at_s - kept[0].at_s >= soak_s * WARM_UP]
    at = [one.at_s for one in kept]
    return {
        name: _judged(trend(at, [getattr(one, name) for one in kept]), MEMORY_GROWTH)
        for name in ("pss_mb", "heap_mb", "threads", "files")
    }


def latency(minutes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Judge the 99th percentiles and the medians of the minutes after the warm-up."""
    kept = [one for one in minutes if one["minute"] >= len(minutes) * WARM_UP]
    rows = {"p99_ms": "p99", "p50_ms": "p50"}
    judged = {
        name: _judged(
            trend([one["minute"] for one in kept], [one[key] for one in kept]), LATENCY_GROWTH
        )
        for name, key in rows.items()
    }
    searched = [one for one in kept if "p99" in one["search"]]
    found = trend([one["minute"] for one in searched], [one["search"]["p99"] for one in searched])
    return {**judged, "search_p99_ms": _judged(found, LATENCY_GROWTH)}


def recovery_s(sent: Sequence[Sent], *, p99_ms: float, seconds: float) -> float | None:
    """Return after how long five seconds began in which it was as before the overload; None: never.

    As before: none refused, none wrong, and the 99th percentile at most a quarter above ``p99_ms``, the
    worst of a minute before.
    """
    for start in range(int(seconds) - _WINDOW_S + 1):
        window = [one for one in sent if start <= one.at_s < start + _WINDOW_S]
        if len(window) < _ENOUGH or any(one.verdict is not Verdict.RIGHT for one in window):
            continue
        if percentiles(_waits(window))["p99"] <= p99_ms * _AS_BEFORE:
            return float(start)
    return None


def peak(samples: Sequence[Sample], *phases: str) -> dict[str, float]:
    """Return the most memory that was held in some phases."""
    kept = [one for one in samples if one.phase in phases]
    return {
        name: round(max(getattr(one, name) for one in kept), 1)
        for name in ("rss_mb", "pss_mb", "heap_mb")
        if kept
    }


def _waits(sent: Sequence[Sent]) -> list[float]:
    return [one.seconds * 1e3 for one in sent if one.verdict is Verdict.RIGHT]


def _judged(found: Trend | None, limit: float) -> dict[str, Any]:
    if found is None:
        return {"flat": None, "why": "too few figures"}
    told = {name: round(value, 2) for name, value in asdict(found).items()}
    return {
        **told,
        "growth_share": round(found.share, 4),
        "flat": not found.shows_more_than(limit),
    }
