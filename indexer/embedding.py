"""Texts → vectors in order: from the cache what it knows, from the model the rest, while more are made."""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from threading import Lock
from time import monotonic
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.store.vector_cache import VectorCache
from models.base import Embedder, FloatMatrix, WorksAhead
from models.errors import ModelCorruptError

BLOCK: Final = 128
"""Texts embedded and cached together: three such blocks are what a killed build loses at the most, and
two of them what Ctrl-C waits for."""
_AHEAD: Final = 2
"""Blocks that the model may have while the next texts are made: with two, its threads go on with one
where the other leaves some of them idle, at its beginning and at its end."""
_MOST_AHEAD: Final = 256
"""The same for a model on many machines, which says how many keep it busy."""
_UNIT_TOLERANCE: Final = 1e-3


class Embedding:
    """One pass of texts through the model and its cache; for one thread.

    No more than three blocks of texts are in memory, or what a model on many machines keeps busy. A
    vector is in the cache before it is handed on, and so is what the model has done when the pass ends
    early, by an error or by `close`; of many machines, what came in while an earlier block is awaited.
    """

    def __init__(
        self,
        embedder: Embedder,
        cache: VectorCache,
        *,
        block: int = BLOCK,
        on_block: Callable[[], None] = lambda: None,
    ) -> None:
        """Call ``on_block`` after each ``block`` of texts."""
        self._embedder = embedder
        self._cache = cache
        self._size = block
        self._on_block = on_block
        self.embedded = 0
        """Texts that the model was given."""
        self.from_cache = 0
        """Texts that it was not given: known before, or twice in a block."""
        self.clock = Clock()
        """How long the model has been at work."""

    def matrices(self, texts: Iterable[str]) -> Generator[FloatMatrix, None, None]:
        """Yield the vectors of ``texts`` in order, block by block, each ``(n, dim)`` float32.

        The model works on some blocks while the next is made. Raises what it raises, and
        `ModelCorruptError` when it gives a vector that is not of unit length.
        """
        waiting: deque[_Block] = deque()
        most = _MOST_AHEAD if isinstance(self._embedder, WorksAhead) else _AHEAD
        pool = ThreadPoolExecutor(max_workers=most, thread_name_prefix="embed")
        try:
            for block in _blocks(texts, self._size):
                waiting.append(self._look_up(block, pool))
                while waiting and (len(waiting) > self._ahead() or waiting[0].is_done):
                    yield self._collect(waiting)
            while waiting:
                yield self._collect(waiting)
        finally:
            try:
                pool.shutdown(wait=True, cancel_futures=True)
            finally:  # a second Ctrl-C ends the wait, and loses nothing that is done
                self._keep(waiting)

    def _ahead(self) -> int:
        if isinstance(self._embedder, WorksAhead):
            return min(_MOST_AHEAD, self._embedder.blocks_ahead)
        return _AHEAD

    def _look_up(self, texts: Sequence[str], pool: ThreadPoolExecutor) -> "_Block":
        """Take what the cache knows, and let the model work on the rest: each text once."""
        hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known, matrix = self._cache.get(hashes)
        fresh = {hashes[i]: texts[i] for i in np.flatnonzero(~known).tolist()}
        future = pool.submit(self._embed, list(fresh.values())) if fresh else None
        return _Block(hashes, known, matrix, list(fresh), future)

    def _embed(self, texts: Sequence[str]) -> FloatMatrix:
        with self.clock:
            vectors = self._embedder.embed_passages(texts)
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
        if not bool(np.all(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE)):
            raise ModelCorruptError(
                self._embedder.spec.name, "it gave a vector that is not of unit length"
            )
        return vectors

    def _collect(self, waiting: "deque[_Block]") -> FloatMatrix:
        """Wait for the first block, keep what the model gave, return its vectors in order."""
        block = waiting[0]
        while not block.is_done:
            # What has ended since the last look is among these, and is not waited for.
            wait(
                [one.future for one in waiting if one.future and not one.is_settled],
                return_when=FIRST_COMPLETED,
            )
            self._keep(waiting)
        if block.future is not None:
            vectors = block.future.result()
            self._keep([block])
            place = {text_hash: i for i, text_hash in enumerate(block.fresh)}
            for i in np.flatnonzero(~block.known).tolist():
                block.matrix[i] = vectors[place[block.hashes[i]]]
        waiting.popleft()
        self.embedded += len(block.fresh)
        self.from_cache += len(block.hashes) - len(block.fresh)
        self._on_block()
        return block.matrix

    def _keep(self, blocks: "Iterable[_Block]") -> None:
        """Cache what the model has finished and is not there yet."""
        for block in blocks:
            if block.is_settled or block.future is None or not block.future.done():
                continue
            if not block.future.cancelled() and block.future.exception() is None:
                self._cache.put(block.fresh, block.future.result())
            block.is_settled = True


class Clock:
    """Counts the seconds in which anyone is inside it; any number of threads may be, at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._since = 0.0
        self.seconds = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._since = monotonic()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self.seconds += monotonic() - self._since


@dataclass(slots=True, eq=False)
class _Block:
    """A block of texts on its way: what is known of it, and what the model is working on."""

    hashes: list[str]
    known: npt.NDArray[np.bool_]
    matrix: FloatMatrix
    fresh: list[str]
    """Hashes of the texts the model was given, in its order."""
    future: Future[FloatMatrix] | None
    is_settled: bool = False
    """Whether what the model gave is in the cache, or it gave nothing."""

    @property
    def is_done(self) -> bool:
        """Whether nothing of it must be waited for."""
        return self.future is None or self.future.done()


def _blocks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(texts)
    while block := list(islice(rest, size)):
        yield block
