"""An argument that a tool does not know is said to be unknown, with those that it knows."""

import pytest
from pydantic import ValidationError

from service.dialects.mcp_arguments import input_schema
from service.dialects.mcp_tools import TOOLS
from service.problems import problem_of
from tests.service.dialects.test_mcp import call
from tests.service.fakes import client_of


@pytest.fixture(scope="module")
def client():
    with client_of() as client:
        yield client


@pytest.mark.parametrize(
    ("name", "given", "unknown"),
    [
        ("search", {"query": "x", "k": 3}, "k"),
        ("search", {"queries": "x"}, "queries"),
        ("search_opinions", {"query": "x", "courts": ["ca6"]}, "courts"),
        ("search_opinions", {"query": "x", "Court": "ca6"}, "Court"),
        ("fetch", {"id": "x", "opinion_id": "x"}, "opinion_id"),
    ],
)
def test_the_model_is_told_what_it_may_give_instead(client, name, given, unknown):
    known = ", ".join(input_schema(TOOLS[name].arguments)["properties"])
    result = call(client, name, given)
    assert result["isError"] is True
    (item,) = result["content"]
    assert item["text"] == f"{unknown}: there is no such field; known here: {known}"


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_every_tool_says_so(tool):
    with pytest.raises(ValidationError) as refused:
        tool.arguments.model_validate({"wanted": 1})
    problem = problem_of(refused.value)
    assert (problem.status, problem.code, problem.field) == (422, "unknown_field", "wanted")
    assert "twice" not in problem.message
