"""The far side of `models.cluster.embedder`: what a worker does with a block of passages.

A worker has this program installed. It loads the model that it is asked for, once, and answers only where
it computes the same vectors as whoever asks, bit for bit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final, NamedTuple

from models.base import Embedder, FloatMatrix
from models.errors import ModelError, TextTooLongError
from models.load import load_embedder

_LOADING: Final = Lock()
_TEXT: Final = (
    "the court of appeals erred in granting summary judgment because a reasonable jury could find that "
    "the officer used excessive force under the Fourth Amendment, 42 U.S.C. § 1983; we therefore reverse "
)
_LENGTHS: Final = (1, 5, 12, 30, 70, 140)
"""Words of the texts that prove who computes alike: some lengths are computed by other kernels than others."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Block:
    """Passages to embed, and the model to do it with."""

    model: str
    """Its name, or its folder: the same on every machine."""
    fingerprint: str
    proof: str
    """What `proof_of` says of the model on the machine that asks."""
    texts: tuple[str, ...]

    def __repr__(self) -> str:
        # Dask logs the arguments of what failed; texts stay out of logs.
        return f"Block({len(self.texts)} passages)"


class TooLong(NamedTuple):
    """What `TextTooLongError` says."""

    position: int
    tokens: int
    budget: int


class Answer(NamedTuple):
    """What became of a block: vectors, or why there are none."""

    worker: str
    vectors: FloatMatrix | None = None
    refused: str | None = None
    too_long: TooLong | None = None


def embed_block(block: Block, *, worker: str | None = None, threads: int | None = None) -> Answer:
    """Embed a block on this worker; its name and threads are Dask's own where they are not given.

    An error that tells what to do is an answer; any other is raised.
    """
    if worker is None or threads is None:
        from distributed import get_worker

        at = get_worker()
        worker, threads = at.address, at.state.nthreads
    try:
        embedder, own_proof = _loaded(block.model, threads)
        if (reason := _difference(block, embedder, own_proof)) is not None:
            return Answer(worker, refused=reason)
        return Answer(worker, vectors=embedder.embed_passages(block.texts))
    except TextTooLongError as error:
        return Answer(worker, too_long=TooLong(error.position, error.tokens, error.budget))
    except ModelError as error:
        return Answer(worker, refused=str(error))


def proof_of(embedder: Embedder) -> str:
    """Return the SHA-256 (hex) of vectors of known texts: equal where two machines compute alike."""
    budget = embedder.spec.passage_budget
    words = (_TEXT * 6).split()
    texts = [" ".join(words[:length]) for length in _LENGTHS]
    fitting = [text for text in texts if len(embedder.token_spans(text)) <= budget]
    return hashlib.sha256(embedder.embed_passages(fitting).tobytes()).hexdigest()


def _difference(block: Block, embedder: Embedder, own_proof: str) -> str | None:
    """Say why this worker's vectors would not be those of the machine that asks."""
    if embedder.spec.fingerprint != block.fingerprint:
        return (
            f"its model {block.model} has the fingerprint {embedder.spec.fingerprint[:12]}, and here it is "
            f"{block.fingerprint[:12]}; install the same version of the program and the same model there"
        )
    if own_proof != block.proof:
        return (
            f"its model {block.model} is the same, but its vectors differ in their last bits; use workers "
            "with the same kind of processor and the same version of OpenVINO as this machine"
        )
    return None


def _loaded(model: str, threads: int) -> tuple[Embedder, str]:
    with _LOADING:  # two blocks come at once, and a model is loaded once
        return _load(model, threads)


@lru_cache(maxsize=1)
def _load(model: str, threads: int) -> tuple[Embedder, str]:
    embedder = load_embedder(model, threads=threads)
    return embedder, proof_of(embedder)


def block_of(embedder: Embedder, proof: str, texts: Sequence[str]) -> Block:
    """Describe ``texts`` for a worker that is to embed them as ``embedder`` would."""
    spec = embedder.spec
    return Block(model=spec.name, fingerprint=spec.fingerprint, proof=proof, texts=tuple(texts))
