"""OpenAI's vector-store search: the fields of `openapi.yaml`, checked by hand."""

from typing import Any

import pytest

from service.dialects.openai_vector_stores import LONGEST_VALUE, _flat
from tests.service.dialects.bad_conditions import deep
from tests.service.dialects.conftest import QUESTION

ADDRESS = "/dialects/openai/v1/vector_stores/opinions/search"


def page(client: Any, **body: Any) -> Any:
    answer = client.post(ADDRESS, json={"query": QUESTION, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(client: Any, **body: Any) -> Any:
    return [(one["content"][0]["text"], one["score"]) for one in page(client, **body)["data"]]


def test_a_page_has_the_fields_of_the_contract(client, own):
    answer = page(client, rewrite_query=True, ranking_options={"ranker": "auto"})

    assert {name: answer[name] for name in answer if name != "data"} == {
        "object": "vector_store.search_results.page",
        "search_query": [QUESTION],
        "has_more": False,
        "next_page": None,
    }
    assert found(client) == own(k=10)
    for one in answer["data"]:
        assert set(one) == {"file_id", "filename", "score", "attributes", "content"}
        assert one["content"] == [{"type": "text", "text": one["content"][0]["text"]}]


def test_attributes_keep_the_limits_of_the_contract(client):
    for one in page(client, max_num_results=50)["data"]:
        attributes = one["attributes"]
        assert len(attributes) <= 16
        assert all(len(name) <= 64 for name in attributes)
        assert all(isinstance(value, str | int | float | bool) for value in attributes.values())
        assert attributes["url"].startswith("http://testserver/o/")
    assert _flat(("1 U.S. 1", "2 U.S. 2")) == "1 U.S. 1; 2 U.S. 2"
    cut = _flat("x" * 600)
    assert len(str(cut)) == LONGEST_VALUE
    assert str(cut).endswith("…")


@pytest.mark.parametrize(
    ("filters", "own_filters"),
    [
        ({"type": "eq", "key": "court_id", "value": "ca6"}, {"court": "ca6"}),
        ({"type": "in", "key": "court_id", "value": ["ca6", "ca9"]}, {"court": ["ca6", "ca9"]}),
        ({"type": "gte", "key": "date_filed", "value": "1999"}, {"date_filed": {"gte": "1999"}}),
        ({"type": "lt", "key": "date_filed", "value": "1999"}, {"date_filed": {"lte": "1998"}}),
        (
            {
                "type": "and",
                "filters": [
                    {"type": "eq", "key": "opinion_type", "value": "dissent"},
                    {"type": "ne", "key": "court_id", "value": "ca6"},
                    {"type": "nin", "key": "court_id", "value": ["ca9", "ohnd", "cal"]},
                ],
            },
            {"opinion_type": "dissent", "court": ["scotus", "elsewhere"]},
        ),
    ],
)
def test_filters_narrow_the_search(client, own, filters, own_filters):
    assert found(client, filters=filters) == own(k=10, filters=own_filters)


def test_compound_filters_nest(client):
    either = {
        "type": "or",
        "filters": [
            {"type": "eq", "key": "court_id", "value": "ca6"},
            {
                "type": "and",
                "filters": [
                    {"type": "gt", "key": "year", "value": 2000},
                    {"type": "lte", "key": "year", "value": 2008},
                ],
            },
        ],
    }
    answer = page(client, filters=either, max_num_results=50)["data"]
    assert len(answer) == 50
    for one in answer:
        attributes = one["attributes"]
        in_years = attributes.get("date_filed", "0")[:4] in {str(y) for y in range(2001, 2009)}
        assert attributes["court_id"] == "ca6" or in_years


def test_several_queries_find_the_best_of_each(client, own):
    queries = [QUESTION, "the dog bit the suspect"]
    answer = page(client, query=queries, max_num_results=6)
    assert answer["search_query"] == queries
    scores = [one["score"] for one in answer["data"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == max(own(query, k=1)[0][1] for query in queries)


def test_a_threshold_leaves_out_what_scores_less(client, own):
    cut = own(k=10)[4][1]
    kept = [score for _, score in found(client, ranking_options={"score_threshold": cut})]
    assert kept == [score for _, score in own(k=10) if score >= cut]


def test_the_store_can_be_asked_for(client):
    store = client.get("/dialects/openai/v1/vector_stores/opinions").json()
    assert store["object"] == "vector_store"
    assert store["file_counts"]["total"] == store["file_counts"]["completed"] > 0


@pytest.mark.parametrize(
    ("address", "body", "status", "param"),
    [
        (ADDRESS.replace("opinions", "vs_1"), {}, 404, None),
        (ADDRESS, {"max_num_results": 51}, 400, "max_num_results"),
        (ADDRESS, {"query": []}, 400, "query"),
        (ADDRESS, {"filters": {"type": "like", "key": "a", "value": "b"}}, 400, "filters"),
        (ADDRESS, {"filters": {"type": "eq", "key": "colour", "value": "b"}}, 400, "colour"),
    ],
)
def test_errors_have_openais_shape(client, address, body, status, param):
    answer = client.post(address, json={"query": "q", **body})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert (error["param"] or "").startswith(param or "")


def test_as_much_as_there_may_be_is_answered(client, own):
    judged = own(k=10, filters={"court": "ca6"})
    equal = {"type": "eq", "key": "court_id", "value": "ca6"}
    assert found(client, filters={"type": "and", "filters": [equal] * 64}) == judged
    assert found(client, filters=deep(64)) == judged
    values = ["ca6", *(f"{n}".ljust(500, "x") for n in range(999))]
    denied = {"type": "nin", "key": "court_id", "value": values}
    assert found(client, filters={"type": "and", "filters": [equal, denied]}) == []
    admitted = {"type": "in", "key": "court", "value": ["a name", *values[1:]]}
    assert found(client, filters=admitted) == []
