"""Query strings: the same names as in a search's body, filters without their object around them.

Lists are repeated parameters (``court=ca6&court=scotus``); the bounds of the date are
``date_filed.gte`` and ``date_filed.lte``, or the same with an underscore.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, model_validator

from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from service.answers import Mode
from service.partial_dates import PartialDate, check_order
from service.request_fields import (
    Binding,
    Context,
    FieldList,
    Forum,
    Hits,
    Items,
    MinScore,
    OwnForum,
    PerGroup,
    QueryText,
)
from service.schemas_requests import (
    DateRange,
    FiltersIn,
    Lanes,
    RequestModel,
    SearchRequest,
    describe,
    to_filters,
)

CaseLimit: TypeAlias = Annotated[
    int, Field(ge=1, le=100, description="The most cases in one answer.")
]
Cursor: TypeAlias = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=2000,
        description="`next_cursor` of the answer before, to go on after it.",
    ),
]


class NoParams(RequestModel):
    """For addresses that take no parameter."""


class FilterParams(RequestModel):
    """Filters, each a parameter of its own."""

    model_config = ConfigDict(strict=False)

    court: Annotated[Items, Field(description=describe(FiltersIn, "court"))] = ()
    binding_on: Binding = None
    date_filed_gte: Annotated[
        PartialDate | None, Field(alias="date_filed.gte", description=describe(DateRange, "gte"))
    ] = None
    date_filed_lte: Annotated[
        PartialDate | None, Field(alias="date_filed.lte", description=describe(DateRange, "lte"))
    ] = None
    opinion_type: Annotated[
        tuple[OpinionType, ...],
        Field(max_length=100, description=describe(FiltersIn, "opinion_type")),
    ] = ()
    section_role: Annotated[
        tuple[SectionRole, ...],
        Field(max_length=100, description=describe(FiltersIn, "section_role")),
    ] = ()
    case_id: Annotated[Items, Field(description=describe(FiltersIn, "case_id"))] = ()
    judge: Annotated[Items, Field(description=describe(FiltersIn, "judge"))] = ()
    status: Annotated[Items, Field(description=describe(FiltersIn, "status"))] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "FilterParams":
        check_order(self.date_filed_gte, self.date_filed_lte, field="date_filed")
        return self

    def filters_in(self) -> FiltersIn:
        """Return the same conditions as a body would give them."""
        return FiltersIn(
            court=self.court,
            binding_on=self.binding_on,
            date_filed=DateRange(gte=self.date_filed_gte, lte=self.date_filed_lte),
            opinion_type=self.opinion_type,
            section_role=self.section_role,
            case_id=self.case_id,
            judge=self.judge,
            status=self.status,
        )


class SearchParams(FilterParams):
    """A search as a query string."""

    q: QueryText
    cites: Annotated[Items, Field(description=describe(FiltersIn, "cites"))] = ()
    k: Hits = 10
    mode: Annotated[Mode, Field(description=describe(SearchRequest, "mode"))] = Mode.HYBRID
    rerank: Annotated[bool | None, Field(description=describe(SearchRequest, "rerank"))] = None
    forum: Forum = None
    group_by: Annotated[
        Literal["case"] | None, Field(description=describe(SearchRequest, "group_by"))
    ] = None
    lanes: Annotated[Lanes, Field(description=describe(SearchRequest, "lanes"))] = ()
    passages_per_group: PerGroup = 3
    context: Context = 0
    min_score: MinScore = 0.0
    explain: Annotated[bool, Field(description=describe(SearchRequest, "explain"))] = False
    fields: Annotated[FieldList, Field(description=describe(SearchRequest, "fields"))] = ()

    def request(self) -> SearchRequest:
        """Return the same search as a body would ask for it."""
        return SearchRequest(
            query=self.q,
            k=self.k,
            mode=self.mode,
            rerank=self.rerank,
            filters=self.filters_in().model_copy(update={"cites": self.cites}),
            forum=self.forum,
            group_by=self.group_by,
            lanes=self.lanes,
            passages_per_group=self.passages_per_group,
            context=self.context,
            min_score=self.min_score,
            explain=self.explain,
            fields=self.fields,
        )


class CaseParams(FilterParams):
    """Which part of the catalogue to list."""

    limit: CaseLimit = 20
    cursor: Cursor = None

    def filters(self) -> Filters:
        """Return the conditions as the index takes them."""
        return to_filters(self.filters_in())


class CitingParams(RequestModel):
    """Which part of the cases that cite a case to list."""

    model_config = ConfigDict(strict=False)

    limit: CaseLimit = 20
    cursor: Cursor = None


class CitationParams(RequestModel):
    """What to look up."""

    ref: Annotated[
        str,
        Field(
            description="One citation or name of a case: `490 U.S. 386`, `490 U.S. at 396`, "
            "`392 U.S. 1, 27`, `Terry v. Ohio`. 1 to 500 characters.",
            examples=["490 U.S. 386"],
            json_schema_extra={"minLength": 1, "maxLength": 500},
        ),
    ]


class PassageParams(RequestModel):
    """How much to return around a passage."""

    model_config = ConfigDict(strict=False)

    context: Context = 0
    forum: OwnForum = None


class SimilarParams(RequestModel):
    """Which neighbours of a passage are wanted."""

    model_config = ConfigDict(strict=False)

    k: Hits = 10
    same_case: Annotated[
        bool, Field(description="Whether passages of the same case may be among them.")
    ] = False
    forum: OwnForum = None
