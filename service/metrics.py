"""What is counted and timed, for Prometheus. No query, no name of a case, no address of a caller."""

from collections import Counter as Counts
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from indexer.store.manifest import Manifest
from service.answers import Answer, Timings
from service.model_names import public_name
from service.query_vectors import Lookups
from service.work import hits_of
from service.worker_counts import WorkerCounts

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client, in every worker, looks for the folder that the workers share."""
_STAGES: Final = tuple(field.name for field in fields(Timings))
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGE_SECONDS: Final = (0.0005, 0.001, 0.0025, *_SECONDS)
_USED: Final = {
    "process_resident_memory_bytes": "Resident memory; what processes share counts for each.",
    "process_virtual_memory_bytes": "Virtual memory.",
    "process_open_fds": "Open files.",
}
_KEYS: Final = "opinion_search_key_requests"
_HITS: Final = (0, 1, 2, 5, 10, 20, 50, 100)


class Metrics:
    """The service's own numbers. With several workers each answer adds up those of all of them."""

    def __init__(self, shared: Path | None = None) -> None:
        """Register everything; ``shared`` is the folder of `SHARED` where there are several workers."""
        self._shared = None if shared is None else WorkerCounts(shared)
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
            _KEYS,
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
        if self._shared is not None:
            with self._shared.alone():
                pass  # the one whose place this process takes may have died

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

    def render(
        self,
        serving: Manifest | None,
        *,
        current_refused: bool = False,
        keys_unread: bool = False,
        with_keys: bool = True,
    ) -> bytes:
        """Return everything in Prometheus's text form; ``serving`` is the build served now.

        ``with_keys``: also how often each key was used, by its name.
        """
        now = CollectorRegistry()
        now.register(_Serving(serving))
        now.register(_Doubts(current_refused=current_refused, keys_unread=keys_unread))
        if self._shared is None:
            ProcessCollector(registry=now)
            return _text(self._registry, with_keys=with_keys) + generate_latest(now)
        with self._shared.alone() as living:
            now.register(_Processes(living))
            every = CollectorRegistry()
            MultiProcessCollector(every, path=str(self._shared.folder))  # type: ignore[no-untyped-call]
            return _text(every, with_keys=with_keys) + generate_latest(now)


def _text(counted: Collector, *, with_keys: bool) -> bytes:
    return generate_latest(counted if with_keys else _WithoutKeys(counted))


class _WithoutKeys(Collector):
    """What another tells, but for the names of keys."""

    def __init__(self, counted: Collector) -> None:
        self._counted = counted

    def collect(self) -> Iterable[Metric]:
        return (metric for metric in self._counted.collect() if metric.name != _KEYS)


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
        build.add_metric((self._manifest.build_id, public_name(self._manifest.model.name)), 1.0)
        yield build
        counts = self._manifest.counts
        yield _gauge("cases", "Cases in the build that is served.", counts.cases)
        yield _gauge("opinions", "Opinions in the build that is served.", counts.opinions)
        yield _gauge("passages", "Passages in the build that is served.", counts.passages)


class _Doubts(Collector):
    """What somebody should see to although questions are answered."""

    def __init__(self, *, current_refused: bool, keys_unread: bool) -> None:
        self._current_refused = current_refused
        self._keys_unread = keys_unread

    def collect(self) -> Iterable[Metric]:
        yield _gauge(
            "current_refused",
            "1 while the build that CURRENT names is not served; another one may be.",
            float(self._current_refused),
        )
        yield _gauge(
            "keys_unread",
            "1 while the file of keys cannot be read: keys revoked in it since are still good.",
            float(self._keys_unread),
        )


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
