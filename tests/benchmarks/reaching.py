"""All American case law: what the measured figures come to at hundreds of millions of passages.

`python -m tests.benchmarks reaching` computes it from the results of the other parts.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.benchmarks.bench import Bench

OPINIONS: Final = 10_000_000
PASSAGES_OF_AN_OPINION: Final = 30.0
"""Where it was not measured."""
MACHINE_MEMORY_GB: Final = 23.0
BUILD_MACHINE_CORES: Final = 2
_HOURS: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a passage costs here."""

    passages_of_an_opinion: float
    disk_bytes: float
    """A passage."""
    memory_bytes: float
    """A passage, of one worker, when much was asked."""
    passages_per_s: float
    """Of a build, on one machine."""


def measure(bench: Bench) -> dict[str, Any]:
    """Compute the table from the parts measured before, which ``bench`` knows."""
    measured = measured_of(bench.results)
    if isinstance(measured, str):
        bench.say(f"left out: {measured}")
        return {"left_out": measured}
    found = reached(measured)
    for line in table(found):
        bench.say(line)
    return {"figures": found, "table": list(table(found))}


def measured_of(results: Mapping[str, Any]) -> Measured | str:
    """Read what a passage costs from the results; the reason where they do not tell it."""
    parts = results.get("parts", {})
    for name in ("footprint", "building"):
        if name not in parts:
            return f"the part {name} was not measured"
    slope = parts["footprint"].get("per_million_passages")
    if slope is None:
        return "the footprint of one size alone has no slope"
    return Measured(
        passages_of_an_opinion=parts["building"].get(
            "passages_of_an_opinion", PASSAGES_OF_AN_OPINION
        ),
        disk_bytes=slope["disk_mb"],
        memory_bytes=slope["one_worker_pss_mb"],
        passages_per_s=parts["building"]["median_passages_per_s"]["build"],
    )


def reached(measured: Measured, opinions: int = OPINIONS) -> dict[str, float]:
    """Return bytes, hours and machines for so many opinions, in proportion to what was measured."""
    passages = opinions * measured.passages_of_an_opinion
    memory = passages * measured.memory_bytes
    hours = passages / measured.passages_per_s / _HOURS
    return {
        "opinions": opinions,
        "passages": round(passages),
        "disk_gb": round(passages * measured.disk_bytes / 1e9),
        "memory_gb": round(memory / 1e9),
        "build_hours_one_machine": round(hours),
        "machines_to_build_in_a_week": math.ceil(hours / (7 * 24)),
        "machines_to_serve": math.ceil(memory / 1e9 / MACHINE_MEMORY_GB),
        "passages_a_machine": round(MACHINE_MEMORY_GB * 1e9 / measured.memory_bytes),
    }


def table(figures: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    cores, memory = BUILD_MACHINE_CORES, MACHINE_MEMORY_GB
    yield f"| {figures['opinions']:,} opinions, {figures['passages']:,} passages | |"
    yield "|---|---|"
    yield f"| disk | {figures['disk_gb']:,} GB |"
    yield f"| memory, all of it warm | {figures['memory_gb']:,} GB |"
    yield f"| embedding on one machine of {cores} cores | {figures['build_hours_one_machine']:,} hours |"
    yield f"| such machines to build it in a week | {figures['machines_to_build_in_a_week']:,} |"
    yield f"| machines of {memory:.0f} GB to serve it from memory | {figures['machines_to_serve']:,} |"
    yield f"| passages on each of them | {figures['passages_a_machine']:,} |"
