import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import TokenSpans
from models.errors import TextTooLongError
from models.windows import Window, cut_text, pool, split_windows

TEXTS = st.text(alphabet="ab §é漢 \n", max_size=120)
BUDGETS = st.integers(1, 12)


def spans_of(text: str, pattern: str = r"\w{1,3}|[^\w\s]") -> TokenSpans:
    """Tokens of at most three letters, so that words can be cut."""
    found = [match.span() for match in re.finditer(pattern, text)]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


@given(TEXTS, BUDGETS)
def test_windows_tile_the_text(text: str, budget: int) -> None:
    windows = split_windows(spans_of(text), length=len(text), budget=budget)

    assert "".join(text[w.start : w.end] for w in windows) == text


@given(TEXTS, BUDGETS)
def test_windows_keep_to_the_budget_and_count_each_token_once(text: str, budget: int) -> None:
    spans = spans_of(text)
    windows = split_windows(spans, length=len(text), budget=budget)

    begun = [sum(w.start <= start < w.end for start, _ in spans) for w in windows]
    assert [w.tokens for w in windows] == begun
    assert max(begun) <= budget
    assert sum(begun) == len(spans)


@given(TEXTS, BUDGETS)
def test_no_token_is_cut(text: str, budget: int) -> None:
    spans = spans_of(text)
    for window in split_windows(spans, length=len(text), budget=budget)[1:]:
        assert not any(start < window.start < end for start, end in spans)


@given(st.integers(1, 400), st.integers(2, 60))
def test_single_tokens_give_as_few_windows_as_can_be(count: int, budget: int) -> None:
    text = "a " * count
    windows = split_windows(spans_of(text), length=len(text), budget=budget)

    sizes = [w.tokens for w in windows]
    assert len(sizes) == math.ceil(count / budget)
    assert max(sizes) - min(sizes) <= 1


def test_windows_begin_after_a_space_where_they_can() -> None:
    text = "abcabc " * 10  # two tokens a word
    windows = split_windows(spans_of(text), length=len(text), budget=5)

    assert all(text[w.start - 1] == " " for w in windows[1:])


def test_a_text_without_spaces_is_cut_between_tokens() -> None:
    windows = split_windows(spans_of("abc" * 7), length=21, budget=3)

    assert [(w.start, w.end) for w in windows] == [(0, 9), (9, 18), (18, 21)]


def test_a_text_without_tokens_is_one_window() -> None:
    assert split_windows(spans_of("  "), length=2, budget=4) == (Window(start=0, end=2, tokens=0),)


def test_tokens_of_one_character_stay_together() -> None:
    """Byte-level vocabularies have several tokens for one emoji, all with its place."""
    spans = np.array([(0, 1), (1, 2), (1, 2), (1, 2), (2, 3)])
    windows = split_windows(spans, length=3, budget=3)

    assert [(w.start, w.end, w.tokens) for w in windows] == [(0, 1, 1), (1, 2, 3), (2, 3, 1)]


def test_tokens_that_cannot_be_parted_are_refused() -> None:
    spans = np.array([(0, 1)] * 5)

    with pytest.raises(TextTooLongError, match="5 tokens and the model reads 3"):
        split_windows(spans, length=1, budget=3)


def test_tokens_without_width_make_no_empty_window() -> None:
    spans = np.array([(0, 0), (0, 2), (2, 4), (4, 4)])

    for window in split_windows(spans, length=4, budget=2):
        assert window.end > window.start


@pytest.mark.parametrize("budget", [0, -1])
def test_a_window_of_nothing_is_refused(budget: int) -> None:
    with pytest.raises(ValueError, match="at least one token"):
        split_windows(spans_of("a b"), length=3, budget=budget)


@given(TEXTS, st.integers(3, 12))
def test_parts_join_and_each_fits_by_itself(text: str, budget: int) -> None:
    def rereads(part: str) -> TokenSpans:
        """A tokenizer that needs two more tokens for a text that begins within a word."""
        more = [(0, 1), (0, 1)] if part[:1] == "b" else []
        return np.concatenate([np.array(more, np.int64).reshape(-1, 2), spans_of(part)])

    parts = cut_text(text, token_spans=rereads, budget=budget)

    assert "".join(parts) == text
    assert all(len(rereads(part)) <= budget for part in parts)


def test_a_text_that_fits_is_one_part() -> None:
    assert cut_text(" a b ", token_spans=spans_of, budget=2) == (" a b ",)


@given(st.lists(st.integers(1, 300), min_size=2, max_size=5))
def test_pooling_is_the_weighted_mean(weights: list[int]) -> None:
    rows = np.eye(8, dtype=np.float32)[: len(weights)]
    expected = [w / math.sqrt(sum(v * v for v in weights)) for w in weights]

    found = pool(rows, weights)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found[: len(weights)], expected, rtol=1e-6)


def test_one_vector_pools_to_itself() -> None:
    row = np.array([[0.6, 0.8000001]], np.float32)

    assert np.array_equal(pool(row, [0]), row[0])


@pytest.mark.parametrize(
    ("rows", "weights"), [([[1.0, 0.0], [-1.0, 0.0]], [3, 3]), ([[1.0, 0.0], [0.0, 1.0]], [0, 0])]
)
def test_vectors_without_a_common_direction_are_refused(
    rows: list[list[float]], weights: list[int]
) -> None:
    with pytest.raises(ValueError, match="no direction"):
        pool(np.array(rows, np.float32), weights)


def test_windows_follow_each_other() -> None:
    text = "We hold that it was. " * 40
    windows = split_windows(spans_of(text), length=len(text), budget=20)

    assert all(a.end == b.start for a, b in pairwise(windows))
