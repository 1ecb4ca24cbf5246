"""Bad requests of every dialect, and how each tells of them: the table is the documentation.

Nothing in it depends on what is indexed, so it is asked here of the made-up corpus and, by
`tests/acceptance/bad_inputs.py`, of the real service.
"""

import json
from typing import Any, Final
from urllib.parse import urlencode

from service.dialects.names import Dialect
from tests.service.dialects.bad import FORM, HUGE, JSON, LONG, SURROGATE, TEXT, Bad, own, raw
from tests.service.dialects.bad_conditions import DIFY_TABLE, OPENAI_TABLE

_SEARXNG: Final = "/dialects/searxng/search"
_WEB: Final = "/dialects/openwebui/search"
_RERANK: Final = "/dialects/openwebui/rerank"
_LANGCHAIN: Final = "/dialects/langchain/retrieve"
_CLUSTERS: Final = "/dialects/courtlistener/api/rest/v4/search/"
_LOOKUP: Final = "/dialects/courtlistener/api/rest/v4/citation-lookup/"


def _searxng(name: str, field: str, *words: str, **params: Any) -> Bad:
    path = f"{_SEARXNG}?{urlencode({'q': 'force', 'format': 'json', **params}, doseq=True)}"
    return Bad(f"SearXNG: {name}", Dialect.SEARXNG, 400, None, field, words, path)


_SEARXNG_TABLE: Final = [
    _searxng("no q", "q", "is required", q=[]),
    _searxng("blank q", "q", "only white space", q=" "),
    _searxng("q too long", "q", "at most 20000 characters", q=LONG),
    _searxng("q twice", "q", "stands more than once", q=["a", "b"]),
    _searxng("format of another kind", "format", "'json'", format="csv"),
    _searxng("page 0", "pageno", "greater than or equal to 1", pageno=0),
    _searxng("page 11", "pageno", "less than or equal to 10", pageno=11),
    _searxng("page of 400 digits", "pageno", "less than or equal to 10", pageno=HUGE),
    _searxng("page that is no number", "pageno", "valid integer", pageno="nan"),
    _searxng("time of another kind", "time_range", "'week'", time_range="decade"),
    _searxng("categories of 501 characters", "categories", "at most 500 characters", categories=TEXT),
    _searxng("court unknown", "filters.court", "no court has the id 'nowhere'", court="nowhere"),
    _searxng("blank court", "court.0", "at least 1 character", court=""),
    _searxng("court of 501 characters", "court.0", "at most 500 characters", court=TEXT),
    _searxng("1001 courts", "court", "at most 1000 items", court=["ca6"] * 1001),
    _searxng("date of no calendar", "date_filed.gte", "YYYY-MM-DD", **{"date_filed.gte": "soon"}),
    _searxng("citation that is none", "filters.cites", "is not one citation", cites="x"),
]  # fmt: skip


def _web(
    name: str, field: str, *words: str, code: str = "invalid_value", asked: str = "", **body: Any
) -> Bad:
    return own(
        Dialect.OPENWEBUI, f"{_WEB}{asked}", f"Open WebUI: {name}", field, *words, code=code, body=body
    )  # fmt: skip


def _rerank(name: str, field: str, *words: str, code: str = "invalid_value", **body: Any) -> Bad:
    name = f"Open WebUI: rerank {name}"
    return own(
        Dialect.OPENWEBUI, _RERANK, name, field, *words, code=code, body={"query": "force", **body}
    )


