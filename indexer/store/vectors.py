"""The FAISS file: one unit vector a row. Nothing else imports faiss."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self, cast

import faiss
import numpy as np

from indexer.errors import IndexCorruptError, IndexerError, IndexOpenError, IndexWriteError
from indexer.store.ranking import Ranking, Rows, Scores, best_first
from models.base import FloatMatrix, FloatVector

_FLAT_BY_PRODUCT: Final = b"IxFI"
_HEADER: Final = struct.Struct("<4siq21xq")
"""Kind, length and number of the vectors; unused or constant fields; number of floats. They follow
at once. ``faiss:faiss/impl/index_write.cpp``, `write_index_header`."""
_COUNT: Final = struct.Struct("<q")
_COUNT_AT: Final = 8
_BLOCK: Final = 4096
"""Rows gathered at a time."""
_GATHERED_SHARE: Final = 0.05
"""Up to this share of the rows allowed, gathering them beats FAISS passing over the others."""


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what FAISS raises about ``path`` into this package's own error."""
    try:
        yield
    except RuntimeError as error:
        raise IndexCorruptError(path, "FAISS cannot read it") from error


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
    def open(cls, path: Path, *, dim: int | None = None, count: int | None = None) -> Self:
        """Map the file that `write_vectors` wrote, and see that it has ``count`` rows of ``dim``.

        Also asks FAISS for a few products that numpy knows: its own OpenBLAS is an old one.
        """
        found_dim, found_count = _shape_of(path)
        if dim not in {None, found_dim} or count not in {None, found_count}:
            raise IndexCorruptError(
                path, f"{found_count} vectors of {found_dim} instead of {count} of {dim}"
            )
        with _reading(path):
            index = cast("faiss.IndexFlatIP", faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        opened = cls(path, index)
        opened._check_arithmetic()
        return opened

    @property
    def is_exact(self) -> bool:
        """Whether `nearest` finds the true nearest: yes, every vector is looked at."""
        return True

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def __len__(self) -> int:
        return self._count

    def nearest(self, query: FloatVector, k: int, allowed: Rows | None = None) -> Ranking:
        """Return the ``k`` rows of the largest dot product with ``query``, shape ``(dim,)``.

        Exact with any filter (an ascending set of rows): FAISS, or for few rows numpy, chooses
        candidates with room for their rounding, and `dots` ranks those.
        """
        asked = np.ascontiguousarray(query, dtype=np.float32)
        if asked.shape != (self._dim,):
            raise ValueError(f"the query has the shape {asked.shape}, not ({self._dim},)")
        if allowed is None:
            rows = self._scan(asked, k, None)
        elif len(allowed) <= self._count * _GATHERED_SHARE:
            rows = self._gather(asked, k, allowed)
        else:
            rows = self._scan(asked, k, allowed)
        return best_first(rows, self.dots(asked, rows), k)

    def vectors(self, rows: Rows) -> FloatMatrix:
        """Return a copy of the vectors of ``rows``, in their order, shape ``(len(rows), dim)``."""
        return self._matrix[rows]

    def dots(self, query: FloatVector, rows: Rows) -> Scores:
        """Return the dot product of ``query`` with each of ``rows``, in their order.

        Summed in double precision, each row by itself: a row's score depends on nothing else.
        """
        wide = query.astype(np.float64)
        scores = np.empty(len(rows), dtype=np.float64)
        for start in range(0, len(rows), _BLOCK):
            block = self._matrix[rows[start : start + _BLOCK]].astype(np.float64)
            scores[start : start + _BLOCK] = (block * wide).sum(axis=1)
        return scores

    @property
    def _rounding(self) -> float:
        """Bound of the difference of two float32 dot products of unit vectors to the true ones."""
        return self._dim * float(np.finfo(np.float32).eps)

    def _gather(self, query: FloatVector, k: int, allowed: Rows) -> Rows:
        if len(allowed) <= k:
            return allowed
        # Not `@`: the threads of numpy's BLAS cost more than they bring when requests run at once.
        blocks = [
            np.einsum("ij,j->i", self._matrix[allowed[start : start + _BLOCK]], query)
            for start in range(0, len(allowed), _BLOCK)
        ]
        scores = np.concatenate(blocks)
        cut = np.partition(scores, len(scores) - k)[len(scores) - k]
        chosen: Rows = allowed[scores >= cut - self._rounding]
        return chosen

    def _scan(self, query: FloatVector, k: int, allowed: Rows | None) -> Rows:
        parameters = faiss.SearchParameters()
        if allowed is not None:
            mask = np.zeros(self._count, dtype=np.bool_)
            mask[allowed] = True
            bits = np.packbits(mask, bitorder="little")
            # FAISS borrows both: they must have a name until the search is over.
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
            parameters.sel = selector
        limit = k + 16
        while True:
            limit = min(limit, self._count)
            rows, scores = self._ask(query, limit, parameters)
            if len(rows) < limit or limit == self._count:
                return rows
            if scores[-1] < scores[k - 1] - self._rounding:
                return rows
            limit *= 4

    def _ask(
        self, query: FloatVector, limit: int, parameters: "faiss.SearchParameters"
    ) -> tuple[Rows, FloatVector]:
        if not limit:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        faiss.omp_set_num_threads(1)  # a setting of the calling thread
        with _reading(self._path):
            scores, rows = self._index.search(query[np.newaxis], limit, params=parameters)
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
        if not np.allclose(scores, expected, rtol=0, atol=self._rounding * np.abs(expected).max()):
            raise IndexOpenError(
                f"{self._path}: FAISS and numpy disagree about dot products on this processor; "
                "set OPENBLAS_CORETYPE=Haswell and start again"
            )
