"""Dify: the requests of its `external_knowledge_service.py`, byte for byte, and its way of reading."""

import json
from typing import Any

import pytest

from service.dialects.dify import OPERATORS, MetadataFilter, condition_of
from service.errors import QueryError
from tests.service.dialects.conftest import QUESTION

ADDRESS = "/dialects/dify/retrieval"
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer secret"}
# The contract's page, "comparison_operator".
CONTRACT = [
    "contains", "not contains", "start with", "end with", "is", "is not", "in", "not in", "empty",
    "not empty", "=", "≠", ">", "<", "≥", "≤", "before", "after",
]  # fmt: skip


def sent(condition: Any = None, *, top_k: Any = 5, threshold: Any = 0.0) -> Any:
    """As `fetch_external_knowledge_retrieval` builds it, in its order."""
    params = {
        "retrieval_setting": {"top_k": top_k, "score_threshold": threshold},
        "query": QUESTION,
        "knowledge_id": "opinions",
    }
    if condition:
        params["metadata_condition"] = condition
    return json.dumps(params)


def records(client: Any, body: Any) -> Any:
    answer = client.post(ADDRESS, content=body, headers=HEADERS)
    if answer.status_code == 200:
        return answer.json().get("records", [])
    return []


def condition(*parts: Any, logical: Any = "and") -> Any:
    names = ("name", "comparison_operator", "value")
    return {
        "logical_operator": logical,
        "conditions": [dict(zip(names, part, strict=True)) for part in parts],
    }


def test_records_are_what_the_search_finds(client, own):
    found = records(client, sent())

    assert [(one["content"], one["score"]) for one in found] == own(k=5)
    for one in found:
        assert set(one) == {"content", "score", "title", "metadata"}
        assert 0 <= one["score"] <= 1
        assert one["title"] == one["metadata"]["cite"]
        assert None not in one["metadata"].values()
    first = found[0]["metadata"]
    place = f"#p{first['start']}-{first['end']}"
    assert first["url"].startswith("http://testserver/o/")
    assert first["url"].endswith(place)


def test_a_threshold_leaves_out_what_scores_less(client, own):
    best = own(k=5)
    cut = best[2][1]
    found = records(client, sent(threshold=cut))
    assert [one["score"] for one in found] == [score for _, score in best if score >= cut]


@pytest.mark.parametrize("setting", [{"top_k": 4, "score_threshold": None}, {"top_k": None}, None])
def test_what_some_versions_leave_out_may_be_left_out(client, own, setting):
    body = {"knowledge_id": "opinions", "query": QUESTION, "retrieval_setting": setting}
    body["metadata_condition"] = None
    assert [one["content"] for one in records(client, json.dumps(body))] == [t for t, _ in own(k=4)]


def test_conditions_narrow_the_search(client, own):
    both = condition(("court_id", "is", "ca6"), ("date_filed", "after", "1980"))
    assert [one["content"] for one in records(client, sent(both))] == [
        text for text, _ in own(k=5, filters={"court": "ca6", "date_filed": {"gte": "1981"}})
    ]


def test_or_finds_the_best_of_either(client, own):
    either = condition(("court_id", "is", "ca6"), ("opinion_type", "=", "dissent"), logical="or")
    found = [(one["content"], one["score"]) for one in records(client, sent(either, top_k=10))]

    apart = [*own(k=10, filters={"court": "ca6"}), *own(k=10, filters={"opinion_type": "dissent"})]
    assert sorted((score for _, score in found), reverse=True) == [score for _, score in found]
    assert set(found) <= set(apart)
    assert found[0] == max(apart, key=lambda one: one[1])


def test_nothing_found_is_an_empty_list(client):
    nothing = condition(("case_name", "is", "Nobody v. Nothing"))
    answer = client.post(ADDRESS, content=sent(nothing), headers=HEADERS)
    assert answer.json() == {"records": []}


def test_the_operators_are_those_of_the_contract():
    assert list(OPERATORS) == CONTRACT


@pytest.mark.parametrize("operator", CONTRACT)
def test_every_operator_is_answered(client, operator):
    value = None if "empty" in operator else "2005"
    found = client.post(
        ADDRESS, content=sent(condition(("year", operator, value))), headers=HEADERS
    )
    assert found.status_code == 200, found.text


def test_in_takes_a_list_or_a_text_of_several():
    def values(value: Any) -> Any:
        asked = MetadataFilter(name="court_id", comparison_operator="in", value=value)
        return condition_of(asked).values

    assert values(["ca6", "ca9"]) == ("ca6", "ca9")
    assert values("ca6, ca9") == ("ca6, ca9", "ca6", "ca9")


@pytest.mark.parametrize(
    ("operator", "value", "words"),
    [
        ("like", "x", "cannot be compared with 'like'"),
        ("is", None, "needs a value"),
        ("in", [], "needs a value"),
        (">", [1, 2], "takes one value"),
    ],
)
def test_conditions_that_say_nothing_are_refused(operator, value, words):
    with pytest.raises(QueryError, match=words):
        condition_of(MetadataFilter(name="year", comparison_operator=operator, value=value))


def test_the_check_when_an_address_is_saved_passes(client):
    """`check_endpoint_and_api_key` posts nothing at all, and takes 502, 404 and 403 amiss."""
    answer = client.post(ADDRESS, headers={"Authorization": "Bearer secret"})
    assert answer.status_code not in (502, 404, 403)
    assert set(answer.json()) == {"error_code", "error_msg"}


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({"knowledge_id": "x", "query": "q"}, 404, 2001, "there is no collection 'x'"),
        ({"knowledge_id": "opinions"}, 400, 400, "query"),
        ({"knowledge_id": "opinions", "query": " "}, 400, 400, "white space"),
        (
            {"knowledge_id": "opinions", "query": "q", "retrieval_setting": {"top_k": 101}},
            400,
            400,
            "top_k",
        ),
    ],
)
def test_errors_have_the_shape_of_the_contract(client, body, status, code, words):
    answer = client.post(ADDRESS, json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error_code", "error_msg"}
    assert answer.json()["error_code"] == code
    assert words in answer.json()["error_msg"]


def test_as_many_conditions_and_values_as_there_may_be_are_answered_as_one(client, own):
    others = ["x" * 500, *(f"x-{n}" for n in range(997))]
    many = condition(*[("case_id", "in", ["case-01", f"case-{n}", *others]) for n in range(64)])
    assert [one["content"] for one in records(client, sent(many))] == [
        text for text, _ in own(k=5, filters={"case_id": "case-01"})
    ]
