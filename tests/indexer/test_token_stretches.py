"""Tokens counted stretch by stretch are those of the whole."""

import numpy as np
import pytest

from indexer.token_stretches import spans_by_stretch
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import sentences

MODEL = WordHashEmbedder()
TEXTS = [
    "",
    sentences(20, seed="s", topic=0),
    "x" * 300,
    " a  b\n\n c ",
    "no-space,at:all(here)" * 9,
    "Muñoz§ ¶ “so” \U0001d538 " * 20,
]


@pytest.mark.parametrize("stretch", [1, 7, 50, 1000])
@pytest.mark.parametrize("text", TEXTS)
def test_the_tokens_are_those_of_the_whole(text, stretch) -> None:
    found = spans_by_stretch(text, MODEL.token_spans, stretch=stretch)
    assert found.dtype == np.int64
    assert found.tolist() == MODEL.token_spans(text).tolist()


@pytest.mark.parametrize("text", ["word " * 40, "a,b;" * 50, "word\n" * 40])
def test_no_more_than_two_stretches_are_read_at_once(text) -> None:
    read: list[int] = []

    def counted(part: str):
        read.append(len(part))
        return MODEL.token_spans(part)

    spans_by_stretch(text, counted, stretch=20)
    assert sum(read) == len(text)
    assert max(read) <= 45
