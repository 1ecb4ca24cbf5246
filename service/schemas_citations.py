"""What the service answers about citations: what one leads to, and who cites a case."""

from typing import Annotated

from pydantic import Field

from service.citation_lookup import LookupStatus
from service.schemas import AnswerModel, CaseOut


class CitationMatchOut(AnswerModel):
    """A case, or a page of one, that a citation leads to."""

    case: Annotated[CaseOut, Field(description="The case.")]
    opinion_id: Annotated[
        str | None,
        Field(
            description="Id for /v1/opinions/{id}: the opinion that stands on the page asked for, "
            "else the lead one; null: the case has no text."
        ),
    ]
    passage_id: Annotated[
        str | None,
        Field(
            description="Id for /v1/passages/{id}: the first passage on the page asked for, else of "
            "the opinion; null: the case has no text."
        ),
    ]
    cite: Annotated[
        str,
        Field(description="Ready citation, with the page and whose separate opinion it is in."),
    ]
    page: Annotated[
        str | None,
        Field(description="The page inside the case that this is; null: the whole case."),
    ]
    why: Annotated[
        str | None,
        Field(
            description="Of a close match: what it has in common with what was asked. Of a match: "
            "what to be careful about; null: nothing."
        ),
    ]


class CitationsResponse(AnswerModel):
    """Where a citation leads."""

    status: Annotated[
        LookupStatus,
        Field(
            description="`found`: one case; `ambiguous`: several, look at all `matches`; "
            "`not_found`: none of this index, see `close`."
        ),
    ]
    matches: Annotated[
        tuple[CitationMatchOut, ...], Field(description="The cases; empty when not found.")
    ]
    close: Annotated[
        tuple[CitationMatchOut, ...],
        Field(description="When not found: cases that may have been meant, each with why."),
    ]


class CitingCaseOut(AnswerModel):
    """A case that cites the one asked about."""

    case: Annotated[CaseOut, Field(description="The case that cites it.")]
    passages: Annotated[int, Field(description="How many of its passages cite it.", ge=1)]
    passage_ids: Annotated[
        tuple[str, ...], Field(description="Ids for /v1/passages/{id} of these, in text order.")
    ]
    inferred: Annotated[
        bool,
        Field(description="Whether it names it by its parties alone, everywhere."),
    ]


class CitingResponse(AnswerModel):
    """Who cites a case, those that do most first."""

    case: Annotated[CaseOut, Field(description="The case that is cited.")]
    citing: Annotated[tuple[CitingCaseOut, ...], Field(description="The cases that cite it.")]
    next_cursor: Annotated[
        str | None, Field(description="Pass it as `cursor` for the next part; null: no more.")
    ]
