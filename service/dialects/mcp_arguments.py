"""What each MCP tool takes: small, flat, and lenient, since a language model fills it in."""

from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from indexer.records import OpinionType, SectionRole
from service.answers import Mode
from service.request_fields import not_blank, one_or_many
from service.schemas_requests import refuse_unknown
from service.verify_quotes import LONGEST_DRAFT


def _many(value: object) -> object:
    """Take a bare value for a list of one, and null for an empty list."""
    made = one_or_many(value)
    return list(made) if isinstance(made, tuple) else made


_Strings = Annotated[list[str], BeforeValidator(_many)]
_QUERY = (
    "What to look for, in plain words: facts, a legal rule or a question. A phrase in double quotation "
    "marks must occur word for word; a citation or case name brings that case first."
)
_PASSAGE = "Id of a passage, as search results give it."
_LONGEST_ID = 5_000
"""Characters: more than any path that an id is made of."""
_LONGEST_COURT = 500
_Query = Annotated[
    str,
    Field(min_length=1, max_length=20_000, description=_QUERY),
    AfterValidator(not_blank),
]


class Arguments(BaseModel):
    """Base of the arguments of a tool; a name that is not known is refused with the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, data: object) -> object:
        return refuse_unknown(cls, data)


class Search(Arguments):
    """Of `search`."""

    query: _Query


class Fetch(Arguments):
    """Of `fetch`."""

    id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=_LONGEST_ID,
            description="Id of a search result, or of an opinion or a case.",
        ),
    ]


class SearchOpinions(Arguments):
    """Of `search_opinions`."""

    query: _Query
    k: Annotated[int, Field(ge=1, le=50, description="Passages wanted.")] = 8
    court: Annotated[
        _Strings, Field(description="Only these courts, by courts-db id: scotus, ca6, nysd.")
    ] = []
    binding_on: Annotated[
        str, Field(description="Only courts whose holdings bind this court (courts-db id: ca6).")
    ] = ""
    filed_after: Annotated[
        str, Field(description="Earliest filing date: YYYY, YYYY-MM or YYYY-MM-DD.")
    ] = ""
    filed_before: Annotated[
        str, Field(description="Latest filing date: YYYY, YYYY-MM or YYYY-MM-DD.")
    ] = ""
    opinion_type: Annotated[
        _Strings,
        Field(
            description="Only these voices: " + ", ".join(OpinionType),
        ),
    ] = []
    section_role: Annotated[
        _Strings,
        Field(description="Only parts that do this in the opinion: " + ", ".join(SectionRole)),
    ] = []
    case_id: Annotated[_Strings, Field(description="Only these cases, by id.")] = []
    judge: Annotated[_Strings, Field(description="Only opinions or cases of these judges.")] = []
    status: Annotated[_Strings, Field(description="Only cases of this status: published.")] = []
    cites: Annotated[
        _Strings, Field(description="Only passages that cite these cases: 490 U.S. 386.")
    ] = []
    forum: Annotated[
        str,
        Field(
            max_length=_LONGEST_COURT,
            description="The court argued before, by courts-db id: each passage then says whether it binds "
            "there.",
        ),
    ] = ""
    mode: Annotated[
        Mode, Field(description="hybrid (default), dense (by meaning) or lexical (by words).")
    ] = Mode.HYBRID
    min_score: Annotated[
        float, Field(ge=0, le=1, allow_inf_nan=False, description="Leave out weaker passages.")
    ] = 0.0


class ReadOpinion(Arguments):
    """Of `read_opinion`."""

    opinion_id: Annotated[
        str, Field(min_length=1, max_length=_LONGEST_ID, description="Id of an opinion.")
    ]
    section: Annotated[
        int,
        Field(ge=-1, description="Number of a section of the outline; -1: read from `start` on."),
    ] = -1
    start: Annotated[
        int, Field(ge=0, description="Where to begin: a code-point offset, such as `next_start`.")
    ] = 0
    max_characters: Annotated[
        int, Field(ge=500, le=60_000, description="Most characters of text in the answer.")
    ] = 12_000


class LookUp(Arguments):
    """Of `lookup_citation`."""

    citation: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="One citation (490 U.S. 386; 490 U.S. at 396) or one case name (Terry v. Ohio).",
        ),
    ]


class Verify(Arguments):
    """Of `verify_quotes`."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_DRAFT,
            description="The draft with its quotations in double quotation marks and its citations.",
        ),
    ]


class Similar(Arguments):
    """Of `similar_passages`."""

    passage_id: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID, description=_PASSAGE)]
    k: Annotated[int, Field(ge=1, le=50, description="Passages wanted.")] = 8
    same_case: Annotated[
        bool, Field(description="Whether passages of the same case may be among them.")
    ] = False


@cache
def input_schema(arguments: type[Arguments]) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments, without references and titles."""
    schema = arguments.model_json_schema()
    definitions = schema.pop("$defs", {})
    schema.pop("description", None)
    plain: dict[str, Any] = _plain(schema, definitions)
    return plain


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        meant = definitions[node["$ref"].rpartition("/")[2]]
        inlined = {key: value for key, value in meant.items() if key != "description"}
        node = {**inlined, **{key: value for key, value in node.items() if key != "$ref"}}
    return {
        key: {name: _plain(one, definitions) for name, one in value.items()}
        if key == "properties"
        else _plain(value, definitions)
        for key, value in node.items()
        if key != "title"
    }
