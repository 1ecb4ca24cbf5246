"""The same corpus in this process and in a Milvus server: build, ranking, latency, memory, disk; JSON.

    python -m tests.benchmarks.engines --index INDEX --scratch DIR --milvus milvus-server [--questions FILE]

The passages' vectors are those of the index; nothing but questions is embedded. The server is started for
this and nothing else: one to a machine.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexer.filters import Filters
from indexer.graph_questions import questions_of
from indexer.store import manifest as manifests
from indexer.store.engine import EMBEDDED, VectorEngine, Written
from indexer.store.engine_url import engine_at
from indexer.store.files import BUILDS, CURRENT, VECTORS
from indexer.store.snapshot import Index, build_folder
from models.base import Embedder, FloatMatrix
from models.load import load_embedder
from service.answers import SearchQuery
from service.search import SearchEngine
from tests.acceptance.running import serving
from tests.benchmarks import machine
from tests.benchmarks.conditions import by_share
from tests.benchmarks.figures import quantiles, recall
from tests.benchmarks.filtering import exact_top
from tests.benchmarks.footprint import disk
from tests.benchmarks.questions import Questions, read_questions
from tests.benchmarks.questions import questions_of as made_of
from tests.benchmarks.serving import ROOT, memory_of, search_body
from tests.milvus_server import MilvusServer

_WARM_UP: Final = 20
_DEEP: Final = 100
_UNFILTERED: Final = 100
_EACH: Final = 4
"""Questions for each filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An engine, and the copy of the index whose vectors it has."""

    name: str
    url: str
    root: Path
    built: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is measured."""

    index: Path
    scratch: Path
    server: MilvusServer
    questions: Questions
    asked: FloatMatrix
    """Sentences of the passages, as questions."""
    embedder: Embedder
    count: int


def moved(trial: Trial, name: str, url: str) -> Side:
    """Copy the index, have the engine take the vectors as a build does, and say what that cost."""
    given = build_folder(trial.index, None)
    root = trial.scratch / name
    folder = root / BUILDS / given.name
    shutil.copytree(given, folder, ignore=shutil.ignore_patterns("graph*"))
    (root / CURRENT).write_text(f"{given.name}\n")
    engine = engine_at(url) if url else EMBEDDED
    written = Written(
        stage=folder,
        build_id=given.name,
        previous=None,
        threads=2,
        questions=lambda: trial.asked[1::2],
    )
    with _clocked(trial.server) as took:
        search = engine.take(written)
    engine.settle(folder)
    described = manifests.read(folder)
    manifests.write(folder, replace(described, vectors=search))
    engine.publish(given.name)
    built = {**took, "search": _search_told(search)}
    return Side(name=name, url=url or "embedded", root=root, built=built)


@contextmanager
def _clocked(server: MilvusServer) -> Iterator[dict[str, float]]:
    took: dict[str, float] = {}
    before = time.monotonic(), time.process_time(), server.cpu_seconds()
    yield took
    after = time.monotonic(), time.process_time(), server.cpu_seconds()
    names = ("seconds", "cpu_here_s", "cpu_server_s")
    took |= {n: round(b - a, 1) for n, a, b in zip(names, before, after, strict=True)}


def _search_told(search: manifests.VectorSearch) -> dict[str, Any]:
    return {"kind": search.kind, "ef": search.ef_search, "recall_at_10": search.recall_at_10}


def ranked(trial: Trial, sides: Sequence[Side]) -> dict[str, Any]:
    """Compare what each side finds with every vector looked at, without a filter and under filters."""
    found: dict[str, Any] = {side.name: {} for side in sides}
    with _opened(sides) as indexes, Index.open(trial.index) as judge:
        total = np.arange(judge.manifest.counts.passages, dtype=np.int64)
        sets = [("all", [(total, None)] * 1), *_filters(judge)]
        for name, conditions in sets:
            for side, index in zip(sides, indexes, strict=True):
                found[side.name][name] = _compared(trial, judge, index, conditions)
    return found


def _filters(judge: Index) -> list[tuple[str, list[tuple[Any, Any]]]]:
    return [
        (f"{share:.1%}", [(one.rows, one.rows) for one in conditions])
        for share, conditions in by_share(judge)
        if share >= 0.001
    ]


def _compared(
    trial: Trial, judge: Index, index: Index, conditions: Sequence[tuple[Any, Any]]
) -> dict[str, Any]:
    few, many, times, outside, unstable = [], [], [], 0, 0
    for place, (rows, allowed) in enumerate(conditions):
        asked = trial.asked[: _UNFILTERED] if allowed is None else trial.asked[place::29][:_EACH]  # fmt: skip
        for query, right in zip(asked, exact_top(judge, asked, rows, _DEEP), strict=True):
            start = time.perf_counter()
            ranking = index.vectors.nearest(query, _DEEP, allowed)
            times.append((time.perf_counter() - start) * 1e3)
            again = index.vectors.nearest(query, _DEEP, allowed)
            unstable += not np.array_equal(ranking.rows, again.rows)
            outside += int(np.count_nonzero(~np.isin(ranking.rows, rows)))
            got = ranking.rows.tolist()
            few.append(recall(got[:10], right[:10]))
            many.append(recall(got, right))
    return {
        "queries": len(few),
        "recall_at_10": round(float(np.mean(few)), 4),
        "recall_at_100": round(float(np.mean(many)), 4),
        "outside_the_filter": outside,
        "another_order_when_asked_again": unstable,
        "nearest_100_ms": quantiles(times),
    }


