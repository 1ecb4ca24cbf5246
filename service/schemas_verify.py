"""What `/v1/verify` takes and answers."""

from typing import Annotated

from pydantic import Field

from indexer.records import OpinionType
from service.quotation_reading import Change
from service.quotation_text import Tolerance
from service.schemas import AnswerModel, IndexOut, PageRangeOut
from service.schemas_requests import RequestModel
from service.verify_citations import CitationStatus
from service.verify_quotes import LONGEST_DRAFT, QuoteStatus

_STATUS = (
    "`verbatim`: the court's words, changed at most as lawyers may and as `tolerated` says; `altered`: a "
    "word differs, see `diff`; `stitched`: words of several places run together as one; `wrong_case`: the "
    "words stand in another case than the one cited; `wrong_page`: on another page of it; "
    "`quoted_from_dissent`: in a dissent or concurrence, which the draft does not say; `not_found`: "
    "nowhere in this index, invented or from a case that it does not hold."
)


class VerifyRequest(RequestModel):
    """A draft to be checked."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_DRAFT,
            description="The draft: plain text or Markdown, with its quotations in double quotation "
            "marks or block quotes and its citations beside them.",
        ),
    ]


class PlaceOut(AnswerModel):
    """Where words truly stand."""

    case_id: Annotated[str, Field(description="Id for /v1/cases/{id}.")]
    case_name: Annotated[str, Field(description="The case's name.")]
    opinion_id: Annotated[str, Field(description="Id for /v1/opinions/{id}.")]
    opinion_type: Annotated[OpinionType, Field(description="Whose voice it is.")]
    author: Annotated[str | None, Field(description="Who wrote it; null: not known.")]
    passage_id: Annotated[
        str, Field(description="Id for /v1/passages/{id}: the passage the words begin in.")
    ]
    start: Annotated[int, Field(description="Code-point offset into the opinion's text.")]
    end: Annotated[int, Field(description="Code-point offset just after the words.")]
    text: Annotated[str, Field(description="Exactly what the opinion has there; quote this.")]
    pages: Annotated[tuple[PageRangeOut, ...], Field(description="The pages; empty: not known.")]
    cite: Annotated[str, Field(description="Ready citation with the page.")]
    link: Annotated[str, Field(description="Absolute address of the reading view, at the words.")]


class DiffOut(AnswerModel):
    """A stretch of a quotation beside that of the opinion."""

    change: Annotated[
        Change,
        Field(description="`equal`, `replaced`, `added`, `omitted`; `open`: changed openly."),
    ]
    quoted: Annotated[str, Field(description="As the draft has it; empty: it has nothing.")]
    source: Annotated[str, Field(description="As the opinion has it; empty: it has nothing.")]


class CreditOut(AnswerModel):
    """The citation that a quotation is credited to."""

    text: Annotated[str, Field(description="As written.")]
    citation: Annotated[str | None, Field(description="The full citation that it stands for.")]
    name: Annotated[str | None, Field(description="The case's name as the draft writes it.")]
    pin: Annotated[str | None, Field(description="The pages it points to.")]
    case_id: Annotated[
        str | None,
        Field(description="The case of the index that it means; null: none, or several."),
    ]
    start: Annotated[int, Field(description="Code-point offset into the draft.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]


class QuotationOut(AnswerModel):
    """A quotation of the draft, checked."""

    start: Annotated[int, Field(description="Code-point offset into the draft.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    text: Annotated[str, Field(description="As the draft has it, without quotation marks.")]
    status: Annotated[QuoteStatus, Field(description=_STATUS)]
    problems: Annotated[
        tuple[QuoteStatus, ...],
        Field(description="All that is wrong, the gravest (which is `status`) first."),
    ]
    credited_to: Annotated[
        CreditOut | None, Field(description="The citation given for it; null: none beside it.")
    ]
    places: Annotated[
        tuple[PlaceOut, ...],
        Field(description="Where the words stand: one, several if stitched, none if not found."),
    ]
    diff: Annotated[
        tuple[DiffOut, ...],
        Field(description="Word by word, in the quotation's order; empty where nothing differs."),
    ]
    tolerated: Annotated[
        tuple[Tolerance, ...], Field(description="Open changes that are no fault.")
    ]
    notes: Annotated[tuple[str, ...], Field(description="What else to be careful about.")]


class SkippedOut(AnswerModel):
    """A quotation that was not checked."""

    start: Annotated[int, Field(description="Code-point offset into the draft.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    text: Annotated[str, Field(description="As the draft has it.")]
    reason: Annotated[str, Field(description="Why not.")]


class CloseCaseOut(AnswerModel):
    """A case that may have been meant."""

    case_id: Annotated[str, Field(description="Id for /v1/cases/{id}.")]
    cite: Annotated[str, Field(description="Ready citation.")]
    why: Annotated[str | None, Field(description="What it has in common with what was written.")]


class CitationOut(AnswerModel):
    """A citation of the draft, checked."""

    start: Annotated[int, Field(description="Code-point offset into the draft.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    text: Annotated[str, Field(description="As written.")]
    citation: Annotated[str | None, Field(description="The full citation that it stands for.")]
    name: Annotated[str | None, Field(description="The case's name as the draft writes it.")]
    pin: Annotated[str | None, Field(description="The pages it points to; null: none.")]
    status: Annotated[
        CitationStatus,
        Field(
            description="`found`; `ambiguous`: several cases fit; `wrong_case`: the case on that page "
            "has another name; `wrong_page`: the case has no such page; `not_found`: not in this index."
        ),
    ]
    case_id: Annotated[str | None, Field(description="The case it means; null: none, or several.")]
    case_name: Annotated[str | None, Field(description="That case's name.")]
    note: Annotated[str | None, Field(description="What is doubtful about it; null: nothing.")]
    close: Annotated[
        tuple[CloseCaseOut, ...], Field(description="When not found: cases that may be meant.")
    ]


class VerifyResponse(AnswerModel):
    """A draft, checked against the opinions of the index. No language model took part."""

    index: Annotated[IndexOut, Field(description="The build that answered.")]
    all_verbatim: Annotated[
        bool, Field(description="Whether every quotation is verbatim and every citation found.")
    ]
    counts: Annotated[dict[str, int], Field(description="How many quotations have each status.")]
    quotations: Annotated[tuple[QuotationOut, ...], Field(description="In the draft's order.")]
    skipped: Annotated[
        tuple[SkippedOut, ...], Field(description="Quotations that were not checked, and why.")
    ]
    citations: Annotated[tuple[CitationOut, ...], Field(description="In the draft's order.")]
