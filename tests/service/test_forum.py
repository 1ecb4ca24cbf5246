"""The court that the caller writes to, over HTTP and on the command line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.authority import authority_on
from indexer.courts import binding_courts
from indexer.records import Case, OpinionType, SectionRole
from service.live import Live, Searcher
from service.search import SearchEngine
from tests.service.command_line import run
from tests.service.fakes import client_of

QUESTION = "may an officer use a taser on a driver"


class Lending(Live):
    """Lends one engine."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        yield self._engine

    def reason_not_ready(self) -> str | None:
        return None

    def close(self) -> None:
        return None


@pytest.fixture
def client(engine: SearchEngine):
    with client_of(Lending(engine)) as client:
        yield client


def hits(client: TestClient, **choices: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/search", json={"query": QUESTION, "k": 100, **choices})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["hits"]
    return found


def expected(hit: dict[str, Any], forum: str) -> str | None:
    case = Case(id="x", name="x", court_id=hit["case"]["court_id"], status=hit["case"]["status"])
    return authority_on(
        forum, case, OpinionType(hit["opinion"]["type"]), SectionRole(hit["section"]["role"])
    )


def test_without_a_forum_nothing_is_said(client):
    assert {hit["authority"] for hit in hits(client)} == {None}


@pytest.mark.parametrize("forum", ["ohnd", "ca6", "cal", "scotus"])
def test_every_hit_says_what_it_is_to_the_forum(client, forum):
    found = hits(client, forum=forum)
    assert [hit["authority"] for hit in found] == [expected(hit, forum) for hit in found]
    above = binding_courts(forum) - {forum}
    binding = {hit["case"]["court_id"] for hit in found if hit["authority"] == "binding"}
    assert binding <= above
    assert bool(binding) == bool(above)


def test_the_forum_leaves_nothing_out_and_moves_nothing(client):
    def ids(**choices: Any) -> list[str]:
        return [hit["passage"]["id"] for hit in hits(client, **choices)]

    assert ids(forum="ohnd") == ids()


def test_a_separate_opinion_is_persuasive_whatever_its_court(client):
    found = hits(client, forum="ohnd", filters={"opinion_type": ["dissent", "concurrence"]})
    known = {hit["authority"] for hit in found if hit["case"]["court_id"] != "elsewhere"}
    assert known == {"persuasive"}


def test_the_forum_is_that_of_binding_on_unless_another_is_named(client):
    narrowed = hits(client, filters={"binding_on": "ohnd"})
    told = [hit["authority"] for hit in narrowed]
    assert told == [expected(hit, "ohnd") for hit in narrowed]
    assert "binding" in told
    other = hits(client, filters={"binding_on": "ohnd"}, forum="ca9")
    assert [hit["authority"] for hit in other] == [expected(hit, "ca9") for hit in other]


def test_all_ways_of_asking_agree(client):
    posted = hits(client, forum="ohnd", k=5)
    got = client.get("/v1/search", params={"q": QUESTION, "k": 5, "forum": "ohnd"}).json()["hits"]
    batch = {"searches": [{"query": QUESTION, "k": 5, "forum": "ohnd"}]}
    batched = client.post("/v1/search/batch", json=batch).json()["answers"][0]["hits"]
    grouped = client.post(
        "/v1/search", json={"query": QUESTION, "forum": "ohnd", "group_by": "case"}
    ).json()["groups"]
    assert posted == got == batched
    for hit in (*posted, *(hit for group in grouped for hit in group["hits"])):
        alone = client.get(f"/v1/passages/{hit['passage']['id']}", params={"forum": "ohnd"}).json()
        assert alone["authority"] == hit["authority"] == expected(hit, "ohnd")
    near = client.get(
        f"/v1/passages/{posted[0]['passage']['id']}/similar", params={"forum": "ohnd"}
    ).json()["hits"]
    assert [hit["authority"] for hit in near] == [expected(hit, "ohnd") for hit in near]


def test_it_may_be_asked_for_alone(client):
    (hit,) = hits(client, forum="ohnd", k=1, fields=["authority"])
    assert set(hit) == {"rank", "score", "authority"}


@pytest.mark.parametrize("path", ["/v1/search", "/v1/passages/{}", "/v1/passages/{}/similar"])
def test_a_slip_in_the_forum_is_said(client, path):
    passage = hits(client, k=1)[0]["passage"]["id"]
    params = {"forum": "6th Cir."} | ({"q": QUESTION} if path == "/v1/search" else {})
    answer = client.get(path.format(passage), params=params)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["field"] == "forum"
    assert "did you mean ca6?" in error["message"]


def test_a_court_that_only_the_corpus_knows_is_a_forum(client):
    found = hits(client, forum="elsewhere")
    told = {hit["authority"] for hit in found if hit["case"]["court_id"] == "elsewhere"}
    assert told <= {"same_court", "persuasive"}
    assert {hit["authority"] for hit in found if hit["case"]["court_id"] == "ca6"} == {None}


def test_the_command_line(index):
    shown = run("search", "taser", "--index", index, "--forum", "mied", "--json")
    assert {hit["authority"] for hit in json.loads(shown.stdout)["hits"]} == {"binding"}
    wrong = run("search", "taser", "--index", index, "--forum", "6th Cir.")
    assert wrong.exit_code == 2
    assert "forum" in wrong.stderr
    assert "ca6" in wrong.stderr
    assert " binding]" in run("search", "taser", "--index", index, "--forum", "mied").stdout
