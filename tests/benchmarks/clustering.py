"""Embedding on no, one and two workers of a cluster, in turn: rate, memory, and whether the bits are the same.

    python -m tests.benchmarks.clustering --index INDEX [--passages N] [--rounds N]

The workers and whoever asks them share this machine: what two of them gain here, they gain from processors that
one leaves idle.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import psutil
import typer

from indexer.embedding import Embedding
from indexer.store.snapshot import Index
from indexer.store.vector_cache import VectorCache
from models.base import Embedder
from models.cluster.spread import spread
from models.load import load_embedder
from tests.benchmarks.figures import median

_MB: Final = 1e6
SETTINGS: Final = (None, "local:1", "local:2")


def run(texts: list[str], setting: str | None, local: Embedder, scratch: Path) -> dict[str, Any]:
    """Embed ``texts`` as a build would, with an empty cache; return rate, memory and digest."""
    with spread(local, setting) as embedder:
        embedder.embed_passages(texts[:256])  # workers have loaded the model
        digest = hashlib.sha256()
        with (
            _counted() as used,
            VectorCache(scratch, local.spec.fingerprint, local.spec.dim) as cache,
        ):
            began = time.monotonic()
            for matrix in Embedding(embedder, cache).matrices(texts):
                digest.update(matrix.tobytes())
            took = time.monotonic() - began
        memory = [process.memory_info().rss / _MB for process in _workers()]
    return {
        "passages_a_second": round(len(texts) / took, 1),
        "driver_cpu_ms_a_passage": round(used["driver"] / len(texts) * 1e3, 3),
        "driver_mb": round(psutil.Process().memory_info().rss / _MB),
        "workers_mb": [round(one) for one in memory],
        "sha256": digest.hexdigest(),
    }


@contextmanager
def _counted() -> Iterator[dict[str, float]]:
    used: dict[str, float] = {}
    began = time.process_time()
    yield used
    used["driver"] = time.process_time() - began


def _workers() -> list[psutil.Process]:
    """Return the processes below this one that have a model: the large ones."""
    below = psutil.Process(os.getpid()).children(recursive=True)
    return [one for one in below if one.memory_info().rss > 100 * _MB]


def main(
    index: Annotated[Path, typer.Option(help="Its passages are embedded.")],
    scratch: Annotated[Path, typer.Option(help="A folder that does not exist yet.")],
    passages: Annotated[int, typer.Option(help="How many.")] = 1024,
    rounds: Annotated[int, typer.Option(help="How often, in turn.")] = 2,
) -> None:
    """Measure and print, as JSON."""
    with Index.open(index) as opened:
        count = opened.manifest.counts.passages
        rows = np.linspace(0, count - 1, passages).astype(np.int64)
        texts = [stored.passage.text for stored in opened.passages.fetch(rows)]
    local = load_embedder()
    found: dict[str, list[dict[str, Any]]] = {}
    for turn in range(rounds):
        for setting in SETTINGS:
            name = setting or "this process"
            done = run(texts, setting, local, scratch / f"{turn}-{name.replace(':', '-')}")
            found.setdefault(name, []).append(done)
            typer.echo(f"{name}: {done}", err=True)
    digests = {one["sha256"] for runs in found.values() for one in runs}
    rates = {
        name: median([one["passages_a_second"] for one in runs]) for name, runs in found.items()
    }
    typer.echo(
        json.dumps(
            {"passages": passages, "equal": len(digests) == 1, "rates": rates, "runs": found}
        )
    )


if __name__ == "__main__":
    typer.run(main)
