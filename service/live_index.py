"""Watches an index folder and lends out the searcher of its current build."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from indexer.errors import IndexerError, IndexOpenError, ModelMismatchError
from indexer.store.analysis import query_terms
from indexer.store.files import current_build
from indexer.store.snapshot import Index
from models.base import Embedder
from models.errors import ModelError
from models.load import load_embedder
from service.errors import NotReadyError
from service.live import Live, Searcher
from service.search import SearchEngine
from service.settings import Settings

LoadEmbedder = Callable[[str], Embedder]
"""Model name, as a manifest gives it, to the loaded model."""


class _Lease:
    """An open searcher, and how many are using it. Closed when retired and given back by all."""

    def __init__(self, searcher: SearchEngine) -> None:
        self.searcher = searcher
        self.users = 0
        self.retired = False


class LiveIndex(Live):
    """Serves the build that `CURRENT` names; a better one is opened and proven before the swap.

    A build that cannot be opened, or that does not find its own passage, is never served: the one
    before it goes on, and the reason is kept until the folder names another build.
    """

    def __init__(
        self,
        root: Path,
        *,
        load_embedder: LoadEmbedder,
        poll_interval_s: float = 1.0,
        on_event: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._root = root
        self._load = load_embedder
        self._interval = poll_interval_s
        self._tell = on_event
        self._lock = threading.Lock()
        self._lease: _Lease | None = None
        self._embedder: Embedder | None = None
        self._problem: str | None = "the index is being opened; ask again in a few seconds"
        self._failed: str | None = None
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="watch-index", daemon=True)

    def start(self) -> "LiveIndex":
        """Open the current build in the background, and go on watching."""
        self._watcher.start()
        return self

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """Lend the current searcher; see `Live`."""
        with self._lock:
            lease = self._lease
            if lease is None:
                raise NotReadyError(self._problem or "no index is open")
            lease.users += 1
        try:
            yield lease.searcher
        finally:
            with self._lock:
                lease.users -= 1
                done = lease.retired and lease.users == 0
            if done:
                lease.searcher.index.close()

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now; `None` while a build is served."""
        with self._lock:
            return None if self._lease is not None else self._problem

    def close(self) -> None:
        """Stop watching, and close the build once nobody uses it."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._swap(None)

    def refresh(self) -> None:
        """Look at the folder once: open, prove and swap in the build it names, if it is another."""
        try:
            build_id = current_build(self._root)
        except IndexOpenError as error:
            self._fail(error, build_id=None)
            return
        serving = self._lease.searcher.index.manifest.build_id if self._lease else None
        if build_id in (serving, self._failed):
            return
        try:
            searcher = self._open(build_id)
        except (IndexerError, ModelError, NotReadyError) as error:
            self._fail(error, build_id=build_id)
            return
        self._swap(_Lease(searcher))
        self._tell(f"serving build {build_id}")

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.refresh()
            self._stop.wait(self._interval)

    def _open(self, build_id: str) -> SearchEngine:
        index = Index.open(self._root, build_id=build_id)
        try:
            engine = SearchEngine(index, self._embedder_of(index))
            prove(engine)
        except BaseException:
            index.close()
            raise
        return engine

    def _embedder_of(self, index: Index) -> Embedder:
        """Return the model of the build, loading it only when it is not the one at hand."""
        wanted = index.manifest.model
        if self._embedder is None or self._embedder.spec.fingerprint != wanted.fingerprint:
            loaded = self._load(wanted.name)
            if loaded.spec.fingerprint != wanted.fingerprint:
                raise ModelMismatchError(
                    index.folder,
                    built_with=f"{wanted.name} ({wanted.fingerprint[:12]})",
                    loaded=f"{loaded.spec.name} ({loaded.spec.fingerprint[:12]})",
                )
            self._embedder = loaded
        return self._embedder

    def _swap(self, lease: _Lease | None) -> None:
        with self._lock:
            old, self._lease = self._lease, lease
            self._failed = None
            self._problem = None if lease else "the service is shutting down"
            idle = old is not None and old.users == 0
            if old is not None:
                old.retired = True
        if old is not None and idle:
            old.searcher.index.close()

    def _fail(self, error: Exception, *, build_id: str | None) -> None:
        """Keep the reason, which callers are told: without the folder's path, which is our affair."""
        reason = str(error).replace(str(self._root), "the index")
        with self._lock:
            news = reason != self._problem
            self._problem = reason
            self._failed = build_id
        if news:
            self._tell(reason)


def prove(engine: SearchEngine) -> None:
    """Ask a canary question: a passage of the build must be found by its own words, in both lanes.

    Raises `NotReadyError` when it is not.
    """
    index = engine.index
    row = len(index.vectors) // 2
    (stored,) = index.passages.fetch(np.array([row]))
    text = stored.passage.text
    nearest = index.vectors.nearest(engine.embedder.embed_query(text), 1, None)
    own = float(index.vectors.dots(engine.embedder.embed_query(text), np.array([row]))[0])
    if not len(nearest.rows) or own < float(nearest.scores[0]) - 1e-3:
        raise NotReadyError(
            f"the vectors of build {index.manifest.build_id} do not find their own passage; "
            "build the index again"
        )
    terms = query_terms(text)
    if terms and not float(index.lexical.scores(terms, np.array([row]))[0]) > 0:
        raise NotReadyError(
            f"the words of build {index.manifest.build_id} do not find their own passage; "
            "build the index again"
        )


def open_live(settings: Settings) -> Live:
    """Serve the index of ``settings``, with the model it was built with or the one they name."""

    def load(name: str) -> Embedder:
        return load_embedder(settings.model or name, threads=settings.threads)

    return LiveIndex(
        settings.index_dir, load_embedder=load, poll_interval_s=settings.poll_interval_s
    ).start()
