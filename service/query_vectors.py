"""Vectors of the questions asked lately, so that one asked again is not embedded again."""

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from models.base import (
    Embedder,
    EmbedsTogether,
    EmbedsTokens,
    FloatMatrix,
    FloatVector,
    ModelSpec,
    TokenSpans,
    TokenVectors,
    WarmsUp,
)
from models.errors import UnsupportedModelError


class Lookups(NamedTuple):
    """How many questions were there already, and how many were not."""

    hit: int
    miss: int


class RememberingEmbedder:
    """The `Embedder` it wraps, apart from that; it remembers the ``size`` questions asked last.

    A vector is a function of the model and the text, so it stays right whatever build is served.
    What was asked is kept as a keyed hash only, under a key that this process makes and forgets.
    """

    def __init__(self, embedder: Embedder, *, size: int) -> None:
        if size < 1:
            raise ValueError(f"at least one question is remembered, not {size}")
        self._embedder = embedder
        self._size = size
        self._key = os.urandom(32)
        self._lock = Lock()
        self._vectors: OrderedDict[bytes, FloatVector] = OrderedDict()
        self._hits = self._misses = 0

    @property
    def spec(self) -> ModelSpec:
        """Identity and limits of the model."""
        return self._embedder.spec

    def token_spans(self, text: str, /) -> TokenSpans:
        """Return what the model does."""
        return self._embedder.token_spans(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        """Return what the model does; nothing of it is remembered."""
        return self._embedder.embed_passages(texts)

    def embed_query(self, text: str, /) -> FloatVector:
        """Return the unit vector of a question, shape ``(spec.dim,)``, float32, not to be written to.

        The same, bit for bit, whether it was remembered or not. Two threads that ask the same thing
        at the same time may both compute it.
        """
        name = self._name(text)
        with self._lock:
            known = self._vectors.get(name)
            if known is not None:
                self._vectors.move_to_end(name)
                self._hits += 1
                return known
            self._misses += 1
        vector = self._embedder.embed_query(text).copy()
        vector.flags.writeable = False  # the next who asks is given the same array
        with self._lock:
            self._vectors[name] = vector
            if len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        return vector

    def coming(self, text: str, /) -> AbstractContextManager[None]:
        """Announce a question to the model, unless its vector is here or the model takes no such word."""
        if not isinstance(self._embedder, EmbedsTogether) or self._name(text) in self._vectors:
            return nullcontext()
        return self._embedder.coming(text)

    def take_lookups(self) -> Lookups:
        """Return how often was looked since this was last asked."""
        with self._lock:
            found, self._hits, self._misses = Lookups(self._hits, self._misses), 0, 0
        return found

    @property
    def has_token_vectors(self) -> bool:
        """Whether the model tells the vectors of single tokens."""
        return isinstance(self._embedder, EmbedsTokens) and self._embedder.has_token_vectors

    def passage_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """Return what the model does; `UnsupportedModelError` where it has none."""
        return self._of_tokens().passage_tokens(texts)

    def query_tokens(self, text: str, /) -> TokenVectors:
        """Return what the model does; `UnsupportedModelError` where it has none."""
        return self._of_tokens().query_tokens(text)

    def warm(self, *, stop: Callable[[], bool]) -> None:
        """Meet the lengths of questions beforehand, where the model can."""
        if isinstance(self._embedder, WarmsUp):
            self._embedder.warm(stop=stop)

    def _of_tokens(self) -> EmbedsTokens:
        if not isinstance(self._embedder, EmbedsTokens):
            raise UnsupportedModelError(self.spec.name, "it tells no vectors of single tokens")
        return self._embedder

    def _name(self, text: str) -> bytes:
        written = text.encode("utf-8", "surrogatepass")
        return blake2b(written, key=self._key, digest_size=32).digest()
