"""What the sample must answer, by people who read it."""

import pytest

from tests.acceptance.questions import OFF_TOPIC, ON_TOPIC
from tests.acceptance.running import ask

pytestmark = pytest.mark.slow

MISTAKE = "officer shot unarmed suspect mistaken belief"
CLEARLY = "whether the asserted constitutional right was clearly established"


def test_both_cases_of_the_sixth_circuit_are_first_on_a_mistaken_shot(client):
    groups = ask(client, MISTAKE, group_by="case")["groups"]

    assert {group["case"]["id"] for group in groups[:2]} == {
        "ca6-2005-sample-v-bailey",
        "ca6-2008-floyd-v-detroit",
    }


def test_groups_are_ranked_and_hold_their_own_case(client):
    answer = ask(client, MISTAKE, group_by="case", passages_per_group=2)

    assert answer["hits"] == []
    assert [group["rank"] for group in answer["groups"]] == list(
        range(1, len(answer["groups"]) + 1)
    )
    scores = [group["score"] for group in answer["groups"]]
    assert scores == sorted(scores, reverse=True)
    for group in answer["groups"]:
        assert 1 <= len(group["hits"]) <= 2
        assert {hit["case"]["id"] for hit in group["hits"]} == {group["case"]["id"]}


def test_the_passage_on_the_belief_that_the_other_officer_was_shot_is_in_the_first_three(client):
    first = ask(client, MISTAKE)["hits"][:3]

    assert any(
        hit["case"]["id"] == "ca6-2008-floyd-v-detroit"
        and hit["section"]["heading"] == CLEARLY
        and "reynoso purported belief that quaine had been shot" in hit["passage"]["text"]
        for hit in first
    )


@pytest.mark.parametrize("question", OFF_TOPIC)
def test_what_no_opinion_answers_is_said_to_have_no_match(client, question):
    assert ask(client, question)["no_match"] is True


def test_what_opinions_answer_is_not_said_to_have_no_match(client):
    wrong = [question for question in ON_TOPIC if ask(client, question)["no_match"]]

    assert wrong == []


@pytest.mark.parametrize(
    ("question", "case"),
    [
        ("thermal imaging of a home to detect heat from marijuana lamps", "Kyllo"),
        ("attaching a GPS device to a car to follow its movements", "Jones"),
        ("prolonging a traffic stop to wait for a drug dog", "Rodriguez"),
        ("police searched the contents of a cell phone taken from a person under arrest", "Riley"),
        ("blood test of a drunk driver without a warrant", "McNeely"),
        ("reasonable mistake of law by an officer who stops a car", "Heien"),
        ("arrest for a minor offence punishable only by a fine", "Atwater"),
        ("a drug dog brought to the front porch of a house", "Jardines"),
    ],
)
def test_the_case_everybody_cites_for_it_comes_first(client, question, case):
    groups = ask(client, question, group_by="case")["groups"]

    assert case.lower() in groups[0]["case"]["name"].lower()
