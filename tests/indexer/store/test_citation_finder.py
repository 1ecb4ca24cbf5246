"""The citations of passages as they are read back, against how they were written by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.records import CitationKind
from indexer.store.passages import PassageStore
from indexer.store.stored import StoredCitation
from tests.indexer.store.citing import DISSENT, GRAHAM, LATER, LATER_CITES, STRIPPED, write_citing


@pytest.fixture(scope="module", params=[60, 25, 1000])
def store(tmp_path_factory: pytest.TempPathFactory, request) -> Iterator[PassageStore]:
    """The corpus in short and long passages: citations and parentheticals run over their edges."""
    path: Path = tmp_path_factory.mktemp("cites") / "passages.sqlite"
    write_citing(path, passage=request.param)
    with PassageStore.open(path) as opened:
        yield opened


def cited(store: PassageStore, opinion_id: str) -> list[tuple[str, int, StoredCitation]]:
    """Each citation of an opinion with the text of its passage and that one's start."""
    passages = store.fetch(range(*store.opinion_rows(opinion_id)))
    return [
        (stored.passage.text, stored.passage.span.start, one)
        for stored, found in zip(passages, store.citations.cited_in(passages), strict=True)
        for one in found
    ]


def test_spans_point_into_the_passage_at_the_words_cited(store):
    found = cited(store, "later/o")
    assert len(found) == len(LATER_CITES)
    for (text, offset, one), written in zip(found, LATER_CITES, strict=True):
        assert one.span.start + offset == written.span.start
        words = one.span.of(text)
        assert words
        assert written.span.of(LATER).startswith(words)
        assert one.span.end == min(len(text), written.span.end - offset)


def test_everything_written_of_a_citation_comes_back(store):
    for (_, _, one), written in zip(cited(store, "later/o"), LATER_CITES, strict=True):
        assert (one.kind, one.citation, one.pin, one.quoted) == (
            written.kind, written.cited, written.pin, written.quoted,
        )  # fmt: skip
        assert not one.inferred
        said = written.parenthetical
        assert one.parenthetical == (said.of(LATER) if said else None)


def test_a_citation_without_a_name_has_that_of_the_case(store):
    names = [one.name for _, _, one in cited(store, "later/o")]
    assert names[:4] == ["Graham v. Connor", "Graham", "Graham v. Connor", "Graham"]
    assert names[6] is None


def test_a_case_told_by_its_name_is_inferred_and_has_its_own_citation(store):
    (_, _, parallel), (_, _, named) = cited(store, "later/d")
    assert (parallel.case_id, parallel.inferred) == ("graham", False)
    assert (named.case_id, named.inferred, named.citation) == ("doe", True, "500 U.S. 10")
    assert named.span.end <= len(DISSENT)
    for text, _, one in cited(store, "stripped/o"):
        assert one.kind is CitationKind.NAME
        assert one.inferred
        assert one.name in ("Graham v. Connor", "Doe v. Roe", "Smith v. Jones")
        assert one.span.of(text) in STRIPPED


def test_passages_come_in_the_order_asked(store):
    rows = list(range(*store.opinion_rows("later/o")))
    forward = store.citations.cited_in(store.fetch(rows))
    backward = store.citations.cited_in(store.fetch(rows[::-1]))
    assert backward == forward[::-1]
    assert store.citations.cited_in([]) == []


def test_rows_citing_are_those_of_every_form(store):
    by_citation = store.citations.rows_citing("490_us", 386)
    assert (np.diff(by_citation) > 0).all()
    graham = {
        stored.passage.row
        for stored in store.fetch(range(store.counts().passages))
        for one in store.citations.cited_in([stored])[0]
        if one.case_id == "graham" or one.citation == GRAHAM
    }
    assert set(by_citation.tolist()) == graham
    assert set(store.citations.rows_citing("104_led2d", 443).tolist()) <= graham
    assert store.citations.rows_citing("1_us", 1).tolist() == []
    (outside,) = store.fetch(store.citations.rows_citing("999_us", 1))
    assert outside.passage.span.start <= LATER.index("999 U.S. 1") < outside.passage.span.end


def test_those_who_cite_most_come_first(tmp_path):
    write_citing(tmp_path / "p", passage=25)
    with PassageStore.open(tmp_path / "p") as store:
        seq = store.case("graham").seq
        later, stripped = store.citations.citing(seq, limit=10)
        assert (later.case_id, later.inferred) == ("later", False)
        assert (stripped.case_id, stripped.inferred) == ("stripped", True)
        assert len(later.passage_ids) > len(stripped.passage_ids)
        for one in (later, stripped):
            for passage_id in one.passage_ids:
                (stored,) = store.fetch([store.row_of(passage_id)])
                assert stored.case.id == one.case_id
                (cites,) = store.citations.cited_in([stored])
                assert "graham" in {cite.case_id for cite in cites}
        assert store.citations.citing(store.case("later").seq, limit=10) == []
