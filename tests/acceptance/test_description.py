"""What the service says of itself."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def document(client):
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_every_operation_has_a_name_of_its_own_and_a_description(document):
    operations = [one for path in document["paths"].values() for one in path.values()]
    names = [operation["operationId"] for operation in operations]

    assert len(set(names)) == len(names)
    assert {"search", "search_get", "search_batch", "get_passage", "get_opinion"} <= set(names)
    assert all(operation["description"] and operation["summary"] for operation in operations)


def test_every_field_and_parameter_is_described(document):
    silent = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, described in schema.get("properties", {}).items()
        if not described.get("description")
    ]
    silent += [
        f"{path} {parameter['name']}"
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
    ]

    assert silent == []


def test_an_answer_has_the_fields_that_its_schema_names_and_no_other(client, document):
    answer = client.post("/v1/search", json={"query": "taser", "explain": True, "context": 1})
    schemas = document["components"]["schemas"]

    assert set(answer.json()) == set(schemas["SearchResponse"]["properties"])
    described = set(schemas["HitOut"]["properties"])
    assert all(set(hit) == described for hit in answer.json()["hits"])


def test_it_says_that_it_is_alive_and_ready_and_from_which_build(client, sample_index):
    build_id = (sample_index / "CURRENT").read_text().strip()

    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["index"]["build_id"] == build_id
    assert ready["index"]["cases"] == 43
    assert client.post("/v1/search", json={"query": "q"}).json()["index"] == ready["index"]
