"""Columns of the passage table come back as they were."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.records import Case, OpinionHeader
from indexer.store.passage_tables import (
    case_of,
    case_row,
    header_columns,
    header_of,
    sentence_column,
    sentences_of,
)


@given(st.sets(st.integers(1, 65_535), max_size=200))
def test_the_starts_of_sentences_come_back(starts):
    sentences = (0, *sorted(starts))
    column = sentence_column(sentences) or b""
    assert sentences_of(column) == sentences
    assert len(column) == 2 * len(starts)


@pytest.mark.parametrize("sentences", [None, (0, 65_536), (0, 5, 70_000)])
def test_what_is_not_known_or_too_far_apart_is_not_told(sentences):
    assert sentences_of(sentence_column(sentences)) is None


def header(**fields: Any) -> OpinionHeader:
    return OpinionHeader(id="o", case_id="c", source_sha256="0" * 64, **fields)


HALVES: list[dict[str, Any]] = [
    {"judges": ("A\ud800",)},
    {"citations": ("\udfff",)},
    {"extra": {"panel": [{"name": "\ud800"}]}},
    {"extra": {"\ud800": 1}},
]
WHOLE = "\U0001f600 Muñoz § \\ud800"


@pytest.mark.parametrize("fields", HALVES, ids=str)
def test_half_a_character_is_no_column_of_a_case(fields):
    """JSON would escape it, and no answer could be written with what comes back."""
    with pytest.raises(RecordError, match="half of a surrogate pair"):
        case_row(0, Case(id="c", name="C", **fields), range(1))


@pytest.mark.parametrize(
    "fields", [{"joined_by": ("A\ud800",)}, {"extra": {"a": "\udfff"}}], ids=str
)
def test_half_a_character_is_no_column_of_an_opinion(fields):
    with pytest.raises(RecordError, match="half of a surrogate pair"):
        header_columns(header(**fields), ())


def test_whole_characters_are_written_as_ever_and_come_back():
    case = Case(id="c", name="C", judges=(WHOLE,), citations=(WHOLE,), extra={WHOLE: [WHOLE]})
    row = case_row(0, case, range(1))
    assert row[10] == json.dumps([WHOLE])
    assert case_of(row) == case
    opinion = header(joined_by=(WHOLE,), extra={"a": WHOLE})
    assert header_of("o", "c", header_columns(opinion, ())[:5]) == opinion
