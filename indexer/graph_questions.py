"""Questions by which the graph of a build is measured: none of them is a vector of the build."""

from typing import Final

import numpy as np

from indexer.calibration import embedded_at_once, sampled_sentences
from indexer.store.passages import PassageStore
from models.base import Embedder, FloatMatrix

_SAMPLES: Final = 240
_SEED: Final = 7


def questions_of(passages: PassageStore, embedder: Embedder, *, total: int) -> FloatMatrix:
    """Return vectors of sentences of a sample of the ``total`` passages, as questions.

    Shape ``(n, dim)``, float32. What is asked in earnest is easier to find than these (claims over
    1997–2023), questions about nothing legal are harder, and have no answer to miss. Equal builds give
    equal questions.
    """
    rng = np.random.default_rng(_SEED)
    found = sampled_sentences(passages, total, _SAMPLES, rng)
    if not found:
        return np.empty((0, embedder.spec.dim), dtype=np.float32)
    return np.stack(embedded_at_once(embedder, [sentence for _, sentence in found]))
