"""Why a passage is a hit, and where else its words stand."""

from typing import Annotated

from pydantic import Field

from service.answers import HighlightKind
from service.schemas_base import AnswerModel, SelectableModel


class HighlightOut(AnswerModel):
    """A stretch of the passage worth marking."""

    start: Annotated[int, Field(description="Code-point offset into `passage.text`.")]
    end: Annotated[int, Field(description="Code-point offset just after the stretch.")]
    kind: Annotated[
        HighlightKind,
        Field(description="`sentence`: the one that answers best; `term`: a word of the query."),
    ]


class EvidenceOut(SelectableModel):
    """The numbers that the ranking was made of; null where one did not enter."""

    dense: Annotated[
        float | None, Field(description="What the meaning says, 0 to 1: the cosine, if positive.")
    ]
    lexical: Annotated[
        float | None,
        Field(description="What the words say: the share of the most BM25 could give, 0 to 1."),
    ]
    voice_prior: Annotated[
        float | None,
        Field(
            description="What both together were multiplied by: less than 1 for a concurrence or a "
            "dissent, which is not the court's opinion."
        ),
    ]
    rerank: Annotated[
        float | None,
        Field(
            description="What the second look says, 0 to 1, token by token; it is seven tenths of "
            "the evidence then, the rest what goes before."
        ),
    ]
    pointed: Annotated[
        float | None,
        Field(description="What was added because other passages that fit the query cite it."),
    ]
    named: Annotated[
        float | None,
        Field(description="What was added because the query names the case by citation or name."),
    ]


class ExplainOut(SelectableModel):
    """How each way of searching ranked a hit; null where it did not."""

    dense_rank: Annotated[int | None, Field(description="Place by meaning, from 1.")]
    dense_score: Annotated[float | None, Field(description="Cosine with the query.")]
    lexical_rank: Annotated[int | None, Field(description="Place by words, from 1.")]
    lexical_score: Annotated[float | None, Field(description="BM25; has no upper bound.")]
    rerank_score: Annotated[
        float | None,
        Field(description="What the second look says, 0 to 1; null where it did not look."),
    ]
    matched_terms: Annotated[
        tuple[str, ...], Field(description="Stemmed words of the query that the passage has.")
    ]
    evidence: Annotated[
        EvidenceOut, Field(description="What each way of searching, and each prior, gave the hit.")
    ]


class QuotedOut(AnswerModel):
    """Another passage with the same words."""

    passage_id: Annotated[str, Field(description="Id for /v1/passages/{id}.")]
    case_id: Annotated[str, Field(description="Id for /v1/cases/{id}.")]
    case_name: Annotated[str, Field(description="Short name of its case.")]
    cite: Annotated[str, Field(description="Ready citation with the page.")]
