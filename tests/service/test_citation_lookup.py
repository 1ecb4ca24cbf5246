"""What a citation leads to, through the service's own addresses."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from service.live import Live
from service.schemas_citations import CitationsResponse, CitingResponse
from service.search import SearchEngine
from tests.indexer.store.citing import LATER, LATER_CITES
from tests.service.citing import served
from tests.service.corpus import EMBEDDER
from tests.service.fakes import FakeLive, client_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("served")) as index:
        live = FakeLive(lent=cast("Any", SearchEngine(index, EMBEDDER)))
        with client_of(cast("Live", live)) as opened:
            yield opened


def look_up(client: TestClient, ref: str) -> Any:
    answer = client.get("/v1/citations", params={"ref": ref})
    assert answer.status_code == 200, answer.text
    CitationsResponse.model_validate_json(answer.text)
    return answer.json()


def only(client: TestClient, ref: str) -> Any:
    answer = look_up(client, ref)
    assert (answer["status"], answer["close"]) == ("found", [])
    (match,) = answer["matches"]
    return match


@pytest.mark.parametrize(
    "ref",
    [
        "392 U.S. 1",
        "392 U. S. 1",
        "392 US 1",
        " 392  u.s.  1 ",
        "20 L.Ed.2d 889",
        "Terry v. Ohio",
        "terry v ohio",
        "Terry v. Ohio, 392 U.S. 1 (1968)",
        "392 U.S. 1, 20 L. Ed. 2d 889 (1968)",
        "392 U.S. 1, 88 S. Ct. 1868",
    ],
)
def test_a_case_is_found_in_any_spelling(client, ref):
    match = only(client, ref)
    assert match["case"]["id"] == "terry"
    assert match["opinion_id"] == "terry/lead"
    assert match["cite"] == "Terry v. Ohio, 392 U.S. 1 (1968)"
    assert (match["page"], match["why"]) == (None, None)
    passage = client.get(f"/v1/passages/{match['passage_id']}").json()["passage"]
    assert passage["start"] == 0
    assert match["passage_id"].startswith("terry/lead:")


@pytest.mark.parametrize(
    ("page", "opinion_id", "cite"),
    [
        (1, "terry/lead", "Terry v. Ohio, 392 U.S. 1 (1968)"),
        (2, "terry/lead", "Terry v. Ohio, 392 U.S. 1, 2 (1968)"),
        (4, "terry/lead", "Terry v. Ohio, 392 U.S. 1, 4 (1968)"),
        (6, "terry/dissent", "Terry v. Ohio, 392 U.S. 1, 6 (1968) (Douglas, J., dissenting)"),
    ],
)
@pytest.mark.parametrize(
    "form", ["392 U.S. {}", "392 U.S. at {}", "392 U. S., at {}", "392 U.S. 1, {}",
             "Terry v. Ohio, 392 US 1, {} (1968)"],
)  # fmt: skip
def test_a_page_inside_a_case_leads_to_its_passage_and_opinion(
    client, page, opinion_id, cite, form
):
    match = only(client, form.format(page))
    if page == 1 and "1, {}" in form:  # the page on which it begins, asked for as a page
        assert match["opinion_id"] == "terry/syllabus"
        return
    assert (match["opinion_id"], match["cite"]) == (opinion_id, cite)
    assert match["page"] == (None if page == 1 else str(page))
    (pages,) = client.get(f"/v1/passages/{match['passage_id']}").json()["passage"]["pages"]
    assert int(pages["first"]) <= max(page, 2) <= int(pages["last"])
    assert match["passage_id"].rpartition(":")[0] == opinion_id


def test_what_else_is_on_the_page_is_said(client):
    assert only(client, "392 U.S. at 6")["why"] == "concurrence terry/late is on the page, too"
    assert only(client, "392 U.S. at 2")["why"] is None  # a syllabus is no opinion
    assert only(client, "392 U.S. at 5")["why"] is None


def test_a_page_that_no_mark_tells_is_said_to_be_unknown(client):
    match = only(client, "392 U.S. 1, 77")
    assert (match["page"], match["why"]) == (None, "no text of it is known to stand on page 77")
    assert match["opinion_id"] == "terry/lead"


def test_several_cases_on_one_page_are_all_listed(client):
    answer = look_up(client, "500 U.S. 10")
    assert answer["status"] == "ambiguous"
    assert [match["case"]["id"] for match in answer["matches"]] == ["doe", "smith"]
    assert only(client, "Smith v. Jones, 500 U.S. 10 (1991)")["case"]["id"] == "smith"
    assert only(client, "500 U.S. 10, 12 F.4th 5")["case"]["id"] == "smith"


def test_a_name_that_is_not_the_cases_is_doubted(client):
    match = only(client, "Roe v. Wade, 392 U.S. 1")
    assert match["why"] == "it is Terry v. Ohio, not Roe v. Wade"


def test_a_case_without_text_is_found_all_the_same(client):
    match = only(client, "7 U.S. 7")
    assert (match["case"]["id"], match["opinion_id"], match["passage_id"]) == (
        "gone",
        "gone/o",
        None,
    )


@pytest.mark.parametrize(
    ("ref", "meant", "why"),
    [
        ("329 U.S. 1", "terry", "its citation is written alike: 392 U.S. 1"),
        ("392 S. Ct. 1", "terry", "its citation is written alike: 392 U.S. 1"),
        ("490 U.S. 391", "graham", "it begins in the same volume, 5 pages before, on page 386"),
        ("490 U.S. 380", "graham", "its citation is written alike: 490 U.S. 386"),
        ("490 U.S. 301", "graham", "it begins in the same volume, 85 pages behind, on page 386"),
        ("88 S. Ct. 1868", "terry", "opinions of this index cite it so, beside its own citation"),
        ("Terry v. Ohio, 111 U.S. 222", "terry", "it bears the name"),
        ("Tery v. Ohio", "terry", "its name is like it: Terry v. Ohio"),
        ("Smyth v. Jones, 111 U.S. 222", "smith", "its name is like it: Smith v. Jones"),
    ],
)
def test_what_is_not_there_has_close_matches(client, ref, meant, why):
    answer = look_up(client, ref)
    assert (answer["status"], answer["matches"]) == ("not_found", [])
    assert (answer["close"][0]["case"]["id"], answer["close"][0]["why"]) == (meant, why)
    ids = [match["case"]["id"] for match in answer["close"]]
    assert len(ids) == len(set(ids)) <= 5


@pytest.mark.parametrize("ref", ["111 U.S. 222", "Xylo v. Quartz", "In re Xylo"])
def test_what_is_like_nothing_has_none(client, ref):
    assert look_up(client, ref) == {"status": "not_found", "matches": [], "close": []}


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("", "is empty; write one citation (490 U.S. 386"),
        (" \t", "is empty; write"),
        ("x" * 501, "has 501 characters, more than 500; write one citation"),
        ("force", "is neither a citation nor the name of a case; write one citation"),
        ("490 U.S.", "is neither a citation nor the name of a case"),
        ("390", "is neither"),
        ("v.", "is neither"),
        ("§ 1983", "is neither"),
        ("392 U.S. 1; 490 U.S. 386", "names different cases; ask for one at a time"),
    ],
)
def test_what_is_no_citation_is_refused_with_advice(client, ref, said):
    answer = client.get("/v1/citations", params={"ref": ref})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "invalid_value", "ref")
    assert said in error["message"]


def test_a_reference_is_needed_and_only_one(client):
    assert client.get("/v1/citations").json()["error"]["message"] == "ref: is required; add it"
    twice = client.get("/v1/citations", params={"ref": ["392 U.S. 1", "490 U.S. 386"]})
    assert (twice.status_code, twice.json()["error"]["field"]) == (422, "ref")


# who cites a case


def test_citing_cases_come_with_their_passages(client):
    answer = client.get("/v1/cases/graham/citing")
    CitingResponse.model_validate_json(answer.text)
    body = answer.json()
    assert (body["case"]["id"], body["case"]["cited_by_count"]) == ("graham", 2)
    assert [one["case"]["id"] for one in body["citing"]] == ["later", "stripped"]
    assert [one["inferred"] for one in body["citing"]] == [False, True]
    for one in body["citing"]:
        assert one["passages"] == len(one["passage_ids"])
        for passage_id in one["passage_ids"]:
            hit = client.get(f"/v1/passages/{passage_id}").json()
            assert hit["case"]["id"] == one["case"]["id"]
            assert "graham" in {cited["case_id"] for cited in hit["passage"]["cites"]}


def test_walking_the_citing_cases_shows_each_once(client):
    first = client.get("/v1/cases/graham/citing", params={"limit": 1}).json()
    second = client.get(
        "/v1/cases/graham/citing", params={"limit": 1, "cursor": first["next_cursor"]}
    ).json()
    seen = [one["case"]["id"] for page in (first, second) for one in page["citing"]]
    assert (seen, second["next_cursor"]) == (["later", "stripped"], None)
    assert client.get("/v1/cases/later/citing").json()["citing"] == []


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/cases/nowhere/citing", 404, None),
        ("/v1/cases/graham/citing?limit=0", 422, "limit"),
        ("/v1/cases/graham/citing?cursor=x", 422, "cursor"),
        ("/v1/cases/graham/citing?foo=x", 422, "foo"),
    ],
)
def test_bad_requests_for_citing_cases(client, path, status, field):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)


@pytest.mark.parametrize(
    "path", ["/v1/cases/graham", "/v1/opinions/graham/o", "/v1/passages/graham/o:0-77"]
)
def test_cited_by_is_told_wherever_a_case_is(client, path):
    assert client.get(path).json()["case"]["cited_by_count"] == 2


def test_cited_by_is_told_in_lists_and_searches(client):
    listed = client.get("/v1/cases").json()["cases"]
    assert {one["id"]: one["cited_by_count"] for one in listed} == {
        "graham": 2, "doe": 2, "smith": 2, "later": 0, "stripped": 0, "older": 0, "terry": 1, "gone": 0,
        "follower": 0,
    }  # fmt: skip
    ask = {"query": "force must be reasonable", "k": 50}
    for hit in client.post("/v1/search", json=ask).json()["hits"]:
        known = next(one for one in listed if one["id"] == hit["case"]["id"])
        assert hit["case"] == known
    groups = client.post("/v1/search", json={**ask, "group_by": "case"}).json()["groups"]
    assert {g["case"]["id"]: g["case"]["cited_by_count"] for g in groups}["graham"] == 2


# what hits say


@pytest.mark.parametrize("group_by", [None, "case"])
def test_hits_say_what_they_cite(client, group_by):
    answer = client.post(
        "/v1/search",
        json={"query": "force judged on the scene", "k": 50, "group_by": group_by,
              "passages_per_group": 10},
    ).json()  # fmt: skip
    hits = answer["hits"] or [hit for group in answer["groups"] for hit in group["hits"]]
    later = [hit for hit in hits if hit["opinion"]["id"] == "later/o"]
    cites = [
        (hit["passage"]["start"] + cited["start"], cited["kind"], cited["citation"])
        for hit in later
        for cited in hit["passage"]["cites"]
    ]
    assert sorted(cites) == [(c.span.start, c.kind.value, c.cited) for c in LATER_CITES]
    for hit in hits:
        for cited in hit["passage"]["cites"]:
            words = hit["passage"]["text"][cited["start"] : cited["end"]]
            assert words
            if hit["opinion"]["id"] == "later/o":
                assert words in LATER


def test_similar_passages_say_what_they_cite(client):
    similar = client.get("/v1/passages/graham/o:0-77/similar", params={"k": 50}).json()["hits"]
    assert any(hit["passage"]["cites"] for hit in similar)


def test_cites_may_be_left_out_or_asked_for(client):
    ask = {"query": "force", "k": 3}
    (hit, *_) = client.post("/v1/search", json={**ask, "fields": ["passage.cites"]}).json()["hits"]
    assert set(hit["passage"]) == {"cites"}


# the filter


@pytest.mark.parametrize("cited", ["490 U.S. 386", "490 U. S. 386", "104 L. Ed. 2d 443"])
def test_the_filter_takes_every_form(client, cited):
    """Full, short, id., supra, a parallel citation, and names in stripped texts."""
    ask = {"query": "force", "k": 100, "filters": {"cites": [cited]}}
    hits = passages_of(client, client.post("/v1/search", json=ask).json())
    passing = {hit["passage"]["id"] for hit in hits}
    everything = passages_of(
        client, client.post("/v1/search", json={"query": "force", "k": 100}).json()
    )
    term = cited.replace("U. S.", "U.S.")
    expected = {
        hit["passage"]["id"]
        for hit in everything
        if term in hit["passage"]["text"]
        or "graham" in {one["case_id"] for one in hit["passage"]["cites"]}
    }
    assert passing == expected
    assert {"later/o", "later/d", "stripped/o"} <= {hit["opinion"]["id"] for hit in hits}
    assert "older/o" not in {hit["opinion"]["id"] for hit in hits}


def passages_of(client: Any, answer: Any) -> Any:
    """The hits, and the passages that have the same words as one."""
    hits = answer["hits"]
    others = [other["passage_id"] for hit in hits for other in hit["also_quoted_in"]]
    return [*hits, *(client.get(f"/v1/passages/{other}").json() for other in others)]


def test_a_case_outside_the_index_is_found_by_its_citation(client):
    ask = {"query": "force", "k": 100, "filters": {"cites": ["999 U.S. 1"]}}
    (hit,) = client.post("/v1/search", json=ask).json()["hits"]
    assert "999 U.S. 1" in hit["passage"]["text"]


def test_what_is_no_citation_is_refused_by_the_filter(client):
    ask = {"query": "force", "filters": {"cites": ["Graham"]}}
    error = client.post("/v1/search", json=ask).json()["error"]
    assert error["field"] == "filters.cites"
    assert "is not one citation, such as 490 U.S. 386" in error["message"]
