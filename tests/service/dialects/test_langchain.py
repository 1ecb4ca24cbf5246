"""LangChain: the requests of `remote-retriever.ts`, and its way of reading."""

from typing import Any

import pytest

from tests.service.dialects.conftest import QUESTION

ADDRESS = "/dialects/langchain/retrieve"


def as_remote_retriever(
    client: Any, query: Any, *, asked: Any = "message", answered: Any = "response"
) -> Any:
    """`createJsonBody` and `processJsonResponse`."""
    answer = client.post(
        ADDRESS,
        headers={"Accept": "application/json", "Content-Type": "application/json"},
        json={asked: query},
    )
    assert answer.status_code == 200, answer.text
    return [(one["page_content"], one["metadata"]) for one in answer.json()[answered]]


def test_documents_are_what_the_search_finds(client, own):
    found = as_remote_retriever(client, QUESTION)
    assert [(text, known["score"]) for text, known in found] == own(k=10)
    assert all(known["source"] == known["url"] for _, known in found)
    assert found == as_remote_retriever(client, QUESTION, asked="query", answered="documents")


def test_a_document_has_langchains_fields(client):
    (one,) = client.post(ADDRESS, json={"query": QUESTION, "k": 1}).json()["documents"]
    assert set(one) == {"id", "page_content", "metadata", "type"}
    assert one["type"] == "Document"
    assert one["id"] == one["metadata"]["passage_id"]


def test_the_choices_of_the_search_may_stand_beside(client, own):
    choices = {"k": 3, "filters": {"court": "ca6"}, "min_score": 0.01, "mode": "dense"}
    answer = client.post(ADDRESS, json={"query": QUESTION, **choices}).json()["documents"]
    assert [one["page_content"] for one in answer] == [text for text, _ in own(**choices)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "query"),
        ({"message": " "}, "query"),
        ({"query": "q", "k": 0}, "k"),
        ({"query": "q", "message": "q"}, "message"),
        ({"query": "q", "filters": {"court": "ca66"}}, "filters.court"),
        ({"query": "q", "group_by": "case"}, "group_by"),
    ],
)
def test_errors_are_the_services_own(client, body, field):
    answer = client.post(ADDRESS, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field
