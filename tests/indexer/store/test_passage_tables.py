"""Columns of the passage table come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.passage_tables import sentence_column, sentences_of


@given(st.sets(st.integers(1, 65_535), max_size=200))
def test_the_starts_of_sentences_come_back(starts):
    sentences = (0, *sorted(starts))
    column = sentence_column(sentences) or b""
    assert sentences_of(column) == sentences
    assert len(column) == 2 * len(starts)


@pytest.mark.parametrize("sentences", [None, (0, 65_536), (0, 5, 70_000)])
def test_what_is_not_known_or_too_far_apart_is_not_told(sentences):
    assert sentences_of(sentence_column(sentences)) is None
