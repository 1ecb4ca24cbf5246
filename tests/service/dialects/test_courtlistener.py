"""CourtListener: the fields of `api_serializers.py`, by hand, and what its own client relies on."""

from types import SimpleNamespace
from typing import Any

import pytest

from indexer.records import OpinionHeader, OpinionType
from service.dialects.courtlistener_lookup import (
    LONGEST_TEXT,
    Lookup,
    _beginning_at,
    look_up_citations,
)
from service.dialects.courtlistener_pages import PAGE, cursor_of, seen_of
from service.dialects.courtlistener_shapes import number_of, type_of
from service.errors import AbandonedError, QueryError
from service.links import links_at
from service.work import WORK, Abandoned, Work
from tests.service.dialects.conftest import QUESTION

SEARCH = "/dialects/courtlistener/api/rest/v4/search/"
LOOKUP = "/dialects/courtlistener/api/rest/v4/citation-lookup/"
CLUSTER = {
    "absolute_url", "attorney", "caseName", "caseNameFull", "citation", "citeCount", "cluster_id",
    "court", "court_citation_string", "court_id", "court_jurisdiction", "dateArgued", "dateFiled",
    "dateReargued", "dateReargumentDenied", "docketNumber", "docket_id", "judge", "lexisCite", "meta",
    "neutralCite", "opinions", "panel_ids", "panel_names", "posture", "procedural_history", "scdb_id",
    "sibling_ids", "status", "suitNature", "syllabus",
}  # fmt: skip
OPINION = {
    "author_id", "cites", "download_url", "id", "joined_by_ids", "local_path", "meta",
    "ordering_key", "per_curiam", "sha1", "snippet", "type",
}  # fmt: skip


