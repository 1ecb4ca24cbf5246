"""A filter holds for every hit, and never costs a hit that passes it."""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.acceptance.questions import ON_TOPIC
from tests.acceptance.running import SAMPLE, SEEDS, ask

pytestmark = pytest.mark.slow

SEVERAL = ON_TOPIC[::8]


@pytest.mark.parametrize("question", SEVERAL)
def test_only_facts_come_where_facts_are_asked_for(client, question):
    answer = ask(client, question, k=100, filters={"section_role": ["facts"]})

    assert {hit["section"]["role"] for hit in answer["hits"]} == {"facts"}
    assert answer["exact"] is True


@pytest.mark.parametrize("question", SEVERAL)
def test_none_of_another_court_comes_where_one_court_is_asked_for(client, question):
    hits = ask(client, question, k=100, filters={"court": ["scotus"]})["hits"]

    assert len(hits) == 100
    assert {hit["case"]["court_id"] for hit in hits} == {"scotus"}
    assert not any(hit["case"]["id"].startswith("ca6-") for hit in hits)


def test_every_passage_of_a_case_comes_where_only_that_case_is_asked_for(client):
    """The judge is the outline: the hits' spans tile the opinion."""
    hits = ask(
        client, "an unrelated question", k=100, filters={"case_id": ["ca6-2005-sample-v-bailey"]}
    )["hits"]

    spans = sorted((hit["passage"]["start"], hit["passage"]["end"]) for hit in hits)
    assert spans[0][0] == 0
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]
    text = client.get("/v1/opinions/ca6-2005-sample-v-bailey-combined").json()["text"]
    assert spans[-1][1] == len(text)


def test_a_filter_that_admits_one_passage_returns_exactly_that_one(client):
    everything = ask(
        client,
        "an unrelated question",
        k=100,
        filters={"case_id": ["ca6-2005-sample-v-bailey", "ca6-2008-floyd-v-detroit"]},
    )["hits"]
    counts = Counter((hit["case"]["id"], hit["section"]["role"]) for hit in everything)
    alone = [where for where, count in counts.items() if count == 1]
    assert alone, counts

    for case, role in alone:
        (expected,) = (
            hit for hit in everything if (hit["case"]["id"], hit["section"]["role"]) == (case, role)
        )
        for question in SEVERAL:
            found = ask(client, question, filters={"case_id": [case], "section_role": [role]})
            assert [hit["passage"]["id"] for hit in found["hits"]] == [expected["passage"]["id"]]


def test_a_quoted_phrase_finds_every_case_that_has_it_and_no_other(client):
    """The judge is the source, read here."""
    phrase = "tense, uncertain, and rapidly evolving"
    expected = {case for case, text in sources() if words(phrase) in words(text)}
    assert len(expected) > 3

    hits = ask(client, f'officers judge force in circumstances "{phrase}"', k=100)["hits"]

    assert {hit["case"]["id"] for hit in hits} == expected
    assert all(words(phrase) in words(hit["passage"]["text"]) for hit in hits)


def words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def sources() -> Iterator[tuple[str, str]]:
    """Yield each case of the sample with the text of all its opinions."""
    for line in (SAMPLE / "scotus.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield record["id"], " ".join(opinion["text"] for opinion in record["opinions"])
    for line in (SEEDS / "metadata.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        yield record["id"], (SEEDS / record["file"]).read_text(encoding="utf-8")


def test_a_phrase_that_nobody_wrote_is_said_to_be_nowhere(client):
    phrase = "the officer ate the warrant with mustard"
    answer = ask(client, f'"{phrase}"')

    assert answer["phrases_not_found"] == [phrase]
    assert answer["no_match"] is True
    beside = ask(client, f'pat down for weapons during a stop "{phrase}"')
    assert beside["phrases_not_found"] == [phrase]
    assert beside["hits"]


def test_a_quotation_with_the_marks_of_its_editor_finds_what_was_quoted(client):
    """As a brief would quote Graham: with brackets, an ellipsis and curly quotes."""
    quoted = "“[t]he calculus of reasonableness must embody allowance … split-second judgments”"
    answer = ask(client, quoted, k=20)

    assert answer["phrases_not_found"] == []
    for hit in answer["hits"]:
        text = words(hit["passage"]["text"])
        assert "calculus of reasonableness must embody allowance" in text
        assert "split second judgments" in text
    assert answer["hits"]


@pytest.mark.parametrize(
    ("period", "holds"),
    [
        ({"gte": "2005", "lte": "2008"}, lambda year: 2005 <= year <= 2008),
        ({"lte": "1983"}, lambda year: year <= 1983),
        ({"gte": "2015"}, lambda year: year >= 2015),
    ],
)
def test_a_period_holds_for_every_hit(client, period, holds):
    hits = ask(client, "use of force", k=100, filters={"date_filed": period})["hits"]

    assert {holds(int(hit["case"]["date_filed"][:4])) for hit in hits} == {True}


def test_conditions_add_up(client):
    both = {"court": ["ca6"], "section_role": ["analysis", "facts"], "date_filed": {"lte": "2005"}}
    hits = ask(client, "use of force", k=100, filters=both)["hits"]

    assert {hit["case"]["id"] for hit in hits} == {"ca6-2005-sample-v-bailey"}
    assert {hit["section"]["role"] for hit in hits} == {"analysis", "facts"}


def test_what_binds_the_sixth_circuit_is_its_own_and_the_supreme_courts(client):
    hits = ask(client, "use of force", k=100, filters={"binding_on": "ca6"})["hits"]
    assert {hit["case"]["court_id"] for hit in hits} == {"ca6", "scotus"}

    hits = ask(client, "use of force", k=100, filters={"binding_on": "scotus"})["hits"]
    assert {hit["case"]["court_id"] for hit in hits} == {"scotus"}
