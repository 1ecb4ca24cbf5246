"""What each dialect refuses, and how it says so."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.datastructures import ImmutableMultiDict, QueryParams

from service.dependencies import unrepeated
from service.dialects.names import Dialect
from service.errors import QueryError
from tests.service.dialects.bad import wrong
from tests.service.dialects.bad_requests import TABLE


def test_the_table_has_every_name_once_and_every_dialect_of_http():
    assert len({bad.name for bad in TABLE}) == len(TABLE) > 150
    assert {bad.dialect for bad in TABLE} == set(Dialect) - {Dialect.MCP}


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_refused(client, bad):
    answer = client.request(bad.method, bad.path, content=bad.body, headers=dict(bad.headers))

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert wrong(bad, answer.status_code, answer.json()) == ""


def test_the_judge_of_the_table_finds_another_status_code_field_or_word():
    bad = next(one for one in TABLE if one.name == "OpenAI: 51 results")
    good = {
        "message": f"max_num_results: {' '.join(bad.words)}",
        "type": "invalid_request_error",
        "param": "max_num_results",
        "code": "invalid_value",
    }

    def amiss(status: int = 400, **changed: Any) -> str:
        return wrong(bad, status, {"error": {**good, **changed}})

    assert amiss() == ""
    assert amiss(422)
    assert amiss(code="missing_field")
    assert amiss(param="k", message=f"k: {bad.words[0]}")
    assert amiss(message="max_num_results: too much")
    with pytest.raises(AssertionError):
        amiss(more=1)


def test_names_of_an_address_are_looked_at_once_however_many_there_are(monkeypatch):
    """Looking for each among all of them kept the event loop for minutes at some ten thousand."""
    monkeypatch.delattr(ImmutableMultiDict, "getlist")

    def look(*pairs: tuple[str, str]) -> None:
        request: Any = SimpleNamespace(query_params=QueryParams(list(pairs)))
        asyncio.run(unrepeated(request))

    many = [(f"a{n}", "1") for n in range(1000)]
    look(*many, ("court", "ca6"), ("court", "ca9"))
    with pytest.raises(QueryError, match="a7: stands more than once"):
        look(*many, ("a7", "2"))
