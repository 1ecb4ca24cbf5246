from dataclasses import replace

import pytest

from indexer.records import OpinionType, SectionRole
from indexer.store.stored import PageRange
from tests.quality.make_pins import stands_alone
from tests.quality.ranking_judged import Half, half_of
from tests.quality.ranking_pins import Pin, PinBench, is_answer, is_syllabus, read_pins
from tests.quality.ranking_runs import DENSE, OURS, RRF, WORDS
from tests.service.corpus import EMBEDDER


def pin(name: str = "p", *, pages: tuple[int, ...] = (103,), **fields) -> Pin:
    return Pin(
        **{
            "id": name,
            "text": "the officer drew a taser",
            "case_id": "case-01",
            "reporter": "301 U.S.",
            "pages": pages,
            "exclude": None,
            "half": Half.CHOOSING,
            **fields,
        }
    )


@pytest.fixture
def stored(corpus):
    return corpus.passages.fetch([corpus.passages.opinion_rows("case-01/0")[0]])[0]


@pytest.mark.parametrize(
    ("first", "last", "answers"),
    [("103", "103", True), ("101", "104", True), ("104", "105", False), ("xii", "103", False)],
)
def test_a_passage_answers_where_its_pages_touch_the_pinned_ones(stored, first, last, answers):
    found = replace(stored, pages=(PageRange(reporter="301 U.S.", first=first, last=last),))

    assert is_answer(found, pin()) is answers
    assert not is_answer(found, pin(reporter="302 U.S."))


def test_a_syllabus_is_no_answer(stored):
    found = replace(stored, pages=(PageRange(reporter="301 U.S.", first="103", last="103"),))
    of_reporter = replace(found, opinion=replace(found.opinion, type=OpinionType.SYLLABUS))
    in_opinion = replace(found, section=replace(found.section, role=SectionRole.SYLLABUS))

    assert not is_syllabus(found)
    assert [is_syllabus(one) for one in (of_reporter, in_opinion)] == [True, True]
    assert [is_answer(one, pin()) for one in (of_reporter, in_opinion)] == [False, False]


@pytest.mark.parametrize("within_case", [False, True])
def test_pins_are_ranked_by_every_configuration(corpus, within_case):
    bench = PinBench(corpus, EMBEDDER, rerank=False)
    pins = [pin("a"), pin("b", pages=(102,), half=Half.REPORTING), pin("c", pages=(999,))]

    report = bench.report(pins, within_case=within_case)

    assert report["without_a_passage"] == 1
    assert [report[half.value]["queries"] for half in Half] == [1, 1]
    assert list(report["choosing"]["rows"]) == [WORDS, DENSE, RRF, OURS]


def test_the_citing_case_is_left_out(corpus):
    bench = PinBench(corpus, EMBEDDER, rerank=False)
    own = pin(exclude="case-01")

    report = bench.report([own], within_case=True)

    assert {row["recall@10"] for row in report["choosing"]["rows"].values()} == {0.0}


def test_the_committed_pins_are_what_their_maker_makes():
    pins = read_pins()

    assert len({one.id for one in pins}) == len(pins) > 200
    for one in pins:
        assert one.pages == tuple(sorted(set(one.pages)))
        assert one.half is half_of(one.case_id)
        assert one.exclude != one.case_id
        assert stands_alone(one.text) or one.text[:1].islower(), one.id
