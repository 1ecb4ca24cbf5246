"""Passages embedded by many machines, through Dask; the same vectors as here, bit for bit."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryDirectory
from threading import Lock
from time import monotonic
from typing import Any, Final, cast

import dask.config
import numpy as np
from distributed import CancelledError, Client, LocalCluster, Security
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from models.base import Embedder, FloatMatrix, FloatVector, ModelSpec, TokenSpans, token_reader
from models.cluster.address import ClusterAddress, LocalWorkers, RemoteScheduler
from models.cluster.worker import Answer, block_of, embed_block, proof_of
from models.errors import ClusterUnavailableError, TextTooLongError, WorkerRefusedError
from models.load import default_threads

MOST_AHEAD: Final = 256
"""Blocks under way at the most, each some 350 KB with its vectors."""
PATIENCE_S: Final = 120.0
"""How long the cluster may be without a worker."""
_BLOCK: Final = 128
_LOOK_S: Final = 1.0
_CONNECT_S: Final = 15.0
_GONE: Final = (CancelledError, CommClosedError, OSError, RuntimeError)
_CLOSED: Final = frozenset({"closing", "closed"})
_NO_PAGES: Final = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.admin.log-format": "%(name)s %(levelname)s %(message)s",
}
"""Dask listens for HTTP whatever one says; so on loopback, and with nothing to answer."""


class ClusterEmbedder:
    """An `Embedder` whose passages are embedded by workers; questions and tokens are read here.

    A block of which a worker dies is given to another. The driver holds no more than `blocks_ahead`
    blocks, if it is asked for no more at once.
    """

    def __init__(
        self, local: Embedder, client: Client, *, where: str, patience_s: float = PATIENCE_S
    ) -> None:
        """Embed as ``local`` does; ``where`` names the cluster in errors."""
        self._local = local
        self._client = client
        self._where = where
        self._patience_s = patience_s
        self._proof = proof_of(local)
        self._counting = Lock()
        self._counted_at = float("-inf")
        self._threads: dict[str, int] = {}
        self._lacking_since: float | None = None
        """When it was first seen to have no worker; `None` where one was there later."""

    @property
    def spec(self) -> ModelSpec:
        """Identity and limits; constant."""
        return self._local.spec

    @property
    def token_reader(self) -> Callable[[str], TokenSpans]:
        """What `token_spans` answers, as a function that can be pickled where the model's can."""
        return token_reader(self._local)

    @property
    def blocks_ahead(self) -> int:
        """One block for each thread of a worker, and one for each worker that waits there."""
        workers = self._workers()
        return min(MOST_AHEAD, max(2, sum(workers.values()) + len(workers)))

    def token_spans(self, text: str, /) -> TokenSpans:
        """Return where each token of ``text`` lies, special tokens and prompts left out."""
        return self._local.token_spans(text)

    def embed_query(self, text: str, /) -> FloatVector:
        """Return one unit vector, shape ``(spec.dim,)``, float32; computed here."""
        return self._local.embed_query(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        """Return unit rows in input order, shape ``(len(texts), spec.dim)``, float32.

        Raises `TextTooLongError`, `WorkerRefusedError`, and `ClusterUnavailableError` where the scheduler
        is gone or no worker has been there for the patience that was given.
        """
        rows = np.empty((len(texts), self.spec.dim), np.float32)
        waiting: deque[tuple[int, Any]] = deque()
        try:
            for start in range(0, len(texts), _BLOCK):
                while len(waiting) >= self.blocks_ahead:
                    self._fill(rows, *waiting.popleft())
                waiting.append((start, self._submit(texts[start : start + _BLOCK])))
            while waiting:
                self._fill(rows, *waiting.popleft())
        finally:
            for _, future in waiting:
                future.release()
        return rows

    def _submit(self, texts: Sequence[str]) -> Any:
        block = block_of(self._local, self._proof, texts)
        with self._told():
            return self._client.submit(embed_block, block, pure=False)

    def _fill(self, rows: FloatMatrix, start: int, future: Any) -> None:
        answer = self._wait(future)
        if answer.too_long is not None:
            position, tokens, budget = answer.too_long
            raise TextTooLongError(position=start + position, tokens=tokens, budget=budget)
        if answer.vectors is None:
            raise WorkerRefusedError(answer.worker, answer.refused or "it gives no vectors")
        rows[start : start + len(answer.vectors)] = answer.vectors

    def _wait(self, future: Any) -> Answer:
        """Wait for a block, however often its worker dies, while there is any worker."""
        with self._told():
            while True:
                try:
                    answer: Answer = future.result(timeout=_LOOK_S)
                except TimeoutError:
                    self._see_workers()
                else:
                    future.release()
                    self._lacking_since = None
                    return answer

    def _see_workers(self) -> None:
        self._workers()
        since = self._lacking_since
        if since is not None and monotonic() - since > self._patience_s:
            reason = f"has had no worker for {self._patience_s:.0f} s"
            raise ClusterUnavailableError(self._where, reason)

    def _workers(self) -> dict[str, int]:
        """Return the threads of each worker, as they were a moment ago."""
        with self._counting:
            now = monotonic()
            if now - self._counted_at > _LOOK_S:
                with self._told():
                    self._threads = cast("dict[str, int]", self._client.nthreads())
                self._counted_at = now
                if self._threads:
                    self._lacking_since = None
                elif self._lacking_since is None:
                    self._lacking_since = now
            return self._threads

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in this program's words what goes wrong with Dask."""
        try:
            yield
        except KilledWorker as error:
            reason = "lost several workers over one block of passages: perhaps they have too little memory"
            raise ClusterUnavailableError(self._where, reason) from error
        except ClusterUnavailableError:
            raise
        except Exception as error:
            # A client that has been closed meanwhile fails in many ways: it has no scheduler any more.
            if not isinstance(error, _GONE) and self._client.status not in _CLOSED:
                raise
            raise ClusterUnavailableError(self._where, "does not answer any more") from error


@contextmanager
def spread_over(address: ClusterAddress, local: Embedder) -> Iterator[ClusterEmbedder]:
    """Yield an embedder on the cluster at ``address``; workers of our own end with it.

    Raises `ClusterUnavailableError` where no scheduler answers.
    """
    with ExitStack() as stack:
        if isinstance(address, LocalWorkers):
            where = f"local:{address.workers}"
            client = stack.enter_context(_own_workers(address.workers))
        else:
            where = address.url
            client = stack.enter_context(_connected(address))
        yield ClusterEmbedder(local, client, where=where)


@contextmanager
def _own_workers(workers: int) -> Iterator[Client]:
    """Start workers that share this machine's processors.

    They listen on loopback, with a certificate made for the occasion: other users of this machine
    cannot speak to them.
    """
    security = Security.temporary()
    with (
        TemporaryDirectory(prefix="opinion-search-") as scratch,
        dask.config.set(_NO_PAGES),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=max(1, default_threads() // workers),
            processes=True,
            host="127.0.0.1",
            security=security,
            protocol="tls://",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            scheduler_kwargs={"dashboard": False},
            local_directory=scratch,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, security=security, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def _connected(address: RemoteScheduler) -> Iterator[Client]:
    try:
        client = Client(
            address.url,
            security=_security(address),
            timeout=_CONNECT_S,
            set_as_default=False,
        )
    except (OSError, TimeoutError, CommClosedError) as error:
        raise ClusterUnavailableError(address.url, "does not answer") from error
    with client:
        yield client


def _security(address: RemoteScheduler) -> Security | None:
    if address.ca is None:
        return None
    return Security(
        tls_ca_file=address.ca,
        tls_client_cert=address.cert,
        tls_client_key=address.key,
        require_encryption=True,
    )
