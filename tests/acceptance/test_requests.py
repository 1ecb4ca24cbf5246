"""GET and POST, batches, long questions, and everything that is refused, over a real socket."""

from typing import Any

import pytest

from tests.acceptance.questions import ON_TOPIC
from tests.acceptance.running import ask, opinion

pytestmark = pytest.mark.slow

FLOYD = "ca6-2008-floyd-v-detroit-combined"


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "took_ms": None}


@pytest.mark.parametrize(
    ("choices", "parameters"),
    [
        ({}, {}),
        ({"k": 3, "mode": "lexical"}, {"k": "3", "mode": "lexical"}),
        (
            {"filters": {"court": ["ca6", "scotus"], "section_role": ["facts"]}, "context": 1},
            {"court": ["ca6", "scotus"], "section_role": "facts", "context": "1"},
        ),
        (
            {"filters": {"date_filed": {"gte": "2000", "lte": "2010"}}, "group_by": "case"},
            {"date_filed.gte": "2000", "date_filed.lte": "2010", "group_by": "case"},
        ),
        (
            {"fields": ["cite", "passage.id"], "explain": True},
            {"fields": ["cite", "passage.id"], "explain": "true"},
        ),
    ],
)
def test_get_and_post_give_one_answer(client, choices, parameters):
    question = "officer shot a suspect who was lying on the ground"
    answer = client.get("/v1/search", params={"q": question, **parameters})

    assert answer.status_code == 200, answer.text
    assert timeless(answer.json()) == timeless(ask(client, question, **choices))


def test_a_batch_of_64_is_64_searches_from_one_build(client):
    searches: list[dict[str, Any]] = [
        {"query": question, "k": k} for k in (2, 3) for question in ON_TOPIC
    ][:64]
    answer = client.post("/v1/search/batch", json={"searches": searches})

    assert answer.status_code == 200
    answers = answer.json()["answers"]
    assert [one["query"] for one in answers] == [search["query"] for search in searches]
    assert [len(one["hits"]) for one in answers] == [search["k"] for search in searches]
    assert len({one["index"]["build_id"] for one in answers}) == 1
    assert timeless(answers[7]) == timeless(ask(client, **searches[7]))
    assert client.post("/v1/search/batch", json={"searches": [searches[0]] * 65}).status_code == 422


def test_a_bad_entry_of_a_batch_spoils_no_other(client):
    searches = [{"query": "taser"}, {"query": "taser", "k": 0}, {"query": "frisk"}]
    answer = client.post("/v1/search/batch", json={"searches": searches})

    assert answer.status_code == 200
    first, second, third = answer.json()["answers"]
    assert (first["query"], third["query"]) == ("taser", "frisk")
    assert second["error"]["code"] == "invalid_value"
    assert second["error"]["field"] == "k"


def test_a_question_of_20000_characters_is_read_whole_and_finds_where_it_was_copied_from(client):
    text = opinion(client, FLOYD)["text"]
    answer = ask(client, text[2_000:22_000])

    assert answer["query_coverage"] == 1.0
    assert answer["hits"][0]["opinion"]["id"] == FLOYD


def test_the_end_of_a_long_question_counts(client):
    """Two questions alike but for their last words, far behind the model's window."""
    start = "The facts are these. " * 100
    ends = ("thermal imaging of a home to detect heat", "strip search of a student at a school")
    best = [ask(client, start + end * 20, mode="dense")["hits"][0]["passage"]["id"] for end in ends]

    assert best[0] != best[1]


def test_context_brings_the_neighbours_that_adjoin(client):
    hits = ask(client, "qualified immunity", context=2)["hits"]

    for hit in hits:
        row = [*hit["context"]["before"], hit["passage"], *hit["context"]["after"]]
        assert [one["end"] for one in row[:-1]] == [one["start"] for one in row[1:]]


