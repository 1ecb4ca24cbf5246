"""What an index takes: memory of one worker and of two, disk, the time from start to ready.

`python -m tests.benchmarks footprint` runs this part.
"""

from collections import Counter
from pathlib import Path
from typing import Any, Final

from indexer.store.manifest import read as read_manifest
from indexer.store.snapshot import build_folder
from tests.benchmarks.bench import Bench
from tests.benchmarks.client import Load, run_load
from tests.benchmarks.figures import quantiles
from tests.benchmarks.serving import Service, bodies, service

_STARTS: Final = 5
_ASKED_S: Final = 8.0
_CLIENTS: Final = 4
_MILLION: Final = 1_000_000


def measure(bench: Bench) -> dict[str, Any]:
    """Measure every size, and what a million passages more add."""
    found: dict[str, Any] = {size: of_size(bench, size) for size in bench.sizes}
    if len(bench.sizes) > 1:
        small, large = found[bench.sizes[0]], found[bench.sizes[-1]]
        found["per_million_passages"] = per_million(small, large)
    return found


def of_size(bench: Bench, size: str) -> dict[str, Any]:
    """Measure one size."""
    root = bench.index(size)
    folder = build_folder(root, None)
    passages = read_manifest(folder).counts.passages
    starts = []
    for _ in range(bench.times(_STARTS, least=3)):
        with service(root, bench.log) as running:
            starts.append(running.ready_after_s)
            idle = running.memory()
    found: dict[str, Any] = {
        "passages": passages,
        "start_to_ready_s": {**quantiles(starts), "page_cache": "warm"},
        "one_worker_idle": idle,
        "disk": disk(folder),
    }
    for workers in (1, 2):
        with service(root, bench.log, workers=workers) as running:
            found[f"workers_{workers}"] = asked(bench, running)
    one, two = found["workers_1"]["pss_mb"], found["workers_2"]["pss_mb"]
    found["second_worker_adds_share"] = round((two - one) / one, 3)
    bench.say(f"{size}: {found}")
    return found


def asked(bench: Bench, running: Service) -> dict[str, float]:
    """Return the memory after many different questions."""
    seconds = bench.seconds(_ASKED_S, least=2)
    questions = bench.questions.take(int(seconds * 400))
    run_load(running.port, bodies(questions), Load(seconds=seconds, clients=_CLIENTS))
    return running.memory()


def disk(folder: Path) -> dict[str, Any]:
    """Return the size of a build, by file, in MB."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file():
            sizes[path.relative_to(folder).parts[0]] += path.stat().st_size
    parts = {name: round(size / 1e6, 1) for name, size in sorted(sizes.items())}
    return {"mb": round(sizes.total() / 1e6, 1), "parts_mb": parts}


def per_million(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """Return what a million passages more take: the slope between two sizes."""
    share = _MILLION / (large["passages"] - small["passages"])
    pairs = {
        "disk_mb": [one["disk"]["mb"] for one in (small, large)],
        "one_worker_pss_mb": [one["workers_1"]["pss_mb"] for one in (small, large)],
        "two_workers_pss_mb": [one["workers_2"]["pss_mb"] for one in (small, large)],
    }
    return {name: round((after - before) * share, 1) for name, (before, after) in pairs.items()}
