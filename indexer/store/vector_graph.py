"""The graph over the vectors: candidates for a question in the time of a few thousand products.

``graph.faiss`` holds one node for each distinct vector, in 8 bits a number, and its links (FAISS's HNSW).
``graph-nodes.npy`` says which node stands for each row, ``graph-digests.npy`` which vector each node holds,
so that a later build can go on with it. A node that stands for no row was a passage of an earlier build.
"""

import hashlib
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self, cast

import faiss
import numpy as np
import numpy.typing as npt

from indexer.errors import IndexCorruptError
from indexer.store.files import GRAPH, GRAPH_DIGESTS, GRAPH_NODES
from indexer.store.ranking import Rows
from models.base import FloatMatrix, FloatVector

Nodes = npt.NDArray[np.int32]
"""The node of each row, shape ``(rows,)``."""
Digests = npt.NDArray[np.uint64]
"""What tells vectors apart, shape ``(n,)``: of a thousand million, two are mistaken for one by chance."""

_GRAPH_KIND: Final = b"IHNs"
_CODES_KIND: Final = b"IxSQ"
_INDEX_HEADER: Final = struct.Struct("<4siqqqBi")
"""Kind, length and number of the vectors; two unused fields; whether it is trained; the metric."""
_NUMBER: Final = struct.Struct("<Q")
_HNSW_TAIL: Final = struct.Struct("<5i")
_QUANTISER: Final = struct.Struct("<iifQQ")
_LINK_TABLES: Final = (8, 4, 4, 8, 4)
"""Bytes of one entry of: level shares, links below a level, level of a node, its first link, links."""
_PRODUCT: Final = faiss.METRIC_INNER_PRODUCT
_BLOCK: Final = 4_096
_ASKED_AT_OPENING: Final = 16


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what FAISS raises about ``path`` into this package's own error."""
    try:
        yield
    except RuntimeError as error:
        raise IndexCorruptError(path, "FAISS cannot read it") from error


def digests_of(matrix: FloatMatrix) -> Digests:
    """Return a digest of each row of ``matrix``, which takes little memory beside it."""
    made = np.empty(len(matrix), dtype=np.uint64)
    for start in range(0, len(matrix), _BLOCK):
        block = np.ascontiguousarray(matrix[start : start + _BLOCK], dtype="<f4")
        raw = b"".join(hashlib.blake2b(row, digest_size=8).digest() for row in block)
        made[start : start + len(block)] = np.frombuffer(raw, dtype="<u8")
    return made


@dataclass(frozen=True, slots=True, eq=False)
class GraphFiles:
    """What the three files hold."""

    index: "faiss.IndexHNSWSQ"
    nodes: Nodes
    digests: Digests
    """Of each node's vector."""

    @classmethod
    def read(cls, folder: Path, *, dim: int, mapped: bool) -> Self:
        """Read, or map, the files in ``folder``, having seen that they are whole.

        `IndexCorruptError` when one is missing, torn, of another kind or does not fit the others.
        """
        path = folder / GRAPH
        _require_whole(path, dim)
        flags = faiss.IO_FLAG_MMAP_IFC if mapped else 0
        with reading(path):
            index = cast("faiss.IndexHNSWSQ", faiss.read_index(str(path), flags))
        found = cls(
            index,
            _array(folder / GRAPH_NODES, np.int32, mapped=mapped),
            _array(folder / GRAPH_DIGESTS, np.uint64, mapped=mapped),
        )
        found._require_fitting(folder)
        return found

    def _require_fitting(self, folder: Path) -> None:
        """See that the files are of one graph; FAISS has seen that no link leads outside of it."""
        count = int(self.index.ntotal)
        if len(self.digests) != count:
            raise IndexCorruptError(
                folder / GRAPH_DIGESTS, f"{len(self.digests)} nodes instead of {count}"
            )
        if len(self.nodes) and not 0 <= self.nodes.min() <= self.nodes.max() < count:
            raise IndexCorruptError(folder / GRAPH_NODES, "it names a node that is not there")


