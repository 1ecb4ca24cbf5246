"""Requests of every address, damaged: a value put in the place of another, a name, a byte, a header."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

_JSON: Final = {"Content-Type": "application/json"}
_MCP: Final = {**_JSON, "Accept": "application/json, text/event-stream"}
_FILTERS: Final = {
    "court": ["ca6", "scotus"],
    "binding_on": "ca6",
    "date_filed": {"gte": "1980", "lte": "2009-12-31"},
    "opinion_type": ["lead", "dissent"],
    "section_role": ["facts", "analysis"],
    "case_id": ["floyd"],
    "judge": ["Moore"],
    "status": ["published"],
    "cites": ["490 U.S. 386"],
}
_QUERY: Final = "officer shot an unarmed suspect"
_DRAFT: Final = (
    "It held that “the officer frisked a man at a bus stop.” Terry v. Ohio, 392 U.S. 1, 27 (1968)."
)


@dataclass(frozen=True)
class Asked:
    """One request; a body that is no bytes is sent as JSON."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = None  # type: ignore[assignment]  # a body brings its own
    parameters: Mapping[str, Any] | None = None

    @property
    def url(self) -> str:
        """Path and query string."""
        found = self.parameters
        return (
            f"{self.path}?{urlencode(found, doseq=True, errors='surrogatepass')}"
            if found
            else self.path
        )

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode("utf-8", "surrogatepass")


def _post(path: str, body: Any, headers: Mapping[str, str] = _JSON) -> Asked:
    return Asked("POST", path, body, headers)


def _get(path: str, **parameters: Any) -> Asked:
    return Asked("GET", path, None, {}, parameters)


def _rpc(method: str, **params: Any) -> Asked:
    return _post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, _MCP)


_SEARCH: Final = {
    "query": _QUERY, "k": 5, "mode": "hybrid", "rerank": None, "filters": _FILTERS, "forum": "ca6",
    "group_by": "case", "lanes": ["facts", "analysis"], "passages_per_group": 2, "context": 1,
    "min_score": 0.1, "explain": True, "fields": ["cite", "passage"],
}  # fmt: skip
_DIFY: Final = {
    "knowledge_id": "opinions",
    "query": _QUERY,
    "retrieval_setting": {"top_k": 3, "score_threshold": 0.1},
    "metadata_condition": {
        "logical_operator": "or",
        "conditions": [
            {"name": "court_id", "comparison_operator": "is", "value": "ca6"},
            {"name": "date_filed", "comparison_operator": "after", "value": "1980"},
            {"name": "case_name", "comparison_operator": "not contains", "value": ["v."]},
        ],
    },
}
_COMPARISON: Final = {"type": "eq", "key": "court_id", "value": "ca6"}
_OPENAI: Final = {
    "query": [_QUERY, "immunity"],
    "max_num_results": 3,
    "filters": {
        "type": "or",
        "filters": [_COMPARISON, {"type": "gte", "key": "date_filed", "value": "1980"}],
    },
    "ranking_options": {"ranker": "auto", "score_threshold": 0.1},
}
_FLAT: Final = {
    **{name: value for name, value in _FILTERS.items() if name != "date_filed"},
    "date_filed.gte": "1980",
    "date_filed.lte": "2009",
}
_COURTLISTENER: Final = "/dialects/courtlistener/api/rest/v4"

