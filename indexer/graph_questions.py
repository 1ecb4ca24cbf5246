"""Questions by which the graph of a build is measured: none of them is a vector of the build."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from indexer.calibration import a_sentence
from indexer.store.passages import PassageStore
from models.base import Embedder, FloatMatrix

_SAMPLES: Final = 240
_SEED: Final = 7
_AT_ONCE: Final = 8


def questions_of(passages: PassageStore, embedder: Embedder, *, total: int) -> FloatMatrix:
    """Return vectors of sentences of a sample of the ``total`` passages, as questions.

    Shape ``(n, dim)``, float32. What is asked in earnest is easier to find than these (claims over
    1997–2023), questions about nothing legal are harder, and have no answer to miss. Equal builds give
    equal questions.
    """
    rng = np.random.default_rng(_SEED)
    rows = np.sort(rng.choice(total, size=min(_SAMPLES, total), replace=False)).astype(np.int64)
    found = [a_sentence(stored.passage.text) for stored in passages.fetch(rows)]
    texts = [sentence for sentence in found if sentence is not None]
    if not texts:
        return np.empty((0, embedder.spec.dim), dtype=np.float32)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return np.stack(list(pool.map(embedder.embed_query, texts)))
