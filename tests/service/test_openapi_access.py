"""What the OpenAPI document says of keys."""

from typing import Any

import pytest

from service import keys
from service.access import is_open
from tests.service.fakes import client_of


@pytest.fixture
def file(tmp_path):
    keys.add(tmp_path / "keys.jsonl", keys.make("anna").kept)
    return tmp_path / "keys.jsonl"


def document_of(**settings: Any) -> dict[str, Any]:
    with client_of(**settings) as client:
        document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def test_both_ways_of_showing_a_key_are_described(file):
    document = document_of(keys_file=file)
    schemes = document["components"]["securitySchemes"]

    assert schemes["bearer"]["type"] == "http"
    assert (schemes["header"]["in"], schemes["header"]["name"]) == ("header", "X-API-Key")
    assert document["security"] == [{"bearer": []}, {"header": []}]


def test_what_the_document_says_is_open_is_open_and_nothing_else(file):
    for open_metrics in (False, True):
        with client_of(keys_file=file, open_metrics=open_metrics) as client:
            paths = client.get("/openapi.json").json()["paths"]
            for path, operations in paths.items():
                said_open = all(one.get("security") == [] for one in operations.values())
                answered = client.get(path.replace("{id}", "x")).status_code != 401
                assert said_open is answered, path
                assert said_open or not is_open(path)


def test_where_no_key_is_needed_none_is_asked_for():
    document = document_of()

    assert "security" not in document
    assert all(
        "security" not in one for path in document["paths"].values() for one in path.values()
    )
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
