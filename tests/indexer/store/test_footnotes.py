"""A footnote's mark comes back from the passage table, with the passage that holds it."""

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.records import Passage, Section
from indexer.store.passage_writer import PassageWriter
from indexer.store.passages import PassageStore
from tests.indexer.store.making import cut, opinion, record

TEXT = "The court held so, and that it is so ordered by it.1 Tr. 4. The end of all."


@pytest.fixture
def store(tmp_path: Path):
    """Two opinions alike: sections of 30 and passages of 10 characters, the last section a note."""
    path = tmp_path / "passages.sqlite"
    given = record("a", *(opinion(f"a:{n}", TEXT, case_id="a") for n in (1, 2)))
    sections: list[list[Section]] = []
    passages: list[list[Passage]] = []
    for words in given.opinions:
        parts, cuts = cut(words, sum(map(len, passages)))
        sections.append([*parts[:-1], replace(parts[-1], noted_at=TEXT.index("1"))])
        passages.append(cuts)
    with PassageWriter(path) as writer:
        writer.add(given, sections, passages)
    with PassageStore.open(path) as opened:
        yield opened


def test_the_passage_that_holds_the_mark_is_told(store: PassageStore) -> None:
    first, end = store.opinion_rows("a:2")
    stored = store.fetch(range(first, end))
    noted = [one for one in stored if one.section.noted_at is not None]
    assert noted == stored[6:]
    assert {one.section.noted_at for one in noted} == {TEXT.index("1")}
    assert {one.noted_in for one in noted} == {"a:2:50-60"}
    assert {one.noted_in for one in stored[:6]} == {None}


def test_an_opinion_tells_the_marks_of_its_footnotes(store: PassageStore) -> None:
    sections = store.opinion("a:1").sections
    assert [section.noted_at for section in sections] == [None, None, TEXT.index("1")]
