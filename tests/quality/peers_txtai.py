"""txtai, as it comes: one `Embeddings` over the passages, dense alone and with its hybrid switch."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from models.base import FloatMatrix
from tests.quality.ranking_peers import Absent, Peer, PeerInput

_SAME, _HYBRID = "txtai, our vectors", "txtai hybrid, our vectors"
_OWN = "txtai, its defaults"


class TxtaiEmbeddings:
    """The passages in one embeddings database."""

    def __init__(self, name: str, given: PeerInput, **config: Any) -> None:
        """Index every passage under its row; ``config`` is txtai's own."""
        self.name = name
        self._embeddings = import_module("txtai").Embeddings(**config)
        self._embeddings.index((row, text, None) for row, text in enumerate(given.texts))

    def rows(self, text: str, k: int, /) -> Sequence[int]:
        """Return the rows of the ``k`` best passages, best first."""
        return [int(row) for row, _ in self._embeddings.search(text, k)]


def txtai(given: PeerInput) -> Iterator[Peer | Absent]:
    """Fill txtai with the passages: with our vectors, those and its words (hybrid), its default model.

    Its default model is named by its hub's name, which is downloaded when first used; the same
    weights are read from a folder instead.
    """
    known = dict(zip(given.texts, given.vectors, strict=True))

    def embed(texts: list[str]) -> FloatMatrix:
        rows = [known[text] if text in known else given.embed_query(text) for text in texts]
        return np.asarray(rows, dtype=np.float32)

    yield TxtaiEmbeddings(_SAME, given, method="external", transform=embed)
    yield TxtaiEmbeddings(_HYBRID, given, method="external", transform=embed, hybrid=True)
    if given.own_model is None:
        yield Absent(name=_OWN, reason="not asked for (--own-defaults embeds every passage anew)")
    else:
        yield TxtaiEmbeddings(_OWN, given, path=str(given.own_model))
