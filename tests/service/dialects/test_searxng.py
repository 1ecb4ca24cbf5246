"""SearXNG: what AnythingLLM, LibreChat and Open WebUI send, and what they read of the answer."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from indexer.filters import Filters
from service.dialects.searxng import _since
from tests.service.dialects.conftest import QUESTION

ADDRESS = "/dialects/searxng/search"


def as_open_webui(client: Any, query: str, count: int, address: str = ADDRESS) -> list[Any]:
    """`backend/open_webui/retrieval/web/searxng.py`, its headers and parameters in its order."""
    sent = {
        "q": query, "format": "json", "pageno": 1, "safesearch": "1", "language": "en-US",
        "time_range": "", "categories": "", "theme": "simple", "image_proxy": 0,
    }  # fmt: skip
    parts = urlsplit(address)  # `requests` adds its parameters to those of the address
    answer = client.get(
        parts.path,
        headers={
            "User-Agent": "Open WebUI (https://github.com/open-webui/open-webui) RAG Bot",
            "Accept": "text/html",
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "en-US,en;q=0.5",
            "Connection": "keep-alive",
        },
        params=[*parse_qsl(parts.query), *sent.items()],
    )
    answer.raise_for_status()
    results = answer.json().get("results", [])
    ordered = sorted(results, key=lambda one: one.get("score", 0), reverse=True)
    return [(one["url"], one.get("title"), one.get("content")) for one in ordered[:count]]


def as_anything_llm(client: Any, query: str) -> list[Any]:
    """`web-browsing.js`: the query is escaped once by hand and again by `URLSearchParams`."""
    escaped = quote(quote(query, safe="!'()*-._~"), safe="*-._")
    answer = client.get(
        f"{ADDRESS}?q={escaped}&format=json", headers={"User-Agent": "anything-llm"}
    )
    assert answer.status_code == 200
    names = ("url", "title", "content", "publishedDate")
    return [tuple(one[name] for name in names) for one in answer.json()["results"]]


def as_libre_chat(client: Any, query: str, category: str = "general") -> list[Any]:
    """`danny-avila/agents` `src/tools/search/search.ts`, `createSearXNGAPI`."""
    answer = client.get(
        ADDRESS,
        headers={"Content-Type": "application/json", "X-API-Key": "key"},
        params={
            "q": query, "format": "json", "pageno": 1, "categories": category, "language": "all",
            "safesearch": 1, "engines": "google,bing,duckduckgo",
        },
    )  # fmt: skip
    assert answer.status_code == 200
    hosts = [urlsplit(one["url"]).hostname for one in answer.json()["results"]]
    assert all(hosts)
    return [(one.get("title", ""), one.get("content", "")) for one in answer.json()["results"]]


def test_open_webui_reads_what_the_search_finds(client, own):
    found = as_open_webui(client, QUESTION, 3)
    assert [content for _, _, content in found] == [text for text, _ in own(k=3)]
    assert all(url.startswith("http://testserver/o/") and title for url, title, _ in found)


def test_anything_llm_is_understood_although_it_escapes_twice(client, own):
    query = 'Señora Muñoz & the "café" § 1983, 100%?'
    found = as_anything_llm(client, query)
    assert [content for _, _, content, _ in found] == [text for text, _ in own(query, k=10)]


@pytest.mark.parametrize("query", ["100%", "50%25 of it", "a%20b c"])
def test_a_query_escaped_once_is_left_alone(client, query):
    answer = client.get(ADDRESS, params={"q": query, "format": "json"})
    assert answer.json()["query"] == query


def test_libre_chat_reads_what_the_search_finds(client, own):
    found = as_libre_chat(client, QUESTION)
    assert [content for _, content in found] == [text for text, _ in own(k=10)]
    assert as_libre_chat(client, QUESTION, "images") == []


def test_pages_go_on(client, own):
    pages = [
        client.get(ADDRESS, params={"q": QUESTION, "pageno": n}).json()["results"] for n in (1, 2)
    ]
    assert [one["content"] for page in pages for one in page] == [t for t, _ in own(k=20)]


def test_filters_stand_in_the_address(client, own):
    found = as_open_webui(
        client, QUESTION, 10, f"{ADDRESS}?court=ca6&court=ca9&date_filed.gte=1980"
    )
    judged = own(k=10, filters={"court": ["ca6", "ca9"], "date_filed": {"gte": "1980"}})
    assert [content for _, _, content in found] == [text for text, _ in judged]
    assert client.get(ADDRESS, params={"q": "q", "court": "ca66"}).status_code == 400


def test_a_time_range_narrows_and_never_widens(client, monkeypatch):
    now = SimpleNamespace(now=lambda _: datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    assert _since(Filters(), None) == Filters()
    with monkeypatch.context() as at:
        at.setattr("service.dialects.searxng.datetime", now)
        for name, first in (("day", "2026-02-28"), ("week", "2026-02-22"), ("year", "2025-02-28")):
            assert _since(Filters(date_from="1990"), name).date_from == first
    assert _since(Filters(date_from="2999"), "day").date_from == "2999"
    assert client.get(ADDRESS, params={"q": "q", "time_range": "week"}).json()["results"] == []


def test_dates_are_written_as_searxng_does(client):
    found = client.get(ADDRESS, params={"q": QUESTION, "court": "ca9"}).json()["results"]
    assert {one["publishedDate"] for one in found} <= {"1999-12-31T00:00:00", "2005-05-31T00:00:00",
                                                       "1989-05", "2008", "2012-02", "1968", None}  # fmt: skip
    assert all(set(one) >= {"url", "title", "content", "score", "engine"} for one in found)


@pytest.mark.parametrize(
    "params", [{}, {"q": ""}, {"q": "q", "format": "csv"}, {"q": "q", "pageno": 0}]
)
def test_errors_have_searxngs_shape(client, params):
    answer = client.get(ADDRESS, params=params)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
