import pytest
from starlette.datastructures import Headers

from service import keys
from service.access import require_keys, shown
from service.errors import KeysError, SettingsError
from tests.service.fakes import client_of, settings

SEARCH = {"query": "taser"}
OPEN = ["/", "/healthz", "/readyz", "/openapi.json", "/o/floyd", "/static/page.js"]
CLOSED = [
    "/v1/search?q=x", "/v1/cases", "/v1/cases/x", "/v1/opinions/floyd", "/v1/passages/x",
    "/v1/citations?ref=x", "/metrics", "/nowhere", "/o", "/mcp", "/dialects/langchain/retrieve",
    "/static", "/healthz/", "/HEALTHZ", "/healthz/../v1/cases",
]  # fmt: skip


@pytest.fixture
def anna():
    return keys.make("anna")


@pytest.fixture
def file(tmp_path, anna):
    keys.add(tmp_path / "keys.jsonl", anna.kept)
    return tmp_path / "keys.jsonl"


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def client(file):
    with client_of(keys_file=file) as client:
        yield client


def test_nothing_of_the_corpus_is_told_without_a_key(client):
    for url in CLOSED:
        answer = client.get(url)

        assert answer.status_code == 401, url
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["error"]["code"] == "unauthorized"
        assert "Authorization: Bearer KEY" in answer.json()["error"]["message"]


def test_whether_it_is_well_is_told_to_anybody(client):
    for url in OPEN:
        assert client.get(url).status_code == 200, url


def test_a_key_is_taken_in_the_forms_that_clients_send(client, anna):
    for name, form in (
        ("Authorization", "Bearer {}"),
        ("authorization", "bearer   {} "),
        ("Authorization", "Token {}"),
        ("X-API-Key", "{}"),
    ):
        headers = {name: form.format(anna.text)}
        assert client.post("/v1/search", json=SEARCH, headers=headers).status_code == 200, form


def test_what_is_no_key_is_refused(client, anna):
    for name, wrong in (
        ("Authorization", "Bearer "),
        ("Authorization", "Bearer"),
        ("Authorization", f"Basic {anna.text}"),
        ("Authorization", anna.text),
        ("Authorization", f"Bearer x{anna.text}"),
        ("Authorization", f"Bearer {anna.text.swapcase()}"),
        ("X-API-Key", ""),
        ("X-API-Key", "x" * 10_000),
        ("Cookie", f"key={anna.text}"),
    ):
        answer = client.post("/v1/search", json=SEARCH, headers={name: wrong})

        assert answer.status_code == 401, wrong
        assert anna.text not in answer.text
        assert anna.kept.sha256 not in answer.text


def test_a_key_in_the_address_is_none(client, anna):
    for name in ("key", "api_key", "access_token"):
        assert client.get(f"/v1/search?q=x&{name}={anna.text}").status_code == 401


def test_a_revoked_key_is_told_so(file, anna):
    keys.revoke(file, "anna")
    keys.add(file, keys.make("bob").kept)
    with client_of(keys_file=file) as client:
        answer = client.post("/v1/search", json=SEARCH, headers=bearer(anna.text))

    assert answer.status_code == 403
    assert "revoked" in answer.json()["error"]["message"]


def test_a_body_is_not_read_before_the_key_is_known(file):
    """A body too large and not JSON: what is told is that a key is needed."""
    with client_of(keys_file=file, max_body_bytes=1024) as client:
        assert client.post("/v1/search", content=b"x" * 5000).status_code == 401


def test_a_preflight_needs_no_key_and_a_refusal_can_be_read_by_the_page(file, anna):
    origin = {"Origin": "https://a.example"}
    ask = {"Access-Control-Request-Method": "POST",
           "Access-Control-Request-Headers": "authorization, content-type, x-api-key"}  # fmt: skip
    with client_of(keys_file=file, cors_origins="https://a.example") as client:
        assert client.options("/v1/search", headers=origin | ask).status_code == 200
        refused = client.post("/v1/search", json=SEARCH, headers=origin)
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "https://a.example"


def test_metrics_are_open_when_the_settings_say_so(file):
    with client_of(keys_file=file, open_metrics=True) as client:
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics/").status_code == 401


def test_without_keys_in_the_settings_a_key_is_not_looked_at():
    with client_of() as client:
        assert client.get("/v1/search?q=x", headers=bearer("anything")).status_code == 200


def test_head_and_options_need_a_key_too(client):
    assert client.head("/v1/cases").status_code == 401
    assert client.options("/v1/cases").status_code == 401


def test_authorization_comes_before_the_other_header():
    given = Headers({"Authorization": "Bearer one", "X-API-Key": "two"})
    assert shown(given) == "one"
    assert shown(Headers({"Authorization": "Basic one", "X-API-Key": "two"})) == "two"


# what may be served at all


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "::1"], ["127.8.0.1"]])
def test_this_machine_alone_needs_no_key(addresses):
    require_keys(settings(), addresses)


@pytest.mark.parametrize(
    "addresses", [["0.0.0.0"], ["::"], ["127.0.0.1", "192.168.1.5"], ["fe80::1%eth0"], ["10.0.0.1"]]
)
def test_the_network_needs_a_good_key_or_a_word(addresses, file, anna):
    with pytest.raises(SettingsError) as caught:
        require_keys(settings(), addresses)
    for word in (
        "no key is set",
        "opinion-search keys new",
        "OPINION_SEARCH_KEYS_FILE",
        "127.0.0.1",
        "OPINION_SEARCH_WITHOUT_KEYS=true",
    ):
        assert word in str(caught.value)
    require_keys(settings(keys_file=file), addresses)
    require_keys(settings(keys=f"bob:{'a' * 64}"), addresses)
    require_keys(settings(without_keys=True), addresses)
    keys.revoke(file, "anna")
    with pytest.raises(SettingsError, match="every key is revoked"):
        require_keys(settings(keys_file=file), addresses)


def test_a_file_of_keys_that_is_not_there_is_refused_on_any_address(tmp_path):
    with pytest.raises(KeysError, match="no such file"):
        require_keys(settings(keys_file=tmp_path / "none"), ["127.0.0.1"])


def test_keys_are_asked_for_also_where_none_was_declared_needed(file):
    """`without_keys` permits a service without keys; it does not switch off those that are set."""
    with client_of(keys_file=file, without_keys=True) as client:
        assert client.get("/v1/cases").status_code == 401
