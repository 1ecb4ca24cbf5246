"""The single fields of requests: their limits and their words, shared by bodies and query strings."""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from service.hit_fields import FIELD_NAMES


def one_or_many(value: object) -> object:
    """Take a bare value for a list of one, and null for an empty list."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(value)
    return (value,) if isinstance(value, str) else value


def whole(value: object) -> object:
    """Take 10.0 for 10: to JSON they are the same number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def not_blank(value: str) -> str:
    """Refuse what is only white space."""
    if not value.strip():
        raise PydanticCustomError("blank", "is only white space; write what you are looking for")
    return value


def _known_field(value: str) -> str:
    if value not in FIELD_NAMES:
        raise PydanticCustomError(
            "unknown_hit_field",
            "a hit has no field of that name; known: {known}",
            {"known": ", ".join(FIELD_NAMES)},
        )
    return value


_Item: TypeAlias = Annotated[str, Field(min_length=1, max_length=500)]
Items: TypeAlias = Annotated[tuple[_Item, ...], Field(max_length=1000)]
"""The values of a filter."""
_Values: TypeAlias = Annotated[
    Items, BeforeValidator(one_or_many, json_schema_input_type=_Item | Items | None)
]

_FieldName: TypeAlias = Annotated[
    str, Field(json_schema_extra={"enum": list(FIELD_NAMES)}), AfterValidator(_known_field)
]
FieldList: TypeAlias = Annotated[tuple[_FieldName, ...], Field(max_length=200)]
"""Names of a hit's fields."""

QueryText: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20_000,
        description="What to look for, in plain words: a set of facts, a legal rule, a question, or a "
        "paragraph of a brief. Long text is read in full. A double-quoted phrase must occur word for "
        "word; where no passage has it so, brackets and ellipses in it stand for any words, and where "
        "none has it then, `phrases_not_found` says so. A citation such as 490 U.S. 386 is recognised.",
        examples=["officer used a taser on a suspect who was no longer resisting"],
        json_schema_extra={"pattern": r"\S"},
    ),
    AfterValidator(not_blank),
]
Hits: TypeAlias = Annotated[
    int,
    Field(ge=1, le=100, description="How many hits are wanted (groups, with `group_by`)."),
    BeforeValidator(whole, json_schema_input_type=Annotated[int, Field(ge=1, le=100)]),
]
PerGroup: TypeAlias = Annotated[
    int,
    Field(ge=1, le=10, description="With `group_by`: the most passages returned for one case."),
    BeforeValidator(whole, json_schema_input_type=Annotated[int, Field(ge=1, le=10)]),
]
Context: TypeAlias = Annotated[
    int,
    Field(
        ge=0,
        le=5,
        description="How many neighbouring passages to return before and after each hit.",
    ),
    BeforeValidator(whole, json_schema_input_type=Annotated[int, Field(ge=0, le=5)]),
]
MinScore: TypeAlias = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Leave out hits that score lower than this; scores go from 0 to 1.",
    ),
]
Fields: TypeAlias = Annotated[
    FieldList,
    Field(
        description="Which parts of a hit to return: `passage`, `case`, or single values such as "
        "`passage.text` and `case.name`; `rank` and `score` always come. Empty: everything but "
        "`extra`, the source's own further metadata, which comes only when named.",
    ),
    BeforeValidator(one_or_many, json_schema_input_type=_FieldName | FieldList | None),
]
Courts: TypeAlias = Annotated[
    _Values,
    Field(description="Only these courts, by courts-db id: `scotus`, `ca6`, `cal`."),
]
Binding: TypeAlias = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=500,
        description="A courts-db id. Only courts whose holdings bind that court, itself included: "
        "`ca6` keeps the Sixth Circuit and the Supreme Court.",
    ),
]
Forum: TypeAlias = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=500,
        description="The court you write to, by courts-db id: `mied`. Each hit then says in `authority` "
        "whether its words bind that court. It leaves nothing out. null: the court of "
        "`binding_on`, if that filter is set.",
    ),
]
OwnForum: TypeAlias = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=500,
        description="The court you write to, by courts-db id: `mied`. `authority` then says whether "
        "the words bind that court.",
    ),
]
Cases: TypeAlias = Annotated[_Values, Field(description="Only these cases, by the ids hits carry.")]
Judges: TypeAlias = Annotated[
    _Values,
    Field(description="Words of the name of the opinion's author or of a judge: `Kagan`."),
]
Statuses: TypeAlias = Annotated[
    _Values, Field(description="Only cases of this publication status: `published`.")
]
Cites: TypeAlias = Annotated[
    _Values,
    Field(
        description="Only passages that cite one of these: `490 U.S. 386`. A case of the index counts "
        "as cited in any form: in full, short, supra, id., or by a parallel citation."
    ),
]
