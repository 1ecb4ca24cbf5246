"""Cuts inside sentences longer than a passage."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.clauses import cut_long
from models.base import TokenSpans
from tests.indexer.tokens import words


def pieces(text: str, *, most: int, parts: int = 2, tokens: TokenSpans | None = None) -> list[str]:
    spans = words(text) if tokens is None else tokens
    edges = [0, *cut_long(text, spans, parts=parts, most=most), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (
            "one two three four; five six seven eight",
            ["one two three four; ", "five six seven eight"],
        ),
        (
            "one two three,four five six seven eight",
            ["one two three,", "four five six seven eight"],
        ),
        (
            "one two three four because five six seven",
            ["one two three four ", "because five six seven"],
        ),
        (
            "one two three four five six seven eight",
            ["one two three four ", "five six seven eight"],
        ),
    ],
)
def test_a_clause_is_better_than_a_word(text: str, cut: list[str]) -> None:
    assert pieces(text, most=7) == cut


def test_without_a_space_the_cut_is_between_tokens() -> None:
    spans: TokenSpans = np.array([(i, i + 2) for i in range(0, 40, 2)], dtype=np.int64)
    parts = pieces("x" * 40, most=10, tokens=spans)
    assert [len(part) for part in parts] == [20, 20]


def test_no_cut_is_inside_a_token_nor_between_tokens_of_one_character() -> None:
    spans: TokenSpans = np.array(
        [(0, 1), (0, 1), (1, 5), (3, 6), (6, 7), (6, 7), (7, 9)], dtype=np.int64
    )
    cuts = cut_long("abcdefghi", spans, parts=3, most=3)
    assert set(cuts) <= {1, 6, 7}


@given(
    st.lists(st.sampled_from(["a", "bb", ",", ";", "and", "\n"]), min_size=30, max_size=200),
    st.integers(3, 25),
    st.integers(1, 6),
)
def test_pieces_tile_and_fit(parts: list[str], most: int, count: int) -> None:
    text = " ".join(parts)
    if len(words(text)) <= most:
        return
    cut = pieces(text, most=most, parts=count)
    assert "".join(cut) == text
    assert all(0 < len(words(piece)) <= most for piece in cut)
