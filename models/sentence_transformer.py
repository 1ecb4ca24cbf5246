"""Any sentence-transformers model on torch: the reference implementation."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from models.base import FloatMatrix, FloatVector, ModelSpec, TokenSpans
from models.errors import (
    ModelCorruptError,
    PickledModelError,
    TextTooLongError,
    UnknownModelError,
    UnsupportedModelError,
)
from models.tokens import TextTokens
from models.windows import cut_text, pool

QUERY_PROMPTS: Final = ("query",)
PASSAGE_PROMPTS: Final = ("document", "passage", "corpus")
"""Names of prompts as `encode_query` and `encode_document` look for them."""
_PICKLED: Final = "pytorch_model*.bin"
"""What weights are called that are read by unpickling; a pickle can run any program."""


class SentenceTransformerEmbedder:
    """An `Embedder` that leaves everything but cutting and pooling to sentence-transformers.

    Texts are encoded one by one: on torch a vector's last bits depend on what shares its batch. A
    lock keeps threads apart, for the model's own tokenizer is not made to be shared.
    """

    def __init__(self, model: SentenceTransformer, *, name: str) -> None:
        self.model = model
        self.tokens = TextTokens(_fast_tokenizer(model, name))
        self._lock = Lock()
        self._spec = _spec(model, self.tokens, name=name)
        dim = self._encode("", prompt="", query=False).shape[0]
        self._spec = replace(self._spec, dim=dim)
        prompt_tokens = self.tokens.count(self._spec.query_prompt)
        self._query_budget = self._spec.window - self._spec.special_tokens - prompt_tokens

    @classmethod
    def open(cls, name: str, *, known: tuple[str, ...] = ()) -> "SentenceTransformerEmbedder":
        """Load a model from its folder, or by a name that sentence-transformers knows.

        ``known`` are the names to offer when there is no such model.

        Raises `PickledModelError`, `ModelCorruptError` (a folder), `UnknownModelError` (a name) when it cannot be
        loaded, and `UnsupportedModelError` when it is not one for text of a known window.
        """
        transformers_logging.disable_progress_bar()
        try:
            model = load_model(name)
        except (OSError, ValueError, KeyError) as error:
            if Path(name).is_dir():
                raise ModelCorruptError(name, "sentence-transformers cannot load it") from error
            raise UnknownModelError(name, known=known) from error
        return cls(model, name=name)

    @property
    def spec(self) -> ModelSpec:
        """Identity and limits; constant."""
        return self._spec

    def token_spans(self, text: str, /) -> TokenSpans:
        """Return where each token of ``text`` lies, special tokens and the prompt left out."""
        return self.tokens.spans(text)

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        """Return unit rows in input order, shape ``(len(texts), spec.dim)``, float32.

        A text of more than ``spec.passage_budget`` tokens raises `TextTooLongError`.
        """
        rows = np.empty((len(texts), self._spec.dim), np.float32)
        for position, text in enumerate(texts):
            prompt, budget = self._spec.passage_prompt, self._spec.passage_budget
            over = len(self.tokens.ids(prompt + text)) - self._spec.window
            if over > 0:
                raise TextTooLongError(position=position, tokens=budget + over, budget=budget)
            rows[position] = self._encode(text, prompt=prompt, query=False)
        return rows

    def embed_query(self, text: str, /) -> FloatVector:
        """Return one unit vector, shape ``(spec.dim,)``, float32; a long text as the seam says."""
        parts = cut_text(text, token_spans=self.tokens.spans, budget=self._query_budget)
        vectors = [self._encode(part, prompt=self._spec.query_prompt, query=True) for part in parts]
        return pool(np.stack(vectors), [self.tokens.count(part) for part in parts])

    def _encode(self, text: str, *, prompt: str, query: bool) -> FloatVector:
        encode = self.model.encode_query if query else self.model.encode_document
        with self._lock:
            row = encode(
                self.tokens.readable(text),
                prompt=prompt,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(row, np.float32)


def load_model(name: str) -> SentenceTransformer:
    """Load a model of sentence-transformers by its folder or name: never a pickle, never its own code.

    Raises `PickledModelError` for a folder with weights that are nothing else, and what
    sentence-transformers does, `OSError`, `ValueError` or `KeyError`, when it cannot be loaded.
    """
    pickled = _pickled(Path(name))
    if pickled is not None:
        raise PickledModelError(pickled)
    return SentenceTransformer(
        name, device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
    )


def _pickled(folder: Path) -> Path | None:
    """Return weights in ``folder`` that only a pickle has: parts of a model lie in folders of their own."""
    found = sorted(folder.rglob(_PICKLED)) if folder.is_dir() else ()
    return next((one for one in found if not any(one.parent.glob("*.safetensors"))), None)


def _fast_tokenizer(model: SentenceTransformer, name: str) -> Any:
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise UnsupportedModelError(name, "it has no tokenizer that tells where its tokens lie")
    return tokenizer


def _spec(model: SentenceTransformer, tokens: TextTokens, *, name: str) -> ModelSpec:
    window = model.max_seq_length
    if not window or window > 1_000_000:
        raise UnsupportedModelError(name, "it does not say how many tokens it reads")
    passage_prompt = _prompt(model, PASSAGE_PROMPTS)
    return ModelSpec(
        name=name,
        runtime="sentence-transformers",
        dim=0,
        window=int(window),
        special_tokens=tokens.special_tokens,
        query_prompt=_prompt(model, QUERY_PROMPTS),
        passage_prompt=passage_prompt,
        passage_prompt_tokens=tokens.count(passage_prompt),
        fingerprint=_fingerprint(model, tokens),
    )


def _prompt(model: SentenceTransformer, names: Iterable[str]) -> str:
    """Return the first prompt of these names, as sentence-transformers would choose it."""
    chosen = next((name for name in names if name in model.prompts), model.default_prompt_name)
    return str(model.prompts.get(chosen, ""))


def _fingerprint(model: SentenceTransformer, tokens: TextTokens) -> str:
    """Return the SHA-256 of weights, tokenizer, modules, prompts and window."""
    digest = hashlib.sha256(tokens.to_json().encode())
    modules = [(type(module).__name__, repr(module)) for module in model]
    facts = [modules, model.prompts, model.default_prompt_name, model.max_seq_length]
    digest.update(json.dumps(facts, sort_keys=True).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