def test_a_passage_and_its_likes_are_found_by_its_id(client):
    hit = ask(client, "officer shot unarmed suspect mistaken belief")["hits"][0]
    found = client.get(f"/v1/passages/{hit['passage']['id']}", params={"context": 1})

    assert found.status_code == 200
    assert found.json()["passage"] == hit["passage"]
    assert found.json()["cite"] == hit["cite"]
    like = client.get(f"/v1/passages/{hit['passage']['id']}/similar", params={"k": 5}).json()
    assert len(like["hits"]) == 5
    assert hit["case"]["id"] not in {one["case"]["id"] for one in like["hits"]}


LONG = "x" * 20_001
REFUSED = [
    # name, method, url, what is sent, status, code, field, words of advice
    ("unknown name", "POST", "/v1/search", {"query": "q", "limit": 3}, 422, "unknown_field", "limit", "known here: query, k"),
    ("unknown name in a query string", "GET", "/v1/search?q=q&limit=3", None, 422, "unknown_field", "limit", "known here:"),
    ("k is 0", "POST", "/v1/search", {"query": "q", "k": 0}, 422, "invalid_value", "k", "greater than or equal to 1"),
    ("k is 101", "POST", "/v1/search", {"query": "q", "k": 101}, 422, "invalid_value", "k", "less than or equal to 100"),
    ("k is text", "POST", "/v1/search", {"query": "q", "k": "ten"}, 422, "invalid_value", "k", "valid integer"),
    ("empty query", "POST", "/v1/search", {"query": ""}, 422, "invalid_value", "query", "at least 1 character"),
    ("blank query", "GET", "/v1/search?q=%20%20", None, 422, "invalid_value", "q", "write what you are looking for"),
    ("no query", "POST", "/v1/search", {}, 422, "missing_field", "query", "add it"),
    ("20,001 characters", "POST", "/v1/search", {"query": LONG}, 422, "invalid_value", "query", "at most 20000 characters"),
    ("unknown filter", "POST", "/v1/search", {"query": "q", "filters": {"year": "2005"}}, 422, "unknown_field", "filters.year", "known here: court"),
    ("unknown role", "POST", "/v1/search", {"query": "q", "filters": {"section_role": ["fact"]}}, 422, "invalid_value", "filters.section_role.0", "'facts'"),
    ("bad date", "POST", "/v1/search", {"query": "q", "filters": {"date_filed": {"gte": "2005-13"}}}, 422, "invalid_value", "filters.date_filed.gte", "write YYYY-MM-DD, YYYY-MM or YYYY"),
    ("bad date in a query string", "GET", "/v1/search?q=q&date_filed.lte=May", None, 422, "invalid_value", "date_filed.lte", "write YYYY-MM-DD, YYYY-MM or YYYY"),
    ("malformed JSON", "POST", "/v1/search", b'{"query": "q"', 400, "malformed_body", None, "correct it"),
    ("no body", "POST", "/v1/search", b"", 400, "malformed_body", None, "send a JSON object"),
    ("wrong method", "DELETE", "/v1/search", None, 405, "method_not_allowed", None, "see the header Allow"),
    ("no such address", "GET", "/v2/search", None, 404, "unknown_route", None, "/openapi.json lists"),
    ("unknown opinion", "GET", "/v1/opinions/nobody", None, 404, "not_found", None, "ids come with search hits"),
    ("unknown passage", "GET", "/v1/passages/nobody:1-2", None, 404, "not_found", None, "ids come with search hits"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "url", "sent", "status", "code", "field", "advice"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_what_is_refused_is_told_why_and_what_to_do(
    client, method, url, sent, status, code, field, advice
):
    body = (
        {"content": sent} if isinstance(sent, bytes) else {"json": sent} if sent is not None else {}
    )
    headers = {"Content-Type": "application/json"} if body else {}
    answer = client.request(method, url, headers=headers, **body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert advice in error["message"]


def test_a_body_of_another_type_is_refused(client):
    answer = client.post(
        "/v1/search", content=b"query=taser", headers={"Content-Type": "text/plain"}
    )

    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "unsupported_media_type"
    assert "Content-Type: application/json" in answer.json()["error"]["message"]
