"""What is refused, and how: the table is the documentation."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.schemas_params import SearchParams
from service.schemas_requests import FiltersIn, SearchRequest
from tests.service.fakes import client_of

LONG = "x" * 20_001
JSON = {"content-type": "application/json"}


@dataclass
class Bad:
    """A request that is refused with ``status`` and ``code``, naming ``field``, in these words."""

    name: str
    status: int
    code: str
    field: str | None
    words: tuple[str, ...]
    body: Any = None
    raw: bytes | None = None
    url: str = "/v1/search"
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


def post(name: str, field: str, *words: str, code: str = "invalid_value", **given: Any) -> Bad:
    body = {"query": "q", **given}
    return Bad(name, 422, code, field, words, body=body)


def filters(name: str, field: str, *words: str, code: str = "invalid_value", **given: Any) -> Bad:
    return post(name, f"filters.{field}", *words, code=code, filters=given)


def raw(
    name: str, content: bytes, *words: str, status: int = 400, code: str = "malformed_body"
) -> Bad:
    return Bad(name, status, code, None, words, raw=content)


def get(
    name: str,
    url: str,
    field: str | None,
    *words: str,
    status: int = 422,
    code: str = "invalid_value",
) -> Bad:
    return Bad(name, status, code, field, words, url=url, method="GET")


TABLE = [
    # values
    Bad("no query", 422, "missing_field", "query", ("required",), body={}),
    post("empty query", "query", "at least 1 character", query=""),
    post("blank query", "query", "only white space", query=" \n\t\u3000"),
    post("query too long", "query", "at most 20000 characters", query=LONG),
    post("query is a number", "query", "string", query=7),
    post("query is null", "query", "string", query=None),
    post("query is a list", "query", "string", query=["q"]),
    post("k is 0", "k", "greater than or equal to 1", k=0),
    post("k is 101", "k", "less than or equal to 100", k=101),
    post("k is text", "k", "integer", k="10"),
    post("k is true", "k", "integer", k=True),
    post("k is a fraction", "k", "integer", k=2.5),
    post("k is huge", "k", "less than or equal to 100", k=10**18),
    post("k is null", "k", "integer", k=None),
    post("unknown mode", "mode", "'hybrid'", "'dense'", "'lexical'", mode="fuzzy"),
    post("rerank is text", "rerank", "boolean", rerank="yes"),
    post("rerank without a reranker", "rerank", "no reranker", rerank=True),
    post("unknown group_by", "group_by", "'case'", group_by="court"),
    post("11 passages a group", "passages_per_group", "10", passages_per_group=11),
    post("context of 6", "context", "less than or equal to 5", context=6),
    post("negative context", "context", "greater than or equal to 0", context=-1),
    post("min_score over 1", "min_score", "less than or equal to 1", min_score=1.01),
    post("min_score under 0", "min_score", "greater than or equal to 0", min_score=-0.1),
    post("explain is 1", "explain", "boolean", explain=1),
    post("unknown hit field", "fields.1", "known: rank", "case.name", fields=["cite", "author"]),
    post("fields is a number", "fields", "must be a list", fields=3),
    # names
    post("unknown field", "limit", "no such field", "query, k, mode", code="unknown_field", limit=3),
    post("q in a body", "q", "no such field", code="unknown_field", q="x"),
    filters("unknown filter", "year", "court, binding_on, date_filed", code="unknown_field", year=1),
    filters("unknown bound", "date_filed.from", "gte, lte", code="unknown_field",
            date_filed={"from": "2005"}),
    # filters
    post("filters is a list", "filters", "must be an object", filters=["court"]),
    filters("court is a number", "court", "must be a list", court=6),
    filters("court holds a number", "court.1", "string", court=["ca6", 6]),
    filters("court holds nothing", "court.0", "at least 1 character", court=[""]),
    filters("date is a number", "date_filed.gte", "string", date_filed={"gte": 2005}),
    filters("date is bare", "date_filed", "must be an object", date_filed="2005"),
    filters("date out of the calendar", "date_filed.gte", "calendar", "YYYY-MM-DD",
            date_filed={"gte": "2005-02-29"}),
    filters("month 13", "date_filed.lte", "calendar", date_filed={"lte": "2005-13"}),
    filters("American date", "date_filed.lte", "YYYY-MM-DD", date_filed={"lte": "5/31/2005"}),
    filters("year 0", "date_filed.gte", "calendar", date_filed={"gte": "0000"}),
    filters("date with a time", "date_filed.gte", "YYYY", date_filed={"gte": "2005-01-01T00:00"}),
    filters("period is empty", "date_filed", "2006", "2005-12", "exchange",
            date_filed={"gte": "2006", "lte": "2005-12"}),
    filters("unknown opinion type", "opinion_type.0", "'dissent'", opinion_type=["majority"]),
    filters("unknown section role", "section_role.0", "'facts'", section_role="history"),
    filters("court that binds nobody", "binding_on", "courts-db", binding_on="nowhere"),
    # bodies
    raw("no body", b"", "no body", "JSON object"),
    raw("not JSON", b"query=taser", "not JSON", "correct it"),
    raw("cut JSON", b'{"query": "ta', "not JSON"),
    raw("NaN", b'{"query": "q", "min_score": NaN}', "not JSON"),
    raw("Infinity", b'{"query": "q", "k": Infinity}', "not JSON"),
    raw("lone surrogate", b'{"query": "\\ud800"}', "not JSON"),
    raw("lone surrogate in a name", b'{"query": "q", "\\udfff": 1}', "not JSON"),
    raw("bytes that are no UTF-8", b'{"query": "\xff"}', "not JSON"),
    raw("UTF-16", '{"query": "q"}'.encode("utf-16"), "not JSON"),
    raw("nested without end", b'{"query": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not JSON"),
    raw("two values", b'{"query": "q"} {}', "not JSON"),
    raw("a list", b'[{"query": "q"}]', "must be an object", status=422, code="invalid_value"),
    raw("null", b"null", "must be an object", status=422, code="invalid_value"),
    Bad("a form", 415, "unsupported_media_type", None, ("Content-Type: application/json",),
        raw=b"query=taser", headers=(("content-type", "application/x-www-form-urlencoded"),)),
    Bad("plain text", 415, "unsupported_media_type", None, ("application/json",),
        raw=b'{"query": "q"}', headers=(("content-type", "text/plain"),)),
    Bad("no content type", 415, "unsupported_media_type", None, ("application/json",),
        raw=b'{"query": "q"}', headers=(("content-type", ""),)),
    Bad("body too large", 413, "body_too_large", None, ("larger", "less at a time"),
        body={"query": "x" * 200_000}),
    # query strings
    get("GET without q", "/v1/search", "q", "required", code="missing_field"),
    get("GET with an empty q", "/v1/search?q=", "q", "at least 1 character"),
    get("GET with a blank q", "/v1/search?q=%20", "q", "only white space"),
    get("GET with query", "/v1/search?query=x", "query", "no such field", "known here:", "min_score",
        code="unknown_field"),
    get("GET with k as a word", "/v1/search?q=x&k=ten", "k", "integer"),
    get("GET with k twice", "/v1/search?q=x&k=1&k=2", "k", "more than once", "keep one"),
    get("GET with q twice", "/v1/search?q=x&q=y", "q", "more than once"),
    get("GET with a filter object", "/v1/search?q=x&filters=%7B%7D", "filters", "no such field",
        code="unknown_field"),
    get("GET with a bad date", "/v1/search?q=x&date_filed.gte=soon", "date_filed.gte", "YYYY"),
    get("GET with an empty period", "/v1/search?q=x&date_filed.gte=2006&date_filed.lte=2005",
        "date_filed", "exchange"),
    get("GET with a bound spelt twice", "/v1/search?q=x&date_filed.gte=2005&date_filed_gte=2006",
        "date_filed_gte", "keep one"),
    get("GET with an unknown role", "/v1/search?q=x&section_role=history", "section_role.0",
        "'facts'"),
    get("GET with a court that binds nobody", "/v1/search?q=x&binding_on=nowhere", "binding_on",
        "binding_on: no court"),
    # other addresses
    Bad("empty batch", 422, "invalid_value", "searches", ("at least 1",), url="/v1/search/batch",
        body={"searches": []}),
    Bad("batch of 65", 422, "invalid_value", "searches", ("at most 64",), url="/v1/search/batch",
        body={"searches": [{"query": "q"}] * 65}),
    Bad("batch as a list", 422, "invalid_value", None, ("must be an object",),
        url="/v1/search/batch", body=[{"query": "q"}]),
    Bad("facets by a filter without its object", 422, "unknown_field", "court",
        ("no such field; known here: filters",), url="/v1/facets", body={"court": ["ca6"]}),
    Bad("facets by no such filter", 422, "unknown_field", "filters.year",
        ("court, binding_on, date_filed",), url="/v1/facets", body={"filters": {"year": 1}}),
    Bad("facets of a form", 415, "unsupported_media_type", None, ("application/json",),
        url="/v1/facets", raw=b"court=ca6",
        headers=(("content-type", "application/x-www-form-urlencoded"),)),
    get("unknown passage", "/v1/passages/floyd:1-2", None, "no passage", "'floyd:1-2'", status=404,
        code="not_found"),
    get("like an unknown passage", "/v1/passages/x/similar", None, "no passage", status=404,
        code="not_found"),
    get("unknown opinion", "/v1/opinions/nobody", None, "no opinion", status=404, code="not_found"),
    get("unknown case", "/v1/cases/nobody", None, "no case", status=404, code="not_found"),
    get("id that is no UTF-8", "/v1/cases/%ff", None, "no case", status=404, code="not_found"),
    get("context of a passage", "/v1/passages/floyd:0-33?context=9", "context", "5"),
    get("parameter of an opinion", "/v1/opinions/floyd?pages=1", "pages", "none",
        code="unknown_field"),
    get("101 like a passage", "/v1/passages/floyd:0-33/similar?k=101", "k", "100"),
    get("limit of the catalogue", "/v1/cases?limit=0", "limit", "greater than or equal to 1"),
    get("catalogue by citation", "/v1/cases?cites=x", "cites", "no such field",
        code="unknown_field"),
    get("made-up cursor", "/v1/cases?cursor=%21%21", "cursor", "next_cursor"),
    get("cursor of another build", "/v1/cases?cursor=MEBvbGQ", "cursor", "earlier build",
        "start again"),
    get("unknown address", "/v2/search?q=x", None, "/openapi.json", status=404,
        code="unknown_route"),
    get("slash too many", "/v1/search/?q=x", None, "nothing at this address", status=404,
        code="unknown_route"),
    Bad("wrong method", 405, "method_not_allowed", None, ("Allow",), method="DELETE"),
    Bad("GET of a batch", 405, "method_not_allowed", None, ("Allow",), url="/v1/search/batch",
        method="GET"),
]  # fmt: skip


@pytest.fixture(scope="module")
def client():
    with client_of(max_body_bytes=150_000 + 60_000) as client:
        yield client


def test_the_table_has_every_name_once():
    assert len({bad.name for bad in TABLE}) == len(TABLE) > 40


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_refused(client, bad):
    content = bad.raw if bad.body is None else json.dumps(bad.body).encode()
    headers = {**JSON, **dict(bad.headers)}
    if bad.name == "body too large":
        content = (content or b"").ljust(300_000)

    answer = client.request(bad.method, bad.url, content=content, headers=headers)

    assert answer.headers["content-type"] == "application/json"
    error = answer.json()
    assert set(error) == {"error"}
    assert set(error["error"]) == {"code", "message", "field"}
    assert (answer.status_code, error["error"]["code"], error["error"]["field"]) == (
        bad.status,
        bad.code,
        bad.field,
    ), error
    for word in bad.words:
        assert word in error["error"]["message"]
    if bad.field is not None:
        assert error["error"]["message"].startswith(bad.field)


@pytest.mark.parametrize(
    ("method", "url", "allowed"),
    [
        ("DELETE", "/v1/search", "GET, POST, HEAD"),
        ("OPTIONS", "/v1/search", "GET, POST, HEAD"),
        ("GET", "/v1/search/batch", "POST"),
        ("POST", "/v1/cases/x", "GET, HEAD"),
        ("POST", "/readyz", "GET, HEAD"),
    ],
)
def test_a_wrong_method_learns_the_right_ones(client, method, url, allowed):
    answer = client.request(method, url)

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("status", [404, 422])
def test_head_is_refused_without_a_body(client, status):
    answer = client.head({404: "/v1/cases/nobody", 422: "/v1/search"}[status])

    assert answer.status_code == status
    assert answer.content == b""


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from([*SearchRequest.model_fields, *FiltersIn.model_fields, "gte", "x"])
BODIES = st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES, max_size=3), max_size=4)


@given(body=BODIES | VALUES)
def test_no_body_is_answered_by_accident(client, body):
    """Whatever is sent is answered, or refused in the one shape with a field that was sent."""
    content = json.dumps(body).encode()
    answer = client.post("/v1/search", content=content, headers=JSON)

    assert answer.status_code in {200, 400, 422}
    if answer.status_code != 200:
        assert set(answer.json()["error"]) == {"code", "message", "field"}
    entries = client.post("/v1/search/batch", content=b'{"searches": [%b]}' % content, headers=JSON)
    if answer.status_code == 200:
        assert entries.json()["answers"] == [answer.json()]
    elif answer.status_code == 422:
        assert entries.json()["answers"][0]["error"]["field"] == answer.json()["error"]["field"]


PARAMS = st.lists(
    st.tuples(
        st.sampled_from([*SearchParams.model_fields, "date_filed.gte", "x"]),
        st.text(max_size=8) | st.sampled_from(["1", "true", "2005", "case", "lead", "facts"]),
    ),
    max_size=5,
)


@given(params=PARAMS)
def test_no_query_string_is_answered_by_accident(client, params):
    answer = client.get("/v1/search", params=[("q", "x"), *params])

    assert answer.status_code in {200, 422}
    if answer.status_code == 422:
        named = answer.json()["error"]["field"].partition(".")[0]
        assert named in {name.partition(".")[0] for name, _ in params} | {"q"}
