"""Vectors like those of a corpus: passages of a case are near one another, and cases have neighbours."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.store.files import VECTORS
from indexer.store.graph_writer import RULE, GraphRule, write_graph
from indexer.store.manifest import VectorSearch
from indexer.store.ranking import Rows
from indexer.store.vectors import VectorIndex, write_vectors
from models.base import FloatMatrix

DIM = 32
SMALL: GraphRule = replace(RULE, from_rows=1_000, ef_construction=60)


def clustered(count: int, *, seed: int = 0, dim: int = DIM, a_case: int = 40) -> FloatMatrix:
    """Unit rows, ``(count, dim)``: neighbours of a case, of which every tenth row is a common form."""
    pick = np.random.default_rng(seed)
    topics = np.random.default_rng(99).standard_normal((60, dim))
    cases = topics[pick.integers(60, size=-(-count // a_case))]
    cases = cases + 0.8 * pick.standard_normal(cases.shape)
    rows = np.repeat(cases, a_case, axis=0)[:count] + 0.9 * pick.standard_normal((count, dim))
    forms = np.random.default_rng(98).standard_normal((30, dim))
    rows[::10] = forms[pick.integers(30, size=len(rows[::10]))]
    made: FloatMatrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return made


def questions(count: int = 60) -> FloatMatrix:
    """Vectors of the same space that are no rows."""
    rows = clustered(count * 2, seed=12_345)[1::2]
    return np.ascontiguousarray(rows[:count])


def graphed(
    folder: Path, rows: FloatMatrix, *, previous: Path | None = None, rule: GraphRule = SMALL
) -> VectorSearch:
    """Write the vectors and their graph into ``folder``."""
    folder.mkdir(exist_ok=True, parents=True)
    write_vectors(folder / VECTORS, iter([rows]), rows.shape[1])
    return write_graph(folder, questions, previous=previous, rule=rule)


def opened(folder: Path, search: VectorSearch) -> VectorIndex:
    return VectorIndex.open(folder / VECTORS, search=search)


def true_nearest(rows: FloatMatrix, query, k: int, allowed: Rows | None = None) -> Rows:
    """Brute force in double precision, ties by row."""
    chosen = np.arange(len(rows)) if allowed is None else allowed
    scores = rows[chosen].astype(np.float64) @ query.astype(np.float64)
    found: Rows = chosen[np.lexsort((chosen, -scores))[:k]]
    return found
