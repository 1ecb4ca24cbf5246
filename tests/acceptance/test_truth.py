"""Whatever is asked: what comes back is what the court wrote, and where it wrote it."""

import hashlib
from itertools import pairwise

import pytest

from tests.acceptance.questions import ON_TOPIC
from tests.acceptance.running import ask, opinion
from tests.indexer.outlines import FLOYD_V_DETROIT, SAMPLE_V_BAILEY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answers(client):
    return [ask(client, question) for question in ON_TOPIC]


@pytest.fixture(scope="module")
def hits(answers):
    return [hit for answer in answers for hit in answer["hits"]]


def test_fifty_different_questions_get_ten_hits_each(answers):
    assert len(set(ON_TOPIC)) == 50
    assert [len(answer["hits"]) for answer in answers] == [10] * 50


def test_a_passage_is_the_stretch_of_its_opinion_that_it_names(client, hits):
    opinions = {name: opinion(client, name) for name in {hit["opinion"]["id"] for hit in hits}}

    for hit in hits:
        passage, found = hit["passage"], opinions[hit["opinion"]["id"]]
        assert found["text"][passage["start"] : passage["end"]] == passage["text"]
        assert hashlib.sha256(passage["text"].encode()).hexdigest() == passage["text_sha256"]
        assert found["source_sha256"] == hit["opinion"]["source_sha256"]
        assert passage["text"].strip()


def test_a_passage_lies_in_the_section_that_it_names(client, hits):
    for hit in hits[::10]:
        around = [
            section
            for section in opinion(client, hit["opinion"]["id"])["sections"]
            if section["start"] <= hit["passage"]["start"] < section["end"]
        ]
        assert [(section["path"], section["role"]) for section in around] == [
            (hit["section"]["path"], hit["section"]["role"])
        ]
        assert hit["passage"]["end"] <= around[0]["end"]


def test_marks_lie_inside_the_passage_and_terms_are_words_of_it(hits):
    for hit in hits:
        text = hit["passage"]["text"]
        for mark in hit["highlights"]:
            assert 0 <= mark["start"] < mark["end"] <= len(text)
            marked = text[mark["start"] : mark["end"]]
            assert marked == marked.strip()
            assert mark["kind"] in ("sentence", "term")


def test_scores_descend_between_0_and_1_and_ranks_count(answers):
    for answer in answers:
        scores = [hit["score"] for hit in answer["hits"]]
        assert all(0 <= score <= 1 for score in scores)
        assert all(above >= below for above, below in pairwise(scores))
        assert [hit["rank"] for hit in answer["hits"]] == list(range(1, 11))


def test_no_passage_comes_twice(answers):
    for answer in answers:
        ids = [hit["passage"]["id"] for hit in answer["hits"]]
        assert len(set(ids)) == len(ids)


def test_a_cite_names_the_case_its_reporter_and_its_year(hits):
    for hit in hits:
        case, cite = hit["case"], hit["cite"]
        assert cite.startswith(case["name"])
        assert case["date_filed"][:4] in cite
        if case["citations"]:
            assert any(given in cite for given in case["citations"]), cite


def test_equal_requests_get_equal_answers(client, answers):
    again = [ask(client, question) for question in ON_TOPIC[:10]]

    for first, second in zip(answers, again, strict=False):
        assert {**first, "took_ms": None} == {**second, "took_ms": None}


@pytest.mark.parametrize(
    ("opinion_id", "outline"),
    [
        ("ca6-2005-sample-v-bailey-combined", SAMPLE_V_BAILEY),
        ("ca6-2008-floyd-v-detroit-combined", FLOYD_V_DETROIT),
    ],
)
def test_the_outline_is_the_one_that_people_read(client, opinion_id, outline):
    found = opinion(client, opinion_id)

    assert [tuple(section["path"]) for section in found["sections"]] == [
        part.path for part in outline
    ]
    assert [section["role"] for section in found["sections"]] == [part.role for part in outline]
    edges = [0, *(section["end"] for section in found["sections"])]
    assert [section["start"] for section in found["sections"]] == edges[:-1]
    assert edges[-1] == len(found["text"])
