"""Columns of many rows, against the passages one by one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotInIndexError
from indexer.records import OpinionType, SectionRole, Span
from indexer.store.passages import PassageStore
from tests.indexer.store.making import opinion, record, write_passages

ROWS = 46


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PassageStore]:
    path: Path = tmp_path_factory.mktemp("rows") / "passages.sqlite"
    cases = [
        record(
            f"c{n}",
            *(opinion(f"c{n}/{o}", "abcdefg" * (3 + n) * (o + 1), case_id=f"c{n}") for o in (0, 1)),
        )
        for n in range(4)
    ]
    write_passages(path, cases)
    with PassageStore.open(path) as opened:
        yield opened


@given(st.lists(st.integers(0, ROWS - 20), max_size=30))
def test_hashes_come_in_the_order_asked(store, rows):
    hashes = store.rows.hashes_of(np.array(rows, np.int64))
    assert [one.hex() for one in hashes] == [s.text_sha256 for s in store.fetch(rows)]


def test_a_row_too_many_is_told(store):
    with pytest.raises(NotInIndexError):
        store.rows.hashes_of(np.array([0, 10_000]))


@given(
    cases=st.lists(st.integers(0, 4), max_size=4),
    roles=st.sets(st.sampled_from(SectionRole), max_size=5),
)
def test_rows_of_roles_are_those_whose_sections_have_them(store, cases, roles):
    every = np.arange(store.counts().passages)
    owners = store.cases_of(every).tolist()
    expected = [
        s.passage.row
        for s in store.fetch(every)
        if s.section.role in roles and owners[s.passage.row] in cases
    ]
    assert store.rows.in_roles(np.array(cases, np.int64), roles).tolist() == expected


@given(st.integers(0, ROWS - 20), st.integers(0, 60), st.integers(1, 20))
def test_the_passages_that_share_a_character_with_a_span(store, row, start, length) -> None:
    (one,) = store.fetch(np.array([row]))
    rows = range(*store.opinion_rows(one.opinion.id))
    wanted = set(range(start, start + length))

    assert store.rows.overlapping(rows, Span(start, start + length)).tolist() == [
        each.passage.row
        for each in store.fetch(rows)
        if wanted & set(range(each.passage.span.start, each.passage.span.end))
    ]


def test_the_voice_of_a_row_is_the_type_of_its_opinion(store):
    every = np.arange(store.counts().passages)
    types = [one.opinion.type for one in store.fetch(every)]
    assert store.types_of(every) == types
    assert [tuple(OpinionType)[place] for place in store.voices_of(every)] == types
