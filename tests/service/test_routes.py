import json
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.filters import Filters
from service.hit_fields import FIELD_NAMES
from service.schemas import SearchResponse
from service.schemas_catalogue import OpinionResponse
from tests.service.fakes import FLOYD, FakeLive, FakeSearcher, client_of

# The key tree of the example answer in the contract (API.md, section 3), by hand.
PASSAGE = {"id", "text", "start", "end", "text_sha256", "pages", "cites"}
CASE = {
    "id", "name", "name_source", "citations", "court_id", "court", "court_citation_string",
    "court_level", "court_parent", "date_filed", "docket_number", "judges", "status", "url", "cited_by_count",
}  # fmt: skip
PARTS = {"passage", "section", "opinion", "case", "cite", "authority", "highlights", "context"}
HIT = {
    "rank": None,
    "score": None,
    "confidence": None,
    "passage": dict.fromkeys(PASSAGE) | {"pages": [dict.fromkeys(["reporter", "first", "last"])], "cites": None},
    "section": dict.fromkeys(["heading", "path", "number", "role", "noted_at", "noted_in"]),
    "opinion": dict.fromkeys(["id", "type", "author", "source_sha256"]),
    "case": dict.fromkeys(CASE),
    "cite": None,
    "authority": None,
    "highlights": [dict.fromkeys(["start", "end", "kind"])],
    "context": {"before": None, "after": None},
    "explain": dict.fromkeys(
        ["dense_rank", "dense_score", "lexical_rank", "lexical_score", "rerank_score",
         "matched_terms"]
    ) | {"evidence": dict.fromkeys(["dense", "lexical", "voice_prior", "rerank", "pointed", "named"])},
    "also_quoted_in": None,
}  # fmt: skip
ANSWER = {
    "query": None,
    "mode": None,
    "index": dict.fromkeys(["build_id", "model", "cases", "passages", "as_of"]),
    "took_ms": dict.fromkeys(
        ["total", "embed", "dense", "lexical", "fuse", "rerank", "point", "fetch"]
    ),
    "query_coverage": None,
    "exact": None,
    "candidates_considered": None,
    "no_match": None,
    "phrases_not_found": None,
    "hits": [HIT],
    "groups": None,
}


@pytest.fixture
def searcher():
    return FakeSearcher()


@pytest.fixture
def client(searcher):
    with client_of(FakeLive(lent=searcher)) as client:
        yield client


def assert_keys(value: object, tree: object, path: str = "") -> None:
    if isinstance(tree, dict):
        assert isinstance(value, dict), path
        assert set(value) == set(tree), path
        for name, inner in tree.items():
            assert_keys(value[name], inner, f"{path}.{name}")
    elif isinstance(tree, list):
        assert isinstance(value, list), path
        assert value, path
        for item in value:
            assert_keys(item, tree[0], f"{path}[]")


def post(client: TestClient, **body: Any) -> Any:
    answer = client.post("/v1/search", json={"query": "taser", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_answer_has_the_names_of_the_contract(client):
    assert_keys(post(client, explain=True), ANSWER)


def test_the_order_of_names_is_that_of_the_contract(client):
    answer = post(client, explain=True)
    assert list(answer) == list(ANSWER)
    assert list(answer["hits"][0]) == list(HIT)


def test_the_answer_says_what_the_searcher_said(client):
    answer = post(client, k=2)

    assert answer["index"] == {
        "build_id": "b1", "model": "tiny", "cases": 2, "passages": 5,
        "as_of": "2026-11-22T00:00:00Z",
    }  # fmt: skip
    assert answer["took_ms"]["total"] == 6.123
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2]
    assert [hit["score"] for hit in answer["hits"]] == [0.9, 0.8]
    first = answer["hits"][0]
    assert first["confidence"] == "high"
    assert first["case"]["date_filed"] == "2008"
    assert first["section"]["role"] == "analysis"
    assert first["passage"]["text_sha256"] == sha256(first["passage"]["text"].encode()).hexdigest()
    assert first["explain"] is None
    assert first["context"] == {"before": [], "after": []}
    assert "§ 1983" in client.post("/v1/search", json={"query": "x"}).text  # UTF-8, not escaped


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"explain": True, "context": 2},
        {"group_by": "case"},
        {"fields": ["passage.text", "case.extra"]},
        {"group_by": "case", "fields": ["explain.dense_rank"], "explain": True},
    ],
)
def test_answers_have_the_shape_that_openapi_promises(client, body):
    """What is in the answer fits the model, names and types; without `fields`, all of it is there."""
    answer = post(client, **body)
    if "fields" in body:
        hits = answer["hits"] or answer["groups"][0]["hits"]
        known = {name.partition(".")[0] for name in FIELD_NAMES}
        assert all({"rank", "score"} <= set(hit) <= known for hit in hits)
    else:
        SearchResponse.model_validate_json(json.dumps(answer))