def page(client: Any, **params: Any) -> Any:
    answer = client.get(SEARCH, params={"q": QUESTION, "type": "o", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(client: Any, **params: Any) -> Any:
    return {one["caseName"] for one in page(client, **params)["results"]}


def own_groups(client: Any, **choices: Any) -> Any:
    asked = {"query": QUESTION, "k": PAGE, "group_by": "case", **choices}
    return client.post("/v1/search", json=asked).json()["groups"]


def test_a_page_has_the_fields_of_the_contract(client):
    answer = page(client)
    assert set(answer) == {"count", "next", "previous", "results"}  # the client forbids others
    for one in answer["results"]:
        assert set(one) == CLUSTER | {"dateFiled_is_approximate"}
        assert set(one["meta"]) == {"timestamp", "date_created", "score"}
        assert all(set(opinion) == OPINION for opinion in one["opinions"])


@pytest.mark.parametrize("court", ["scotus ca6", "scotus,ca6", ["scotus", "ca6"], ["ca6 scotus"]])
def test_several_courts_may_be_named_in_one_or_one_by_one(client, court):
    both = names(client, court="scotus") | names(client, court="ca6")
    assert names(client, court="scotus") < both > names(client, court="ca6")
    assert names(client, court=court) == both


def test_clusters_are_the_cases_that_the_search_finds(client):
    groups = own_groups(client)
    results = page(client)["results"]
    assert [(one["caseName"], one["meta"]["score"]["semantic"]) for one in results] == [
        (group["case"]["name"], group["score"]) for group in groups
    ]
    assert [one["opinions"][0]["snippet"] for one in results] == [
        group["hits"][0]["passage"]["text"] for group in groups
    ]
    assert all(one["absolute_url"].startswith("http://testserver/o/") for one in results)


@pytest.mark.parametrize(
    ("params", "filters"),
    [
        ({"court": "ca6 ca9"}, {"court": ["ca6", "ca9"]}),
        ({"filed_after": "1999", "filed_before": "12/31/2005"},
         {"date_filed": {"gte": "1999", "lte": "2005-12-31"}}),
        ({"judge": "Kagan"}, {"judge": "Kagan"}),
        ({"stat_Published": "on"}, {"status": "published"}),
        ({"stat_Published": "on", "stat_Unpublished": "on"},
         {"status": ["published", "unpublished"]}),
        ({"citation": "302 U.S. 201"}, {"case_id": "case-02"}),
        ({"case_name": "jones"}, {"case_id": ["case-03", "case-04", "case-05"]}),
        ({"stat_Unknown": "true"}, {"case_id": ["case-02", "case-05", "case-08", "case-11", "case-12"]}),
        ({"cited_gt": "1"}, {"case_id": "nothing"}),
    ],
)  # fmt: skip
def test_parameters_narrow_the_search(client, params, filters):
    judged = own_groups(client, filters=filters)
    assert names(client, **params) == {group["case"]["name"] for group in judged}


def test_dates_are_full_ones(client):
    filed = {one["caseName"]: one for one in page(client)["results"]}
    graham = filed["Graham v. Connor"]
    assert (graham["dateFiled"], graham["dateFiled_is_approximate"]) == ("1989-05-01", True)
    jones = filed["United States v. Jones"]
    assert (jones["dateFiled"], jones["dateFiled_is_approximate"]) == ("2005-05-31", False)


def test_words_of_the_question_are_marked_when_asked_for(client):
    plain = page(client)["results"][0]["opinions"][0]["snippet"]
    marked = page(client, highlight="on")["results"][0]["opinions"][0]["snippet"]
    assert "<mark>" in marked
    assert marked.replace("<mark>", "").replace("</mark>", "") == plain


def test_pages_show_every_case_once(client, monkeypatch):
    monkeypatch.setattr("service.dialects.courtlistener.PAGE", 5)
    monkeypatch.setattr("service.dialects.courtlistener_pages.PAGE", 5)
    shown, answers = [], [page(client)]
    while (address := answers[-1]["next"]) is not None:
        answers.append(client.get(address).json())
    for answer in answers:
        shown += [one["cluster_id"] for one in answer["results"]]
    assert len(shown) == len(set(shown)) == 13
    assert answers[-1]["count"] == 13
    back = client.get(answers[-1]["previous"]).json()
    assert back["results"] == answers[-2]["results"]
    assert client.get(answers[1]["previous"]).json() == answers[0]


def test_a_cursor_is_good_for_one_build(client):
    assert seen_of(cursor_of((3, 1, 4), build_id="b1"), build_id="b1") == (3, 1, 4)
    for cursor in ("x", "%%%", cursor_of((1,), build_id="b2")):
        with pytest.raises(QueryError, match="cursor"):
            seen_of(cursor, build_id="b1")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"q": ""}, "q"),
        ({"type": "r"}, "type"),
        ({"order_by": "dateFiled desc"}, "order_by"),
        ({"cursor": "x"}, "cursor"),
        ({"filed_after": "soon"}, "date_filed"),
        ({"cited_gt": "many"}, "cited_gt"),
    ],
)
def test_errors_have_their_shape(client, params, field):
    answer = client.get(SEARCH, params={"q": QUESTION, **params})
    assert answer.status_code == 400
    (named,) = answer.json()
    assert named == field
    assert isinstance(answer.json()[named][0], str)


def test_a_vector_of_another_model_is_refused(client):
    answer = client.post(SEARCH, json={"embedding": [0.1] * 768})
    assert answer.status_code == 400
    assert "send the question" in answer.json()["embedding"][0]