_OPENWEBUI_TABLE: Final = [
    _web("no query", "query", "is required", code="missing_field", count=1),
    _web("blank query", "query", "only white space", query="\t"),
    _web("query too long", "query", "at most 20000 characters", query=LONG),
    _web("count of 0", "count", "greater than or equal to 1", query="x", count=0),
    _web("count of 101", "count", "less than or equal to 100", query="x", count=101),
    _web("count that is a word", "count", "valid integer", query="x", count="many"),
    _web("count of 64 bits", "count", "less than or equal to 100", query="x", count=2**63),
    _web("court unknown", "filters.court", "no court has the id 'nowhere'", query="x", asked="?court=nowhere"),
    _rerank("nothing", "documents", "is required", code="missing_field"),
    _rerank("for a query too long", "query", "at most 20000 characters", query=LONG, documents=["x"]),
    _rerank("a text", "documents", "must be a list", documents="x"),
    _rerank("1001 documents", "documents", "at most 1000 items", documents=["x"] * 1001),
    _rerank("a document too long", "documents.1", "at most 20000 characters", documents=["x", LONG]),
    _rerank("a wrapped document too long", "documents.0", "at most 20000 characters", documents=[{"text": LONG}]),
    _rerank("too much altogether", "documents", "more than 1000000 characters together", documents=["x" * 20_000] * 51),
    _rerank("an object without text", "documents.0", "valid string", documents=[{"image": "x"}]),
    _rerank("an object whose text is null", "documents.0", "valid string", documents=[{"text": None}]),
    _rerank("numbers", "documents.0", "valid string", documents=[1]),
    _rerank("-1 of them", "top_n", "greater than or equal to 0", documents=["x"], top_n=-1),
    raw(Dialect.OPENWEBUI, "Open WebUI: rerank a lone surrogate", _RERANK, 400, "malformed_body",
         b'{"query": "x", "documents": ["\\udfff"]}'),
]  # fmt: skip


def _langchain(
    name: str, field: str | None, *words: str, code: str = "invalid_value", **body: Any
) -> Bad:
    return own(
        Dialect.LANGCHAIN, _LANGCHAIN, f"LangChain: {name}", field, *words, code=code, body=body
    )


_NOT_FOR_DOCUMENTS: Final[dict[str, Any]] = {
    "group_by": "case", "lanes": ["facts"], "passages_per_group": 2, "forum": "ca6", "context": 1,
    "explain": True, "fields": ["cite"],
}  # fmt: skip

_LANGCHAIN_TABLE: Final = [
    _langchain("no question", "query", "is required", code="missing_field"),
    _langchain("blank message", "query", "only white space", message=" "),
    _langchain("message too long", "query", "at most 20000 characters", message=LONG),
    _langchain("query and message", "message", "no such field", code="unknown_field", query="x", message="x"),
    _langchain("unknown field", "colour", "no such field", code="unknown_field", query="x", colour=1),
    _langchain("k of 0", "k", "greater than or equal to 1", query="x", k=0),
    _langchain("k of 100 bits", "k", query="x", k=2**100),
    _langchain("score that is a text", "min_score", "valid number", query="x", min_score="nan"),
    _langchain("court unknown", "filters.court", "no court has the id 'nowhere'", query="x", filters={"court": "nowhere"}),
    _langchain("1001 courts", "filters.court", "at most 1000 items", query="x", filters={"court": ["ca6"] * 1001}),
    *(_langchain(f"{name} for documents", name, "is not for documents", query="x", **{name: value})
      for name, value in _NOT_FOR_DOCUMENTS.items()),
    own(Dialect.LANGCHAIN, _LANGCHAIN, "LangChain: a list", None, "the body", body=[{"query": "x"}]),
    raw(Dialect.LANGCHAIN, "LangChain: lone surrogate", _LANGCHAIN, 400, "malformed_body", SURROGATE),
]  # fmt: skip


def _clusters(name: str, field: str, *words: str, **params: Any) -> Bad:
    path = f"{_CLUSTERS}?{urlencode({'q': 'force', **params}, doseq=True)}"
    name = f"CourtListener: {name}"
    return Bad(name, Dialect.COURTLISTENER, 400, None, field, words, path)


def _lookup(name: str, field: str | None, *words: str, **form: str) -> Bad:
    return _sent(name, field, *words, content=urlencode(form).encode(), headers=FORM)


def _looked_up(name: str, field: str | None, *words: str, body: Any) -> Bad:
    return _sent(name, field, *words, content=json.dumps(body).encode(), headers=JSON)


def _sent(
    name: str,
    field: str | None,
    *words: str,
    content: bytes,
    headers: tuple[tuple[str, str], ...],
) -> Bad:
    name = f"CourtListener: look-up of {name}"
    return Bad(name, Dialect.COURTLISTENER, 400, None, field, words, _LOOKUP, content, headers)


