"""The second look: the first candidates compared with the question token by token.

Late interaction (Khattab and Zaharia 2020, section 3.2): each token of the question counts by its
best cosine with any token of the passage. Here a question's token also counts by how rare its word is
in the build, and marks and special tokens count on neither side.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from indexer.evidence import voice_prior
from indexer.store.analysis import STOP_TERMS, ranking_terms
from indexer.store.snapshot import Index
from models.base import Embedder, EmbedsTokens, TokenSpans, TokenVectors
from service.retrieval import Candidates

DEPTH: Final = 40
"""How many of the candidates are looked at again: the passages are read anew, which takes time."""
_SHARE: Final = 0.7
"""Of the second look in the evidence of those; the rest is the lanes'."""
_LEAST_WEIGHT: Final = 0.1
_WORD: Final = re.compile(r"[^\W_]+")


class Reranker:
    """Looks at the candidates of one open build again."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._tokens = embedder if isinstance(embedder, EmbedsTokens) else None

    @property
    def is_available(self) -> bool:
        """Whether the model tells the vectors of single tokens."""
        return self._tokens is not None and self._tokens.has_token_vectors

    def rerank(self, text: str, found: Candidates) -> Candidates:
        """Return the candidates with the first `DEPTH` weighed anew, in their new order.

        None of those falls below what the weakest of them had: they stay before the others. A passage
        longer than the model's window, which an older build may hold, counts by all its parts.
        Only for a build whose model `is_available`.
        """
        if self._tokens is None:
            raise ValueError("this model tells no vectors of single tokens")
        rows = found.rows[:DEPTH]
        if len(rows) == 0:
            return found
        stored = self._index.passages.fetch(rows)
        question = self._tokens.query_tokens(text)
        weights = token_weights(text, question.spans, self._index.lexical.idf)
        passages = self._tokens.passage_tokens([one.passage.text for one in stored])
        near = np.array(
            [
                max_similarity(question, weights, tokens, one.passage.text)
                for tokens, one in zip(passages, stored, strict=True)
            ]
        )
        lanes = found.evidence[: len(rows)]
        prior = voice_prior(self._index.passages.types_of(rows))
        mixed = (1.0 - _SHARE) * lanes + _SHARE * np.clip(near, 0.0, 1.0) * prior
        first = mixed + (lanes.min() - mixed.min())
        scores = dict(zip(rows.tolist(), near.tolist(), strict=True))
        return found.reweighed(first)._replace(reranked=scores)


def token_weights(
    text: str, spans: TokenSpans, idf: Callable[[str], float]
) -> npt.NDArray[np.float64]:
    """Return how much each token of a question counts, shape ``(n,)``, with a sum of 1.

    A token counts by the inverse document frequency of the word it is in, one of a word that ranks
    nothing a little, one in no word not at all; where no token is in a word, all count the same.
    """
    weights = np.zeros(len(spans))
    for word in _WORD.finditer(text):
        weight = max([idf(term) for term in _telling(word[0])], default=0.0)
        inside = (spans[:, 0] < word.end()) & (spans[:, 1] > word.start())
        weights[inside] = max(weight, _LEAST_WEIGHT)
    total = float(weights.sum())
    if total == 0.0:
        return np.full(len(spans), 1.0 / max(1, len(spans)))
    return weights / total


def max_similarity(
    question: TokenVectors, weights: npt.NDArray[np.float64], passage: TokenVectors, text: str
) -> float:
    """Return the weighted mean, over the question's tokens, of the best cosine in the passage.

    Tokens of the passage that are in no word, or in a stop word, are left out; where no others are,
    nothing is near, and 0 is returned.
    """
    vectors = passage.vectors[_in_telling_words(text, passage.spans)]
    if len(vectors) == 0 or len(question.vectors) == 0:
        return 0.0
    best = (question.vectors @ vectors.T).max(axis=1)
    return float(weights @ best)


def _in_telling_words(text: str, spans: TokenSpans) -> npt.NDArray[np.bool_]:
    """Say of each token whether it is in a word that ranking looks at, shape ``(n,)``."""
    telling = np.zeros(len(text), np.bool_)
    for word in _WORD.finditer(text):
        if _telling(word[0]):
            telling[word.start() : word.end()] = True
    before = np.concatenate([[0], np.cumsum(telling)])
    inside: npt.NDArray[np.bool_] = before[spans[:, 1]] > before[spans[:, 0]]
    return inside


@lru_cache(maxsize=4_096)  # 78 of a hundred words of passages in any order; 1 MB, soon full
def _telling(word: str) -> tuple[str, ...]:
    """Return the terms of a word that ranking looks at: none of a function word."""
    return tuple(term for term in ranking_terms(word) if term not in STOP_TERMS)
