"""Token vectors of a passage that is longer than the window: of all of it, part by part."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from models.base import Embedder
from models.runtime import PreparedEmbedder
from models.windows import cut_text
from tests.contracts import words


@pytest.fixture(params=["", "court: "])
def embedder(request: Any, default_embedder: Embedder) -> PreparedEmbedder:
    """The default model, with a prompt before each passage or without."""
    assert isinstance(default_embedder, PreparedEmbedder)
    prompt = request.param
    count = len(default_embedder.token_spans(prompt))
    spec = replace(default_embedder.spec, passage_prompt=prompt, passage_prompt_tokens=count)
    return PreparedEmbedder(spec, default_embedder._tokens, default_embedder._network)


def test_a_passage_longer_than_the_window_is_read_part_by_part(embedder: PreparedEmbedder) -> None:
    budget = embedder.spec.passage_budget
    short, long, full = words(30, seed=1), words(2 * budget + 40, seed=2), words(budget, seed=3)
    parts = cut_text(long, token_spans=embedder.token_spans, budget=budget)
    assert len(parts) == 3

    _, found, _ = embedder.passage_tokens([short, long, full])

    assert found.spans.tolist() == embedder.token_spans(long).tolist()
    alone = [one.vectors for one in embedder.passage_tokens(parts)]
    assert np.array_equal(found.vectors, np.concatenate(alone))


def test_what_fits_is_read_whole_whatever_stands_beside_it(embedder: PreparedEmbedder) -> None:
    full = words(embedder.spec.passage_budget, seed=4)

    found, _ = embedder.passage_tokens([full, words(600, seed=5)])

    ids = embedder._tokens.ids(embedder.spec.passage_prompt + full)
    assert len(ids) == embedder.spec.window
    (whole,) = embedder._network.infer_tokens([ids])
    own = whole[-1 - len(found.vectors) : -1]
    assert np.array_equal(found.vectors, own / np.linalg.norm(own, axis=1, keepdims=True))
