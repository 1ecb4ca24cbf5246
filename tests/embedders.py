"""A stand-in embedder without weights, for tests of what stands above the models."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from models.base import FloatMatrix, FloatVector, ModelSpec, TokenSpans
from models.errors import TextTooLongError
from models.windows import cut_text, pool

DIM = 64
_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")


@lru_cache(maxsize=65536)
def _direction(word: str) -> FloatVector:
    seed = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
    drawn = np.random.default_rng(list(seed)).standard_normal(DIM)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


class WordHashEmbedder:
    """Texts that share words (in any letter case) are near; nothing else is meant by a vector.

    A token is a run of letters and digits, or one mark. A vector is the normalised sum of a random
    direction for each word; marks add nothing.
    """

    def __init__(self, *, window: int = 64, name: str = "word-hash") -> None:
        """Read ``window`` tokens, two of which are taken to be special."""
        fingerprint = hashlib.sha256(f"word-hash {DIM} {window}".encode()).hexdigest()
        self._spec = ModelSpec(
            name=name,
            runtime="test",
            dim=DIM,
            window=window,
            special_tokens=2,
            fingerprint=fingerprint,
        )

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    def token_spans(self, text: str, /) -> TokenSpans:
        spans = [match.span() for match in _TOKEN.finditer(text)]
        return np.array(spans, dtype=np.int64).reshape(-1, 2)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        rows = np.empty((len(texts), DIM), np.float32)
        for position, text in enumerate(texts):
            tokens, budget = len(self.token_spans(text)), self._spec.passage_budget
            if tokens > budget:
                raise TextTooLongError(position=position, tokens=tokens, budget=budget)
            rows[position] = self._vector(text)
        return rows

    def embed_query(self, text: str, /) -> FloatVector:
        parts = cut_text(text, token_spans=self.token_spans, budget=self._spec.passage_budget)
        vectors = np.stack([self._vector(part) for part in parts])
        return pool(vectors, [len(self.token_spans(part)) for part in parts])

    def _vector(self, text: str) -> FloatVector:
        words = [word.lower() for word in _TOKEN.findall(text) if word.isalnum()]
        rows = np.stack([_direction(word) for word in words or [""]])
        total = rows.sum(axis=0, dtype=np.float64)
        vector: FloatVector = (total / np.linalg.norm(total)).astype(np.float32)
        return vector
