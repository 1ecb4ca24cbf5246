"""Records of values that JSON can spell: refused when they are read, or answered; never a broken answer."""

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from indexer.store.snapshot import Index
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.indexer.bad_inputs import nested
from tests.service.command_line import line, run
from tests.service.fakes import FakeLive, client_of

TEXT = "The officer frisked a man at a bus stop. We affirm."
REFUSED: dict[str, dict[str, Any]] = {
    "judges": {"judges": ["A\ud800"]},
    "citations": {"citations": ["1 U.S. \ud800"]},
    "joined": {"opinions": [{"text": TEXT, "joined_by": ["\udfff"]}]},
    "deep": {"extra": nested(150)},
    "name": {"\ud800": 1},
}
KEPT: dict[str, dict[str, Any]] = {
    "wide": {"n": 2**70, "m": -(2**63), "o": 2**64 - 1},
    "emoji": {"judges": ["\U0001f600"], "x": "\U0001f600"},
    "nested": {"x": nested(90)},
    "null": {"x": "a\0b", "y": [None, {}]},
}


@pytest.fixture
def client(surroundings: None, tmp_path) -> Iterator[TestClient]:
    source = tmp_path / "cases.json"
    cases = [
        line(name, f"{TEXT} In {name}.", **fields) for name, fields in {**REFUSED, **KEPT}.items()
    ]
    source.write_text(f"[{','.join(cases)}]", encoding="utf-8")
    made = run("build", source, "--index", tmp_path / "index")
    assert made.exit_code == 3, made.stderr
    told = made.stderr.splitlines()
    assert [words.split(": ")[1] for words in told] == [f"{source}#{n}" for n in range(1, 6)]
    with Index.open(tmp_path / "index") as index:
        engine = SearchEngine(index, WordHashEmbedder())
        with client_of(FakeLive(lent=cast("Any", engine))) as opened:
            yield opened


def test_what_is_kept_is_answered(client):
    everything = {
        "query": "officer frisked",
        "k": 50,
        "fields": ["case", "opinion", "case.extra", "opinion.extra"],
    }
    found = client.post("/v1/search", json=everything)
    assert found.status_code == 200, found.text
    assert {hit["case"]["id"] for hit in found.json()["hits"]} == set(KEPT)
    for name, fields in KEPT.items():
        answer = client.get(f"/v1/cases/{name}")
        assert answer.status_code == 200, answer.text
        kept = {key: value for key, value in fields.items() if key != "judges"}
        assert json.loads(answer.text)["case"]["extra"] == kept
        assert client.get(f"/v1/opinions/{name}-lead").status_code == 200
    for path in ("/v1/search?q=officer", "/v1/cases", "/v1/facets", "/v1/context"):
        assert client.get(path).status_code != 500
