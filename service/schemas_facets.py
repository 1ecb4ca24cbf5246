"""What the service answers about the values of filters."""

from typing import Annotated

from pydantic import Field

from indexer.courts import CourtLevel
from service.request_fields import Items
from service.schemas import AnswerModel, IndexOut
from service.schemas_params import FilterParams
from service.schemas_requests import FiltersIn, RequestModel, describe


class FacetParams(FilterParams):
    """The filters that are set: those of a search."""

    cites: Annotated[Items, Field(description=describe(FiltersIn, "cites"))] = ()

    def filters_in(self) -> FiltersIn:
        """Return the same conditions as a body would give them."""
        return super().filters_in().model_copy(update={"cites": self.cites})


class FacetsRequest(RequestModel):
    """The filters that are set, as in the body of a search."""

    filters: Annotated[
        FiltersIn | None,
        Field(strict=False, description="Conditions, as in a search; null: none."),
    ] = None


class _CountOut(AnswerModel):
    cases: Annotated[
        int, Field(description="Cases of the index with at least one such passage.", ge=0)
    ]
    passages: Annotated[int, Field(description="Passages of the index.", ge=0)]


class ValueCountOut(_CountOut):
    """A value of a filter, and how much of the index it would leave."""

    value: Annotated[str, Field(description="The value, as the filter takes it.")]


class YearCountOut(_CountOut):
    """A year of filing, and how much of the index is from it."""

    year: Annotated[
        int,
        Field(description="The year; a date known as a range counts in the year that begins it."),
    ]


class CourtCountOut(_CountOut):
    """A court, where it stands among courts, and how much of the index is its own."""

    id: Annotated[str, Field(description="courts-db id, as the filter `court` takes it.")]
    name: Annotated[str | None, Field(description="The court's full name.")]
    citation_string: Annotated[
        str | None, Field(description="The court as citations write it: `6th Cir.`.")
    ]
    level: Annotated[
        CourtLevel | None,
        Field(
            description="`last_resort`, `intermediate` (hears appeals) or `trial`; null: not known."
        ),
    ]
    parent: Annotated[
        str | None,
        Field(description="courts-db id of the court that it is a part of; null: of none."),
    ]
    system: Annotated[
        str | None,
        Field(description="`federal`, `state`, `tribal`, … as courts-db has it; null: not known."),
    ]
    place: Annotated[
        str | None, Field(description="The state or territory that it sits in; null: not known.")
    ]
    circuit: Annotated[
        str | None,
        Field(
            description="Of a federal court: id of the court of appeals that hears its appeals, which "
            "has its own; null: none does."
        ),
    ]


class FacetsResponse(AnswerModel):
    """How much of the index the filters leave, and what each other value would leave."""

    index: Annotated[IndexOut, Field(description="The build that was counted.")]
    cases: Annotated[int, Field(description="Cases with a passage that passes all filters.", ge=0)]
    passages: Annotated[int, Field(description="Passages that pass all filters.", ge=0)]
    courts: Annotated[
        tuple[CourtCountOut, ...],
        Field(
            description="The courts, those with most cases first; cases without one are in none."
        ),
    ]
    years: Annotated[
        tuple[YearCountOut, ...],
        Field(description="The years that have a case, ascending; undated cases are in none."),
    ]
    opinion_types: Annotated[
        tuple[ValueCountOut, ...], Field(description="Values of `opinion_type`, most cases first.")
    ]
    section_roles: Annotated[
        tuple[ValueCountOut, ...], Field(description="Values of `section_role`, most cases first.")
    ]
    statuses: Annotated[
        tuple[ValueCountOut, ...], Field(description="Values of `status`, most cases first.")
    ]
