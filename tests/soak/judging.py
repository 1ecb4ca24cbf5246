"""What a soak's figures say: is the memory flat, is the latency flat, how long until it was as before.

A row of figures is not flat when its slope is surely above nothing and its growth above a limit (`flatness`).
Of latency, only minutes count in which other work left the machine alone, in units of what a fixed piece of
work cost at that minute; and beside it stands what a request cost the service in processor time, which hardly
knows of neighbours.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tests.soak.driving import Sent, percentiles
from tests.soak.flatness import Trend, trend
from tests.soak.truth import Verdict
from tests.soak.watching import Sample

WARM_UP_S: Final = 600.0
"""The part of the soak at its beginning that is not judged: caches fill."""
_MOST_OF_IT: Final = 1 / 3
"""Of a short soak, the warm-up is no more than this part."""
MEMORY_GROWTH: Final = 0.03
"""Of the median, what the memory may grow over the rest of the soak."""
LATENCY_GROWTH: Final = 0.10
"""The same of the percentiles of a minute."""
COST_GROWTH: Final = 0.05
"""The same of the processor time of a request."""
OTHERS: Final = 0.15
"""Of one processor: a minute in which other work had more is not judged for latency."""
_CALM: Final = 5
"""Minutes, without which latency is not judged."""
_WINDOW_S: Final = 5
_AS_BEFORE: Final = 1.25
_MINUTE_S: Final = 60
_ENOUGH: Final = 3

Minute = dict[str, Any]


def warm_up_s(soak_s: float) -> float:
    """Return how much of a soak is not judged."""
    return min(WARM_UP_S, soak_s * _MOST_OF_IT)


def by_minute(sent: Sequence[Sent]) -> list[Minute]:
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


def with_conditions(
    minutes: Sequence[Minute], samples: Sequence[Sample], units: Sequence[tuple[float, float]]
) -> list[Minute]:
    """Return the minutes with what they were like: ``units`` are seconds of the soak and milliseconds.

    Processors that other work had, the unit of work in ms, and the processor time of a request.
    """
    kept = soaked(samples)
    at = [one.at_s - kept[0].at_s for one in kept]
    told = []
    for one in minutes:
        ends = [one["minute"] * _MINUTE_S, (one["minute"] + 1) * _MINUTE_S]
        cpu = np.diff(np.interp(ends, at, [sample.cpu_s for sample in kept]))[0]
        others = np.diff(np.interp(ends, at, [sample.others_s for sample in kept]))[0]
        covered = max(1.0, min(ends[1], at[-1]) - ends[0])
        unit = np.interp(ends[0], [at_s for at_s, _ in units], [spent for _, spent in units])
        conditions = {
            "others": round(float(others / covered), 3),
            "unit_ms": round(float(unit), 2),
            "cpu_ms_a_request": round(float(cpu * 1e3 / one["requests"]), 2),
        }
        told.append({**one, **conditions})
    return told


def soaked(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples of the soak's own phase."""
    return [one for one in samples if one.phase == "soak"]


def memory(samples: Sequence[Sample], soak_s: float) -> dict[str, Any]:
    """Judge the samples of the soak's own phase by the medians of their minutes.

    The heap, which nothing else explains; pages of files come and go with the builds and with what else the
    machine does, so PSS and USS are told and not judged.
    """
    kept = soaked(samples)
    minutes: dict[int, list[Sample]] = {}
    for one in kept:
        if one.at_s - kept[0].at_s >= warm_up_s(soak_s):
            minutes.setdefault(int((one.at_s - kept[0].at_s) // _MINUTE_S), []).append(one)
    rows = {
        name: trend(
            list(minutes),
            [float(np.median([getattr(one, name) for one in ones])) for ones in minutes.values()],
        )
        for name in ("heap_mb", "threads", "files", "pss_mb", "uss_mb")
    }
    return {
        name: {**_told(found), "judged": False}
        if name in {"pss_mb", "uss_mb"}
        else _judged(found, MEMORY_GROWTH)
        for name, found in rows.items()
    }


def latency(minutes: Sequence[Minute], soak_s: float) -> dict[str, Any]:
    """Judge percentiles of the calm minutes after the warm-up, and of all these what a request cost."""
    kept = [one for one in minutes if one["minute"] * _MINUTE_S >= warm_up_s(soak_s)]
    calm = [one for one in kept if one["others"] <= OTHERS and "p99" in one["search"]]
    rows = {
        "p99_ms": [one["p99"] for one in calm],
        "p50_ms": [one["p50"] for one in calm],
        "search_p99_ms": [one["search"]["p99"] for one in calm],
    }
    judged = {name: _at_speed(calm, row, LATENCY_GROWTH) for name, row in rows.items()}
    if len(calm) < _CALM:
        why = (
            f"in only {len(calm)} of {len(kept)} minutes other work had at most {OTHERS} processors"
        )
        judged = {name: {**row, "flat": None, "why": why} for name, row in judged.items()}
    cost = _at_speed(kept, [one["cpu_ms_a_request"] for one in kept], COST_GROWTH)
    return {**judged, "cpu_ms_a_request": cost}


def _at_speed(minutes: Sequence[Minute], row: Sequence[float], limit: float) -> dict[str, Any]:
    """Judge a row after taking out how fast the processor was; whole minutes only tell."""
    units = [one["unit_ms"] for one in minutes]
    usual = float(np.median(units)) if units else 1.0
    even = [figure * usual / unit for figure, unit in zip(row, units, strict=True)]
    return _judged(trend([one["minute"] for one in minutes], even), limit)


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
    return {**_told(found), "limit_share": limit, "flat": not found.shows_more_than(limit)}


def _told(found: Trend | None) -> dict[str, Any]:
    if found is None:
        return {}
    told = {name: round(value, 2) for name, value in asdict(found).items()}
    return {**told, "growth_share": round(found.share, 4)}