def searched(trial: Trial, sides: Sequence[Side]) -> dict[str, Any]:
    """Ask each question of both sides by turns: milliseconds of a whole search, and equality of hits."""
    found: dict[str, Any] = {}
    with _opened(sides) as indexes:
        engines = [SearchEngine(index, trial.embedder) for index in indexes]
        for question in trial.questions.take(_WARM_UP):
            _ask(engines, question)
        for name, filters in (("plain", Filters()), ("filtered", _half(indexes[0]))):
            times: list[list[float]] = [[] for _ in sides]
            same = []
            for question in trial.questions.take(trial.count):
                took, hits = _ask(engines, question, filters)
                same.append(all(one == hits[0] for one in hits))
                for mine, one in zip(times, took, strict=True):
                    mine.append(one)
            found[name] = {
                "same_ten_hits_share": round(float(np.mean(same)), 3),
                "ms": {side.name: quantiles(one) for side, one in zip(sides, times, strict=True)},
            }
    return found


def _half(index: Index) -> Filters:
    return next(conditions[0].filters for share, conditions in by_share(index) if share == 0.5)


def _ask(
    engines: Sequence[SearchEngine], question: str, filters: Filters | None = None
) -> tuple[list[float], list[list[int]]]:
    took, hits = [], []
    query = SearchQuery(text=question, k=10, filters=filters or Filters())
    for engine in engines:
        start = time.perf_counter()
        answer = engine.search(query)
        took.append((time.perf_counter() - start) * 1e3)
        hits.append([hit.stored.passage.row for hit in answer.hits])
    return took, hits


@contextmanager
def _opened(sides: Sequence[Side]) -> Iterator[list[Index]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(Index.open(side.root, engine=_engine(side))) for side in sides
        ]  # fmt: skip


def _engine(side: Side) -> VectorEngine:
    return engine_at(side.url)


def footprint(trial: Trial, side: Side) -> dict[str, Any]:
    """Return the memory of a service that was asked, and the disk of what it reads."""
    log = trial.scratch / f"{side.name}.log"
    with serving(side.root, log, OPINION_SEARCH_ENGINE=side.url) as client:
        took = []
        for question in trial.questions.take(trial.count):
            start = time.perf_counter()
            assert client.post("/v1/search", json=search_body(question)).status_code == 200
            took.append((time.perf_counter() - start) * 1e3)
        memory = memory_of(_serving_pid(side.root))
    folder = build_folder(side.root, None)
    has_vectors = (folder / VECTORS).exists()
    found = {"http_ms": quantiles(took), "service": memory, "disk_here": disk(folder)}
    if not has_vectors:
        found |= {"server": trial.server.memory(), "disk_server_mb": trial.server.disk_mb()}
    return found


def _serving_pid(root: Path) -> int:
    """Return the process that serves an index of this run."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        words = entry.read_bytes().split(b"\0")
        if b"serve" in words and str(root).encode() in words:
            return int(entry.parent.name)
    raise ValueError(f"nothing serves {root}")


def measured(trial: Trial, kinds: Sequence[str]) -> dict[str, Any]:
    """Measure the embedded engine, then Milvus with each kind of index."""
    empty = {"server_empty": trial.server.memory(), "server_empty_disk_mb": trial.server.disk_mb()}
    sides = [moved(trial, "embedded", "")]
    sides += [moved(trial, f"milvus-{one}", trial.server.url(f"bench{one[:3]}", index=one)) for one in kinds]  # fmt: skip
    steps: dict[str, Callable[[], Any]] = {
        "built": lambda: {side.name: side.built for side in sides},
        "ranking": lambda: ranked(trial, sides),
        "search": lambda: searched(trial, sides),
        "footprint": lambda: {side.name: footprint(trial, side) for side in sides},
    }
    found: dict[str, Any] = {"passages": _passages(trial.index), **empty}
    for name, step in steps.items():
        found[name] = step()
        print(f"{name}: {json.dumps(found[name])}", file=sys.stderr)  # noqa: T201
    return found


def _passages(root: Path) -> int:
    return manifests.read(build_folder(root, None)).counts.passages


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Compare the engines.")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True, help="it is emptied first")
    parser.add_argument("--milvus", required=True, help="the program of a Milvus server")
    parser.add_argument("--kinds", default="hnsw", help="hnsw, ivf_sq8, flat: comma separated")
    parser.add_argument("--questions", type=Path, help="one a line; else made of sentences")
    parser.add_argument("--count", type=int, default=200, help="questions of a measurement")
    given = parser.parse_args()
    shutil.rmtree(given.scratch, ignore_errors=True)
    given.scratch.mkdir(parents=True)
    before = machine.load()
    with Index.open(given.index) as index:
        embedder = load_embedder(index.manifest.model.name, threads=1)
        texts = read_questions(given.questions) if given.questions else made_of(index)
        asked = questions_of(index.passages, embedder, total=index.manifest.counts.passages)
    server = MilvusServer(given.scratch / "milvus", command=given.milvus)
    try:
        server.start()
        trial = Trial(
            index=given.index,
            scratch=given.scratch,
            server=server,
            questions=Questions(texts),
            asked=asked,
            embedder=embedder,
            count=given.count,
        )
        found = measured(trial, given.kinds.split(","))
    finally:
        server.close()
    told = {"machine": machine.machine(), "before": before, "after": machine.load()}
    print(json.dumps({"commit": machine.commit(ROOT), **told, **found}, indent=1))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