def test_groups(client):
    answer = post(client, group_by="case", passages_per_group=2)

    assert answer["hits"] == []
    (group,) = answer["groups"]
    assert_keys({**group, "hits": None}, {"rank": None, "score": None, "case": dict.fromkeys(CASE),
                                          "hits": None, "lanes": None})  # fmt: skip
    assert [hit["rank"] for hit in group["hits"]] == [1, 2]


def test_fields_choose_in_hits_and_in_groups(client):
    (hit,) = post(client, k=1, fields=["passage.text", "case.extra"])["hits"]
    assert hit == {
        "rank": 1,
        "score": 0.9,
        "passage": {"text": "The officers fired § 1983 shots. "},
        "case": {"extra": dict(FLOYD.extra)},
    }

    (group,) = post(client, group_by="case", fields=["cite"])["groups"]
    assert set(group) == {"rank", "score", "case", "hits", "lanes"}
    assert set(group["case"]) == CASE
    assert {frozenset(hit) for hit in group["hits"]} == {frozenset({"rank", "score", "cite"})}


def test_get_and_post_ask_and_answer_the_same(client, searcher):
    body = {
        "query": "§ 1983 & “taser” + 50%",
        "k": 3,
        "mode": "dense",
        "rerank": False,
        "filters": {
            "court": ["ca6", "scotus"],
            "date_filed": {"gte": "1989", "lte": "2020-01-31"},
            "section_role": ["facts", "holding"],
            "judge": ["Gilman"],
        },
        "context": 1,
        "min_score": 0.25,
        "explain": True,
        "fields": ["cite", "passage.text"],
    }
    params = {
        "q": body["query"], "k": "3", "mode": "dense", "rerank": "false",
        "court": ["ca6", "scotus"], "date_filed.gte": "1989", "date_filed_lte": "2020-01-31",
        "section_role": ["facts", "holding"], "judge": "Gilman", "context": "1",
        "min_score": "0.25", "explain": "true", "fields": ["cite", "passage.text"],
    }  # fmt: skip

    posted = client.post("/v1/search", json=body)
    got = client.get("/v1/search", params=params)

    assert got.status_code == posted.status_code == 200
    assert got.json() == posted.json()
    assert searcher.asked[0] == searcher.asked[1]
    assert searcher.asked[0].text == body["query"]


def test_the_longest_query_fits_a_query_string(client, searcher):
    text = "word " * 4_000  # httpx takes no longer address than 64 KiB
    assert client.get("/v1/search", params={"q": text}).status_code == 200
    assert searcher.asked[0].text == text


def test_what_json_can_say_of_text_reaches_the_searcher_as_it_is(client, searcher):
    text = "\x00 \u202e 😀 e\u0301 \ufeff"
    assert client.post("/v1/search", json={"query": text}).json()["query"] == text
    assert searcher.asked[0].text == text


def test_the_last_of_two_equal_names_in_a_body_counts(client, searcher):
    """As JSON parsers do everywhere; said here because it is a choice."""
    content = b'{"query": "a", "query": "b"}'
    client.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert searcher.asked[0].text == "b"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON",
                                  "application/vnd.x+json"])  # fmt: skip
def test_other_spellings_of_the_content_type(client, kind):
    answer = client.post("/v1/search", content=b'{"query":"a"}', headers={"content-type": kind})
    assert answer.status_code == 200


# batch


def test_a_bad_entry_of_a_batch_spoils_no_other(client, searcher):
    entries = [
        {"query": "first", "k": 1},
        {"query": "bad", "k": 0},
        "not an object",
        {"query": "refused by the searcher", "rerank": True},
        {"query": "refused by a filter", "filters": {"binding_on": "nowhere"}},
        {"query": "x", "court": ["ca6"]},
        {"k": 3},
        {"query": " "},
        {"query": "last", "fields": ["cite"]},
    ]
    answer = client.post("/v1/search/batch", json={"searches": entries})

    assert answer.status_code == 200
    answers = answer.json()["answers"]
    assert [a["query"] if "query" in a else a["error"]["field"] for a in answers] == [
        "first", "k", None, "rerank", "filters.binding_on", "court", "query", "query", "last",
    ]  # fmt: skip
    assert all(set(a["error"]) == {"code", "message", "field"} for a in answers if "error" in a)
    assert answers[0] == client.post("/v1/search", json=entries[0]).json()
    assert set(answers[-1]["hits"][0]) == {"rank", "score", "cite"}


def test_a_batch_is_answered_from_one_build():
    """A swap in the middle of the batch must not show: the searcher is borrowed once."""
    live = FakeLive()
    with client_of(live) as client:
        live.borrowed = 0
        live.lent.before_search = lambda _: setattr(live, "lent", FakeSearcher(build_id="b2"))
        entries = [{"query": str(n)} for n in range(64)]
        answers = client.post("/v1/search/batch", json={"searches": entries}).json()["answers"]

        assert {a["index"]["build_id"] for a in answers} == {"b1"}
        assert [a["query"] for a in answers] == [str(n) for n in range(64)]
        assert live.borrowed == 1
        after = client.post("/v1/search", json={"query": "later"}).json()
        assert after["index"]["build_id"] == "b2"


# by id


