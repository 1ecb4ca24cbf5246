"""The values that filters may take, with counts."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Response

from indexer.courts import court_level, court_parent, court_place
from indexer.store.section_table import SectionTable
from service.dependencies import WORK, JsonRoute, LiveDep
from service.facets import Count, count_facets
from service.live import Live
from service.openapi import ASKING, LISTING
from service.schemas_facets import (
    CourtCountOut,
    FacetParams,
    FacetsRequest,
    FacetsResponse,
    ValueCountOut,
    YearCountOut,
)
from service.schemas_requests import FiltersIn, to_filters
from service.wire import index_out, json_response

router: Final = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=WORK)

_EXAMPLE: Final = {"filters": {"judge": ["Kagan"], "date_filed": {"gte": "2010"}}}


@router.get(
    "/facets",
    operation_id="count_facets",
    summary="Count the values of filters",
    tags=["cases"],
    response_model=FacetsResponse,
    responses=LISTING,
)
def facets(params: Annotated[FacetParams, Query()], live: LiveDep) -> Response:
    """Count courts, years, kinds of opinion, parts of opinions and statuses under the filters given.

    A list counts what its values would leave beside all other filters; its own filter is left out, so
    that one sees what else could be chosen. Counted is the index, not the answer to a question: a
    search by meaning ranks whatever passes the filters.
    """
    return _counted(live, params.filters_in())


@router.post(
    "/facets",
    operation_id="count_facets_post",
    summary="Count the values of filters (body)",
    tags=["cases"],
    response_model=FacetsResponse,
    responses=ASKING,
)
def facets_post(
    body: Annotated[FacetsRequest, Body(openapi_examples={"judge": {"value": _EXAMPLE}})],
    live: LiveDep,
) -> Response:
    """Count the same as the GET, with the filters in the body, as in a search.

    What stands in a body is in no address, which proxies write down: a judge, a case, a citation.
    """
    return _counted(live, body.filters)


def _counted(live: Live, filters: FiltersIn | None) -> Response:
    with live.searcher() as searcher:
        index = searcher.index
        counts = count_facets(index, to_filters(filters))
        table = index.passages.sections.read()
        return json_response(
            FacetsResponse(
                index=index_out(index.manifest),
                cases=counts.cases,
                passages=counts.passages,
                courts=tuple(_court_out(count, table) for count in counts.courts),
                years=tuple(
                    YearCountOut(year=int(year), cases=cases, passages=passages)
                    for year, cases, passages in counts.years
                ),
                opinion_types=tuple(map(_value_out, counts.opinion_types)),
                section_roles=tuple(map(_value_out, counts.section_roles)),
                statuses=tuple(map(_value_out, counts.statuses)),
            )
        )


def _value_out(count: Count) -> ValueCountOut:
    return ValueCountOut(value=count.value, cases=count.cases, passages=count.passages)


def _court_out(count: Count, table: SectionTable) -> CourtCountOut:
    name, cited = table.names[count.value]
    place = court_place(count.value)
    return CourtCountOut(
        id=count.value,
        name=name,
        citation_string=cited,
        level=court_level(count.value),
        parent=court_parent(count.value),
        system=place.system,
        place=place.location,
        circuit=place.circuit,
        cases=count.cases,
        passages=count.passages,
    )
