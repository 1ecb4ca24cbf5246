"""What a reader of whole opinions is told, over HTTP, on a build whose citations are written by hand."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.store.snapshot import Index
from service.search import SearchEngine
from tests.indexer.store.citing import LATER, LATER_CITES
from tests.service.citing import PAGE, served
from tests.service.corpus import EMBEDDER
from tests.service.fakes import FakeLive, client_of


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Iterator[Index]:
    with served(tmp_path_factory.mktemp("reading")) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(index) -> Iterator[TestClient]:
    live = FakeLive()
    live.lent = SearchEngine(index, EMBEDDER)  # type: ignore[assignment]  # the real one
    with client_of(live) as opened:
        yield opened


def get(client: TestClient, url: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_citations_point_into_the_text_that_the_opinion_has(client):
    text = get(client, "/v1/opinions/later/o")["text"]
    found = get(client, "/v1/opinions/later%2Fo/citations")
    assert found["opinion_id"] == "later/o"
    told = [text[one["start"] : one["end"]] for one in found["citations"]]
    assert told == [written.span.of(LATER) for written in LATER_CITES]
    first = found["citations"][0]
    assert (first["case_id"], first["opinion_id"], first["pin"]) == ("graham", "graham/o", "396")


@pytest.mark.parametrize("url", ["citations", "cite?start=0&end=1"])
def test_an_opinion_that_is_not_there_is_said(client, url):
    assert get(client, f"/v1/opinions/nobody/{url}", 404)["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("start", "end", "cite"),
    [
        (0, 10, "Terry v. Ohio, 392 U.S. 1, 2 (1968)"),
        (len(PAGE) + 1, len(PAGE) + 9, "Terry v. Ohio, 392 U.S. 1, 3 (1968)"),
        (10, 2 * len(PAGE) + 5, "Terry v. Ohio, 392 U.S. 1, 2-4 (1968)"),
    ],
)
def test_any_words_are_cited_by_the_pages_they_stand_on(client, start, end, cite):
    found = get(client, f"/v1/opinions/terry/lead/cite?start={start}&end={end}")
    assert found["text"] == (PAGE * 3)[start:end]
    assert found["cite"] == cite
    for passage_id in found["passage_ids"]:
        there = get(client, f"/v1/passages/{passage_id}")["passage"]
        assert there["start"] < end
        assert start < there["end"]
    assert found["passage_ids"]


def test_a_dissent_is_cited_as_one(client):
    cite = get(client, "/v1/opinions/terry/dissent/cite?start=0&end=5")["cite"]
    assert cite == "Terry v. Ohio, 392 U.S. 1, 5 (1968) (Douglas, J., dissenting)"


@pytest.mark.parametrize(
    ("span", "field"),
    [("start=5&end=5", "end"), ("start=5&end=4", "end"), ("start=0&end=99999", "end"),
     ("start=-1&end=4", "start"), ("end=4", "start"), ("start=0&end=4&x=1", "x")],
)  # fmt: skip
def test_words_that_are_not_there_are_refused(client, span, field):
    error = get(client, f"/v1/opinions/terry/lead/cite?{span}", 422)["error"]
    assert error["field"] == field
    assert error["message"]


def test_the_corpus_at_a_glance_adds_up(client, index):
    found = get(client, "/v1/corpus")
    counts = found["counts"]
    assert found["index"]["build_id"] == index.manifest.build_id
    assert counts["cases"] == index.manifest.counts.cases
    assert sum(row["cases"] for row in found["years"]) + counts["undated"] == counts["cases"]
    assert sum(row["cases"] for row in found["courts"]) + counts["courtless"] == counts["cases"]
    assert sum(found["opinions"].values()) == counts["opinions"]
    assert sum(found["sections"].values()) == counts["sections"]
    assert found["model"]["dimensions"] == index.manifest.model.dim
    assert found["format"] == index.manifest.format_version


def test_the_element_is_served_to_every_origin_and_needs_no_key(client):
    whole = client.get("/static/opinion-search.js")
    short = client.get("/embed.js", headers={"Origin": "https://chat.example"})
    for answer in (whole, short):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["access-control-allow-origin"] == "*"
    assert whole.content == short.content
    assert b"import " not in whole.content.replace(b"// ", b"")
    assert "access-control-allow-origin" not in client.get("/static/page.js").headers


def test_the_page_of_the_corpus_is_a_page(client):
    page = client.get("/corpus", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    for part in ("static/corpus.js", "static/corpus.css"):
        assert part in page.text
        assert client.get(f"/{part}").status_code == 200
