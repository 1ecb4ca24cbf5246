"""What refuses a request before its handler sees it says so in the words of the contract asked by."""

import threading

import pytest
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from models.errors import ModelError
from service import keys
from service.dialects.names import Dialect
from service.overload import RefuseEarly
from tests.service.fakes import FakeLive, client_of
from tests.service.test_app import blocked
from tests.service.test_metrics import numbers

FORCE = {"knowledge_id": "opinions", "query": "force"}
DIFY = "/dialects/dify/retrieval"
OPENAI = "/dialects/openai/v1/vector_stores/opinions/search"
SHAPES = {
    DIFY: {"error_code", "error_msg"},
    OPENAI: {"error"},
    "/dialects/searxng/search?q=x": {"error"},
    "/dialects/courtlistener/api/rest/v4/search/": {"detail"},
    "/dialects/langchain/retrieve": {"error"},
    "/dialects/openwebui/search": {"error"},
    "/dialects/tools/search_opinions": {"error"},
}


@pytest.fixture(scope="module")
def anna():
    return keys.make("anna")


@pytest.fixture
def file(tmp_path, anna):
    keys.add(tmp_path / "keys.jsonl", anna.kept)
    return tmp_path / "keys.jsonl"


@pytest.fixture
def client(file):
    with client_of(keys_file=file) as client:
        yield client


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_dify_learns_whether_its_header_or_its_key_is_wrong(client, file, anna):
    def code(**headers: str) -> tuple[int, int]:
        answer = client.post(DIFY, json={}, headers=headers)
        assert set(answer.json()) == SHAPES[DIFY]
        return answer.status_code, answer.json()["error_code"]

    assert code() == (401, 1001)
    assert code(Authorization=anna.text) == (401, 1001)
    assert code(Authorization="Bearer nonsense") == (401, 1002)
    keys.revoke(file, "anna")
    with client_of(keys_file=file) as later:
        answer = later.post(DIFY, json={}, headers=bearer(anna.text))
        assert (answer.status_code, answer.json()["error_code"]) == (403, 1002)


def test_a_header_says_whether_a_key_was_shown(client):
    told = client.get("/v1/cases").headers["WWW-Authenticate"]
    assert "error" not in told
    told = client.get("/v1/cases", headers=bearer("nonsense")).headers["WWW-Authenticate"]
    assert told.endswith('error="invalid_token"')


@pytest.mark.parametrize("path", SHAPES)
def test_no_key_is_refused_in_the_words_of_the_contract(client, path):
    answer = client.get(path)

    assert answer.status_code == 401
    assert set(answer.json()) == SHAPES[path]
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["WWW-Authenticate"]


def test_openai_is_told_in_openais_shape(client):
    error = client.post(OPENAI, json={"query": "x"}).json()["error"]

    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "authentication_error"


@pytest.mark.parametrize("path", SHAPES)
def test_too_many_requests_are_refused_in_the_words_of_the_contract(path):
    with client_of(rate_per_minute=1, rate_burst=1) as client:
        client.get(path)
        answer = client.get(path)

    assert answer.status_code == 429
    assert set(answer.json()) == SHAPES[path]
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("path", [DIFY, OPENAI])
def test_a_wrong_method_and_a_long_body_are_told_in_the_words_of_the_contract(path):
    with client_of(max_body_bytes=1024) as client:
        for answer, status in (
            (client.get(path), 405),
            (client.post(path, content=b"x" * 2000), 413),
        ):
            assert answer.status_code == status
            assert set(answer.json()) == SHAPES[path]


def test_a_contract_that_is_not_spoken_has_no_words():
    with client_of(dialects=(Dialect.OPENAI,)) as client:
        answer = client.post(DIFY, json={})

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_route"


def counted(client: TestClient) -> dict[str, float]:
    """How many requests were refused, by the reason."""
    found = numbers(client.get("/metrics").text)
    return {
        dict(labels)["reason"]: number
        for (name, labels), number in found.items()
        if name == "opinion_search_refused_total"
    }


def test_a_full_gate_is_counted_as_such_when_only_the_handler_finds_it(monkeypatch):
    """Between the look at the gate before the body is read, and the one behind it, it may fill."""

    async def let_by(self: RefuseEarly, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)

    monkeypatch.setattr(RefuseEarly, "__call__", let_by)
    live = FakeLive()
    with client_of(live, max_concurrency=1, max_queue=0) as client:
        inside = threading.Thread(target=lambda: client.post("/v1/search", json={"query": "x"}))
        with blocked(live, 1) as begun:
            inside.start()
            assert begun.acquire(timeout=60)
            answer = client.post(DIFY, json=FORCE)
            assert counted(client) == {"overloaded": 1}
        inside.join(60)

    assert answer.status_code == 503
    assert set(answer.json()) == SHAPES[DIFY]
    assert answer.json()["error_code"] == 503
    assert "1 requests are being answered already" in answer.json()["error_msg"]
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_body_that_proves_too_large_is_counted_as_such():
    with client_of(max_body_bytes=1024) as client:
        headers = {"Content-Type": "application/json"}
        answer = client.post(DIFY, content=iter([b" " * 2000]), headers=headers)
        assert counted(client) == {"body_too_large": 1}

    assert answer.status_code == 413
    assert answer.json()["error_code"] == 413


def test_a_fault_of_ours_is_told_in_the_words_of_the_contract_and_logged(caplog):
    live = FakeLive()

    def fail(_: object) -> None:
        raise ModelError("lost its weights")

    live.lent.before_search = fail
    with client_of(live) as client:
        answer = client.post(DIFY, json=FORCE)

    assert (answer.status_code, answer.json()["error_code"]) == (500, 500)
    assert "X-Request-ID" in answer.json()["error_msg"]
    assert "weights" not in answer.text
    (told,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert told.getMessage() == "a request failed: ModelError"
    assert told.exc_info is not None
