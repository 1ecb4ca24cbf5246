"""Open WebUI: the requests of its `external.py` files, and its way of reading."""

import json
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.dialects.openwebui import (
    LONGEST_DOCUMENT,
    MOST_CHARACTERS,
    MOST_DOCUMENTS,
    RerankRequest,
    _vectors,
    rerank,
)
from service.metrics import Metrics
from service.observed import ObservedLive
from tests.service.corpus import EMBEDDER, SENTENCES
from tests.service.dialects.conftest import QUESTION
from tests.service.fakes import FakeLive, FakeSearcher
from tests.service.loops import PATIENCE_S, in_a_loop, put_on
from tests.service.loops import until as until_in_a_loop
from tests.service.test_deadline import LIMIT_S, running
from tests.service.test_turns import until

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


class Slow:
    """The embedder of the corpus, which can be held up, and counts what it is asked and the texts it has read."""

    def __init__(self) -> None:
        self.asked, self.read = 0, 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def embed_passages(self, texts: Any) -> Any:
        self.asked += 1
        assert self.may_go_on.wait(PATIENCE_S)
        self.read += len(texts)
        return EMBEDDER.embed_passages(texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(EMBEDDER, name)


@dataclass
class Embedding(FakeSearcher):
    """A searcher with an embedder of its own."""

    model: Any = None

    @property
    def embedder(self) -> Any:
        return self.model


@in_a_loop
async def test_reranking_stops_soon_after_its_time_is_over() -> None:
    model = Slow()
    model.may_go_on.clear()
    body = {"query": QUESTION, "documents": [SENTENCES[0]] * MOST_DOCUMENTS}
    live = FakeLive(lent=Embedding(model=model))
    async with running(live, request_timeout_s=LIMIT_S) as call:
        caller = call(RERANK, json.dumps(body).encode())
        await until_in_a_loop(lambda: model.asked == 1)
        await put_on(LIMIT_S)
        status, answer = await caller.answered()
        assert (status, answer["error"]["code"]) == (503, "deadline_exceeded")

        model.may_go_on.set()
        await caller.end()
        assert call.inside == 0
        assert model.read < MOST_DOCUMENTS
        assert (await call().answered())[0] == 200
        assert model.asked == 1, "nothing went on behind the answer"


def test_reranking_waits_for_its_turn_among_the_searches():
    model = Slow()
    live = ObservedLive(FakeLive(lent=Embedding(model=model)), Metrics(), lanes=1)
    body = RerankRequest(query=QUESTION, documents=[*SENTENCES])
    thread = threading.Thread(target=lambda: rerank(body, live))
    with live._turns.mine():
        thread.start()
        until(lambda: len(live._turns._waiting) == 1)
        assert model.read == 0
    thread.join(PATIENCE_S)
    assert model.read == len(SENTENCES)


def test_others_have_their_turns_between_a_few_documents():
    """As many of them as are embedded at once, and each long one by itself."""
    texts = [*SENTENCES, " ".join(SENTENCES), " ".join(SENTENCES[:15])]
    sizes: list[int] = []

    class Told(Slow):
        def embed_passages(self, texts: Any) -> Any:
            sizes.append(len(texts))
            return super().embed_passages(texts)

        def embed_query(self, text: str) -> Any:
            sizes.append(-1)
            return EMBEDDER.embed_query(text)

    with FakeLive(lent=Embedding(model=Told())).searcher() as searcher:
        found = _vectors(searcher.embedder, texts)

    assert sizes == [16, len(SENTENCES) - 16, -1, -1]
    judged = [EMBEDDER.embed_query(text) for text in texts]
    assert np.array_equal(found, np.stack(judged))


def test_as_much_as_there_may_be_is_reranked(client):
    longest = "x" * LONGEST_DOCUMENT
    most = [longest] * (MOST_CHARACTERS // LONGEST_DOCUMENT)
    assert as_external_reranker(client, longest, most) == pytest.approx([1.0] * len(most))
    assert len(as_external_reranker(client, QUESTION, ["x"] * MOST_DOCUMENTS)) == MOST_DOCUMENTS
