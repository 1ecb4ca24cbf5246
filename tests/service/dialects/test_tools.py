"""Tools over HTTP and their descriptions: read as Open WebUI, OpenAI and Anthropic read them."""

from typing import Any

import pytest

from tests.service.dialects.conftest import QUESTION

TOOLS = [
    "search_opinions", "read_opinion", "lookup_citation", "verify_quotes", "similar_passages"
]  # fmt: skip


def call(client: Any, name: str, **arguments: Any) -> Any:
    answer = client.post(f"/dialects/tools/{name}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def document(client):
    return client.get("/dialects/tools/openapi.json").json()


def as_open_webui(document: Any) -> list[Any]:
    """`convert_openapi_to_tool_payload` of `backend/open_webui/utils/tools.py`, for bodies."""
    payload = []
    for methods in document["paths"].values():
        for operation in methods.values():
            if operation.get("operationId"):
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                payload.append(
                    {
                        "name": operation["operationId"],
                        "description": operation["description"],
                        "parameters": {
                            "properties": schema["properties"],
                            "required": schema.get("required", []),
                        },
                    }
                )
    return payload


def as_execute_tool_server(client: Any, document: Any, name: str, params: Any) -> Any:
    """`execute_tool_server`: the base address and the path of the operation of that name."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("operationId") == name:
                answer = client.request(method.upper(), f"http://testserver{path}", json=params)
                assert answer.status_code < 400, answer.text
                return answer.json()
    raise AssertionError(name)


def every_key(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(every_key, schema)) if schema else set()
    if not isinstance(schema, dict):
        return set()
    return set(schema).union(*(every_key(inner) for inner in schema.values()))


def test_open_webui_finds_and_runs_the_tools(client, document, own):
    payload = as_open_webui(document)
    assert [tool["name"] for tool in payload] == TOOLS
    assert all(tool["parameters"]["properties"] and tool["description"] for tool in payload)

    found = as_execute_tool_server(client, document, "search_opinions", {"query": QUESTION, "k": 3})
    assert [one["text"] for one in found["passages"]] == [text for text, _ in own(k=3)]


def test_schemas_stand_alone_and_every_argument_is_described(document):
    assert not every_key(document["paths"]) & {"$ref", "anyOf", "title"}
    for tool in as_open_webui(document):
        for name, schema in tool["parameters"]["properties"].items():
            assert schema["description"], name


def test_openai_and_anthropic_are_told_the_same(client):
    openai = client.get("/dialects/tools/openai.json").json()
    anthropic = client.get("/dialects/tools/anthropic.json").json()

    assert [tool["name"] for tool in openai] == [tool["name"] for tool in anthropic] == TOOLS
    for one, other in zip(openai, anthropic, strict=True):
        assert set(one) == {"type", "name", "description", "parameters", "strict"}
        assert one["type"] == "function"
        assert set(other) == {"name", "description", "input_schema"}
        assert one["parameters"] == other["input_schema"]
        assert one["parameters"]["type"] == "object"
        assert len(one["description"]) <= 1024


def test_a_draft_is_checked(client):
    (found,) = call(client, "search_opinions", query=QUESTION, k=1)["passages"]
    assert call(client, "verify_quotes", text=f'The court wrote: "{found["text"]}"')


def test_a_citation_is_found_or_not(client):
    assert call(client, "lookup_citation", citation="300 U.S. 1")["status"] == "found"
    assert call(client, "lookup_citation", citation="999 U.S. 1")["status"] == "not_found"


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("search_opinions", {}, 422),
        ("search_opinions", {"query": "q", "court": "ca66"}, 422),
        ("search_opinions", {"query": "q", "colour": "red"}, 422),
        ("read_opinion", {"opinion_id": "nothing"}, 404),
    ],
)
def test_errors_say_what_to_do(client, name, arguments, status):
    answer = client.post(f"/dialects/tools/{name}", json=arguments)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
