"""Where a model lies on the machine is told to nobody who asks the service."""

from pathlib import Path
from typing import Any, cast

import pytest

from indexer.build import build
from indexer.store.snapshot import Index
from service.live_index import LiveIndex
from service.model_names import public_name
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.service.corpus import cases
from tests.service.fakes import FakeLive, client_of

PLACE = "/home/bob/models/mine"
AT_HOME = WordHashEmbedder(name=PLACE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("all-minilm-l6-v2", "all-minilm-l6-v2"),
        ("sentence-transformers/all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"),
        (PLACE, "mine"),
        (f"{PLACE}/", "mine"),
        ("/m", "m"),
        ("../mine", "mine"),
        ("./mine", "mine"),
        ("~/mine", "mine"),
        ("a/b/mine", "mine"),
        ("/srv/my models/the one", "the one"),
        ("/", "model"),
        (".", "model"),
    ],
)
def test_a_folder_is_told_by_its_last_name_and_a_model_by_its_own(name, told):
    assert public_name(name) == told


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Any:
    root = tmp_path_factory.mktemp("named")
    build(cases(), root, embedder=AT_HOME)
    with Index.open(root) as index:
        yield index


@pytest.fixture(scope="module")
def client(index):
    engine = SearchEngine(index, AT_HOME)
    with client_of(FakeLive(lent=cast("Any", engine))) as client:
        yield client


def test_the_manifest_keeps_the_folder_by_which_it_is_loaded(index):
    assert index.manifest.model.name == PLACE


ADDRESSES: list[tuple[str, str, Any]] = [
    ("POST", "/v1/search", {"query": "officer", "explain": True}),
    ("POST", "/v1/search", {"query": "officer", "group_by": "case"}),
    ("POST", "/v1/search/batch", {"searches": [{"query": "officer"}, {"query": "x", "rerank": True}]}),
    ("POST", "/v1/search", {"query": "officer", "rerank": True}),
    ("POST", "/v1/context", {"query": "officer", "max_tokens": 500}),
    ("POST", "/v1/verify", {"text": "“The dog bit the suspect, who lay on the ground.”"}),
    ("GET", "/v1/corpus", None),
    ("GET", "/v1/facets", None),
    ("GET", "/v1/cases", None),
    ("GET", "/v1/cases/case-00", None),
    ("GET", "/v1/opinions/case-00%2F0", None),
    ("GET", "/readyz", None),
    ("GET", "/metrics", None),
    ("POST", "/dialects/openwebui/rerank", {"query": "officer", "documents": ["a", "b"]}),
    ("POST", "/dialects/langchain/retrieve", {"query": "officer"}),
    ("POST", "/dialects/tools/search_opinions", {"query": "officer"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body"), ADDRESSES)
def test_no_answer_has_it(client, method, url, body):
    answer = client.request(method, url, json=body)
    assert answer.status_code in {200, 422}, answer.text
    assert "/home" not in answer.text
    assert "bob" not in answer.text


def test_answers_name_the_model_all_the_same(client):
    found = client.post("/v1/search", json={"query": "officer"}).json()
    assert found["index"]["model"] == "mine"
    assert client.get("/v1/corpus").json()["model"]["name"] == "mine"
    packed = client.post("/v1/context", json={"query": "officer", "max_tokens": 500}).json()
    assert packed["tokenizer"] == "mine"
    ranked = client.post("/dialects/openwebui/rerank", json={"query": "a", "documents": ["a"]})
    assert ranked.json()["model"] == "mine"
    assert 'model="mine"' in client.get("/metrics").text


def test_a_wrong_model_is_told_without_it(index):
    """409, `/readyz` and all: both names, and the folder of neither."""
    root = cast("Path", index.folder.parents[1])
    other = WordHashEmbedder(window=40, name="/srv/secret/other")
    live = LiveIndex(root, load_embedder=lambda _: other)
    live.refresh()
    with client_of(live) as client:
        searched, ready = client.post("/v1/search", json={"query": "x"}), client.get("/readyz")
    assert (searched.status_code, ready.status_code) == (409, 503)
    for answer in (searched, ready):
        assert "mine" in answer.text
        assert "other" in answer.text
        assert "/home" not in answer.text
        assert "/srv" not in answer.text
