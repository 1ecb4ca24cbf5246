"""The vectors: one unit vector a row, exact products with any of them, the nearest by them.

A large build also has a graph (`vector_graph`). It only proposes candidates; they are ranked by the same
products. No other file than these two, and `graph_writer`, imports faiss.
"""

import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from math import ceil
from pathlib import Path
from typing import Final, Self, cast

import faiss
import numpy as np

from indexer.errors import IndexCorruptError, IndexerError, IndexOpenError, IndexWriteError
from indexer.store.manifest import EXACT, VectorSearch
from indexer.store.ranking import Ranking, Rows, Scores, best_first, is_in, products
from indexer.store.vector_graph import Graph, reading
from models.base import FloatMatrix, FloatVector

_FLAT_BY_PRODUCT: Final = b"IxFI"
_HEADER: Final = struct.Struct("<4siq21xq")
"""Kind, length and number of the vectors; unused or constant fields; number of floats. They follow
at once. ``faiss:faiss/impl/index_write.cpp``, `write_index_header`."""
_COUNT: Final = struct.Struct("<q")
_COUNT_AT: Final = 8
_BLOCK: Final = 4096
"""Rows gathered at a time."""
_ROWS_A_STEP: Final = 45
_RUNS_A_STEP: Final = 30
"""How many products take the time of one step in the graph: of rows that follow one another, 0.1 µs each,
and besides of rows apart from the one before, another 0.15 µs; a step takes 4 to 5 µs."""
_SPARE: Final = 1.25
"""Candidates ranked for each that is wanted: the graph's own order is that of 8 bits a number."""
_TRIES: Final = 2
_ENOUGH: Final = 0.9
"""Of the rows that should have been met: how many are is a matter of chance."""
_MEASURED_DEPTH: Final = 100
"""How many nearest the manifest's ``ef_search`` is for; more are sought further."""


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into this package's own error."""
    try:
        yield
    except OSError as error:
        raise IndexWriteError(
            path, f"the vectors cannot be written ({error.strerror}): is the disk full?"
        ) from error


def write_vectors(path: Path, blocks: Iterable[FloatMatrix], dim: int) -> int:
    """Write the rows of all blocks, each ``(n, dim)`` float32, in order; return how many.

    The file is the one that FAISS writes of such an index; one block is in memory at a time.
    """
    empty = faiss.serialize_index(faiss.IndexFlatIP(dim)).tobytes()
    count = 0
    with ExitStack() as stack:
        with _writing(path):
            file = stack.enter_context(path.open("wb"))
            file.write(empty)
        for block in blocks:
            if block.ndim != 2 or block.shape[1] != dim or block.dtype != np.float32:
                raise ValueError(f"a block is {block.dtype} {block.shape}, not float32 (n, {dim})")
            with _writing(path):
                file.write(np.ascontiguousarray(block, dtype="<f4").data)
            count += len(block)
        with _writing(path):
            file.seek(0)
            file.write(_counted(empty, dim, count))
            file.flush()
    return count


def _counted(empty: bytes, dim: int, count: int) -> bytes:
    """Return the header of an index of ``count`` vectors, made from that of an empty one."""
    if len(empty) != _HEADER.size or _HEADER.unpack(empty) != (_FLAT_BY_PRODUCT, dim, 0, 0):
        raise IndexerError(
            "this version of FAISS writes another form of file; install the one in requirements.lock"
        )
    header = bytearray(empty)
    _COUNT.pack_into(header, _COUNT_AT, count)
    _COUNT.pack_into(header, _HEADER.size - _COUNT.size, count * dim)
    return bytes(header)


