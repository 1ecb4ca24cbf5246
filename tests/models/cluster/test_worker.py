"""What a worker answers, without a cluster."""

import pickle

import numpy as np
import pytest

from models.base import Embedder, FloatMatrix
from models.cluster.worker import Block, TooLong, block_of, embed_block, proof_of
from models.load import DEFAULT_MODEL
from tests.embedders import WordHashEmbedder

TEXTS = ["An officer knocked.", "The motion is denied. " * 9, "§ 1983"]


class Turned(WordHashEmbedder):
    """Gives every vector the other way round."""

    def embed_passages(self, texts, /) -> FloatMatrix:
        return -super().embed_passages(texts)


def test_a_worker_gives_the_vectors_of_this_machine(default_embedder: Embedder) -> None:
    block = block_of(default_embedder, proof_of(default_embedder), TEXTS)
    answer = embed_block(pickle.loads(pickle.dumps(block)), worker="w", threads=1)

    assert answer.vectors is not None
    assert answer.vectors.tobytes() == default_embedder.embed_passages(TEXTS).tobytes()
    assert answer[2:] == (None, None)


def test_another_model_is_refused(default_embedder: Embedder) -> None:
    block = Block(model=DEFAULT_MODEL, fingerprint="0" * 64, proof="", texts=("one",))
    answer = embed_block(block, worker="w", threads=1)

    assert answer.vectors is None
    assert answer.refused is not None
    assert default_embedder.spec.fingerprint[:12] in answer.refused
    assert "install the same version" in answer.refused


def test_other_bits_are_refused(default_embedder: Embedder) -> None:
    block = block_of(default_embedder, "0" * 64, TEXTS)
    refused = embed_block(block, worker="w", threads=1).refused
    assert refused is not None
    assert "the same kind of processor" in refused


def test_a_model_that_is_not_there_is_an_answer() -> None:
    block = Block(model="no-such-model", fingerprint="f", proof="p", texts=("one",))
    assert "no model named 'no-such-model'" in (
        embed_block(block, worker="w", threads=1).refused or ""
    )


def test_a_text_that_does_not_fit_is_named(default_embedder: Embedder) -> None:
    long = "court " * 400
    block = block_of(default_embedder, proof_of(default_embedder), ["fits", long])
    budget = default_embedder.spec.passage_budget
    assert embed_block(block, worker="w", threads=1).too_long == TooLong(1, 400, budget)


def test_the_proof_follows_from_the_vectors_alone() -> None:
    assert proof_of(WordHashEmbedder()) == proof_of(WordHashEmbedder(name="other"))
    assert proof_of(WordHashEmbedder()) != proof_of(Turned())


@pytest.mark.parametrize("window", [4, 16, 512])
def test_any_window_has_a_proof(window: int) -> None:
    assert len(proof_of(WordHashEmbedder(window=window))) == 64


def test_no_text_stands_in_the_name_of_a_block(default_embedder: Embedder) -> None:
    block = block_of(default_embedder, "p", ["privileged"])
    assert "privileged" not in f"{block!r} {block}"
    assert np.array_equal(block.texts, ["privileged"])
