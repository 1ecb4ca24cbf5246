"""How strongly a passage speaks for a query, as one number per lane, comparable between queries."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.records import OpinionType

Evidence = npt.NDArray[np.float64]
"""Shape ``(n,)``; higher is better."""

LEXICAL_WEIGHT: Final = 0.55
"""Share of the words in the hybrid evidence; how it was chosen is in ARCHITECTURE.md."""

_SEPARATE: Final = 0.94
_SEPARATE_VOICES: Final = frozenset(
    {OpinionType.CONCURRENCE, OpinionType.CONCURRENCE_IN_PART, OpinionType.DISSENT}
)

_BM25_TERM_BOUND: Final = 2.2
"""BM25 gives a term at most ``idf * (k1 + 1)``; tantivy's k1 is 1.2."""


def lexical_evidence(scores: npt.ArrayLike, *, idf_sum: float) -> Evidence:
    """Return BM25 ``scores`` as a share of what the query's terms could give at the most, 0 to 1.

    ``idf_sum`` is the sum of the distinct query terms' inverse document frequencies. The bound
    follows from BM25's saturation (Robertson and Zaragoza 2009, section 3.4.3); dividing by a bound
    that depends on the query alone, rather than by the best score found, keeps the evidence
    comparable between queries (Bruch, Gai and Ingber 2023, section 4, "theoretical" normalisation).
    """
    bound = _BM25_TERM_BOUND * idf_sum
    bounded = np.clip(np.asarray(scores, np.float64), 0.0, bound)
    return bounded / bound if bound > 0.0 else bounded


def dense_evidence(cosines: npt.ArrayLike) -> Evidence:
    """Return cosines with the negative ones, which mean nothing for ranking, at 0."""
    return np.clip(np.asarray(cosines, np.float64), 0.0, 1.0)


def hybrid_evidence(dense: Evidence, lexical: Evidence) -> Evidence:
    """Return the convex combination of both lanes, element by element."""
    return (1.0 - LEXICAL_WEIGHT) * dense + LEXICAL_WEIGHT * lexical


def voice_prior(voices: Sequence[OpinionType]) -> Evidence:
    """Return what the evidence of each passage is multiplied by: a separate opinion is not the court's.

    1 for the court's own words and the syllabus, a little less for a concurrence or a dissent.
    """
    return np.array([_SEPARATE if voice in _SEPARATE_VOICES else 1.0 for voice in voices])
