"""What is counted and timed, for Prometheus. No query, no name of a case, no address of a caller."""

import os
from collections import Counter as Counts
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from indexer.store.manifest import Manifest
from service.answers import Answer, Timings
from service.query_vectors import Lookups
from service.work import hits_of

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client, in every worker, looks for the folder that the workers share."""
_STAGES: Final = tuple(field.name for field in fields(Timings))
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_USED: Final = {
    "process_resident_memory_bytes": "Resident memory; what processes share counts for each.",
    "process_virtual_memory_bytes": "Virtual memory.",
    "process_open_fds": "Open files.",
}
_HITS: Final = (0, 1, 2, 5, 10, 20, 50, 100)


class Metrics:
    """The service's own numbers. With several workers each answer adds up those of all of them."""

    def __init__(self, shared: Path | None = None) -> None:
        """Register everything; ``shared`` is the folder of `SHARED` where there are several workers."""
        self._shared = shared
        self._registry = own = CollectorRegistry()
        name = "opinion_search"
        self.requests = Counter(
            f"{name}_requests", "Requests answered.", ("route", "method", "status"), registry=own
        )
        self.seconds = Histogram(
            f"{name}_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=own,
        )
        self.inside = Gauge(
            f"{name}_requests_inside",
            "Requests that are worked on or wait.",
            multiprocess_mode="livesum",
            registry=own,
        )
        self.refused = Counter(
            f"{name}_refused",
            "Requests not worked on to their end, by the reason.",
            ("reason",),
            registry=own,
        )
        self.keys = Counter(
            f"{name}_key_requests",
            "Requests let in, by the name of the key.",
            ("key",),
            registry=own,
        )
        self.stages = Histogram(
            f"{name}_stage_seconds",
            "Time of one search, whole and by stage.",
            ("stage",),
            buckets=_STAGE_SECONDS,
            registry=own,
        )
        self.searches = Counter(f"{name}_searches", "Searches answered.", ("mode",), registry=own)
        self.no_match = Counter(
            f"{name}_no_match", "Searches that nothing in the corpus seems to answer.", registry=own
        )
        self.hits = Histogram(
            f"{name}_hits", "Passages in one answer.", buckets=_HITS, registry=own
        )
        self.cache = Counter(
            f"{name}_cache_lookups",
            "Looks into a cache, by its name and what came of them (hit, miss).",
            ("cache", "outcome"),
            registry=own,
        )
        self.canaries = Counter(
            f"{name}_canary",
            "Canary queries on the build served, by outcome.",
            ("outcome",),
            registry=own,
        )
        for stage in _STAGES:
            self.stages.labels(stage)

    def answered(self, answer: Answer) -> None:
        """Count a search: its time by stage, its hits, whether anything seems to answer it."""
        for stage in _STAGES:
            self.stages.labels(stage).observe(getattr(answer.took_ms, stage) / 1e3)
        self.searches.labels(answer.query.mode.value).inc()
        self.hits.observe(hits_of(answer))
        if answer.no_match:
            self.no_match.inc()

    def looked_up(self, cache: str, lookups: Lookups) -> None:
        """Count looks into the cache of that name."""
        for outcome, times in lookups._asdict().items():
            if times:
                self.cache.labels(cache, outcome).inc(times)

    def render(self, serving: Manifest | None) -> bytes:
        """Return everything in Prometheus's text form; ``serving`` is the build served now."""
        now = CollectorRegistry()
        now.register(_Serving(serving))
        if self._shared is None:
            ProcessCollector(registry=now)
            return generate_latest(self._registry) + generate_latest(now)
        for pid in _pids(self._shared):
            if not _is_alive(pid):
                mark_process_dead(pid, str(self._shared))  # type: ignore[no-untyped-call]
        now.register(_Processes(_pids(self._shared)))
        every = CollectorRegistry()
        MultiProcessCollector(every, path=str(self._shared))  # type: ignore[no-untyped-call]
        return generate_latest(every) + generate_latest(now)


class _Serving(Collector):
    """Which build is served; read when asked, so it is never that of an hour ago."""

    def __init__(self, manifest: Manifest | None) -> None:
        self._manifest = manifest

    def collect(self) -> Iterable[Metric]:
        yield _gauge("ready", "1 while questions are answered.", float(self._manifest is not None))
        if self._manifest is None:
            return
        build = GaugeMetricFamily(
            "opinion_search_build", "The build that is served.", labels=("build_id", "model")
        )
        build.add_metric((self._manifest.build_id, self._manifest.model.name), 1.0)
        yield build
        counts = self._manifest.counts
        yield _gauge("cases", "Cases in the build that is served.", counts.cases)
        yield _gauge("opinions", "Opinions in the build that is served.", counts.opinions)
        yield _gauge("passages", "Passages in the build that is served.", counts.passages)


class _Processes(Collector):
    """What several workers use together, under the names that the use of one has."""

    def __init__(self, pids: Iterable[int]) -> None:
        self._pids = tuple(pids)

    def collect(self) -> Iterable[Metric]:
        used: Counts[str] = Counts()
        for pid in self._pids:
            for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
                used.update({sample.name: sample.value for sample in metric.samples})
        for name, meaning in _USED.items():
            yield GaugeMetricFamily(name, meaning, value=used[name])
        seconds = used["process_cpu_seconds_total"]
        yield CounterMetricFamily("process_cpu_seconds", "Processor time.", value=seconds)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"opinion_search_{name}", meaning, value=value)


def _pids(folder: Path) -> set[int]:
    """Return the processes that left numbers which only count while they live."""
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
