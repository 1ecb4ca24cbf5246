"""Filters in the query string of an address, for contracts that have no place for them.

An operator writes them once into the address that the front end is given:
``…/dialects/searxng/search?court=ca6&binding_on=ca6&date_filed.gte=1990``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from indexer.filters import Filters
from service.request_fields import Items
from service.schemas_params import FilterParams
from service.schemas_requests import FiltersIn, describe, to_filters


class AddressFilters(FilterParams):
    """The filters of a search, each a parameter."""

    cites: Annotated[Items, Field(description=describe(FiltersIn, "cites"))] = ()


_NAMES: Final[Mapping[str, str]] = {
    spelling: name
    for name, field in AddressFilters.model_fields.items()
    for spelling in (name, field.alias or name)
}
_LISTS: Final = frozenset(
    {"court", "opinion_type", "section_role", "case_id", "judge", "status", "cites"}
)


async def address_filters(request: Request) -> Filters:
    """Return the filters that stand in the address; other parameters are the dialect's own."""
    given: dict[str, Any] = {}
    for name in request.query_params:
        if name in _NAMES:
            values = request.query_params.getlist(name)
            given[name] = values if name in _LISTS else values[0]
    try:
        read = AddressFilters.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("query", *found["loc"])} for found in error.errors()]
        ) from error
    return to_filters(read.filters_in().model_copy(update={"cites": read.cites}))


AddressFiltersDep = Annotated[Filters, Depends(address_filters)]
