"""The MCP endpoint by its wire: revisions, origins, errors; and the tools' words."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from service.dialects.mcp_arguments import input_schema
from service.dialects.mcp_http import OriginCheck
from service.dialects.mcp_server import _words
from service.dialects.mcp_tools import TOOLS
from service.dialects.names import Dialect
from service.errors import OverloadedError, QueryError
from service.problems import problem_of
from tests.service.fakes import client_of, settings
from tests.service.test_routes_context import lending

ACCEPT = {"Accept": "application/json, text/event-stream"}
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.fixture(scope="module")
def client(engine):
    with client_of(lending(engine)) as client:
        yield client


def ask(
    client: TestClient,
    method: str,
    params: dict[str, Any] | None = None,
    *,
    version: str | None = None,
    **headers: str,
) -> Any:
    """Send one request as a client of a revision does; `None` sends no version."""
    params = dict(params or {})
    sent = {**ACCEPT, **headers}
    if version is not None:
        sent["MCP-Protocol-Version"] = version
    if version == MODERN:
        params["_meta"] = META
        sent["Mcp-Method"] = method
        if "name" in params:
            sent["Mcp-Name"] = params["name"]
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    sent["Content-Type"] = "application/json"
    return client.post("/mcp", content=json.dumps(body), headers=sent)  # NaN and all


def call(
    client: TestClient, name: str, arguments: dict[str, Any], version: str | None = None
) -> Any:
    params = {"name": name, "arguments": arguments}
    return ask(client, "tools/call", params, version=version).json()["result"]


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_the_handshake_of_each_revision_of_2025(client, version):
    hello = {
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }
    answer = ask(client, "initialize", hello)
    result = answer.json()["result"]
    assert answer.headers["content-type"] == "application/json"
    assert result["protocolVersion"] == version
    assert "tools" in result["capabilities"]
    assert "mcp-session-id" not in answer.headers
    told = client.post(
        "/mcp",
        json={"jsonrpc": "2.0", "method": "notifications/initialized"},
        headers={**ACCEPT, "MCP-Protocol-Version": version},
    )
    assert (told.status_code, told.content) == (202, b"")
    assert len(ask(client, "tools/list", version=version).json()["result"]["tools"]) == len(TOOLS)


def test_the_stateless_revision(client):
    found = ask(client, "server/discover", version=MODERN).json()["result"]
    assert MODERN in found["supportedVersions"]
    listed = ask(client, "tools/list", version=MODERN).json()["result"]
    assert listed["resultType"] == "complete"
    assert listed["ttlMs"] > 0
    assert listed["cacheScope"] == "public"
    assert [tool["name"] for tool in listed["tools"]] == list(TOOLS)
    result = call(client, "search", {"query": "officer"}, MODERN)
    assert result["resultType"] == "complete"


def test_an_unknown_revision_is_a_bad_request(client):
    assert ask(client, "tools/list", version="1999-01-01").status_code == 400


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_nobody_is_redirected(client, path):
    body = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    answer = client.post(path, json=body, headers=ACCEPT, follow_redirects=False)
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_and_no_session(client, method):
    answer = client.request(method, "/mcp", headers=ACCEPT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 200),
        ("http://127.0.0.1", 200),
        ("http://[::1]:8000", 200),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("http://testserver", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_origins(client, origin, status):
    assert ask(client, "ping", Origin=origin).status_code == status


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError


def test_named_origins_are_let_in():
    check = OriginCheck(
        nowhere,
        settings(public_url="https://opinions.example/app", cors_origins=("https://chat.example",)),
    )
    assert check.admits("https://opinions.example")
    assert check.admits("https://CHAT.example")
    assert not check.admits("http://chat.example")
    assert not check.admits("https://opinions.example.evil")


def test_it_can_be_left_out(engine):
    with client_of(lending(engine), dialects=(Dialect.DIFY,)) as client:
        assert ask(client, "ping").status_code == 404


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_schemas_are_plain(tool):
    schema = input_schema(tool.arguments)
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    assert set(schema.get("required", ())) <= set(schema["properties"])
    text = json.dumps(schema)
    assert "$ref" not in text
    assert "anyOf" not in text
    assert all(one.get("description") for one in schema["properties"].values())


def test_the_connector_pair(client):
    """Shapes as CONTRACTS' section 4 has them: one string argument each, one text item of JSON."""
    for name, argument in (("search", "query"), ("fetch", "id")):
        schema = input_schema(TOOLS[name].arguments)
        assert (list(schema["properties"]), schema["required"]) == ([argument], [argument])
    result = call(client, "search", {"query": "officer taser"})
    (item,) = result["content"]
    assert json.loads(item["text"]) == result["structuredContent"]
    found = result["structuredContent"]["results"]
    assert all({"id", "title", "url", "text", "metadata"} == set(one) for one in found)
    fetched = call(client, "fetch", {"id": found[0]["id"]})["structuredContent"]
    assert fetched["metadata"]["passage"] == found[0]["text"]
    whole = call(client, "fetch", {"id": fetched["metadata"]["opinion_id"]})["structuredContent"]
    assert found[0]["text"] in whole["text"]


def test_windows_tile_an_opinion(client, engine):
    text = ""
    start: int | None = 0
    while start is not None:
        given = {"opinion_id": "case-00/0", "start": start, "max_characters": 500}
        window = call(client, "read_opinion", given)["structuredContent"]
        assert window["start"] == start
        assert len(window["text"]) <= 500
        text, start = text + window["text"], window["next_start"]
    assert text == engine.index.passages.opinion("case-00/0").text


def test_a_section_is_read_by_its_number(client, engine):
    section = engine.index.passages.opinion("case-00/0").sections[0]
    window = call(client, "read_opinion", {"opinion_id": "case-00/0", "section": 0})
    assert window["structuredContent"]["text"] == section.span.of(
        engine.index.passages.opinion("case-00/0").text
    )
    assert window["structuredContent"]["outline"][0].startswith("0: ")


def test_filters_reach_the_search(client):
    given = {"query": "officer", "court": "ca6", "forum": "ca6", "k": 3}
    found = call(client, "search_opinions", given)["structuredContent"]["passages"]
    assert found
    assert all(one["authority"] in {"binding", "same_court", "persuasive"} for one in found)


@pytest.mark.parametrize(
    ("name", "arguments", "word"),
    [
        ("search_opinions", {"query": "x", "court": ["nowhere"]}, "nowhere"),
        ("search_opinions", {"query": "x", "filed_after": "soon"}, "date_filed"),
        ("search_opinions", {"query": "x", "wanted": 1}, "wanted"),
        ("fetch", {"id": "nothing"}, "nothing"),
        ("read_opinion", {"opinion_id": "case-00/0", "section": 999}, "section"),
        ("read_opinion", {"opinion_id": "case-00/0", "start": 10**9}, "start"),
        ("lookup_citation", {"citation": "gibberish"}, "gibberish"),
        ("verify_quotes", {}, "text"),
    ],
)
def test_errors_are_for_the_model_to_read(client, name, arguments, word):
    result = call(client, name, arguments)
    assert result["isError"] is True
    assert word in result["content"][0]["text"]


def test_an_unknown_tool_is_the_protocol_s_error(client):
    answer = ask(client, "tools/call", {"name": "delete_all", "arguments": {}}).json()
    assert answer["error"]["code"] == -32602


def test_a_call_that_finds_no_room_is_told_how_long_to_wait_in_words():
    problem = problem_of(OverloadedError(waiting=72, retry_after_s=7))

    assert "wait 7 seconds" in _words(problem)
    assert _words(problem_of(QueryError("k", "is odd"))) == "k: is odd"
