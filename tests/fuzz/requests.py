"""Requests of every address, damaged: a value put in the place of another, a name, a byte, a header."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from indexer.filters import Filters
from indexer.store.snapshot import Index
from service.cursors import cursor_at
from service.dialects.courtlistener_pages import cursor_of
from tests.fuzz.values import TEXT, changed, json_bytes, query_string

_JSON: Final = {"Content-Type": "application/json"}
_MCP: Final = {**_JSON, "Accept": "application/json, text/event-stream"}


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
        return f"{self.path}?{query_string(self.parameters)}" if self.parameters else self.path

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        if self.body is None or isinstance(self.body, bytes):
            return self.body
        return json_bytes(self.body)


@dataclass(frozen=True)
class Known:
    """What the index that is asked holds, so that a good request is answered."""

    case_id: str
    opinion_id: str
    passage_id: str
    cursor: str
    page_cursor: str
    """Of CourtListener's dialect."""

    @classmethod
    def of(cls, index: Index) -> "Known":
        """Take the first case."""
        (entry,) = index.passages.cases(Filters(), limit=1)
        opinion_id = entry.opinions[0].id
        row, _ = index.passages.opinion_rows(opinion_id)
        (stored,) = index.passages.fetch([row])
        build_id = index.manifest.build_id
        return cls(
            case_id=entry.case.id,
            opinion_id=opinion_id,
            passage_id=stored.passage.id,
            cursor=cursor_at(0, build_id=build_id),
            page_cursor=cursor_of((0,), build_id=build_id),
        )


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
_FLAT: Final = {
    **{name: value for name, value in _FILTERS.items() if name != "date_filed"},
    "date_filed.gte": "1980",
    "date_filed.lte": "2009",
}
_UNCITED: Final = {name: value for name, value in _FLAT.items() if name != "cites"}
_UNDATED: Final = {
    name: value for name, value in _FLAT.items() if not name.startswith("date_filed")
}
_QUERY: Final = "officer shot an unarmed suspect"
_DRAFT: Final = (
    "It held that “the officer frisked a man at a bus stop.” Terry v. Ohio, 392 U.S. 1, 27 (1968)."
)
_SEARCH: Final = {
    "query": _QUERY, "k": 5, "mode": "hybrid", "rerank": None, "filters": _FILTERS, "forum": "ca6",
    "group_by": "case", "passages_per_group": 2, "context": 1,
    "min_score": 0.1, "explain": True, "fields": ["cite", "passage"],
}  # fmt: skip
_LANES: Final = {"query": _QUERY, "k": 5, "lanes": ["facts", "analysis"], "passages_per_group": 2}
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
            {"name": "cited_by_count", "comparison_operator": "≥", "value": 1},
            {"name": "judges", "comparison_operator": "in", "value": "Moore, Cole"},
        ],
    },
}
_COMPARISON: Final = {"type": "eq", "key": "court_id", "value": "ca6"}
_OPENAI: Final = {
    "query": [_QUERY, "immunity"],
    "max_num_results": 3,
    "filters": {
        "type": "or",
        "filters": [
            _COMPARISON,
            {"type": "gte", "key": "date_filed", "value": "1980"},
            {"type": "gt", "key": "cited_by_count", "value": 1},
            {"type": "and", "filters": [{"type": "in", "key": "case_id", "value": ["floyd", "x"]}]},
        ],
    },
    "ranking_options": {"ranker": "auto", "score_threshold": 0.1},
}
_RERANK: Final = {
    "model": "m", "query": _QUERY, "documents": ["a", {"text": "b"}], "top_n": 1, "return_documents": True,
}  # fmt: skip
_CLIENT: Final = {"name": "x", "version": "1"}


def _post(path: str, body: Any, headers: Mapping[str, str] = _JSON) -> Asked:
    return Asked("POST", path, body, headers)


def _get(path: str, **parameters: Any) -> Asked:
    return Asked("GET", path, None, {}, parameters)


def _rpc(method: str, **params: Any) -> Asked:
    return _post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, _MCP)


def good_requests(known: Known) -> tuple[Asked, ...]:
    """Return requests that are answered with what was asked for."""
    return (*_own(known), *_pages(), *_dialects(known), *_tools(known))


def _own(known: Known) -> tuple[Asked, ...]:
    case, opinion, passage = map(quote, (known.case_id, known.opinion_id, known.passage_id))
    return (
        _post("/v1/search", _SEARCH),
        _post("/v1/search", _LANES),
        _post("/v1/search", {"query": f'"{_QUERY}" 392 U.S. at 27 terry v ohio'}),
        _post("/v1/search/batch", {"searches": [{"query": _QUERY, "k": 2}, _SEARCH]}),
        _post("/v1/context", {"query": _QUERY, "filters": _FILTERS, "max_tokens": 300, "format": "json", "k": 5}),
        _post("/v1/verify", {"text": _DRAFT}),
        _get("/v1/search", q=_QUERY, k=3, explain=True, context=1, **_FLAT),
        _get("/v1/facets", **_FLAT),
        _post("/v1/facets", {"filters": _FILTERS}),
        _get("/v1/corpus"),
        _get("/v1/cases", limit=3, cursor=known.cursor, **_UNCITED),
        _get(f"/v1/cases/{case}"),
        _get(f"/v1/cases/{case}/citing", limit=2, cursor=known.cursor),
        _get(f"/v1/opinions/{opinion}"),
        _get(f"/v1/opinions/{opinion}/citations"),
        _get(f"/v1/opinions/{opinion}/cite", start=0, end=20),
        _get(f"/v1/passages/{passage}", context=2, forum="ca6"),
        _get(f"/v1/passages/{passage}/similar", k=3, same_case=True, forum="ca6"),
        _get("/v1/citations", ref="392 U.S. at 27"),
        _get("/healthz"),
        _get("/readyz"),
        _get("/metrics"),
        _get("/openapi.json"),
    )  # fmt: skip


