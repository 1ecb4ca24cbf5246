"""The seams of the ground floor: what turns text into numbers, and who it says it is."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

FloatVector: TypeAlias = npt.NDArray[np.float32]
"""Shape ``(dim,)``."""
FloatMatrix: TypeAlias = npt.NDArray[np.float32]
"""Shape ``(n, dim)``."""
TokenSpans: TypeAlias = npt.NDArray[np.int64]
"""Shape ``(n, 2)``: half-open code-point offsets, in text order."""


class TokenVectors(NamedTuple):
    """A text, token by token: what late interaction compares (Khattab and Zaharia 2020, ColBERT)."""

    vectors: FloatMatrix
    """Unit rows, one a token, shape ``(n, dim)``; special tokens and prompts are left out."""
    spans: TokenSpans
    """Where each token lies in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """Who an embedder is, and how much text it really reads."""

    name: str
    """What `load_embedder` was asked for: the name of a prepared model, or a folder."""
    runtime: str
    """``openvino-int8``, ``openvino-fp32`` or ``sentence-transformers``."""
    dim: int
    window: int
    """Tokens the model reads at the most, special tokens and prompts included."""
    special_tokens: int
    """Tokens the tokenizer adds around every text (``[CLS]`` and ``[SEP]`` make 2)."""
    query_prompt: str = ""
    passage_prompt: str = ""
    passage_prompt_tokens: int = 0
    fingerprint: str
    """SHA-256 (hex) of everything a vector depends on: weights, tokenizer, pooling, prompts, window."""

    @property
    def passage_budget(self) -> int:
        """Tokens left for a passage's own text."""
        return self.window - self.special_tokens - self.passage_prompt_tokens

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that goes into a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "ModelSpec":
        """Read what `to_json` wrote; an unknown or missing key raises `TypeError`."""
        return cls(**raw)


class Embedder(Protocol):
    """Turns text into unit vectors.

    Equal text gives equal vectors, bit for bit, whatever it is embedded together with. All methods
    may be called from several threads at once.
    """

    @property
    def spec(self) -> ModelSpec:
        """Identity and limits; constant."""
        ...

    def token_spans(self, text: str, /) -> TokenSpans:
        """Return where each token of ``text`` lies, special tokens and prompts left out."""
        ...

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        """Return unit rows in input order, shape ``(len(texts), spec.dim)``, float32.

        A text of more than ``spec.passage_budget`` tokens raises `TextTooLongError`; nothing is cut.
        """
        ...

    def embed_query(self, text: str, /) -> FloatVector:
        """Return one unit vector, shape ``(spec.dim,)``, float32.

        A text longer than the window is split at token boundaries, each part embedded, and the
        parts' mean (weighted by their tokens) normalised: nothing of it is cut.
        """
        ...


@runtime_checkable
class EmbedsTokens(Protocol):
    """An embedder that can also tell the vectors of single tokens, as they stand in their text."""

    @property
    def has_token_vectors(self) -> bool:
        """Whether this model's are of use; where not, the methods raise `UnsupportedModelError`."""
        ...

    def passage_tokens(self, texts: Sequence[str], /) -> list[TokenVectors]:
        """Return the token vectors of each text; one longer than the window is read part by part."""
        ...

    def query_tokens(self, text: str, /) -> TokenVectors:
        """Return the token vectors of a question; one longer than the window is read part by part."""
        ...


@runtime_checkable
class ReadsApart(Protocol):
    """An embedder whose reading of tokens can be had without the rest of it."""

    @property
    def token_reader(self) -> Callable[[str], TokenSpans]:
        """What `token_spans` answers, as a function that can be pickled."""
        ...


@runtime_checkable
class WarmsUp(Protocol):
    """An embedder whose first text of a length costs more than the next."""

    def warm(self, *, stop: Callable[[], bool]) -> None:
        """Meet every length beforehand, short ones first, until ``stop`` says so."""
        ...


@runtime_checkable
class EmbedsTogether(Protocol):
    """An embedder to which questions that wait for something else can be announced."""

    def coming(self, text: str, /) -> AbstractContextManager[None]:
        """Announce a question: until the block ends, another's may be embedded along with it.

        Then its `embed_query` is there at once, with the same bits. Nobody waits for more to come.
        """
        ...


@runtime_checkable
class WorksAhead(Protocol):
    """An embedder that has more at work than this machine's processors."""

    @property
    def blocks_ahead(self) -> int:
        """How many blocks of passages keep it busy, at least 1; workers may come and go."""
        ...


def token_reader(embedder: Embedder) -> Callable[[str], TokenSpans]:
    """Return the `token_spans` of ``embedder``, where it can be had as a function to be pickled."""
    return embedder.token_reader if isinstance(embedder, ReadsApart) else embedder.token_spans
