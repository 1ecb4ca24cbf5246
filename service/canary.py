"""The proof that a build fits its model: passages of it must be found by their own words."""

from typing import Final

import numpy as np

from indexer.store.analysis import exact_words
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from models.base import Embedder
from service.errors import NotReadyError
from service.search import SearchEngine

_PROBES: Final = 5
_SAME: Final = 0.98
"""Cosine of a passage's vectors made on two machines; two passages are far less alike."""
_ROUNDING: Final = 1e-3
_PHRASE: Final = 12
"""Words that a passage is looked up by."""


def prove(engine: SearchEngine) -> None:
    """Look for passages from one end of the build to the other, in both lanes.

    Embedded anew, each must give the vector it is stored with and be its own nearest; and it must
    be among the rows that hold its first words in a row. Raises `NotReadyError` when one is not.
    """
    index = engine.index
    rows = canary_rows(len(index.vectors))
    texts = [stored.passage.text for stored in index.passages.fetch(rows)]
    for kind, holds in (("vectors", _vectors_hold), ("words", _words_hold)):
        if not holds(index, engine.embedder, rows.tolist(), texts):
            raise NotReadyError(
                f"the {kind} of build {index.manifest.build_id} do not find their own passages; "
                "build the index again"
            )


def canary_rows(passages: int) -> Rows:
    """Return the rows that are looked for in a build of so many passages, ascending."""
    rows: Rows = np.unique(np.linspace(0, passages - 1, num=_PROBES).astype(np.int64))
    return rows


def _vectors_hold(index: Index, embedder: Embedder, rows: list[int], texts: list[str]) -> bool:
    for row, vector in zip(rows, embedder.embed_passages(texts), strict=True):
        own = float(index.vectors.dots(vector, np.array([row]))[0])
        best = index.vectors.nearest(vector, 1, None).scores
        if own < _SAME or own < float(best[0]) - _ROUNDING:
            return False
    return True


def _words_hold(index: Index, _: Embedder, rows: list[int], texts: list[str]) -> bool:
    return all(
        row in index.lexical.phrase_rows(" ".join(exact_words(text)[:_PHRASE]))
        for row, text in zip(rows, texts, strict=True)
    )
