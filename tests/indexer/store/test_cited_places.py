"""Where passages point to, against citations written by hand."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import CitationKind
from indexer.store.cited_places import pinned_pages
from indexer.store.passages import PassageStore
from tests.indexer.store.citing import GRAHAM, LATER, cite, write_citing


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PassageStore]:
    path: Path = tmp_path_factory.mktemp("places") / "passages.sqlite"
    write_citing(path, passage=1000)
    with PassageStore.open(path) as opened:
        yield opened


def case_of(store: PassageStore, case: range) -> str:
    (stored,) = store.fetch([case.start])
    return stored.case.id


def test_a_passage_points_to_each_case_of_the_build_that_it_cites(store):
    later = store.opinion_rows("later/o")[0]

    places = store.cited_places.of(np.array([later]))

    assert {place.by for place in places} == {later}
    named = {case_of(store, place.case) for place in places}
    assert "graham" in named
    assert "later" not in named


def test_a_case_is_all_of_its_rows(store):
    places = store.cited_places.of(np.array([store.opinion_rows("later/o")[0]]))
    graham = next(p.case for p in places if case_of(store, p.case) == "graham")

    assert (graham.start, graham.stop) == store.case_rows(graham.start)


def test_a_citation_of_the_own_case_points_nowhere(store):
    assert store.cited_places.of(np.array([store.opinion_rows("graham/o")[0]])) == []


def test_without_rows_nothing_is_pointed_to(store):
    assert store.cited_places.of(np.empty(0, np.int64)) == []


@pytest.mark.parametrize(("pin", "page"), [("386", 386), ("390, n. 2", 390), ("396", None)])
def test_a_page_that_is_named_is_the_rows_on_it(tmp_path, pin, page):
    path = tmp_path / "passages.sqlite"
    words = cite(LATER, "490 U.S., at 396", CitationKind.SHORT, GRAHAM, pin=pin)
    write_citing(path, cites={"later/o": [words]}, passage=25)
    with PassageStore.open(path) as store:
        (place,) = store.cited_places.of(np.arange(*store.opinion_rows("later/o")))
        spans = [stored.passage.span for stored in store.fetch(place.rows)]
        every = [s.passage.span for s in store.fetch(np.arange(*store.opinion_rows("graham/o")))]

    # Graham's text has marks of 386 (at 0) and 390 (at 40) alone: of page 396 nothing is known.
    on_page = {386: [s for s in every if s.start < 40], 390: [s for s in every if s.end > 40]}
    assert spans == on_page.get(page, [])


@pytest.mark.parametrize(
    ("pin", "pages"),
    [
        ("240", [240]),
        ("240-42", [240, 241, 242]),
        ("240-241, 250", [240, 241, 250]),
        ("199-201", [199, 200, 201]),
        ("p. 283", [283]),
        ("pp. 79, 80", [79, 80]),
        ("291, n. 3", [291]),
        ("240, and n. 5", [240]),
        ("9 n. 2", [9]),
        ("n. 7", []),
        ("nn. 7-9", []),
        ("slip op., at 9", []),
        ("§ 3", []),
        ("*4", []),
        ("", []),
        ("100-190", []),
    ],
)
def test_the_pages_of_a_pin_cite(pin, pages):
    assert list(pinned_pages(pin)) == pages


@given(st.integers(1, 10**6), st.integers(0, 4))
def test_a_range_is_the_same_with_its_last_page_cut_short(first, more):
    last = first + more
    whole = list(pinned_pages(f"{first}-{last}"))
    assert whole == list(range(first, last + 1))
    if first // 100 == last // 100 and last >= 100:
        assert list(pinned_pages(f"{first}-{last % 100:02}")) == whole


def test_what_is_kept_is_what_a_build_without_the_table_works_out(tmp_path):
    told, untold = tmp_path / "told.sqlite", tmp_path / "untold.sqlite"
    words = cite(LATER, "490 U.S., at 396", CitationKind.SHORT, GRAHAM, pin="386, 390")
    write_citing(told, cites={"later/o": [words]}, passage=25)
    untold.write_bytes(told.read_bytes())
    with sqlite3.connect(untold) as db:
        db.execute("DROP TABLE cited_place")
    db.close()
    with PassageStore.open(told) as kept, PassageStore.open(untold) as worked_out:
        rows = np.arange(kept.counts().passages)
        here, there = (store.cited_places.of(rows) for store in (kept, worked_out))
    assert [(p.by, p.case, p.rows.tolist()) for p in here] == [
        (p.by, p.case, p.rows.tolist()) for p in there
    ]
    assert any(len(place.rows) for place in here)