class Graph:
    """The graph of one build, memory-mapped; any number of threads may search it."""

    def __init__(self, folder: Path, read: GraphFiles) -> None:
        """Take the files; use `open`."""
        self._path = folder / GRAPH
        self._index = read.index
        self._order = np.argsort(read.nodes, kind="stable").astype(np.int32)
        counted = np.bincount(read.nodes, minlength=read.index.ntotal)
        self._starts = np.concatenate([[0], np.cumsum(counted)]).astype(np.int32)
        self._living = self._bitmap(counted > 0) if not counted.all() else None

    @classmethod
    def open(cls, folder: Path, *, vectors: FloatMatrix) -> Self:
        """Map the graph in ``folder`` over all ``vectors`` of the build, ``(rows, dim)``.

        `IndexCorruptError` when it is damaged, of another number of rows, or not of these vectors.
        """
        read = GraphFiles.read(folder, dim=vectors.shape[1], mapped=True)
        if len(read.nodes) != len(vectors):
            raise IndexCorruptError(
                folder / GRAPH_NODES, f"{len(read.nodes)} rows instead of {len(vectors)}"
            )
        opened = cls(folder, read)
        opened._check_sample(vectors)
        return opened

    def candidates(self, query: FloatVector, wanted: int, *, reach: int) -> Rows:
        """Return the rows of the ``wanted`` nodes that are probably nearest, about best first.

        ``reach`` is how many of the nearest nodes met are followed: more find more, and cost more.
        """
        parameters = faiss.SearchParametersHNSW()  # type: ignore[attr-defined]  # not in its stubs
        parameters.efSearch = max(reach, wanted)
        if self._living is not None:
            parameters.sel = self._living[1]
        faiss.omp_set_num_threads(1)  # a setting of the calling thread
        with reading(self._path):
            _, found = self._index.search(query[np.newaxis], wanted, params=parameters)
        return self._rows_of(found[0][found[0] >= 0])

    def _rows_of(self, nodes: Rows) -> Rows:
        starts = self._starts[nodes].astype(np.int64)
        sizes = self._starts[nodes + 1] - starts
        before = np.cumsum(sizes) - sizes
        places = np.repeat(starts - before, sizes) + np.arange(sizes.sum())
        rows: Rows = self._order[places].astype(np.int64)
        return rows

    @staticmethod
    def _bitmap(mask: npt.NDArray[np.bool_]) -> tuple[Any, "faiss.IDSelectorBitmap"]:
        bits = np.packbits(mask, bitorder="little")
        # FAISS borrows the bits: they must have a name as long as the selector.
        return bits, faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))

    def _check_sample(self, vectors: FloatMatrix) -> None:
        """See that most of a few vectors find themselves: a graph of others would find nothing."""
        count = len(vectors)
        rows = np.unique(np.linspace(0, count - 1, min(_ASKED_AT_OPENING, count)).astype(np.int64))
        found = sum(
            row in self.candidates(np.ascontiguousarray(vectors[row]), 10, reach=100)
            for row in rows
        )
        if found < len(rows) / 2:
            raise IndexCorruptError(self._path, "its vectors are not those of this build")


def _require_whole(path: Path, dim: int) -> None:
    """See that a graph of ``dim`` numbers a vector ends where its parts say.

    FAISS reads a mapped file without looking where it ends: a torn one kills the process.
    ``faiss:faiss/impl/index_write.cpp``, `write_HNSW` and `write_ScalarQuantizer`.
    """
    try:
        with path.open("rb") as file:
            found = _Walk(path, file.read(_INDEX_HEADER.size), path.stat().st_size)
            count = found.header(_INDEX_HEADER.size, _GRAPH_KIND, dim)
            at = _INDEX_HEADER.size
            for size in _LINK_TABLES:
                at = found.table(file, at, size)
            at += _HNSW_TAIL.size
            file.seek(at)
            found.first = file.read(_INDEX_HEADER.size)
            if found.header(_INDEX_HEADER.size, _CODES_KIND, dim) != count:
                raise found.torn
            at = found.table(file, at + _INDEX_HEADER.size + _QUANTISER.size, 4)
            if found.table(file, at, 1) != found.size or found.entries != count * dim:
                raise found.torn
    except FileNotFoundError as error:
        raise IndexCorruptError(path, "the file is missing") from error


class _Walk:
    """Goes through a graph's file from part to part, never past its end."""

    def __init__(self, path: Path, first: bytes, size: int) -> None:
        self._path = path
        self.first = first
        self.size = size
        self.entries = 0
        """Of the table read last."""

    @property
    def torn(self) -> IndexCorruptError:
        return IndexCorruptError(self._path, "the file is torn: its size is not what its parts say")

    def header(self, size: int, kind: bytes, dim: int) -> int:
        """Return how many vectors the header read last tells of."""
        if len(self.first) < size or not self.first.startswith(kind):
            raise IndexCorruptError(self._path, "this is not a FAISS file of a graph in 8 bits")
        _, found, count, _, _, _, metric = _INDEX_HEADER.unpack(self.first)
        if found != dim or metric != _PRODUCT:
            raise IndexCorruptError(
                self._path, f"a graph of vectors of {found} instead of {dim}, or by distance"
            )
        return int(count)

    def table(self, file: Any, at: int, size: int) -> int:
        """Return where the table that begins at ``at`` ends, whose entries have ``size`` bytes."""
        file.seek(at)
        head = file.read(_NUMBER.size)
        if len(head) < _NUMBER.size:
            raise self.torn
        (self.entries,) = _NUMBER.unpack(head)
        end = at + _NUMBER.size + int(self.entries) * size
        if end > self.size:
            raise self.torn
        return end


def _array(path: Path, kind: type[Any], *, mapped: bool) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.load(
            path, mmap_mode="r" if mapped else None, allow_pickle=False
        )
    except FileNotFoundError as error:
        raise IndexCorruptError(path, "the file is missing") from error
    except (ValueError, EOFError, OSError) as error:
        raise IndexCorruptError(path, "numpy cannot read it: it is torn or altered") from error
    if array.dtype != kind or array.ndim != 1:
        raise IndexCorruptError(path, f"it holds {array.dtype} {array.shape}")
    return array
