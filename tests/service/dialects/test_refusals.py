"""What refuses a request before its handler sees it says so in the words of the contract asked by."""

import pytest

from service import keys
from service.dialects.names import Dialect
from tests.service.fakes import client_of

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
