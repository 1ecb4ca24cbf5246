"""MCP as front ends use it: the official SDK's client, over HTTP in both ways of connecting, and over stdio."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from tests.acceptance.running import COMMAND, environment, serving

NAMES = (
    "search",
    "fetch",
    "search_opinions",
    "read_opinion",
    "lookup_citation",
    "verify_quotes",
    "similar_passages",
)


@pytest.fixture(scope="module")
def served(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory):
    with serving(seeds_index, tmp_path_factory.mktemp("mcp") / "log") as client:
        yield client


async def use(server: Any, mode: Any) -> None:
    """Call every tool, each with what the one before returned."""
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        assert tuple(tool.name for tool in tools) == NAMES
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

        async def call(name: str, **arguments: object) -> Any:
            answer = await client.call_tool(name, arguments)
            assert not answer.is_error, answer.content
            assert json.loads(cast("Any", answer.content[0]).text) == answer.structured_content
            return answer.structured_content

        results = (await call("search", query="officer shot unarmed suspect"))["results"]
        fetched = await call("fetch", id=results[0]["id"])
        assert results[0]["text"] in fetched["text"]
        assert set(fetched) == {"id", "title", "text", "url", "metadata"}
        found = await call("search_opinions", query="qualified immunity", k=2, court="ca6")
        opinion_id = found["passages"][0]["opinion_id"]
        first = await call("read_opinion", opinion_id=opinion_id, max_characters=3000)
        then = await call("read_opinion", opinion_id=opinion_id, start=first["next_start"])
        assert first["end"] == then["start"]
        assert len(first["text"]) <= 3000
        similar = await call("similar_passages", passage_id=results[0]["id"], k=1)
        assert len(similar["passages"]) == 1
        assert (await call("lookup_citation", citation="518 F.3d 398"))["status"] == "found"
        words = " ".join(first["text"].split()[40:60]).replace('"', "")
        checked = await call("verify_quotes", text=f"It is said that “{words}” there.")
        assert checked["quotations"][0]["status"] == "verbatim"
        wrong = await client.call_tool("search_opinions", {"query": "x", "court": ["nowhere"]})
        assert wrong.is_error


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_over_http(served, mode):
    asyncio.run(use(f"{served.base_url}/mcp", mode))


def test_every_tool_over_stdio(seeds_index):
    server = StdioServerParameters(
        command=str(COMMAND), args=["mcp", "--index", str(seeds_index)], env=environment()
    )
    asyncio.run(use(server, "auto"))


def test_stdio_without_an_index_says_what_to_do(tmp_path):
    done = subprocess.run(
        [COMMAND, "mcp", "--index", tmp_path / "none"],
        capture_output=True, text=True, check=False, env=environment(), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 1
    assert "none" in done.stderr
    assert done.stdout == ""


def test_links_are_those_that_the_request_was_sent_to(served):
    body = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "immunity"}},
    }  # fmt: skip
    answer = served.post("/mcp", json=body, headers={"Accept": "application/json"})
    url = answer.json()["result"]["structuredContent"]["results"][0]["url"]
    assert url.startswith(f"{served.base_url}/o/")
    assert httpx2.URL(url).fragment.startswith("p")