def _shape_of(path: Path) -> tuple[int, int]:
    """Return the length and the number of the vectors in a file, having seen that it is whole.

    FAISS reads a mapped file without looking where it ends: a torn header kills the process.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
            size = path.stat().st_size
    except FileNotFoundError as error:
        raise IndexCorruptError(path, "the file is missing") from error
    if len(header) < _HEADER.size or not header.startswith(_FLAT_BY_PRODUCT):
        raise IndexCorruptError(path, "this is not a FAISS file of a flat index")
    _, dim, count, floats = _HEADER.unpack(header)
    if dim < 1 or floats != dim * count or size != _HEADER.size + 4 * floats:
        raise IndexCorruptError(path, "the file is torn: its size is not what its header says")
    return dim, count


class VectorIndex:
    """The vectors of one build, memory-mapped; any number of threads may search them."""

    def __init__(self, path: Path, index: "faiss.IndexFlatIP") -> None:
        """Take an opened index; use `open`."""
        self._graph: Graph | None = None
        self._reach = 0
        self._path = path
        self._index = index
        self._dim = int(index.d)
        self._count = int(index.ntotal)
        flat = np.empty(0, dtype=np.float32)
        if self._count:
            flat = faiss.rev_swig_ptr(index.get_xb(), self._count * self._dim)
        self._matrix: FloatMatrix = flat.reshape(self._count, self._dim)
        self._matrix.flags.writeable = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        dim: int | None = None,
        count: int | None = None,
        search: VectorSearch | None = None,
    ) -> Self:
        """Map the file that `write_vectors` wrote, and see that it has ``count`` rows of ``dim``.

        With a ``search`` by graph also maps that, from the same folder; without it is exact. Also asks
        FAISS for a few products that numpy knows: its own OpenBLAS is an old one.
        """
        found_dim, found_count = _shape_of(path)
        if dim not in {None, found_dim} or count not in {None, found_count}:
            raise IndexCorruptError(
                path, f"{found_count} vectors of {found_dim} instead of {count} of {dim}"
            )
        with reading(path):
            index = cast("faiss.IndexFlatIP", faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        opened = cls(path, index)
        opened._check_arithmetic()
        if search is not None and search.kind != EXACT:
            opened._graph = Graph.open(path.parent, vectors=opened._matrix)
            opened._reach = search.ef_search
        return opened

    @property
    def is_exact(self) -> bool:
        """Whether `nearest` always finds the true nearest: there is no graph. See `Ranking.exact`."""
        return self._graph is None

    def following(self, reach: int) -> Self:
        """Return the same vectors with another ``ef_search``."""
        other = copy(self)
        other._reach = reach
        return other

    def reason_not_ready(self) -> str | None:
        """Say nothing: a mapped file always answers."""
        return None

    def close(self) -> None:
        """Leave the mapping to go with the object."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def __len__(self) -> int:
        return self._count

    def nearest(self, query: FloatVector, k: int, allowed: Rows | None = None) -> Ranking:
        """Return the ``k`` rows of the largest dot product with ``query``, shape ``(dim,)``.

        Of ``allowed``, an ascending set of rows, where it is given. The ranking says whether it is exact:
        it is without a graph, and where so few rows are allowed that all of them are looked at. Either
        way FAISS only chooses candidates, and `dots` ranks those.
        """
        asked = np.ascontiguousarray(query, dtype=np.float32)
        if asked.shape != (self._dim,):
            raise ValueError(f"the query has the shape {asked.shape}, not ({self._dim},)")
        probable = self._by_graph(asked, k, allowed)
        if probable is not None:
            return best_first(probable, self.dots(asked, probable), k, exact=False)
        rows = self._scan(asked, k) if allowed is None else self._pick(asked, k, allowed)
        return best_first(rows, self.dots(asked, rows), k)

    def best_of_many(self, queries: FloatMatrix, k: int, *, threads: int) -> Scores:
        """Return the ``k`` greatest products of each query with any row, best first.

        Shape ``(queries, k)``, fewer where there are fewer rows; summed in single precision.
        """
        faiss.omp_set_num_threads(threads)
        with reading(self._path):
            scores, _ = self._index.search(np.ascontiguousarray(queries), min(k, self._count))
        wide: Scores = scores.astype(np.float64)
        return wide

    @property
    def matrix(self) -> FloatMatrix:
        """All vectors, ``(rows, dim)``, mapped and read-only."""
        return self._matrix

    def vectors(self, rows: Rows) -> FloatMatrix:
        """Return a copy of the vectors of ``rows``, in their order, shape ``(len(rows), dim)``."""
        return self._matrix[rows]

    def dots(self, query: FloatVector, rows: Rows) -> Scores:
        """Return the dot product of ``query`` with each of ``rows``, in their order.

        Summed in double precision, each row by itself: a row's score depends on nothing else.
        """
        scores = np.empty(len(rows), dtype=np.float64)
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            scores[start : start + _BLOCK] = products(query, self._matrix[part])
        return scores

    @property
    def rounding(self) -> float:
        """Bound of the difference of two float32 dot products of unit vectors to the true ones."""
        return self._dim * float(np.finfo(np.float32).eps)

    def _by_graph(self, query: FloatVector, k: int, allowed: Rows | None) -> Rows | None:
        """Return candidates of the graph, or `None` where looking at all rows is better.

        Of the nearest rows of all, those that are allowed are the nearest of these. So with a filter the
        graph is followed until it has met as many of them as it is followed to without one: once again
        where the filter and the question keep apart.
        """
        if self._graph is None:
            return None
        passing = self._count if allowed is None else len(allowed)
        wanted, needed = max(1, ceil(k * _SPARE)), ceil(self._reach * max(1.0, k / _MEASURED_DEPTH))
        reach = ceil(needed * self._count / max(1, passing))
        for _ in range(_TRIES):
            if reach > passing / _ROWS_A_STEP and reach > self._steps_of_all(allowed):
                break
            if allowed is None:
                return self._graph.candidates(query, wanted, reach=reach)
            met = self._graph.candidates(query, reach, reach=reach)
            found = met[is_in(met, allowed)]
            if len(found) >= needed * _ENOUGH:
                return found[:wanted]
            reach = ceil(reach * needed / max(1, len(found)))
        return None

    def _steps_of_all(self, allowed: Rows | None) -> float:
        """Return how many steps in the graph take the time of looking at all rows allowed."""
        if allowed is None:
            return self._count / _ROWS_A_STEP
        runs = np.count_nonzero(np.diff(allowed) != 1)  # half a millisecond for a quarter million
        return len(allowed) / _ROWS_A_STEP + float(runs) / _RUNS_A_STEP

    def _pick(self, query: FloatVector, k: int, allowed: Rows) -> Rows:
        """Return all rows allowed that may be among the ``k`` nearest of them."""
        if len(allowed) <= k:
            return allowed
        rows = np.ascontiguousarray(allowed, dtype=np.int64)
        if rows[0] < 0 or rows[-1] >= self._count:  # FAISS would read what is not there
            raise IndexError(f"rows {rows[0]} to {rows[-1]} of {self._count}")
        scores = np.empty(len(rows), dtype=np.float32)
        faiss.omp_set_num_threads(1)  # a setting of the calling thread
        self._index.compute_distance_subset(  # type: ignore[attr-defined]  # not in its stubs
            1, faiss.swig_ptr(query), len(rows), faiss.swig_ptr(scores), faiss.swig_ptr(rows)
        )
        cut = np.partition(scores, len(scores) - k)[len(scores) - k]
        chosen: Rows = rows[scores >= cut - self.rounding]
        return chosen

    def _scan(self, query: FloatVector, k: int) -> Rows:
        limit = k + 16
        while True:
            limit = min(limit, self._count)
            rows, scores = self._ask(query, limit)
            if len(rows) < limit or limit == self._count:
                return rows
            if scores[-1] < scores[k - 1] - self.rounding:
                return rows
            limit *= 4

    def _ask(self, query: FloatVector, limit: int) -> tuple[Rows, FloatVector]:
        if not limit:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        faiss.omp_set_num_threads(1)
        with reading(self._path):
            scores, rows = self._index.search(query[np.newaxis], limit)
        found = rows[0] >= 0
        return rows[0][found].astype(np.int64), scores[0][found]

    def _check_arithmetic(self) -> None:
        picked = np.unique(
            np.linspace(0, self._count - 1, num=min(32, self._count)).astype(np.int64)
        )
        sample = self.vectors(picked)
        if not len(sample):
            return
        if not np.isfinite(sample).all():
            raise IndexCorruptError(self._path, "a vector holds something that is not a number")
        faiss.omp_set_num_threads(1)
        small = faiss.IndexFlatIP(self._dim)
        small.add(sample)
        scores, rows = small.search(sample, len(sample))
        wide = sample.astype(np.float64)
        expected = np.take_along_axis(wide @ wide.T, rows, axis=1)
        if not np.allclose(scores, expected, rtol=0, atol=self.rounding * np.abs(expected).max()):
            raise IndexOpenError(
                f"{self._path}: FAISS and numpy disagree about dot products on this processor; "
                "set OPENBLAS_CORETYPE=Haswell and start again"
            )
