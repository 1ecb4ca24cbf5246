"""Watches an index folder and lends out the searcher of its current build."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from indexer.errors import EngineUnavailableError, IndexOpenError, ModelMismatchError
from indexer.store.engine import EMBEDDED, VectorEngine
from indexer.store.engine_url import engine_at
from indexer.store.files import (
    CURRENT,
    builds_before,
    current_build,
    list_builds,
    served_build,
)
from indexer.store.snapshot import Index
from models.base import Embedder, WarmsUp
from models.errors import ModelError
from models.load import load_embedder
from service.errors import NotReadyError, is_fault
from service.heap import set_aside
from service.live import Live, Searcher
from service.proven import CANNOT_BE_SERVED, open_proven
from service.query_vectors import RememberingEmbedder
from service.read_ahead import read_ahead
from service.search import SearchEngine
from service.settings import Settings

LoadEmbedder = Callable[[str], Embedder]
"""Model name, as a manifest gives it, to the loaded model."""

_log: Final = logging.getLogger(__name__)
_RETRY_S: Final = 30.0
_TELL_AGAIN_S: Final = 600.0
_OPENING: Final = "the index is being opened; ask again in a few seconds"
_CLOSED: Final = "the service is shutting down"
_STOPPED: Final = "the index cannot be watched any more; the service's log says why; start it again"
_UNREADABLE: Final = "the index cannot be read; the service's log says why"
_NO_SERVER: Final = (
    "the server that holds the vectors does not answer; it is asked again every half minute"
)
_NO_MODEL: Final = "the model of the index cannot be loaded; the service's log says why"


class _Lease:
    """An open searcher, and how many are using it. Closed when retired and given back by all."""

    def __init__(self, searcher: SearchEngine) -> None:
        self.searcher = searcher
        self.build_id = searcher.index.manifest.build_id
        self.users = 0
        self.retired = False


class LiveIndex(Live):
    """Serves the build that `CURRENT` names; another one is opened and proven before the swap.

    A build that cannot be opened, or that does not find its own passages, is never served: the one
    that is served goes on; where there is none (the service has just started), the newest build that
    opens is served in its place, older than the broken one if that is listed. The reason is kept, and
    told again every ten minutes. A broken build is tried again now and then, and whatever `CURRENT`
    names next at once. Damage that nobody foresaw is a reason like any other.
    """

    def __init__(
        self,
        root: Path,
        *,
        load_embedder: LoadEmbedder,
        engine: VectorEngine = EMBEDDED,
        poll_interval_s: float = 1.0,
        retry_s: float = _RETRY_S,
        on_event: Callable[[str], None] = lambda _: None,
        on_trouble: Callable[[str], None] | None = None,
    ) -> None:
        """Nothing is read yet.

        ``on_event`` is called from the watching thread, ``on_trouble`` (the same, unless given) when
        something is wrong; their texts have paths.
        """
        self._root = root.absolute()
        self._load = load_embedder
        self._engine = engine
        self._silent: str | None = None
        self._interval = poll_interval_s
        self._retry = retry_s
        self._tell = on_event
        self._complain = on_trouble or on_event
        self._lock = threading.Lock()
        self._lease: _Lease | None = None
        self._embedder: Embedder | None = None
        self._warmed: Embedder | None = None
        self._read: str | None = None
        self._problem: str | None = _OPENING
        self._mismatch: ModelMismatchError | None = None
        self._told: dict[str, float] = {}
        """What is wrong, and when it was told last."""
        self._failed: tuple[str | None, float] = (None, 0.0)
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch-index", daemon=True)

    def start(self) -> "LiveIndex":
        """Open the current build in the background, and go on watching."""
        self._watcher.start()
        return self

    @property
    def problem(self) -> str | None:
        """Why the build that `CURRENT` names is not served, without the folder's path; or `None`."""
        with self._lock:
            return self._problem

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """Lend the current searcher; see `Live`.

        While there is none because the model is not the index's, that is `ModelMismatchError`.
        """
        with self._lock:
            lease = self._lease
            if lease is None:
                raise self._why_not()
            lease.users += 1
        try:
            yield lease.searcher
        finally:
            with self._lock:
                lease.users -= 1
                done = lease.retired and lease.users == 0
            if done:
                lease.searcher.index.close()

    def _why_not(self) -> IndexOpenError | NotReadyError:
        wrong = self._mismatch
        if wrong is None:
            return NotReadyError(self._problem or _OPENING)
        return ModelMismatchError(wrong.folder, built_with=wrong.built_with, loaded=wrong.loaded)

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now; `None` while a build is served."""
        with self._lock:
            if self._lease is None:
                return self._problem or _OPENING
            return self._silent

    def close(self) -> None:
        """Stop watching, and close the build once nobody uses it."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._swap(None, problem=_CLOSED)

    def refresh(self) -> None:
        """Look at the folder once: open, prove and swap in the build it names, if it is another.

        For the watching thread, or for one caller when there is none.
        """
        build_id = self._named()
        if build_id is not None and build_id == self._serving():
            self._settle()
            return
        if self._is_resting(build_id):
            return
        if build_id is None or not self._take(build_id, problem=None):
            self._failed = (build_id, monotonic() + self._retry)
            if self._serving() is None:
                self._fall_back(build_id)

    def _watch(self) -> None:
        problem = _STOPPED
        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(self._interval)
            problem = _CLOSED
        finally:
            with self._lock:
                self._problem = problem
                if problem is _STOPPED:
                    self._silent = _STOPPED  # what is served would be served for ever

    def _look(self) -> None:
        """Look once. What nobody foresaw is told; the next look may do better."""
        try:
            self.refresh()
            self._probe()
            self._warm_up()
            self._settle_in()
        except BaseException as error:
            if not is_fault(error):
                raise
            self._fail(error, None)

    def _warm_up(self) -> None:
        """Once a model: have it meet questions of the usual lengths, while it answers already."""
        embedder = self._embedder
        if embedder is None or embedder is self._warmed:
            return
        self._warmed = embedder
        if isinstance(embedder, WarmsUp):
            embedder.warm(stop=self._stop.is_set)

    def _settle_in(self) -> None:
        """Once a build: have its files in memory, and its objects where no collector looks for garbage."""
        with self._lock:
            lease = self._lease
        if lease is None or lease.build_id == self._read:
            return
        self._read = lease.build_id
        set_aside()
        with suppress(OSError):  # it may be removed meanwhile; searches will tell
            read_ahead(lease.searcher.index.folder, stop=self._stop.is_set)

    def _probe(self) -> None:
        """Ask the engine of the build that is served whether it answers; tell when that changes."""
        with self._lock:
            lease = self._lease
        silent = None if lease is None else lease.searcher.index.vectors.reason_not_ready()
        with self._lock:
            before, self._silent = self._silent, silent
        if silent is None and before is not None:
            self._tell("the engine that holds the vectors answers again")
        elif silent != before and silent is not None:
            self._complain(silent)

    def _serving(self) -> str | None:
        with self._lock:
            return None if self._lease is None else self._lease.build_id

    def _named(self) -> str | None:
        """Return the build that `CURRENT` names; `None`, and the reason is kept, where it names none."""
        try:
            return current_build(self._root)
        except (IndexOpenError, OSError) as error:
            self._fail(error, None)
            return None

    def _is_resting(self, build_id: str | None) -> bool:
        """Whether a build failed so lately that it is not worth another look."""
        failed, until = self._failed
        return build_id == failed and monotonic() < until

    def _fall_back(self, broken: str | None) -> None:
        """Serve the newest build that opens and, where that can be told, is older than ``broken``."""
        kept = self.problem
        for build_id in reversed(self._published_before(broken)):
            if self._take(build_id, problem=kept):
                return
        with self._lock:
            self._problem = kept

    def _published_before(self, broken: str | None) -> list[str]:
        try:
            if not (self._root / CURRENT).exists():
                return []  # what nothing ever named was never published
            if broken is None and served_build(self._root) is not None:
                return []  # it can be read by now: the next look takes what it names
            builds = list_builds(self._root)
            return builds_before(self._root, broken) if broken in builds else builds
        except OSError:
            return []  # the reason was told when CURRENT could not be read

    def _take(self, build_id: str, *, problem: str | None) -> bool:
        """Serve a build, if it can be; ``problem`` is what is wrong although it is served."""
        try:
            searcher = self._open(build_id)
        except BaseException as error:
            if not is_fault(error):
                raise
            self._fail(error, build_id)
            return False
        self._swap(_Lease(searcher), problem=problem)
        self._tell(f"serving build {build_id}{' in its place' if problem else ''}")
        return True

    def _open(self, build_id: str) -> SearchEngine:
        searcher = open_proven(
            self._root, build_id, engine=self._engine, embedder_of=self._embedder_of
        )
        self._embedder = searcher.embedder
        return searcher

    def _embedder_of(self, index: Index) -> Embedder:
        """Return the model of the build, loading it only when it is not the one at hand."""
        wanted = index.manifest.model
        if self._embedder is None or self._embedder.spec.fingerprint != wanted.fingerprint:
            return self._load(wanted.name)
        return self._embedder

    def _swap(self, lease: _Lease | None, *, problem: str | None) -> None:
        with self._lock:
            old, self._lease = self._lease, lease
            self._problem, self._mismatch = problem, None
            idle = old is not None and old.users == 0
            if old is not None:
                old.retired = True
        if old is not None and idle:
            old.searcher.index.close()

    def _settle(self) -> None:
        """Forget what was wrong: `CURRENT` names what is served, perhaps again."""
        with self._lock:
            well, self._problem = self._problem is None, None
        self._failed = (None, 0.0)
        if well:  # else it may be back in a moment, and was told
            self._told.clear()

    def _fail(self, error: BaseException, build_id: str | None) -> None:
        """Keep the reason for callers, and tell it whole, unless it was told lately."""
        with self._lock:
            self._problem = self._in_public(error)
            self._mismatch = error if isinstance(error, ModelMismatchError) else None
        foreseen = isinstance(error, CANNOT_BE_SERVED)
        words = str(error) if foreseen else f"{type(error).__qualname__}: {error}"
        said = f"build {build_id} is not served: {words}" if build_id else words
        now = monotonic()
        if now - self._told.get(said, -inf) < _TELL_AGAIN_S:
            return
        self._told[said] = now
        self._complain(said)
        if not foreseen:
            _log.error("nobody foresaw what was told last", exc_info=error)

    def _in_public(self, error: BaseException) -> str:
        """Return the reason without a path: where the index and the model lie is our affair."""
        if isinstance(error, ModelError):
            return _NO_MODEL
        if isinstance(error, EngineUnavailableError):
            return _NO_SERVER
        if isinstance(error, OSError) or not isinstance(error, CANNOT_BE_SERVED):
            return _UNREADABLE
        return str(error).replace(str(self._root), "INDEX")


def open_live(settings: Settings) -> Live:
    """Serve the index of ``settings``, with the model it was built with or the one they name."""

    def load(name: str) -> Embedder:
        embedder = load_embedder(settings.model or name, threads=settings.threads)
        size = settings.query_cache_size
        return RememberingEmbedder(embedder, size=size) if size else embedder

    return LiveIndex(
        settings.index_dir,
        load_embedder=load,
        engine=engine_at(settings.engine),
        poll_interval_s=settings.poll_interval_s,
        on_event=_log.info,
        on_trouble=_log.error,
    ).start()