def test_a_passage_is_a_hit_without_rank_and_score(client):
    answer = client.get("/v1/passages/floyd:0-33", params={"context": 1}).json()

    assert set(answer) == PARTS
    assert set(answer["passage"]) == PASSAGE
    assert set(answer["case"]) == CASE
    assert len(answer["context"]["before"]) == 1
    assert set(answer["context"]["before"][0]) == {"id", "text", "start", "end"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/passages/ca6/2005 Bailey:0-19",
        "/v1/passages/ca6%2F2005%20Bailey:0-19",
        "/v1/passages/ca6%2F2005%20Bailey%3A0%2D19",
    ],
)
def test_ids_may_hold_anything_when_encoded(client, path):
    answer = client.get(path)
    assert answer.json()["passage"]["text"] == "The dog bit Muñoz. "

    similar = client.get(path + "/similar", params={"k": 2}).json()
    assert similar["passage_id"] == "ca6/2005 Bailey:0-19"
    assert [hit["rank"] for hit in similar["hits"]] == [1, 2]


def test_similar_passages_are_of_other_cases_unless_asked(client):
    def cases_of(**params: str) -> set[str]:
        hits = client.get("/v1/passages/floyd:0-33/similar", params=params).json()["hits"]
        return {hit["case"]["id"] for hit in hits}

    assert FLOYD.id not in cases_of()
    assert FLOYD.id in cases_of(same_case="true")


@pytest.mark.parametrize("opinion_id", ["floyd", "floyd:dissent", "ca6%2F2005%20Bailey"])
def test_all_offsets_point_into_the_opinion(client, opinion_id):
    opinion = client.get(f"/v1/opinions/{opinion_id}").json()

    assert set(opinion) >= {"id", "type", "author", "joined_by", "case", "sections", "pages",
                            "text", "source_sha256"}  # fmt: skip
    OpinionResponse.model_validate_json(json.dumps(opinion))
    assert set(opinion["case"]) == CASE
    for section in opinion["sections"]:
        assert set(section) == {
            "heading", "path", "number", "role", "start", "end", "noted_at"
        }  # fmt: skip
    for page in opinion["pages"]:
        assert set(page) == {"reporter", "page", "start"}
    hits = client.post("/v1/search", json={"query": "x"}).json()["hits"]
    own = [hit["passage"] for hit in hits if hit["opinion"]["id"] == opinion["id"]]
    assert "".join(opinion["text"][p["start"] : p["end"]] for p in own) == opinion["text"]
    assert all(opinion["text"][p["start"] : p["end"]] == p["text"] for p in own)


def test_a_case_with_its_opinions_and_where_they_begin(client):
    case = client.get(f"/v1/cases/{FLOYD.id}").json()

    assert case["case"]["extra"] == dict(FLOYD.extra)
    assert [(o["id"], o["type"], o["first_passage_id"]) for o in case["opinions"]] == [
        ("floyd", "lead", "floyd:0-33"),
        ("floyd:dissent", "dissent", "floyd:dissent:0-31"),
    ]
    for opinion in case["opinions"]:
        assert client.get(f"/v1/passages/{opinion['first_passage_id']}").status_code == 200


# catalogue


def test_walking_the_catalogue_shows_every_case_once(client):
    seen, params = [], {"limit": 1}
    while True:
        part = client.get("/v1/cases", params=params).json()
        assert set(part) == {"cases", "next_cursor"}
        seen += [case["id"] for case in part["cases"]]
        if part["next_cursor"] is None:
            break
        params["cursor"] = part["next_cursor"]

    whole = client.get("/v1/cases").json()
    assert whole["next_cursor"] is None
    assert seen == [case["id"] for case in whole["cases"]]
    assert len(set(seen)) == 2


def test_the_catalogue_is_filtered_before_it_is_cut(client):
    def ids(**params: Any) -> list[str]:
        return [c["id"] for c in client.get("/v1/cases", params=params).json()["cases"]]

    assert ids(court="ca6") == [FLOYD.id]
    assert ids(court=["scotus"]) == []
    assert ids(binding_on="ca6") == [FLOYD.id]
    assert ids(binding_on="ca6", court="scotus") == []
    assert ids(binding_on="ca9", court="ca6") == []


def test_a_cursor_of_another_build_is_refused():
    live = FakeLive()
    with client_of(live) as client:
        cursor = client.get("/v1/cases", params={"limit": 1}).json()["next_cursor"]
        live.lent = FakeSearcher(build_id="b2")
        answer = client.get("/v1/cases", params={"limit": 1, "cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "cursor"


# status


def test_landing_names_addresses_that_are_there(client):
    landing = client.get("/").json()
    assert landing["name"] == "opinion-search"
    for link in landing["links"].values():
        assert client.get(link).status_code == 200, link


def test_ready_says_which_build_answers(client):
    assert client.get("/readyz").json()["index"]["build_id"] == "b1"
    assert client.get("/healthz").json() == {"status": "ok"}


def test_no_filter_is_no_condition(client, searcher):
    post(client)
    assert searcher.asked[0].filters == Filters()