_COURTLISTENER_TABLE: Final = [
    _clusters("no q", "q", "say what you are looking for", q=""),
    _clusters("blank q", "q", "only white space", q=" "),
    _clusters("q too long", "q", "at most 20000 characters", q=LONG),
    _clusters("q twice", "q", "stands more than once", q=["a", "b"]),
    _clusters("name too long for a question", "case_name", "at most 20000 characters", q="", case_name=LONG),
    _clusters("blank name for a question", "case_name", "only white space", q="", case_name=" "),
    _clusters("citation too long for a question", "citation", "at most 20000 characters", q="", citation=LONG),
    _clusters("dockets", "type", "there are opinions only", type="d"),
    _clusters("type of 501 characters", "type", "at most 500 characters", type=TEXT),
    _clusters("order by date", "order_by", "the best come first", order_by="dateFiled desc"),
    _clusters("made-up cursor", "cursor", "go to the address in `next`", cursor="abc"),
    _clusters("cursor of 4001 characters", "cursor", "at most 4000 characters", cursor="x" * 4001),
    _clusters("cited by a word", "cited_gt", "valid integer", cited_gt="many"),
    _clusters("cited by no number", "cited_gt", "valid integer", cited_gt="nan"),
    _clusters("cited by 400 digits", "cited_gt", "less than", cited_gt=HUGE),
    _clusters("cited by less than 400 digits", "cited_lt", "less than", cited_lt=HUGE),
    _clusters("cited by minus 400 digits", "cited_lt", "greater than", cited_lt=f"-{HUGE}"),
    _clusters("cited by 5000 digits", "cited_gt", cited_gt="9" * 5000),
    _clusters("date that is a word", "date_filed", "give a date", filed_after="soon"),
    _clusters("date of 501 characters", "filed_before", "at most 500 characters", filed_before=TEXT),
    _clusters("judge of 501 characters", "judge", "at most 500 characters", judge=TEXT),
    _clusters("judge without a letter", "filters.judge", "there is no word", judge="!!"),
    _clusters("docket of 501 characters", "docket_number", "at most 500 characters", docket_number=TEXT),
    _clusters("neutral citation of 501 characters", "neutral_cite", "at most 500 characters", neutral_cite=TEXT),
    _clusters("court unknown", "filters.court", "no court has the id 'nowhere'", court="nowhere"),
    _clusters("court of 501 characters", "court", "more than 500 characters", court=f"ca6 {TEXT}"),
    _clusters("1001 courts", "court", "more than 1000 values", court=",".join(["ca6"] * 1001)),
    _clusters("status of 501 characters", "stat_", "more than 500 characters", **{f"stat_{TEXT}": "on"}),
    Bad("CourtListener: embedding of another model", Dialect.COURTLISTENER, 400, None, "embedding",
        ("send the question",), _CLUSTERS, json.dumps({"embedding": [0.0] * 768}).encode(), JSON),
    _lookup("nothing", "text", "not both"),
    _lookup("text and reporter", "text", "not both", text="x", reporter="U.S."),
    _lookup("a reporter alone", "volume", "is required beside reporter", reporter="U.S."),
    _lookup("a reporter without a page", "page", "is required beside reporter", volume="1", reporter="U.S."),
    _lookup("a text too long", "text", "more than 64000 characters", text="x" * 64_001),
    _lookup("a volume of 101 characters", "volume", "at most 100 characters", volume="1" * 101, reporter="U.S.", page="1"),
    _lookup("a reporter of 101 characters", "reporter", "at most 100 characters", volume="1", reporter="x" * 101, page="1"),
    _lookup("a page of 101 characters", "page", "at most 100 characters", volume="1", reporter="U.S.", page="x" * 101),
    _lookup("a page of 10 digits", "page", "more than 9 digits", volume="1", reporter="U.S.", page="1234567890"),
    _lookup("a page beyond 64 bits", "page", "more than 9 digits", volume="1", reporter="U.S.", page="9" * 20),
    _looked_up("nothing in JSON", "text", "not both", body={}),
    _looked_up("a text too long in JSON", "text", "more than 64000 characters", body={"text": "x" * 64_001}),
    _looked_up("a list", None, "must be an object", body=["x"]),
    _looked_up("a text that is a list", "text", "valid string", body={"text": ["x"]}),
    _sent("what is no JSON", "text", "cannot be read", content=b"{", headers=JSON),
    _sent("a lone surrogate", "text", "cannot be read", content=b'{"text": "\\ud800"}', headers=JSON),
    _sent("a form that is no UTF-8", "text", "cannot be read", content=b"text=\xff\xfe", headers=FORM),
    _sent("a form of 17 fields", "text", "cannot be read", content=b"text=x" + b"&a" * 16, headers=FORM),
    _sent("a form of a million fields", "text", "more than 64000 characters", content=b"a&" * 10**6, headers=FORM),
]  # fmt: skip


