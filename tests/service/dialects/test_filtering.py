"""Filters made of conditions, judged by looking at every passage."""

import random
from typing import Any, ClassVar

import pytest

from indexer.filters import Filters
from service.dialects.attributes import DATES, OF_CASE, OF_OPINION
from service.dialects.conditions import AllOf, AnyOf, Condition, Operator, holds
from service.dialects.filtering import filters_for
from service.errors import AbandonedError, QueryError
from service.work import WORK, Abandoned, Work

VALUES = {
    "case_name": ["Jones", "terry v. ohio", "smith"],
    "court_id": ["ca6", "SCOTUS", "cal"],
    "date_filed": ["1989", "2005-05-31", "2008-01", "1968-06-10"],
    "year": ["1989", 2005],
    "status": ["Published", "unpublished"],
    "judges": ["Kagan", "mu"],
    "citations": ["300 U.S. 1", "Ohio"],
    "cited_by_count": [0, 1],
    "case_id": ["case-01", "case-02"],
    "opinion_id": ["case-01/1", "case-02/0"],
    "opinion_type": ["dissent", "lead"],
    "author": ["Sotomayor", "o'c"],
    "section_role": ["analysis", "facts"],
}
NUMBERS = {"year", "cited_by_count"}
ORDERED = (Operator.GREATER, Operator.LESS, Operator.AT_LEAST, Operator.AT_MOST)
TEXTUAL = (Operator.CONTAINS, Operator.STARTS, Operator.ENDS)
EXACT = {"case_id", "opinion_id"}


def known(passage: Any, name: Any) -> Any:
    if name in OF_CASE:
        return OF_CASE[name](passage.case, passage.cited_by)
    if name in OF_OPINION:
        return OF_OPINION[name](passage.opinion)
    return passage.section.role.value


def truth(wanted: Any, passage: Any) -> Any:
    if isinstance(wanted, Condition):
        return holds(wanted, known(passage, wanted.name), is_date=wanted.name in DATES)
    judge = all if isinstance(wanted, AllOf) else any
    return judge(truth(part, passage) for part in wanted.parts)


def drawn(draw: Any) -> Any:
    name = draw.choice(list(VALUES))
    operators = [Operator.IS, Operator.IN, Operator.EMPTY]
    if name in NUMBERS | DATES:
        operators += ORDERED
    if name not in NUMBERS:
        operators += TEXTUAL
    operator = draw.choice(operators)
    count = {Operator.EMPTY: 0, Operator.IN: 2}.get(operator, 1)
    values = tuple(draw.sample(VALUES[name], count))
    return Condition(name, operator, values, draw.random() < 0.4)


@pytest.mark.parametrize("seed", range(60))
def test_filters_admit_what_meets_the_conditions_and_nothing_else(seed, corpus, stored):
    draw = random.Random(seed)
    kind: Any = draw.choice([AllOf, AnyOf])
    wanted = kind(tuple(drawn(draw) for _ in range(draw.randint(1, 3))))

    found: set[int] = set()
    for filters in filters_for(wanted, corpus.passages):
        rows = corpus.passages.select(filters)
        found |= set(range(len(stored)) if rows is None else rows.tolist())

    assert found == {one.passage.row for one in stored if truth(wanted, one)}, wanted


def test_no_condition_is_no_filter(corpus):
    assert filters_for(AllOf(()), corpus.passages) == (Filters(),)


def test_what_the_index_answers_goes_into_its_own_filters(corpus):
    wanted = AllOf(
        (
            Condition("court_id", Operator.IS, ("CA6",)),
            Condition("date_filed", Operator.AT_LEAST, ("1990",)),
            Condition("date_filed", Operator.LESS, ("2000",)),
            Condition("judge", Operator.CONTAINS, ("Kagan",)),
            Condition("cites", Operator.IS, ("490 U.S. 386",)),
            Condition("binding_on", Operator.IS, ("ca6",)),
        )
    )
    assert filters_for(wanted, corpus.passages) == (
        Filters(
            court=("ca6",), date_from="1990", date_to="1999-12-31", judge=("Kagan",),
            cites=("490 U.S. 386",), binding_on="ca6",
        ),
    )  # fmt: skip


def test_what_cannot_be_together_finds_nothing(corpus):
    for one in (
        [("court_id", "ca6"), ("court_id", "ca9")],
        [("opinion_type", "dissent"), ("opinion_type", "lead")],
        [("date_filed", "1990"), ("date_filed", "2001")],
        [("case_name", "Terry"), ("case_name", "Gault")],
    ):
        parts = tuple(Condition(name, Operator.IS, (value,)) for name, value in one)
        assert filters_for(AllOf(parts), corpus.passages) == ()


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([("colour", Operator.IS, ("red",), False)], "no name that passages are filtered by"),
        ([("judge", Operator.IS, ("Kagan",), True)], "can only be asked for"),
        ([("cites", Operator.STARTS, ("490",), False)], "can only be asked for"),
        ([("binding_on", Operator.IN, ("ca6", "ca9"), False)], "takes one court"),
        (
            [("judge", Operator.IS, ("Kagan",), False), ("judge", Operator.IS, ("Fox",), False)],
            "stands twice",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(corpus, conditions, words):
    with pytest.raises(QueryError, match=words):
        filters_for(AllOf(tuple(Condition(*one) for one in conditions)), corpus.passages)


def test_a_catalogue_too_long_to_look_up_is_refused(corpus, monkeypatch):
    monkeypatch.setattr("service.dialects.filtering.MOST_LOOKED_UP", 5)
    with pytest.raises(QueryError, match="narrow them"):
        filters_for(Condition("case_name", Operator.CONTAINS, ("x",)), corpus.passages)


class Watched:
    """A store of which every chunk that is read is counted; ``gone`` after the second."""

    def __init__(self, store: Any, work: Work) -> None:
        self.store, self.work, self.chunks = store, work, 0

    def cases(self, *args: Any, **kwargs: Any) -> Any:
        self.chunks += 1
        if self.chunks == 2:
            self.work.abandoned = Abandoned.LATE
        return self.store.cases(*args, **kwargs)


def test_a_look_up_that_nobody_waits_for_stops(corpus, monkeypatch):
    monkeypatch.setattr("service.dialects.filtering._CHUNK", 2)
    work = Work()
    store: Any = Watched(corpus.passages, work)
    token = WORK.set(work)
    try:
        with pytest.raises(AbandonedError):
            filters_for(Condition("case_name", Operator.CONTAINS, ("x",)), store)
    finally:
        WORK.reset(token)
    assert store.chunks == 2


class Counted(str):
    """A text that counts how often it is looked for among others."""

    __slots__ = ()
    looked_for: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self

    def __hash__(self) -> int:
        self.looked_for.append(self[:0])
        return super().__hash__()


def test_two_long_lists_are_compared_with_as_much_work_as_they_are_long(corpus):
    """Each value is looked for a few times, not once for each of the others."""
    parts = [
        Condition("case_id", Operator.IN, tuple(Counted(f"case-{n}") for n in range(at, at + 1000)))
        for at in range(2)
    ]
    Counted.looked_for.clear()
    (found,) = filters_for(AllOf(tuple(parts)), corpus.passages)
    assert len(found.case_id) == 999
    assert len(Counted.looked_for) < 20 * 1000
