"""SearXNG's JSON, which AnythingLLM, LibreChat, Open WebUI and LangChain read: ``GET …/searxng/search``.

What they send and read: Mintplex-Labs/anything-llm ``server/utils/agents/aibitat/plugins/
web-browsing.js``; danny-avila/agents ``src/tools/search/search.ts``; open-webui/open-webui
``backend/open_webui/retrieval/web/searxng.py``.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote, urlsplit

from fastapi import Query, Response
from pydantic import BaseModel, BeforeValidator, Field

from indexer.filters import Filters
from service.answers import Hit
from service.dependencies import LiveDep
from service.dialects.finding import Json, Wish, find, score_of
from service.dialects.query_filters import AddressFiltersDep
from service.dialects.routing import dialect_router, json_of, malformed
from service.links import Links, LinksDep
from service.partial_dates import period
from service.problems import Problem
from service.request_fields import QueryText

ENGINE: Final = "opinion-search"
_PAGE: Final = 10
_FULL_DATE: Final = 10
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_OTHER_MEDIA: Final = frozenset({"images", "videos", "music", "map", "files"})
_RANGES: Final = {"day": 1, "week": 7, "month": 31, "year": 366}


def _decoded(value: Any) -> Any:
    """Undo AnythingLLM's second escaping: it sends ``officer%2520shot``, never a space."""
    if not isinstance(value, str) or any(c.isspace() for c in value) or not _ESCAPE.search(value):
        return value
    return unquote(value, errors="replace")


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


class SearxngParams(BaseModel):
    """What clients ask of SearXNG; language, engines and the like are left alone."""

    q: Annotated[QueryText, BeforeValidator(_decoded)]
    format: Literal["json"] = "json"
    pageno: Annotated[int, Field(ge=1, le=10)] = 1
    time_range: Annotated[
        Literal["day", "week", "month", "year"] | None, BeforeValidator(_blank_is_none)
    ] = None
    categories: Annotated[str, Field(max_length=500)] = ""


def _tell(problem: Problem) -> tuple[int, Json]:
    return malformed(problem.status), {"error": problem.message}


router: Final = dialect_router("/searxng", tell=_tell)


@router.get("/search")
def search(
    params: Annotated[SearxngParams, Query()],
    filters: AddressFiltersDep,
    live: LiveDep,
    links: LinksDep,
) -> Response:
    """Answer as SearXNG does with ``format=json``: ten results a page."""
    categories = {name.strip() for name in params.categories.split(",")} - {""}
    if categories and categories <= _OTHER_MEDIA:
        return json_of(_answer(params.q, []))  # there are no pictures here
    wish = Wish(
        texts=(params.q,),
        k=_PAGE * params.pageno,
        filters=(_since(filters, params.time_range),),
    )
    with live.searcher() as searcher:
        hits = find(searcher, wish)[_PAGE * (params.pageno - 1) :]
    return json_of(_answer(params.q, [_result(hit, links) for hit in hits]))


def _answer(query: str, results: list[Json]) -> Json:
    empty: tuple[str, ...] = (
        "answers", "corrections", "infoboxes", "suggestions", "unresponsive_engines"
    )  # fmt: skip
    return {
        "query": query,
        "number_of_results": len(results),
        "results": results,
        **{name: [] for name in empty},
    }


def _result(hit: Hit, links: Links) -> Json:
    assert hit.rank is not None
    url = links.hit(hit)
    return {
        "url": url,
        "title": hit.cite,
        "content": hit.stored.passage.text,
        "score": score_of(hit),
        "publishedDate": _published(hit.stored.case.date_filed),
        "engine": ENGINE,
        "engines": [ENGINE],
        "parsed_url": list(urlsplit(url)),
        "positions": [hit.rank],
        "category": "general",
        "template": "default.html",
    }


def _published(filed: str | None) -> str | None:
    """Return the moment that SearXNG would write; a partial date stays as it is."""
    return f"{filed}T00:00:00" if filed and len(filed) == _FULL_DATE else filed


def _since(filters: Filters, time_range: str | None) -> Filters:
    """Narrow to what was filed within the last day, week, month or year."""
    if time_range is None:
        return filters
    first = datetime.now(UTC).date() - timedelta(days=_RANGES[time_range])
    asked = filters.date_from
    later = asked if asked and period(asked)[0] > first else first.isoformat()
    return replace(filters, date_from=later)