def _tool(
    name: str,
    tool: str,
    field: str | None,
    *words: str,
    status: int = 422,
    code: str = "invalid_value",
    **arguments: Any,
) -> Bad:
    return own(
        Dialect.TOOLS, f"/dialects/tools/{tool}", f"tool: {name}", field, *words, status=status,
        code=code, body=arguments,
    )  # fmt: skip


_TOOLS_TABLE: Final = [
    _tool("no arguments", "search_opinions", "query", "is required", code="missing_field"),
    _tool("query too long", "search_opinions", "query", "at most 20000 characters", query=LONG),
    _tool("blank query", "search_opinions", "query", "only white space", query=" "),
    _tool("score that is no number", "search_opinions", "min_score", "finite number", query="x", min_score="nan"),
    _tool("forum of 501 characters", "search_opinions", "forum", "at most 500 characters", query="x", forum=TEXT),
    _tool("1001 courts", "search_opinions", "court", "at most 1000 items", query="x", court=["ca6"] * 1001),
    _tool("id of 5001 characters", "read_opinion", "opinion_id", "at most 5000 characters", opinion_id="x" * 5001),
    _tool("passage of 5001 characters", "similar_passages", "passage_id", "at most 5000 characters", passage_id="x" * 5001),
    _tool("k of 51", "search_opinions", "k", "less than or equal to 50", query="x", k=51),
    _tool("k of 64 bits", "search_opinions", "k", "less than or equal to 50", query="x", k=2**63),
    _tool("score over 1", "search_opinions", "min_score", "less than or equal to 1", query="x", min_score=1.01),
    _tool("mode unknown", "search_opinions", "mode", "'dense'", query="x", mode="fuzzy"),
    _tool("court unknown", "search_opinions", "filters.court", "no court has the id 'nowhere'", query="x", court=["nowhere"]),
    _tool("forum unknown", "search_opinions", "forum", "no court has the id 'nowhere'", query="x", forum="nowhere"),
    _tool("date of no calendar", "search_opinions", "date_filed.gte", "YYYY-MM-DD", query="x", filed_after="soon"),
    _tool("opinion unknown", "read_opinion", None, "nobody", status=404, code="not_found", opinion_id="nobody"),
    _tool("start before the beginning", "read_opinion", "start", "greater than or equal to 0", opinion_id="x", start=-1),
    _tool("one character", "read_opinion", "max_characters", "greater than or equal to 500", opinion_id="x", max_characters=1),
    _tool("citation of 501 characters", "lookup_citation", "citation", "at most 500 characters", citation=TEXT),
    _tool("citation that is none", "lookup_citation", "citation", "neither a citation nor the name", citation="0"),
    _tool("draft too long", "verify_quotes", "text", "at most 200000 characters", text="x" * 200_001),
    _tool("like an unknown passage", "similar_passages", None, "nobody", status=404, code="not_found", passage_id="nobody"),
    _tool("unknown", "burn_opinions", None, "nothing at this address", status=404, code="unknown_route"),
    raw(Dialect.TOOLS, "tool: lone surrogate", "/dialects/tools/search_opinions", 400, "malformed_body", SURROGATE),
]  # fmt: skip

TABLE: Final = [
    *DIFY_TABLE,
    *OPENAI_TABLE,
    *_SEARXNG_TABLE,
    *_OPENWEBUI_TABLE,
    *_LANGCHAIN_TABLE,
    *_COURTLISTENER_TABLE,
    *_TOOLS_TABLE,
]
