"""What may be asked over HTTP (API.md, section 3), and how it becomes a `SearchQuery`.

Bodies are strict: a number is not text, ``true`` is not 1, and a name that is not known is refused.
Query strings are read leniently in that one respect, since everything in them is text.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SkipValidation,
    model_validator,
)
from pydantic_core import PydanticCustomError

from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from service.answers import Mode, SearchQuery
from service.partial_dates import PartialDate, check_order
from service.problems import UNKNOWN_FIELD
from service.request_fields import (
    Binding,
    Cases,
    Cites,
    Context,
    Courts,
    Fields,
    Forum,
    Hits,
    Judges,
    MinScore,
    PerGroup,
    QueryText,
    Statuses,
    one_or_many,
)

_GTE = (
    "Earliest filing date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD. A partial date stands for its "
    "whole period; a case without a date never passes."
)
_LTE = "Latest filing date, inclusive: YYYY, YYYY-MM or YYYY-MM-DD. A partial date stands for its whole period."
_OPINION_TYPE = (
    "Only passages of opinions of these types: `lead` (the court's opinion), `dissent`, "
    "`concurrence`, …"
)
_SECTION_ROLE = (
    "Only passages from sections that play one of these roles in the opinion: `facts`, `analysis`, "
    "`holding`, `standard_of_review`, …"
)

_OpinionTypes: TypeAlias = Annotated[
    tuple[Annotated[OpinionType, Field(strict=False)], ...], Field(max_length=100)
]
_SectionRoles: TypeAlias = Annotated[
    tuple[Annotated[SectionRole, Field(strict=False)], ...], Field(max_length=100)
]
Lanes: TypeAlias = Annotated[
    tuple[Annotated[SectionRole, Field(strict=False)], ...], Field(max_length=len(SectionRole))
]
"""Roles, each of which is a lane of its own."""


def refuse_unknown(model: type[BaseModel], data: object) -> object:
    """Return what a request gives for ``model``; refuse a name that it has not, telling those it has."""
    if not isinstance(data, dict):
        return data
    known = {field.alias or name: name for name, field in model.model_fields.items()}
    for key in data:
        if key not in known and key not in known.values():
            raise PydanticCustomError(
                UNKNOWN_FIELD,
                "there is no such field; known here: {known}",
                {"known": ", ".join(known) or "none", "field": str(key)},
            )
    return data


class RequestModel(BaseModel):
    """Base of every request: frozen, and a name that is not known is refused with the known ones."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, data: object) -> object:
        return refuse_unknown(cls, data)


class DateRange(RequestModel):
    """A period, both ends included and either end optional."""

    gte: Annotated[PartialDate | None, Field(description=_GTE)] = None
    lte: Annotated[PartialDate | None, Field(description=_LTE)] = None

    @model_validator(mode="after")
    def _in_order(self) -> "DateRange":
        check_order(self.gte, self.lte, field="")
        return self


class FiltersIn(RequestModel):
    """Conditions a passage must meet; all of them. Within one list, any of its values will do."""

    court: Courts = ()
    binding_on: Binding = None
    date_filed: Annotated[
        DateRange | None,
        Field(strict=False, description='When the case was filed, as in {"gte": "1989"}.'),
    ] = None
    opinion_type: Annotated[
        _OpinionTypes,
        Field(description=_OPINION_TYPE),
        BeforeValidator(one_or_many, json_schema_input_type=OpinionType | _OpinionTypes | None),
    ] = ()
    section_role: Annotated[
        _SectionRoles,
        Field(description=_SECTION_ROLE),
        BeforeValidator(one_or_many, json_schema_input_type=SectionRole | _SectionRoles | None),
    ] = ()
    case_id: Cases = ()
    judge: Judges = ()
    status: Statuses = ()
    cites: Cites = ()


class SearchRequest(RequestModel):
    """One search. Only `query` is required."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": "officer used a taser on a suspect who was no longer resisting",
                    "k": 5,
                    "filters": {"binding_on": "ca6", "section_role": ["analysis", "holding"]},
                }
            ]
        }
    )

    query: QueryText
    k: Hits = 10
    mode: Annotated[
        Mode,
        Field(
            strict=False,
            description="How candidates are found: `dense` by meaning, `lexical` by words, `hybrid` "
            "by both. Keep `hybrid` unless you have a reason.",
        ),
    ] = Mode.HYBRID
    rerank: Annotated[
        bool | None,
        Field(
            description="Whether a second, slower model orders the best hits anew; null: as the "
            "index is set up."
        ),
    ] = None
    filters: Annotated[
        FiltersIn | None,
        Field(strict=False, description="Conditions that every hit meets; null: none."),
    ] = None
    forum: Forum = None
    group_by: Annotated[
        Literal["case"] | None,
        Field(
            description="`case`: one group per case, ranked, each with its best passages, in `groups` "
            "instead of `hits`. null: a flat list of passages."
        ),
    ] = None
    lanes: Annotated[
        Lanes,
        BeforeValidator(one_or_many, json_schema_input_type=SectionRole | Lanes | None),
        Field(
            description="For a set of facts: roles of which each case shows its best passage in the "
            'group\'s `lanes`, as in ["facts", "analysis"]: what happened, and how the court applied '
            "the law to it (`analysis` takes in `holding`). Cases are ranked by all that speaks for "
            "them; means `group_by: case`. Filters and quoted phrases hold for these passages too."
        ),
    ] = ()
    passages_per_group: PerGroup = 3
    context: Context = 0
    min_score: MinScore = 0.0
    explain: Annotated[
        bool, Field(description="Whether each hit says how each way of searching ranked it.")
    ] = False
    fields: Fields = ()


def forum_of(request: SearchRequest) -> str | None:
    """Return the court that hits are weighed for: the one named, else that of ``binding_on``."""
    if request.forum is not None or request.filters is None:
        return request.forum
    return request.filters.binding_on


class BatchRequest(RequestModel):
    """Several searches, answered from one build in the order given."""

    searches: Annotated[
        list[SkipValidation[SearchRequest]],
        Field(
            min_length=1,
            max_length=64,
            description="The searches, 1 to 64. A bad one gets an error in its place and spoils no "
            "other.",
        ),
    ]

    @property
    def entries(self) -> list[Any]:
        """The searches as they came, none of them checked yet."""
        return list(self.searches)


def describe(model: type[BaseModel], name: str) -> str:
    """Return what ``model`` says of its field ``name``."""
    return model.model_fields[name].description or ""


def to_filters(filters: FiltersIn | None) -> Filters:
    """Turn the wire form of filters into the one that the index takes."""
    if filters is None:
        return Filters()
    period = filters.date_filed or DateRange()
    return Filters(
        court=filters.court,
        binding_on=filters.binding_on,
        date_from=period.gte,
        date_to=period.lte,
        opinion_type=filters.opinion_type,
        section_role=filters.section_role,
        case_id=filters.case_id,
        judge=filters.judge,
        status=filters.status,
        cites=filters.cites,
    )


def to_query(request: SearchRequest) -> SearchQuery:
    """Turn a checked request into the question that a `Searcher` takes."""
    return SearchQuery(
        text=request.query,
        k=request.k,
        mode=request.mode,
        rerank=request.rerank,
        filters=to_filters(request.filters),
        by_case=request.group_by is not None,
        lanes=tuple(dict.fromkeys(request.lanes)),
        passages_per_group=request.passages_per_group,
        context=request.context,
        min_score=request.min_score,
        explain=request.explain,
    )
