"""Filters against what they promise, in plain words."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.courts import binding_courts
from indexer.errors import FilterError
from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from indexer.store.stored import StoredPassage
from service.answers import Mode, SearchQuery
from tests.service.asking import MODES, QUERIES, questions, rows
from tests.service.corpus import COURTS, DATES

DATED = tuple(date for date in DATES if date is not None)
ROLES = (SectionRole.FACTS, SectionRole.ANALYSIS, SectionRole.DISSENT)


def passes(stored: StoredPassage, asked: Filters) -> bool:
    """What `Filters` promises, in plain words."""
    case, opinion = stored.case, stored.opinion
    binding = binding_courts(asked.binding_on) if asked.binding_on else None
    names = " ".join([opinion.author or "", *case.judges]).replace("'", "")
    folded = unicodedata.normalize("NFKD", names).encode("ascii", "ignore").decode().lower()
    first, last = _period(case.date_filed) if case.date_filed else (None, None)
    return all(
        (
            not asked.court or case.court_id in asked.court,
            binding is None or case.court_id in binding,
            not asked.date_from or (last is not None and last >= _period(asked.date_from)[0]),
            not asked.date_to or (first is not None and first <= _period(asked.date_to)[1]),
            not asked.opinion_type or opinion.type in asked.opinion_type,
            not asked.section_role or stored.section.role in asked.section_role,
            not asked.case_id or case.id in asked.case_id,
            not asked.judge or any(judge.lower() in folded.split() for judge in asked.judge),
            not asked.status or case.status in asked.status,
            not asked.cites or any(cited in stored.passage.text for cited in asked.cites),
        )
    )


def _period(date: str) -> tuple[str, str]:
    return date.ljust(10, "\x00"), date.ljust(10, "\xff")


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


filters = st.builds(
    Filters,
    court=some(*COURTS),
    binding_on=st.sampled_from((None, None, "ca6", "ohnd", "cand", "elsewhere")),
    date_from=st.sampled_from((None, None, *DATES)),
    opinion_type=st.lists(st.sampled_from(OpinionType), unique=True, max_size=2).map(tuple),
    section_role=st.lists(st.sampled_from(ROLES), unique=True, max_size=2).map(tuple),
    case_id=some("case-01", "case-03", "case-07", "nowhere"),
    judge=some("Munoz", "kagan", "OConnor"),
    status=some("published", "withdrawn"),
    cites=some("490 U.S. 386", "462 U.S. 213", "1 U.S. 1"),
)


@settings(max_examples=200, deadline=None)
@given(text=questions, asked=filters, mode=st.sampled_from(MODES))
def test_filters_leave_the_ranking_of_what_passes(engine, judge, text, asked, mode):
    admitted = [s.passage.row for s in judge.stored if passes(s, asked)]
    found = engine.search(SearchQuery(text=text, mode=mode, k=100, filters=asked))
    expected = judge.ranking(text, mode, admitted)
    assert rows(found) == judge.shown(expected)[:100]


@settings(deadline=None)
@given(start=st.sampled_from(DATED), end=st.sampled_from(DATED))
def test_a_range_of_dates_holds_what_overlaps_it(engine, judge, start, end):
    if _period(end)[1] < _period(start)[0]:
        with pytest.raises(FilterError):
            engine.search(SearchQuery(text="x", filters=Filters(date_from=start, date_to=end)))
        return
    asked = Filters(date_from=start, date_to=end)
    found = engine.search(SearchQuery(text=QUERIES[0], k=100, mode=Mode.DENSE, filters=asked))
    admitted = [s.passage.row for s in judge.stored if passes(s, asked)]
    assert rows(found) == judge.shown(judge.ranking(QUERIES[0], Mode.DENSE, admitted))[:100]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("by_case", [False, True])
def test_nothing_admitted_is_an_empty_answer_that_says_so(engine, mode, by_case):
    nobody = Filters(case_id=("nowhere",))
    answer = engine.search(SearchQuery(text="x", mode=mode, filters=nobody, by_case=by_case))
    assert answer.hits == ()
    assert answer.groups == (() if by_case else None)
    assert answer.no_match
    assert answer.candidates_considered == 0