def _pages() -> tuple[Asked, ...]:
    return (
        _get("/"),
        _get("/corpus"),
        _get("/embed.js"),
        _get("/o/floyd"),
        _get("/static/page.js"),
    )


def _dialects(known: Known) -> tuple[Asked, ...]:
    court_listener = "/dialects/courtlistener/api/rest/v4"
    return (
        _post("/dialects/dify/retrieval", _DIFY),
        _post("/dialects/openai/v1/vector_stores/opinions/search", _OPENAI),
        _get("/dialects/openai/v1/vector_stores/opinions"),
        _post("/dialects/langchain/retrieve", {"message": _QUERY, "k": 2, "filters": _FILTERS}),
        _post("/dialects/openwebui/search", {"query": _QUERY, "count": 3}),
        Asked("POST", "/dialects/openwebui/search", {"query": _QUERY}, _JSON, _FLAT),
        _post("/dialects/openwebui/rerank", _RERANK),
        _get("/dialects/searxng/search", q=_QUERY, format="json", pageno=1, categories="general", time_range="year", **_UNDATED),
        _get(f"{court_listener}/search/", q=_QUERY, type="o", court="ca6 scotus", filed_after="1980-01-01", judge="Moore", cited_gt=0, stat_Published="on", order_by="score desc", highlight="on", cursor=known.page_cursor),
        _post(f"{court_listener}/citation-lookup/", {"text": _DRAFT}),
        _post(f"{court_listener}/citation-lookup/", {"volume": "392", "reporter": "U.S.", "page": "1"}),
    )  # fmt: skip


def _tools(known: Known) -> tuple[Asked, ...]:
    tools, opinion = "/dialects/tools", {"opinion_id": known.opinion_id}
    return (
        _get(f"{tools}/openapi.json"),
        _get(f"{tools}/openai.json"),
        _get(f"{tools}/anthropic.json"),
        _post(f"{tools}/search_opinions", {"query": _QUERY, "k": 2, "court": ["ca6"]}),
        _post(f"{tools}/read_opinion", {**opinion, "start": 0, "max_characters": 2000}),
        _post(f"{tools}/lookup_citation", {"citation": "392 U.S. 1"}),
        _post(f"{tools}/verify_quotes", {"text": _DRAFT}),
        _post(f"{tools}/similar_passages", {"passage_id": known.passage_id, "k": 2}),
        _rpc("tools/list"),
        _rpc("tools/call", name="search", arguments={"query": _QUERY}),
        _rpc("tools/call", name="search_opinions", arguments={"query": _QUERY, "k": 2, "court": ["ca6"]}),
        _rpc("tools/call", name="read_opinion", arguments=opinion),
        _rpc("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=_CLIENT),
    )  # fmt: skip


REFUSED: Final = (
    _post("/dialects/courtlistener/api/rest/v4/search/", {"embedding": [0.1, 0.2], "q": _QUERY}),
)
"""Requests that are always refused, and are damaged as well."""

_DEEP: Final = st.sampled_from([[b"[", b"]"], [b'{"a":', b"}"]]).map(
    lambda pair: pair[0] * 5000 + b"1" + pair[1] * 5000
)


def _broken(draw: DrawFn, body: bytes) -> bytes:
    """Return bytes with a part cut out, put in or turned."""
    at = draw(st.integers(0, len(body)))
    to = draw(st.integers(at, len(body)))
    return body[:at] + draw(st.binary(max_size=12) | st.just(body) | st.just(b"")) + body[to:]


def _in_body(draw: DrawFn, one: Asked) -> Asked:
    if one.parameters is not None:
        made = changed(draw, one.parameters)
        return replace(one, parameters=made if isinstance(made, dict) else {"q": made})
    return one if isinstance(one.body, bytes) else replace(one, body=changed(draw, one.body))


def _in_bytes(draw: DrawFn, one: Asked) -> Asked:
    return one if one.content is None else replace(one, body=_broken(draw, one.content))


def _too_deep(draw: DrawFn, one: Asked) -> Asked:
    return one if one.body is None else replace(one, body=draw(_DEEP))


def _in_path(draw: DrawFn, one: Asked) -> Asked:
    parts = one.path.split("/")
    put = draw(TEXT).encode("utf-8", "surrogatepass")[:8000]
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
def _asked(draw: DrawFn, requests: tuple[Asked, ...]) -> Asked:
    one = draw(st.sampled_from(requests))
    for damage in draw(st.lists(st.sampled_from(_DAMAGES), min_size=1, max_size=3)):
        one = damage(draw, one)
    return one


def asked(requests: tuple[Asked, ...]) -> SearchStrategy[Asked]:
    """One of ``requests``, or of those that are always refused, with one to three damages."""
    return _asked((*requests, *REFUSED))


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
