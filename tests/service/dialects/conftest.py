"""The application over the made-up corpus, and its own search as the judge of every dialect."""

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from indexer.store.snapshot import Index
from indexer.store.stored import StoredPassage
from service.search import SearchEngine
from tests.service.fakes import FakeLive, client_of

QUESTION = "an officer may stop and frisk a suspect"
Found = list[tuple[str, float]]
"""Texts and scores, best first."""


@pytest.fixture(scope="session")
def client(engine: SearchEngine) -> Iterator[TestClient]:
    with client_of(FakeLive(lent=cast("Any", engine))) as client:
        yield client


@pytest.fixture(scope="session")
def stored(corpus: Index) -> list[StoredPassage]:
    """Every passage, in order."""
    return corpus.passages.fetch(range(len(corpus.vectors)))


@pytest.fixture(scope="session")
def own(client: TestClient) -> Callable[..., Found]:
    """What the service's own search finds."""

    def search(query: str = QUESTION, **choices: Any) -> Found:
        answer = client.post("/v1/search", json={"query": query, **choices})
        assert answer.status_code == 200, answer.text
        return [(hit["passage"]["text"], hit["score"]) for hit in answer.json()["hits"]]

    return search
