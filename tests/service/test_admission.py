from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.courts import binding_courts
from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.records import OpinionType
from indexer.store.snapshot import Index
from service import admission
from service.admission import Admission, Admitted, with_binding_courts
from service.row_sets import both
from tests.service.corpus import COURTS

row_sets = st.sets(st.integers(0, 40)).map(lambda rows: np.array(sorted(rows), np.int64))


class Counted:
    """An `Admission` that counts how often it had to look."""

    def __init__(self, index: Index, monkeypatch: pytest.MonkeyPatch, **options: int) -> None:
        self.admission = Admission(index, **options)
        self.looked = 0
        look = self.admission._find

        def count(filters: Filters, phrases: tuple[str, ...]) -> Admitted:
            self.looked += 1
            return look(filters, phrases)

        monkeypatch.setattr(self.admission, "_find", count)

    def rows(self, filters: Filters | None = None, *phrases: str) -> list[int] | None:
        found = self.admission.admit(filters or Filters(), phrases).rows
        return None if found is None else found.tolist()


def admitted(asked: Admission, filters: Filters, *phrases: str) -> list[int]:
    rows = asked.admit(filters, phrases).rows
    assert rows is not None
    found: list[int] = rows.tolist()
    return found


@given(row_sets, row_sets)
def test_both_is_the_intersection(one, other):
    assert set(both(one, other).tolist()) == set(one.tolist()) & set(other.tolist())
    assert both(None, other).tolist() == other.tolist()
    assert (np.diff(both(one, other)) > 0).all()


def test_every_row_is_none_and_no_row_is_empty(corpus):
    asked = Admission(corpus)
    assert asked.admit(Filters(), ()) == (None, ())
    assert admitted(asked, Filters(case_id=("nowhere",))) == []
    assert admitted(asked, Filters(binding_on="ca6", court=("cal",))) == []


def test_filters_phrases_and_citations_must_all_hold(corpus, judge):
    asked = Filters(opinion_type=(OpinionType.LEAD,), cites=("490 U. S. 386", "462 U.S. 213"))
    rows = admitted(Admission(corpus), asked, "reasonable officer", "the")
    assert rows == [
        s.passage.row
        for s in judge.stored
        if s.opinion.type is OpinionType.LEAD
        and ("490 U.S. 386" in s.passage.text or "462 U.S. 213" in s.passage.text)
        and "reasonable officer" in s.passage.text
        and "the" in s.passage.text.lower().split()
    ]
    assert len(rows) > 0


@pytest.mark.parametrize("cited", ["graham", "", "490 U.S. 386, 462 U.S. 213", "§ 1983"])
def test_what_is_not_one_citation_is_refused(corpus, cited):
    with pytest.raises(FilterError, match="not one citation"):
        Admission(corpus).admit(Filters(cites=(cited,)), ())


# courts


@pytest.mark.parametrize("court", ["ca6", "scotus", "ohnd"])
def test_binding_on_becomes_the_courts_that_bind(corpus, court):
    narrowed = with_binding_courts(Filters(binding_on=court, status=("x",)), corpus.passages)
    expected = tuple(sorted(binding_courts(court)))
    assert narrowed == Filters(court=expected, status=("x",))


def test_binding_on_and_court_narrow_each_other(corpus):
    asked = Filters(binding_on="ohnd", court=("ca6", "ca9"))
    assert with_binding_courts(asked, corpus.passages) == Filters(court=("ca6",))
    nothing = with_binding_courts(replace(asked, court=("ca9",)), corpus.passages)
    assert nothing is None


@pytest.mark.parametrize(
    ("given_id", "meant"),
    [
        ("ca66", "did you mean ca6"),
        ("CA6", "did you mean ca6"),
        ("6th Cir.", "did you mean ca6"),
        ("Supreme Court of the United States", "did you mean scotus"),
        ("ohdn", "did you mean .*ohnd"),
        ("qqqqqqqqqq", "courts-db"),
    ],
)
@pytest.mark.parametrize("name", ["court", "binding_on"])
def test_an_id_that_no_court_has_is_refused_with_the_nearest(corpus, name, given_id, meant):
    asked = {"court": Filters(court=("ca6", given_id)), "binding_on": Filters(binding_on=given_id)}
    with pytest.raises(FilterError, match=meant) as caught:
        Admission(corpus).admit(asked[name], ())
    assert caught.value.name == name
    assert repr(given_id) in caught.value.reason


