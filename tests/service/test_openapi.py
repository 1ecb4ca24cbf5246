from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from service.schemas_requests import SearchRequest
from tests.service.fakes import client_of

OPERATIONS = {
    ("post", "/v1/search"): "search",
    ("get", "/v1/search"): "search_get",
    ("post", "/v1/search/batch"): "search_batch",
    ("get", "/v1/passages/{id}"): "get_passage",
    ("get", "/v1/passages/{id}/similar"): "similar_passages",
    ("get", "/v1/opinions/{id}"): "get_opinion",
    ("get", "/v1/opinions/{id}/citations"): "list_opinion_citations",
    ("get", "/v1/opinions/{id}/cite"): "cite_opinion",
    ("get", "/v1/corpus"): "describe_corpus",
    ("get", "/v1/cases"): "list_cases",
    ("get", "/v1/cases/{id}"): "get_case",
    ("get", "/v1/cases/{id}/citing"): "list_citing_cases",
    ("get", "/v1/citations"): "look_up_citation",
    ("get", "/v1/facets"): "count_facets",
    ("post", "/v1/facets"): "count_facets_post",
    ("post", "/v1/context"): "pack_context",
    ("post", "/v1/verify"): "verify_quotes",
    ("get", "/healthz"): "healthz",
    ("get", "/readyz"): "readyz",
    ("get", "/metrics"): "metrics",
    ("get", "/"): "landing",
}


@pytest.fixture(scope="module")
def document():
    with client_of() as client:
        answer = client.get("/openapi.json")
        assert answer.status_code == 200
        return answer.json()


def operations(document: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield (method, path), operation


def test_every_operation_has_its_name(document):
    assert {where: op["operationId"] for where, op in operations(document)} == OPERATIONS


def test_every_operation_says_what_it_does(document):
    for where, operation in operations(document):
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where


def test_every_field_is_described(document):
    for name, schema in document["components"]["schemas"].items():
        for field, description in schema.get("properties", {}).items():
            assert description.get("description"), f"{name}.{field}"


def test_every_parameter_is_described(document):
    for where, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (where, parameter["name"])


def test_every_error_has_the_one_shape(document):
    for where, operation in operations(document):
        for status, response in operation["responses"].items():
            if status != "200":
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorResponse"}, (where, status)
            if status in {"429", "503"}:
                assert "Retry-After" in response["headers"], where
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_errors_an_address_can_give_are_documented(document):
    given = {where: set(op["responses"]) for where, op in operations(document)}

    assert given["post", "/v1/search"] >= {"400", "413", "415", "422", "503"}
    assert given["get", "/v1/search"] >= {"422", "503"}
    for path in (
        "/v1/passages/{id}",
        "/v1/opinions/{id}",
        "/v1/cases/{id}",
        "/v1/cases/{id}/citing",
    ):
        assert given["get", path] >= {"404", "422", "503"}
    assert "503" in given["get", "/readyz"]


def test_requests_are_closed_and_hits_may_be_partial(document):
    schemas = document["components"]["schemas"]
    for name in ("SearchRequest", "FiltersIn", "DateRange", "BatchRequest", "FacetsRequest"):
        assert schemas[name]["additionalProperties"] is False, name
    assert schemas["SearchRequest"]["required"] == ["query"]
    assert schemas["HitOut"]["required"] == ["rank", "score"]
    assert "required" not in schemas["PassageOut"]


def test_limits_of_the_contract_are_in_the_document(document):
    fields = document["components"]["schemas"]["SearchRequest"]["properties"]
    limits = {
        name: (field.get("minimum"), field.get("maximum"), field.get("default"))
        for name, field in fields.items()
    }
    assert limits["k"] == (1, 100, 10)
    assert limits["context"] == (0, 5, 0)
    assert limits["passages_per_group"] == (1, 10, 3)
    assert limits["min_score"] == (0, 1, 0)
    assert (fields["query"]["minLength"], fields["query"]["maxLength"]) == (1, 20_000)


def test_the_examples_are_requests(document):
    body = document["paths"]["/v1/search"]["post"]["requestBody"]["content"]["application/json"]
    examples = [example["value"] for example in body["examples"].values()]
    examples += document["components"]["schemas"]["SearchRequest"]["examples"]

    assert examples
    TypeAdapter(list[SearchRequest]).validate_python(examples)


def test_lists_of_a_query_string_are_arrays(document):
    parameters = document["paths"]["/v1/search"]["get"]["parameters"]
    kinds = {p["name"]: p["schema"].get("type") for p in parameters}

    lists = (
        "court",
        "opinion_type",
        "section_role",
        "case_id",
        "judge",
        "status",
        "cites",
        "fields",
    )
    assert [kinds[name] for name in lists] == ["array"] * len(lists)
    assert {"q", "date_filed.gte", "date_filed.lte", "binding_on"} <= set(kinds)
