"""The full check of a build's graph: that each row's node holds its vector, and how many are dead."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from indexer.store.manifest import EXACT, VectorSearch
from indexer.store.vector_graph import GraphFiles, digests_of
from indexer.store.vectors import VectorIndex

_SAMPLED: Final = 256
_ALIKE: Final = 0.99
"""Cosine of a vector and what 8 bits a number keep of it; between two passages it is rarely so much."""


def graph_problems(
    folder: Path, search: VectorSearch | None, vectors: VectorIndex
) -> Iterator[str]:
    """Yield what is wrong with the graph that ``search`` tells of; nothing where there is none."""
    if search is None or search.kind == EXACT:
        return
    read = GraphFiles.read(folder, dim=vectors.dim, mapped=True)
    if len(read.nodes) != len(vectors):
        yield f"the graph has {len(read.nodes)} rows instead of {len(vectors)}"
        return
    dead = len(read.digests) - len(np.unique(read.nodes))
    if dead != search.removed:
        yield f"{dead} nodes of the graph stand for no row instead of {search.removed}"
    digests = digests_of(vectors.matrix)
    for row in np.flatnonzero(digests != read.digests[read.nodes]):
        yield f"row {row}: its node in the graph is that of another vector"
    sample = np.unique(np.linspace(0, len(vectors) - 1, _SAMPLED).astype(np.int64))
    for row, kept in zip(sample, vectors.vectors(sample), strict=True):
        held = read.index.reconstruct(int(read.nodes[row]))
        if not float(held @ kept) >= _ALIKE * float(np.linalg.norm(held)):
            yield f"row {row}: its node in the graph holds another vector"
