"""Dialects can be left out, and none is in the service's own description."""

from typing import Any

import pytest

from service.dialects.names import Dialect
from service.errors import SettingsError
from service.settings import Settings
from tests.service.fakes import client_of

PROBES = {
    Dialect.DIFY: ("POST", "/dialects/dify/retrieval"),
    Dialect.SEARXNG: ("GET", "/dialects/searxng/search"),
    Dialect.OPENWEBUI: ("POST", "/dialects/openwebui/rerank"),
    Dialect.OPENAI: ("POST", "/dialects/openai/v1/vector_stores/opinions/search"),
    Dialect.LANGCHAIN: ("POST", "/dialects/langchain/retrieve"),
    Dialect.COURTLISTENER: ("GET", "/dialects/courtlistener/api/rest/v4/search/"),
    Dialect.TOOLS: ("GET", "/dialects/tools/openai.json"),
}


def spoken(client: Any) -> Any:
    def is_there(method: Any, address: Any) -> Any:
        answer = client.request(method, address, json={} if method == "POST" else None)
        return "unknown_route" not in answer.text

    return {dialect for dialect, probe in PROBES.items() if is_there(*probe)}


@pytest.mark.parametrize("chosen", [tuple(Dialect), (), (Dialect.DIFY,), tuple(Dialect)[1:]])
def test_only_those_chosen_are_spoken(chosen):
    with client_of(dialects=chosen) as client:
        assert spoken(client) == set(chosen) & set(PROBES)


def test_the_setting_is_a_list_of_names():
    def dialects(value: Any) -> Any:
        environ = {"OPINION_SEARCH_INDEX": "index", "OPINION_SEARCH_DIALECTS": value}
        return Settings.from_env(environ).dialects

    assert dialects("") == tuple(Dialect)
    assert dialects("dify, searxng") == (Dialect.DIFY, Dialect.SEARXNG)
    assert dialects("none") == ()
    with pytest.raises(SettingsError, match="DIALECTS"):
        dialects("esperanto")


def test_the_services_own_description_names_none():
    with client_of() as client:
        paths = client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path.startswith("/dialects/")]
