from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training_batches import (
    BatchOptions,
    Example,
    Tokens,
    batches,
    best_stretch,
    make_batch,
    without_shared_words,
)

FIRST, LAST, PADDING = 1, 2, 3
TOKENS = Tokens(
    lambda text: [10 + len(word) for word in text.split()], first=FIRST, last=LAST, padding=PADDING
)
PLAIN = BatchOptions(size=2, negatives=1, query_tokens=6, passage_tokens=5, word_dropout=0.0)
ids = st.lists(st.integers(0, 5), max_size=30)


def example(query: str, *passages: str, groups: tuple[str, ...] = ()) -> Example:
    return Example(query=query, passages=passages, groups=groups or tuple(map(str, passages)))


@given(ids, ids, st.integers(1, 12))
def test_the_stretch_shares_most_with_the_query(passage, query, length):
    stretch = best_stretch(passage, query, length)
    stretches = [passage[at : at + length] for at in range(max(1, len(passage) - length + 1))]
    shared = [sum(one in query for one in stretch) for stretch in stretches]
    assert stretch == stretches[shared.index(max(shared))]


@given(st.text("ab ", max_size=40), st.text("ab ", max_size=20), st.integers(0, 9))
def test_only_shared_words_go_and_the_rest_keeps_its_order(query, passage, seed):
    left = without_shared_words(query, passage, 0.5, np.random.default_rng(seed))
    remaining = iter(query.split())
    assert all(word in remaining for word in left.split())
    gone = Counter(query.split()) - Counter(left.split())
    assert set(gone) <= set(passage.split())


def test_dropping_everything_leaves_the_query_as_it_is_when_too_little_is_left():
    random = np.random.default_rng(0)
    query = "The deputies boarded a boat, moored at night"
    assert without_shared_words(query, "boat Deputies night", 1.0, random) == (
        "The boarded a moored at"
    )
    assert without_shared_words(query, "boat deputies night a", 1.0, random) == query


def test_what_a_batch_holds():
    made = make_batch(
        [
            example("a bb", "ccc", "dddd", groups=("one", "two")),
            example("a", "ccc ccc a ccc ccc", "x", groups=("two", "three")),
        ],
        TOKENS,
        PLAIN,
        np.random.default_rng(0),
    )
    assert made.query_ids.tolist() == [[1, 11, 12, 2], [1, 11, 2, PADDING]]
    assert made.query_mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert made.passage_ids.tolist() == [
        [1, 13, 2, PADDING, PADDING],
        [1, 13, 13, 11, 2],
        [1, 14, 2, PADDING, PADDING],
        [1, 11, 2, PADDING, PADDING],
    ]
    # The second query's own case is "two", and so is the first one's wrong passage.
    assert made.counted.tolist() == [[True, True, True, True], [True, True, False, True]]


def test_a_query_longer_than_its_window_is_cut_to_it():
    made = make_batch([example("a a a a a a a", "b")], TOKENS, PLAIN, np.random.default_rng(0))
    assert made.query_ids.tolist() == [[1, 11, 11, 11, 11, 2]]


@given(st.integers(2, 9), st.integers(2, 4), st.integers(0, 5))
def test_every_example_comes_once_before_one_comes_twice(count, size, seed):
    examples = [example(" ".join(["a"] * (n + 1)), "b") for n in range(count)]
    options = BatchOptions(size=size, query_tokens=64, word_dropout=0.0, seed=seed)
    steps = count // min(size, count)
    read = [
        batch.query_mask.sum(axis=1).tolist()
        for batch in batches(examples, TOKENS, options, steps=steps)
    ]
    lengths = [length for batch in read for length in batch]
    assert len(set(lengths)) == len(lengths)


def test_the_same_seed_gives_the_same_batches_and_another_one_others():
    examples = [example(f"{'a' * n} a b c d e", "a b") for n in range(1, 20)]

    def read(seed: int) -> list[list[list[int]]]:
        options = BatchOptions(size=4, word_dropout=0.5, seed=seed)
        return [b.query_ids.tolist() for b in batches(examples, TOKENS, options, steps=3)]

    assert read(1) == read(1)
    assert read(1) != read(2)


def test_an_example_has_a_group_for_each_passage():
    with pytest.raises(ValueError, match="2 passages and 1 groups"):
        example("a", "b", "c", groups=("one",))