def test_a_court_that_only_the_corpus_knows_may_be_asked_for(corpus, judge):
    assert "elsewhere" in COURTS
    own = [s.passage.row for s in judge.stored if s.case.court_id == "elsewhere"]
    assert own
    for asked in (Filters(court=("elsewhere",)), Filters(binding_on="elsewhere")):
        assert admitted(Admission(corpus), asked) == own


def test_a_known_court_without_passages_admits_nothing(corpus):
    assert admitted(Admission(corpus), Filters(court=("ca1",))) == []


# what is remembered


def test_what_was_asked_before_is_not_looked_up_again(corpus, monkeypatch):
    counted = Counted(corpus, monkeypatch)
    first = counted.rows(Filters(court=("ca6",)), "the")
    assert counted.rows(Filters(court=("ca6",)), "the") == first
    assert counted.looked == 1
    counted.rows(Filters(court=("ca6",)))
    counted.rows(Filters(court=("ca9",)), "the")
    assert counted.looked == 3
    assert counted.rows() is counted.rows() is None
    assert counted.looked == 4


def test_an_error_is_raised_each_time(corpus):
    asked = Admission(corpus)
    for _ in range(2):
        with pytest.raises(FilterError):
            asked.admit(Filters(judge=("…",)), ())


def test_the_oldest_is_forgotten_but_not_what_was_asked_for_again(corpus, monkeypatch):
    monkeypatch.setattr(admission, "_REMEMBERED", 3)
    counted = Counted(corpus, monkeypatch)
    for phrase in ("a", "b", "c", "a", "d"):  # b is the longest unasked when d comes
        counted.rows(None, phrase)
    assert counted.looked == 4
    counted.rows(None, "a")
    assert counted.looked == 4
    counted.rows(None, "b")
    assert counted.looked == 5


def test_memory_is_bounded_by_the_rows_that_are_kept(corpus, judge, monkeypatch):
    total = len(judge.rows)
    counted = Counted(corpus, monkeypatch, remembered_rows=total)
    phrases = ("the", "officer", "warrant", "suspect", "judgment")
    sizes = [len(counted.rows(None, phrase) or ()) for phrase in phrases]
    assert sum(sizes) > total > max(sizes)
    kept = [len(one.rows) for one in counted.admission._known.values() if one.rows is not None]
    assert counted.admission._rows == sum(kept)
    assert 0 < sum(kept) <= total
    small = Counted(corpus, monkeypatch, remembered_rows=sizes[0] - 1)
    small.rows(None, "the")
    small.rows(None, "the")
    assert small.looked == 2  # too large to keep, and right all the same


def test_rows_are_shared_and_cannot_be_written(corpus):
    rows = Admission(corpus).admit(Filters(court=("ca6",)), ()).rows
    assert rows is not None
    with pytest.raises(ValueError, match="read-only"):
        rows[0] = 5


def test_threads_get_the_rows_that_one_would(corpus, monkeypatch):
    monkeypatch.setattr(admission, "_REMEMBERED", 2)
    phrases: tuple[tuple[str, ...], ...] = ((), ("the",))
    asked = [(Filters(court=(court,)), phrase) for court in COURTS for phrase in phrases]
    alone = [admitted(Admission(corpus), filters, *phrases) for filters, phrases in asked]
    shared = Admission(corpus, remembered_rows=60)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: admitted(shared, one[0], *one[1]), asked * 20))
    assert found == alone * 20
    assert len(shared._known) <= 2
    assert shared._rows == sum(
        len(one.rows) for one in shared._known.values() if one.rows is not None
    )
    assert shared._rows <= 60