GOOD: Final[tuple[Asked, ...]] = (
    _post("/v1/search", _SEARCH),
    _post("/v1/search", {"query": f'"{_QUERY}" 392 U.S. at 27 terry v ohio'}),
    _post("/v1/search/batch", {"searches": [{"query": _QUERY, "k": 2}, _SEARCH]}),
    _post("/v1/context", {"query": _QUERY, "filters": _FILTERS, "max_tokens": 300, "format": "json", "k": 5}),
    _post("/v1/verify", {"text": _DRAFT}),
    _get("/v1/search", q=_QUERY, k=3, explain=True, context=1, **_FLAT),
    _get("/v1/cases", limit=3, cursor="MA", **{k: v for k, v in _FLAT.items() if k != "cites"}),
    _get("/v1/cases/floyd"),
    _get("/v1/cases/floyd/citing", limit=2, cursor="MA"),
    _get("/v1/opinions/floyd"),
    _get("/v1/passages/floyd:0-33", context=2, forum="ca6"),
    _get("/v1/passages/floyd:0-33/similar", k=3, same_case=True),
    _get("/v1/citations", ref="392 U.S. at 27"),
    _get("/o/floyd"),
    _get("/static/page.js"),
    _post("/dialects/dify/retrieval", _DIFY),
    _post("/dialects/openai/v1/vector_stores/opinions/search", _OPENAI),
    _post("/dialects/langchain/retrieve", {"message": _QUERY, "k": 2, "filters": _FILTERS}),
    _post("/dialects/openwebui/search", {"query": _QUERY, "count": 3}),
    _post("/dialects/openwebui/rerank", {"model": "m", "query": _QUERY, "documents": ["a", {"text": "b"}], "top_n": 1, "return_documents": True}),
    _get("/dialects/searxng/search", q=_QUERY, format="json", pageno=1, categories="general", time_range="year"),
    _get(f"{_COURTLISTENER}/search/", q=_QUERY, type="o", court="ca6 scotus", filed_after="1980-01-01", judge="Moore", cited_gt=0, stat_Published="on", order_by="score desc", highlight="on", cursor="MA"),
    _post(f"{_COURTLISTENER}/citation-lookup/", {"text": _DRAFT}),
    _post(f"{_COURTLISTENER}/citation-lookup/", {"volume": "392", "reporter": "U.S.", "page": "1"}),
    _post("/dialects/tools/search_opinions", {"query": _QUERY, "k": 2, "court": ["ca6"]}),
    _post("/dialects/tools/read_opinion", {"opinion_id": "floyd", "start": 0, "max_characters": 2000}),
    _post("/dialects/tools/lookup_citation", {"citation": "392 U.S. 1"}),
    _post("/dialects/tools/verify_quotes", {"text": _DRAFT}),
    _post("/dialects/tools/similar_passages", {"passage_id": "floyd:0-33", "k": 2}),
    _rpc("tools/list"),
    _rpc("tools/call", name="search", arguments={"query": _QUERY}),
    _rpc("tools/call", name="search_opinions", arguments={"query": _QUERY, "k": 2, "court": ["ca6"]}),
    _rpc("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "x", "version": "1"}),
)  # fmt: skip

_TEXT: Final = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "\x00", "\u202e", "a" * 20_000, '"' * 500, "“" * 300, "(" * 2000, "§ " * 999, "v. " * 999,
         "1 U.S. 1 " * 500, "id. at 5; " * 300, "é" * 9000, "\U0001f469\u200d" * 500, "\ud800", "NaN", "../../etc",
         "%00", "floyd:0-33", "floyd:33-0", "floyd:0-999999999999999999999", "scotus", "ca6", "1989", "0000", "-1"]
    ),
)  # fmt: skip
_SCALAR: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.integers(-2, 101),
    st.floats(),
    _TEXT,
)
VALUE: Final[SearchStrategy[Any]] = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=8,
)
_DEEP: Final = st.sampled_from([[b"[", b"]"], [b'{"a":', b"}"]]).map(
    lambda pair: pair[0] * 5000 + b"1" + pair[1] * 5000
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return found + [place for key, inner in inside for place in _places(inner, (*at, key))]


def _changed(draw: DrawFn, value: Any) -> Any:
    """Return a copy of a JSON value in which one place is another, gone, doubled or renamed."""
    copy = json.loads(json.dumps(value))
    places = _places(copy)
    if not places:
        return draw(VALUE)
    *way, last = draw(st.sampled_from(places))
    holder = copy
    for key in way:
        holder = holder[key]
    how = draw(st.sampled_from(("value", "value", "value", "gone", "renamed", "many")))
    if how == "gone":
        del holder[last]
    elif how == "renamed" and isinstance(holder, dict):
        holder[draw(_TEXT)] = holder.pop(last)
    elif how == "many":
        holder[last] = [holder[last]] * draw(st.sampled_from((2, 65, 300)))
    else:
        holder[last] = draw(VALUE)
    return copy


def _broken(draw: DrawFn, body: bytes) -> bytes:
    """Return bytes with a part cut out, put in or turned."""
    at = draw(st.integers(0, len(body)))
    to = draw(st.integers(at, len(body)))
    return body[:at] + draw(st.binary(max_size=12) | st.just(body) | st.just(b"")) + body[to:]


def _in_body(draw: DrawFn, one: Asked) -> Asked:
    if one.parameters is not None:
        changed = _changed(draw, one.parameters)
        return replace(one, parameters=changed if isinstance(changed, dict) else {"q": changed})
    return one if isinstance(one.body, bytes) else replace(one, body=_changed(draw, one.body))


def _in_bytes(draw: DrawFn, one: Asked) -> Asked:
    return one if one.content is None else replace(one, body=_broken(draw, one.content))


def _too_deep(draw: DrawFn, one: Asked) -> Asked:
    return one if one.body is None else replace(one, body=draw(_DEEP))


def _in_path(draw: DrawFn, one: Asked) -> Asked:
    parts = one.path.split("/")
    put = draw(_TEXT).encode("utf-8", "surrogatepass")[:8000]
    parts[draw(st.integers(1, len(parts) - 1))] = quote(put, safe="")
    return replace(one, path="/".join(parts))


def _in_headers(draw: DrawFn, one: Asked) -> Asked:
    return replace(one, headers={**one.headers, **draw(_HEADERS)})


def _in_method(draw: DrawFn, one: Asked) -> Asked:
    return replace(one, method=draw(st.sampled_from(("GET", "POST", "HEAD", "PUT", "OPTIONS"))))


_DAMAGES: Final = (
    _in_body, _in_body, _in_body, _in_body, _in_bytes, _too_deep, _in_path, _in_headers, _in_method
)  # fmt: skip


@st.composite
def asked(draw: DrawFn) -> Asked:
    """Draw a request with one to three damages."""
    one = draw(st.sampled_from(GOOD))
    for damage in draw(st.lists(st.sampled_from(_DAMAGES), min_size=1, max_size=3)):
        one = damage(draw, one)
    return one


_PRINTABLE: Final = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
_HEADERS: Final = st.dictionaries(
    st.sampled_from(
        ["Content-Type", "Accept", "Origin", "Host", "X-Request-ID", "Authorization", "X-API-Key",
         "If-None-Match", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Content-Encoding",
         "X-Forwarded-Host", "Range", "Cookie"]
    ),
    _PRINTABLE,
    min_size=1,
    max_size=3,
)  # fmt: skip
