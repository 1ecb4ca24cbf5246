"""Facts remembered are those of the table, however few are remembered and in whatever order they are asked."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.opinion_facts import FactsReader
from indexer.store.passages import PassageStore
from tests.indexer.store.making import opinion, record, write_passages

CASES = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("facts") / "passages.sqlite"
    cases = [
        record(f"c{n}", *(opinion(f"c{n}/{o}", f"words {n} {o}", case_id=f"c{n}") for o in (0, 1)))
        for n in range(CASES)
    ]
    write_passages(path, cases)
    with PassageStore.open(path) as store, closing(sqlite3.connect(path)) as db:
        yield store, db


@given(
    remembered=st.integers(0, 9),
    asked=st.lists(st.sets(st.integers(0, 2 * CASES - 1)), max_size=6),
)
def test_what_is_remembered_is_what_stands_there(made, remembered, asked):
    store, db = made
    reader = FactsReader(remembered)
    for seqs in asked:
        facts = reader.of(db, seqs)
        assert facts.keys() == seqs
        for seq, one in facts.items():
            case, number = divmod(seq, 2)
            whole = store.opinion(f"c{case}/{number}")
            assert (one.header, one.case) == (whole.header, whole.case)
            assert (one.first_section, one.cited_by) == (seq, whole.cited_by)
        assert len(reader._known) <= remembered


def test_the_one_asked_for_longest_ago_is_forgotten_first(made):
    _, db = made
    reader = FactsReader(2)
    first = reader.of(db, [0])[0]
    reader.of(db, [1])
    assert reader.of(db, [0])[0] is first
    reader.of(db, [2])
    assert reader.of(db, [0])[0] is first
    assert list(reader._known) == [2, 0]


def test_an_opinion_that_is_not_there_is_told(made):
    _, db = made
    with pytest.raises(ValueError, match="no opinion 99"):
        FactsReader().of(db, [0, 99])
