"""`/v1/context` and `/v1/verify` over HTTP, on the made-up cases."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from service.live import Live
from service.search import SearchEngine
from tests.service.corpus import EMBEDDER
from tests.service.fakes import FakeLive, client_of


@pytest.fixture(scope="module")
def client(engine: SearchEngine) -> Iterator[TestClient]:
    with client_of(lending(engine)) as client:
        yield client


def lending(engine: SearchEngine) -> Live:
    """A live index of one engine."""
    return cast("Live", FakeLive(lent=cast("Any", engine)))


def test_a_pack_names_its_tokenizer_and_holds_its_budget(client):
    answer = client.post("/v1/context", json={"query": "officer taser", "max_tokens": 300}).json()
    assert answer["tokenizer"] == EMBEDDER.spec.name
    assert len(EMBEDDER.token_spans(answer["markdown"])) == answer["tokens"] <= 300
    assert [block["number"] for block in answer["blocks"]] == list(
        range(1, len(answer["blocks"]) + 1)
    )
    block = answer["blocks"][0]
    opinion = client.get(f"/v1/opinions/{block['opinion_id']}").json()
    for run in block["runs"]:
        assert opinion["text"][run["start"] : run["end"]] == run["text"]
    assert answer["left_out"]
    assert "max_tokens" in answer["advice"]
    assert client.get(f"/v1/passages/{answer['left_out'][0]['passage_id']}").status_code == 200


def test_markdown_alone(client):
    body = {"query": "officer taser", "max_tokens": 300}
    plain = client.post("/v1/context", json={**body, "format": "markdown"})
    assert plain.headers["content-type"] == "text/markdown; charset=utf-8"
    assert plain.text == client.post("/v1/context", json=body).json()["markdown"]


def test_filters_and_forum_hold(client):
    body = {"query": "officer", "max_tokens": 2000, "filters": {"court": ["ca6"]}, "forum": "ca6"}
    answer = client.post("/v1/context", json=body).json()
    assert answer["blocks"]
    for block in answer["blocks"]:
        assert block["case"]["court_id"] == "ca6"
        assert block["authority"] in {"binding", "same_court", "persuasive"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"query": "x", "max_tokens": 1}, "max_tokens"),
        ({"query": " ", "max_tokens": 100}, "query"),
        ({"query": "x", "forum": "nowhere"}, "forum"),
        ({"query": "x", "budget": 3}, "budget"),
    ],
)
def test_bad_requests_name_the_field(client, body, field):
    answer = client.post("/v1/context", json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


def test_a_draft_is_checked(client, engine):
    opinion = engine.index.passages.opinion("case-00/0")
    words = " ".join(opinion.text.split()[:9])
    text = f"It is said: “{words}” and “every moon cheese is taxed in full measure”."
    answer = client.post("/v1/verify", json={"text": text}).json()
    true, false = answer["quotations"]
    assert (true["status"], false["status"]) == ("verbatim", "not_found")
    assert text[true["start"] : true["end"]] == words
    place = true["places"][0]
    found = client.get(f"/v1/opinions/{place['opinion_id']}").json()
    assert found["text"][place["start"] : place["end"]] == place["text"]
    assert place["link"].endswith(f"#p{place['start']}-{place['end']}")
    assert answer["counts"]["verbatim"] == 1
    assert answer["all_verbatim"] is False


def test_a_draft_that_cannot_be(client):
    assert client.post("/v1/verify", json={"text": ""}).status_code == 422
    answer = client.post("/v1/verify", json={"text": " "})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "text")
