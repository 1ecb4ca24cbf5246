"""Open WebUI: the requests of its `external.py` files, and its way of reading."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.corpus import EMBEDDER, SENTENCES
from tests.service.dialects.conftest import QUESTION

SEARCH = "/dialects/openwebui/search"
RERANK = "/dialects/openwebui/rerank"


def as_external_search(client: Any, query: Any, count: Any, address: Any = SEARCH) -> Any:
    """`retrieval/web/external.py`."""
    answer = client.post(
        address,
        headers={
            "User-Agent": "Open WebUI (https://github.com/open-webui/open-webui) RAG Bot",
            "Authorization": "Bearer key",
        },
        json={"query": query, "count": count},
    )
    answer.raise_for_status()
    return [
        (one.get("link"), one.get("title"), one.get("snippet")) for one in answer.json()[:count]
    ]


def as_external_reranker(client: Any, query: Any, documents: Any) -> Any:
    """`retrieval/models/external.py`: scores in the order of the documents."""
    answer = client.post(
        RERANK,
        headers={"Content-Type": "application/json", "Authorization": "Bearer key"},
        json={"model": "reranker", "query": query, "documents": documents, "top_n": len(documents)},
    )
    answer.raise_for_status()
    ordered = sorted(answer.json()["results"], key=lambda one: one["index"])
    return [one["relevance_score"] for one in ordered]


def cosine(one: Any, other: Any) -> Any:
    """The definition, on vectors of words; what is longer than the window is read as a query is."""
    return float(np.clip(EMBEDDER.embed_query(one) @ EMBEDDER.embed_query(other), 0, 1))


def test_search_is_a_bare_list_of_what_the_search_finds(client, own):
    found = as_external_search(client, QUESTION, 3)
    assert [snippet for _, _, snippet in found] == [text for text, _ in own(k=3)]
    assert all(link.startswith("http://testserver/o/") and title for link, title, _ in found)


def test_filters_stand_in_the_address(client, own):
    found = as_external_search(client, QUESTION, 5, f"{SEARCH}?opinion_type=dissent")
    judged = own(k=5, filters={"opinion_type": "dissent"})
    assert [snippet for _, _, snippet in found] == [text for text, _ in judged]


@settings(max_examples=20)
@given(st.lists(st.sampled_from([*SENTENCES, "", " ".join(SENTENCES)]), min_size=1, max_size=6))
def test_scores_are_cosines(client, documents):
    scores = as_external_reranker(client, QUESTION, documents)
    assert scores == pytest.approx([cosine(QUESTION, one) for one in documents], abs=1e-6)


def test_the_best_come_first_and_no_more_than_asked(client):
    body = {"query": QUESTION, "documents": [*SENTENCES], "top_n": 3, "return_documents": True}
    results = client.post(RERANK, json=body).json()["results"]

    best = sorted(range(len(SENTENCES)), key=lambda n: (-cosine(QUESTION, SENTENCES[n]), n))[:3]
    assert [one["index"] for one in results] == best
    assert [one["document"]["text"] for one in results] == [SENTENCES[n] for n in best]


def test_documents_may_be_objects_and_none_at_all(client):
    wrapped = [{"text": one} for one in SENTENCES[:2]]
    plain = as_external_reranker(client, QUESTION, SENTENCES[:2])
    assert as_external_reranker(client, QUESTION, wrapped) == plain
    assert as_external_reranker(client, QUESTION, []) == []


@pytest.mark.parametrize("address", [SEARCH, RERANK])
def test_errors_are_the_services_own(client, address):
    answer = client.post(address, json={"query": " ", "documents": []})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "query"
