"""What the service answers about whole opinions and cases, and about itself."""

from typing import Annotated, Any, Literal

from pydantic import Field

from indexer.records import OpinionType, SectionRole
from service.schemas import AnswerModel, CaseOut, IndexOut


class OpinionSectionOut(AnswerModel):
    """One outline part of an opinion; an opinion's sections tile its text."""

    heading: Annotated[str, Field(description="The heading as the court wrote it, or the role.")]
    path: Annotated[
        tuple[str, ...], Field(description="Headings from the outermost to this section's own.")
    ]
    number: Annotated[
        str | None, Field(description="The heading's enumerator, such as `II-A`; null: none.")
    ]
    role: Annotated[SectionRole, Field(description="What the section does in the opinion.")]
    start: Annotated[int, Field(description="Code-point offset in `text`, heading included.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    noted_at: Annotated[
        int | None,
        Field(
            description="Of a footnote: code-point offset in `text` of the mark that points to it; "
            "null: unknown, or not a footnote."
        ),
    ]


class PageMarkOut(AnswerModel):
    """Where a page of a reporter begins."""

    reporter: Annotated[str, Field(description="Volume and reporter: `490 U.S.`.")]
    page: Annotated[str, Field(description="The page.")]
    start: Annotated[int, Field(description="Code-point offset in `text` where it begins.")]


class OpinionResponse(AnswerModel):
    """One opinion, whole."""

    id: Annotated[str, Field(description="The opinion's id.")]
    type: Annotated[
        OpinionType, Field(description="`lead` is the court's; a `dissent` does not bind.")
    ]
    author: Annotated[str | None, Field(description="The judge who wrote it; null: unknown.")]
    joined_by: Annotated[tuple[str, ...], Field(description="Judges who joined it.")]
    case: Annotated[CaseOut, Field(description="The case it was given in.")]
    sections: Annotated[
        tuple[OpinionSectionOut, ...], Field(description="Its outline, in the order of the text.")
    ]
    pages: Annotated[tuple[PageMarkOut, ...], Field(description="Its page marks, in order.")]
    text: Annotated[str, Field(description="The cleaned text that all offsets point into.")]
    source_sha256: Annotated[
        str, Field(description="SHA-256 of the source text as delivered, hexadecimal.")
    ]
    extra: Annotated[
        dict[str, Any], Field(description="Further metadata of the source without a name here.")
    ]


class CasesResponse(AnswerModel):
    """One part of the catalogue, in the order of the index."""

    cases: Annotated[tuple[CaseOut, ...], Field(description="The cases that meet the filters.")]
    next_cursor: Annotated[
        str | None, Field(description="Pass it as `cursor` for the next part; null: no more.")
    ]


class CaseOpinionOut(AnswerModel):
    """One opinion of a case, without its words."""

    id: Annotated[str, Field(description="Id for /v1/opinions/{id}.")]
    type: Annotated[
        OpinionType, Field(description="`lead` is the court's; a `dissent` does not bind.")
    ]
    author: Annotated[str | None, Field(description="The judge who wrote it; null: unknown.")]
    joined_by: Annotated[tuple[str, ...], Field(description="Judges who joined it.")]
    source_sha256: Annotated[
        str, Field(description="SHA-256 of the source text as delivered, hexadecimal.")
    ]
    first_passage_id: Annotated[
        str | None, Field(description="Id for /v1/passages/{id} of where it begins; null: empty.")
    ]
    extra: Annotated[
        dict[str, Any], Field(description="Further metadata of the source without a name here.")
    ]


class CaseResponse(AnswerModel):
    """One case and its opinions."""

    case: Annotated[CaseOut, Field(description="The case, `extra` included.")]
    name_full: Annotated[str | None, Field(description="The full name; null: not known.")]
    opinions: Annotated[
        tuple[CaseOpinionOut, ...], Field(description="Its opinions, in the source's order.")
    ]


class AliveResponse(AnswerModel):
    """The process answers."""

    status: Annotated[Literal["ok"], Field(description="Always `ok`.")]


class ReadyResponse(AnswerModel):
    """Questions are answered."""

    status: Annotated[Literal["ready"], Field(description="Always `ready`.")]
    index: Annotated[IndexOut, Field(description="The build that answers now.")]


class LandingResponse(AnswerModel):
    """What is here."""

    name: Annotated[str, Field(description="This program's name.")]
    version: Annotated[str, Field(description="Its version.")]
    description: Annotated[str, Field(description="What it does.")]
    links: Annotated[dict[str, str], Field(description="Where to go from here.")]