def look_up(client: Any, **form: Any) -> Any:
    answer = client.post(LOOKUP, data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_citation_of_a_text_is_answered(client):
    text = "See Terry v. Ohio, 300 U.S. 1, 2 (1968); Nobody v. None, 999 U. S. 3; 300 U.S., at 4."
    found = look_up(client, text=text)

    assert [(one["citation"], one["status"]) for one in found] == [
        ("300 U.S. 1", 200), ("999 U. S. 3", 404), ("300 U.S., at 4", 200)
    ]  # fmt: skip
    for one in found:
        assert text[one["start_index"] : one["end_index"]] == one["citation"]
    assert found[0]["clusters"][0]["case_name"] == "Terry v. Ohio"
    assert {"volume": "300", "reporter": "U.S.", "page": "1"} in found[0]["clusters"][0][
        "citations"
    ]
    assert found[1]["normalized_citations"] == ["999 U.S. 3"]
    assert "Citation not found: '999 U.S. 3'" in found[1]["error_message"]


@pytest.mark.parametrize(
    ("volume", "reporter", "page", "status"),
    [(300, "U.S.", "1", 200), (300, "U. S.", "1", 200), (300, "U.S.", "2", 404), (1, "Zork.", "1", 400)],
)  # fmt: skip
def test_one_citation_is_answered(client, volume, reporter, page, status):
    (found,) = look_up(client, volume=volume, reporter=reporter, page=page)
    assert found["status"] == status
    assert bool(found["clusters"]) is (status == 200)


def test_json_is_read_like_a_form(client):
    text = "300 U.S. 1"
    assert client.post(LOOKUP, json={"text": text}).json() == look_up(client, text=text)
    assert client.post(
        LOOKUP, json={"volume": 300, "reporter": "U.S.", "page": 1}
    ).json() == look_up(client, volume="300", reporter="U.S.", page="1")
    assert look_up(client, text="nothing here") == []


def test_the_251st_citation_is_one_too_many(client):
    found = look_up(client, text="999 U.S. 3; " * 252)
    assert [one["status"] for one in found] == [404] * 250 + [429] * 2


@pytest.mark.parametrize(
    "form",
    [{}, {"text": "x", "reporter": "U.S."}, {"reporter": "U.S."}, {"text": "x" * 64_001}],
)
def test_a_look_up_of_nothing_is_refused(client, form):
    assert client.post(LOOKUP, data=form).status_code == 400


def test_ids_and_types_are_theirs_again():
    assert number_of("cl-147681") == 147681
    assert number_of("cl-147681-99") == 99
    assert number_of("cl-147681-99-dissent") == "cl-147681-99-dissent"
    assert number_of("ca6-2008-floyd") == "ca6-2008-floyd"
    header = OpinionHeader(id="o", case_id="c", type=OpinionType.LEAD, source_sha256="")
    assert type_of(header) == "lead-opinion"


def test_a_page_that_no_book_has_is_of_no_case(client, corpus):
    assert _beginning_at(corpus.passages, "300", "U.S.", "1")
    assert _beginning_at(corpus.passages, "300", "U.S.", "9" * 20) == []
    found = look_up(client, text=f"2015-Ohio-{'9' * 20}; 300 U.S. 1")
    assert found[-1]["status"] == 200
    assert {one["status"] for one in found[:-1]} <= {404}


def test_the_longest_text_is_read_however_it_is_written(client):
    text = "\U0001f600" * LONGEST_TEXT
    assert look_up(client, text=text) == []
    assert client.post(LOOKUP, json={"text": text}).json() == []


def test_a_look_up_that_nobody_waits_for_stops(corpus):
    work, asked = Work(), []

    def beginning_at(series: str, page: int) -> list[Any]:
        asked.append((series, page))
        work.abandoned = Abandoned.GONE
        return []

    store: Any = SimpleNamespace(finder=SimpleNamespace(beginning_at=beginning_at))
    token = WORK.set(work)
    try:
        with pytest.raises(AbandonedError):
            look_up_citations(Lookup(text="999 U.S. 3; 999 U.S. 4"), store, links_at(None))
    finally:
        WORK.reset(token)
    assert asked == [("999_us", 3)]


def test_very_many_courts_may_be_named(client):
    assert names(client, court=" ".join(["scotus"] * 1000)) == names(client, court="scotus")
