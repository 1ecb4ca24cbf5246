"""Each contract exercised by the real client, over a socket, against the sample; judged by our own search."""

from typing import Any

import pytest

from tests.acceptance.clients.running import run_node, run_python
from tests.acceptance.running import ask

pytestmark = pytest.mark.slow
QUERY = "officer shot unarmed suspect mistaken belief"
SIXTH = {"court": "ca6"}


@pytest.fixture
def base(client):
    return str(client.base_url).rstrip("/")


def own(client: Any, **choices: Any) -> Any:
    hits = ask(client, QUERY, **choices)["hits"]
    return [[hit["passage"]["text"], hit["score"]] for hit in hits]


def texts(found: Any) -> Any:
    return [text for text, _ in found]


def test_openai(client, base):
    told = run_python("openai_search.py", "openai", base, QUERY)
    assert told["found"] == own(client, k=5, filters=SIXTH, min_score=0.01)
    assert set(told["courts"]) == {"ca6"}
    assert told["more"] is False
    assert told["store"] == "completed"
    assert told["refused"] == [
        ["NotFoundError", 404, "invalid_request_error"],
        ["BadRequestError", 400, "invalid_request_error"],
    ]


def test_langchain(client, base):
    told = run_python("langchain_search.py", "langchain_core", base, QUERY)
    judged = own(client, k=5, filters=SIXTH)
    assert told["found"] == judged
    assert len(set(told["ids"])) == 5
    assert told["searx"] == texts(judged)


def test_llama_index(client, base):
    told = run_python("llama_index_search.py", "llama_index.core", base, QUERY)
    assert texts(told["found"]) == texts(own(client, k=5, filters=SIXTH))


def test_haystack(client, base):
    told = run_python("haystack_search.py", "haystack", base, QUERY)
    assert told["found"] == own(client, k=5, filters=SIXTH)


def test_courtlistener(client, base):
    told = run_python("courtlistener_search.py", "courtlistener", base, QUERY)
    groups = ask(client, QUERY, k=20, group_by="case")["groups"]
    assert told["names"][:20] == [group["case"]["name"] for group in groups]
    assert len(set(told["ids"])) == len(told["ids"]) == 43  # all cases of the sample, three pages
    assert [status for status, _ in told["looked_up"]] == [200, 404]
    assert told["looked_up"][0][1] == ["Kyllo v. United States"]
    assert told["single"] == 200
    assert told["refused"] == 400


def test_langchain_js(client, base):
    told = run_node("langchain_remote.mjs", "langchain-0.0", base, QUERY)
    assert told["plain"] == told["named"] == own(client, k=10)
    assert told["community"] == own(client, k=5, filters=SIXTH)


def test_libre_chat(client, base):
    told = run_node("librechat_search.mjs", "@librechat/agents", base, QUERY)
    assert told["success"] is True
    assert told["found"] == texts(own(client, k=5))
    assert set(told["hosts"]) == {"127.0.0.1"}
    assert told["reranked"][0]["text"] == "an officer shot a man"
    assert len(told["reranked"]) == 2
