"""CourtListener's search, so that its clients can be pointed at this index: ``…/api/rest/v4/search/``.

freelawproject/courtlistener ``cl/search/api_views.py`` and ``cl/search/api_serializers.py``. Opinions only
(``type=o``), by relevance; every search is by meaning and by words, whatever ``semantic`` says. Without
a ``stat_…`` all are searched, published or not. An embedding that was made elsewhere is refused: its
numbers mean nothing to the model of this index.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

import numpy as np
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, Field

from service.answers import Group, SearchQuery
from service.dependencies import LiveDep
from service.dialects.condition_fields import LONGEST_TEXT, MOST_VALUES, ShortText
from service.dialects.conditions import AllOf, AnyOf, Condition, Operator, Wanted
from service.dialects.courtlistener_lookup import LookupDep, look_up_citations
from service.dialects.courtlistener_pages import MOST, PAGE, Pages, seen_of
from service.dialects.courtlistener_shapes import search_result
from service.dialects.filtering import filters_for
from service.dialects.finding import Json
from service.dialects.routing import dialect_router, json_of, malformed
from service.errors import QueryError
from service.links import LinksDep
from service.live import Searcher
from service.problems import Problem
from service.request_fields import QueryText

_PER_CASE: Final = 3
_DATE_PARTS: Final = 3
_SERVER_FAULT: Final = 500
_LONGEST_CURSOR: Final = 4_000
_STATUS: Final = "stat_"
_UNKNOWN: Final = "Unknown"
_ON: Final = frozenset({"on", "true", "1", "yes"})
_SEARCH: Final = "/dialects/courtlistener/api/rest/v4/search/"


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


_Blank: Final = BeforeValidator(_blank_is_none)
Text = Annotated[ShortText | None, _Blank]
Question = Annotated[QueryText | None, _Blank]
Number = Annotated[int | None, Field(ge=-(2**63), lt=2**63), _Blank]


class OpinionSearchParams(BaseModel):
    """What clients ask of the search; the boxes ``stat_…`` are read apart."""

    q: Question = None
    type: Annotated[ShortText, BeforeValidator(lambda value: value or "o")] = "o"
    court: tuple[str, ...] = ()
    """Ids, several in one or one in each."""
    filed_after: Text = None
    filed_before: Text = None
    judge: Text = None
    case_name: Question = None
    """Where there is no ``q``, what to look for; so is ``citation``, which goes before."""
    docket_number: Text = None
    citation: Question = None
    neutral_cite: Text = None
    cited_gt: Number = None
    cited_lt: Number = None
    order_by: Annotated[str, Field(max_length=100)] = ""
    highlight: ShortText = ""
    cursor: Annotated[str | None, Field(max_length=_LONGEST_CURSOR), _Blank] = None


def _tell(problem: Problem) -> tuple[int, Json]:
    status = malformed(problem.status)
    if problem.field and status < _SERVER_FAULT:
        return status, {problem.field: [problem.message]}
    return status, {"detail": problem.message}


router: Final = dialect_router("/courtlistener/api/rest/v4", tell=_tell)


async def _statuses(request: Request) -> tuple[str, ...]:
    """Return the publication statuses whose boxes are ticked."""
    return tuple(
        name.removeprefix(_STATUS).replace("_", "-")
        for name, value in request.query_params.items()
        if name.startswith(_STATUS) and value.lower() in _ON
    )


async def _other_page(request: Request) -> Sequence[tuple[str, str]]:
    """Return what the address asked, name by name, without its cursor."""
    asked = request.query_params.multi_items()
    return [(name, value) for name, value in asked if name != "cursor"]


@router.get("/search/")
def search(
    params: Annotated[OpinionSearchParams, Query()],
    statuses: Annotated[tuple[str, ...], Depends(_statuses)],
    asked: Annotated[Sequence[tuple[str, str]], Depends(_other_page)],
    live: LiveDep,
    links: LinksDep,
) -> Response:
    """Answer with a page of clusters, best first.

    ``count`` is how many were found so far: all of them on the last page.
    """
    with live.searcher() as searcher:
        manifest, store = searcher.index.manifest, searcher.index.passages
        seen = seen_of(params.cursor, build_id=manifest.build_id)
        found = _groups(searcher, params, statuses, most=MOST if seen else PAGE + 1)
        rows = [group.hits[0].stored.passage.row for group in found]
        cases = store.cases_of(np.array(rows, np.int64)).tolist()
    fresh = [(case, one) for case, one in zip(cases, found, strict=True) if case not in seen]
    shown = fresh[:PAGE]
    now_seen = (*seen, *(case for case, _ in shown))
    pages = Pages(f"{links.base}{_SEARCH}", asked, manifest.build_id)
    marked = params.highlight.lower() in _ON
    return json_of(
        {
            "count": min(MOST, len(seen) + len(fresh)),
            "next": pages.after(now_seen) if len(fresh) > PAGE and len(now_seen) < MOST else None,
            "previous": pages.before(seen),
            "results": [
                search_result(group, links, as_of=manifest.created_at, highlight=marked)
                for _, group in shown
            ],
        }
    )


@router.post("/search/")
async def search_by_embedding() -> Response:
    """Refuse a vector that another model made."""
    raise QueryError(
        "embedding",
        "of another model cannot be compared with the texts of this index; send the question "
        "itself: GET with q",
    )


@router.post("/citation-lookup/")
def citation_lookup(asked: LookupDep, live: LiveDep, links: LinksDep) -> Response:
    """Answer for each citation of a text, or for one, whether the index has the case."""
    with live.searcher() as searcher:
        return json_of(look_up_citations(asked, searcher.index.passages, links))


def _groups(
    searcher: Searcher, params: OpinionSearchParams, statuses: tuple[str, ...], *, most: int
) -> list[Group]:
    text = _text(params)
    wanted = AllOf(tuple(_conditions(params, statuses)))
    found: list[Group] = []
    for filters in filters_for(wanted, searcher.index.passages):  # of different cases
        query = SearchQuery(
            text=text, k=most, filters=filters, by_case=True, passages_per_group=_PER_CASE
        )
        found += searcher.search(query).groups or ()
    return sorted(found, key=lambda group: -group.score)[:most]


def _text(params: OpinionSearchParams) -> str:
    """Return what to look for; `QueryError` where nothing says so, or what is asked is not here."""
    if params.type != "o":
        raise QueryError(
            "type", f"{params.type!r} is not here: there are opinions only; use type=o"
        )
    if params.order_by not in ("", "score desc"):
        raise QueryError("order_by", "can only be `score desc`: the best come first")
    text = params.q or params.citation or params.case_name
    if not text:
        raise QueryError("q", "is needed: say what you are looking for, or list /v1/cases")
    return text


def _conditions(params: OpinionSearchParams, statuses: tuple[str, ...]) -> Iterator[Wanted]:
    if courts := tuple(" ".join(params.court).replace(",", " ").split()):
        yield Condition("court_id", Operator.IN, _few("court", courts))
    if statuses:
        ticked = Condition("status", Operator.IN, _few(_STATUS, statuses))
        unknown = Condition("status", Operator.EMPTY)
        yield AnyOf((ticked, unknown)) if _UNKNOWN in statuses else ticked
    for name, (field, operator) in _COMPARED.items():
        value = getattr(params, name)
        if value is not None:
            yield Condition(field, operator, (_iso(name, value),))


def _few(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > MOST_VALUES or any(len(one) > LONGEST_TEXT for one in values):
        raise QueryError(
            name,
            f"has more than {MOST_VALUES} values, or one of more than {LONGEST_TEXT} characters; ask for "
            "fewer",
        )
    return values


_COMPARED: Final = {
    "filed_after": ("date_filed", Operator.AT_LEAST),
    "filed_before": ("date_filed", Operator.AT_MOST),
    "judge": ("judge", Operator.CONTAINS),
    "case_name": ("case_name", Operator.CONTAINS),
    "docket_number": ("docket_number", Operator.CONTAINS),
    "citation": ("citations", Operator.IS),
    "neutral_cite": ("citations", Operator.IS),
    "cited_gt": ("cited_by_count", Operator.AT_LEAST),
    "cited_lt": ("cited_by_count", Operator.AT_MOST),
}
"""Parameters, and what each compares how: theirs take in the bounds that they name."""


def _iso(name: str, value: str | int) -> str | int:
    """Return a date written month first, as their forms write it, the other way round."""
    parts = str(value).split("/")
    if not name.startswith("filed_") or len(parts) != _DATE_PARTS:
        return value
    month, day, year = parts
    return f"{year}-{month:0>2}-{day:0>2}"
