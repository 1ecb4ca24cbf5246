"""What a reader of a whole opinion asks, and what the service answers; and the corpus at a glance."""

from typing import Annotated

from pydantic import ConfigDict, Field

from indexer.records import CitationKind, OpinionType, SectionRole
from service.schemas import IndexOut, PageRangeOut
from service.schemas_base import AnswerModel
from service.schemas_requests import RequestModel


class CitedInOpinionOut(AnswerModel):
    """A place in an opinion where a case is cited."""

    start: Annotated[int, Field(description="Code-point offset in the opinion's `text`.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    kind: Annotated[CitationKind, Field(description="The form of the citation.")]
    citation: Annotated[
        str | None,
        Field(description="The full citation it stands for; null: the case was told by its name."),
    ]
    pin: Annotated[str | None, Field(description="The page or pages cited; null: none.")]
    name: Annotated[
        str | None, Field(description="The case's name as the text or the index has it.")
    ]
    case_id: Annotated[
        str | None,
        Field(description="Id for /v1/cases/{id}; null: not in this index, or not sure."),
    ]
    opinion_id: Annotated[
        str | None,
        Field(
            description="Id for /v1/opinions/{id}: the opinion of that case to read first; null: none."
        ),
    ]


class OpinionCitationsResponse(AnswerModel):
    """Which cases an opinion cites, and where."""

    opinion_id: Annotated[str, Field(description="The opinion's id.")]
    citations: Annotated[
        tuple[CitedInOpinionOut, ...], Field(description="In the order of the text.")
    ]


class SpanParams(RequestModel):
    """Which words of an opinion."""

    model_config = ConfigDict(strict=False)

    start: Annotated[int, Field(ge=0, description="Code-point offset in the opinion's `text`.")]
    end: Annotated[int, Field(ge=1, description="Code-point offset just after the words.")]


class CiteResponse(AnswerModel):
    """How to cite a stretch of an opinion."""

    opinion_id: Annotated[str, Field(description="The opinion's id.")]
    start: Annotated[int, Field(description="Code-point offset in the opinion's `text`.")]
    end: Annotated[int, Field(description="Code-point offset just after the words.")]
    text: Annotated[str, Field(description="The words, exactly.")]
    cite: Annotated[
        str, Field(description="Ready citation, with the pages and whose separate opinion it is.")
    ]
    pages: Annotated[
        tuple[PageRangeOut, ...], Field(description="Pages it stands on, by reporter.")
    ]
    passage_ids: Annotated[
        tuple[str, ...], Field(description="Passages that hold any of it, for /v1/passages/{id}.")
    ]


class CorpusCourtOut(AnswerModel):
    """A court, and how many cases of the index are its."""

    id: Annotated[str, Field(description="A courts-db id, for the filter `court`.")]
    name: Annotated[str | None, Field(description="Its name; null: not known.")]
    citation_string: Annotated[str | None, Field(description="As citations write it: `6th Cir.`.")]
    cases: Annotated[int, Field(description="Cases of the index.")]


class CorpusYearOut(AnswerModel):
    """How many cases a court decided in a year."""

    court: Annotated[str | None, Field(description="The court's id; null: not known.")]
    year: Annotated[int, Field(description="The year of the date filed.")]
    cases: Annotated[int, Field(description="Cases of the index.")]


class ModelFactsOut(AnswerModel):
    """The model that the passages were embedded with."""

    name: Annotated[str, Field(description="Its name.")]
    runtime: Annotated[str, Field(description="What runs it, and at which precision.")]
    dimensions: Annotated[int, Field(description="Numbers in a vector.")]
    window: Annotated[int, Field(description="Tokens that it reads at once.")]
    fingerprint: Annotated[str, Field(description="SHA-256 over its files, hexadecimal.")]


class CalibrationFactsOut(AnswerModel):
    """How scores became comparable in this build."""

    pairs: Annotated[
        int | None, Field(description="Pairs of passages it was fitted on; null: not known.")
    ]
    nothing_below: Annotated[
        float | None,
        Field(description="Nearness under which an answer is marked `no_match`; null: not known."),
    ]


class CorpusCountsOut(AnswerModel):
    """How much the index holds."""

    cases: Annotated[int, Field(description="Cases.")]
    opinions: Annotated[int, Field(description="Opinions.")]
    sections: Annotated[int, Field(description="Sections, footnotes included.")]
    passages: Annotated[int, Field(description="Passages, the units of a search.")]
    characters: Annotated[int, Field(description="Code points of all opinions' texts.")]
    refused: Annotated[int, Field(description="Records of the sources that were not indexed.")]
    undated: Annotated[int, Field(description="Cases without a date.")]
    courtless: Annotated[int, Field(description="Cases whose court is not known.")]


class CorpusResponse(AnswerModel):
    """The corpus at a glance."""

    index: Annotated[IndexOut, Field(description="The build that answers.")]
    format: Annotated[int, Field(description="Version of the index format.")]
    program: Annotated[str, Field(description="Version of the program that built it.")]
    model: Annotated[ModelFactsOut, Field(description="The model.")]
    calibration: Annotated[CalibrationFactsOut, Field(description="Of the scores.")]
    counts: Annotated[CorpusCountsOut, Field(description="How much there is.")]
    courts: Annotated[
        tuple[CorpusCourtOut, ...], Field(description="The courts, those with most cases first.")
    ]
    years: Annotated[
        tuple[CorpusYearOut, ...], Field(description="Cases by court and year, dated cases only.")
    ]
    sections: Annotated[
        dict[SectionRole, int], Field(description="Sections by role, most frequent first.")
    ]
    opinions: Annotated[
        dict[OpinionType, int], Field(description="Opinions by type, most frequent first.")
    ]
    statuses: Annotated[dict[str, int], Field(description="Cases by status, most frequent first.")]
