"""How long a search takes over HTTP, beside the model alone: by itself, by mode, under load.

`python -m tests.benchmarks latency` runs this part.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from indexer.store.manifest import read as read_manifest
from indexer.store.snapshot import build_folder
from tests.benchmarks.bench import Bench
from tests.benchmarks.client import Answers, Load, run_load
from tests.benchmarks.figures import median, quantiles, ratio_of_medians
from tests.benchmarks.serving import Alone, Service, bodies, cpu_seconds, search_body, service

CLIENTS: Final = (1, 2, 4, 8, 16, 32)
SHARES_OF_CAPACITY: Final = (0.5, 0.8)
_PAIRS: Final = 250
_ROUNDS: Final = 40
_RERANKS_EVERY: Final = 4
"""A second look takes so long that it is measured in every fourth round only."""
_CLOSED_S, _OPEN_S, _WARM_S = 6.0, 12.0, 1.0
_WARM_UP: Final = 30
_MOST_A_SECOND: Final = 1_000
"""More questions than this a second are not made ready."""
WAYS: Final[dict[str, dict[str, Any]]] = {
    "hybrid": {},
    "dense": {"mode": "dense"},
    "lexical": {"mode": "lexical"},
    "by case": {"group_by": "case"},
    "as the index is set up": {"rerank": None},
    "rerank": {"rerank": True},
}


def measure(bench: Bench) -> dict[str, Any]:
    """Measure every size."""
    return {size: of_size(bench, size) for size in bench.sizes}


def of_size(bench: Bench, size: str) -> dict[str, Any]:
    """Measure one size."""
    root = bench.index(size)
    manifest = read_manifest(build_folder(root, None))
    base = read_manifest(build_folder(bench.base_index, None)).counts.passages
    with service(root, bench.log) as running, Alone() as alone:
        found: dict[str, Any] = {"passages": manifest.counts.passages}
        found["alone"] = side_by_side(bench, running, alone)
        bench.say(f"{size}: {found['alone']}")
        found["ways"] = by_way(bench, running, copies=manifest.counts.passages > base)
        found["closed"] = closed(bench, running)
        capacity = max(one["per_second"] for one in found["closed"].values())
        found["open"] = opened(bench, running, capacity)
    one, eight = found["closed"]["1"], found["closed"]["8"]
    found["p99_of_8_clients_over_median_of_1"] = round(eight["p99"] / one["p50"], 2)
    bench.say(f"{size}: {found['closed']}")
    bench.say(f"{size}: {found['open']}")
    return found


def side_by_side(bench: Bench, running: Service, alone: Alone) -> dict[str, Any]:
    """Ask one question after the other, by turns of the service and of the model alone."""
    searches, embeds, stages, exact = [], [], [], []
    with running.asker() as asker:
        for question in bench.questions.take(_WARM_UP):
            asker.ask(**search_body(question))
            alone.ms(question)
        used = [cpu_seconds(running.pid), cpu_seconds(alone.pid)]
        for place, question in enumerate(bench.questions.take(bench.times(_PAIRS))):
            if place % 2:
                embeds.append(alone.ms(question))
            took, answer = asker.ask(**search_body(question))
            searches.append(took)
            stages.append(answer["took_ms"])
            exact.append(answer["exact"])
            if not place % 2:
                embeds.append(alone.ms(question))
        cpu = [cpu_seconds(running.pid) - used[0], cpu_seconds(alone.pid) - used[1]]
    return {
        "search_ms": quantiles(searches),
        "embed_alone_ms": quantiles(embeds),
        "search_over_embed": ratio_of_medians(searches, embeds),
        "search_cpu_ms": round(cpu[0] * 1e3 / len(searches), 2),
        "embed_alone_cpu_ms": round(cpu[1] * 1e3 / len(searches), 2),
        "stages_ms": stage_medians(stages),
        "exact": all(exact),
    }


def by_way(bench: Bench, running: Service, *, copies: bool) -> dict[str, Any]:
    """Measure ways of asking by turns, each with questions of its own.

    Not the second look where there are ``copies``: their other words may have more tokens than the model reads.
    """
    ways = {name: one for name, one in WAYS.items() if not (copies and one.get("rerank"))}
    took: dict[str, list[float]] = {name: [] for name in ways}
    with running.asker() as asker:
        for place in range(bench.times(_ROUNDS)):
            for name, choices in ways.items():
                if choices.get("rerank") and place % _RERANKS_EVERY:
                    continue
                (question,) = bench.questions.take(1)
                took[name].append(asker.ask(**search_body(question, **choices))[0])
    return {name: quantiles(values) for name, values in took.items()}


def closed(bench: Bench, running: Service) -> dict[str, Any]:
    """Measure so many clients at once, each of which waits for its answer."""
    found: dict[str, Any] = {}
    expected = 50.0
    for clients in CLIENTS:
        load = Load(seconds=bench.seconds(_CLOSED_S), warm_up_s=_WARM_S, clients=clients)
        count = int(min(_MOST_A_SECOND, expected * 4) * (load.seconds + load.warm_up_s))
        answers = run_load(running.port, bodies(bench.questions.take(count)), load)
        expected = max(expected, answers.per_second)
        found[str(clients)] = told(answers)
    return found


def opened(bench: Bench, running: Service, capacity: float) -> dict[str, Any]:
    """Measure requests that come when they come, at shares of what can be answered."""
    found: dict[str, Any] = {}
    for share in SHARES_OF_CAPACITY:
        load = Load(
            seconds=bench.seconds(_OPEN_S), warm_up_s=_WARM_S, rate=share * capacity, seed=7
        )
        count = int(share * capacity * (load.seconds + load.warm_up_s) * 1.5) + 100
        answers = run_load(running.port, bodies(bench.questions.take(count)), load)
        found[f"{share:.0%}"] = {
            "rate": round(share * capacity, 1),
            **told(answers),
            "sent_late_ms": quantiles(answers.lateness_ms),
        }
    return found


def told(answers: Answers) -> dict[str, Any]:
    """Return the figures of one load."""
    return {
        **quantiles(answers.latencies_ms),
        "per_second": round(answers.per_second, 1),
        "statuses": answers.statuses,
        "stages_ms": stage_medians([one["took_ms"] for one in answers.looked_into]),
    }


def stage_medians(stages: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each stage, as the service told them."""
    return {name: median([one[name] for one in stages]) for name in (stages[0] if stages else ())}
