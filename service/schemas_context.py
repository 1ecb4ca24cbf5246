"""What `/v1/context` takes and answers."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from indexer.records import OpinionType, SectionRole
from service.answers import Mode
from service.context_pack import LeftOut, Order
from service.request_fields import Forum, MinScore, QueryText, whole
from service.schemas import AnswerModel, CaseOut, IndexOut, PageRangeOut
from service.schemas_requests import FiltersIn, RequestModel

MOST_TOKENS = 100_000


class ContextRequest(RequestModel):
    """A question, and how many tokens its answer's passages may take."""

    query: QueryText
    max_tokens: Annotated[
        int,
        Field(
            ge=50,
            le=MOST_TOKENS,
            description="Most tokens of the pack's Markdown, as `tokenizer` of the answer counts them. "
            "Another model's tokenizer may count some 10 to 20% otherwise.",
        ),
        BeforeValidator(whole, json_schema_input_type=Annotated[int, Field(ge=50, le=MOST_TOKENS)]),
    ] = 2_000
    filters: Annotated[
        FiltersIn | None, Field(strict=False, description="As in /v1/search; null: none.")
    ] = None
    forum: Forum = None
    mode: Annotated[Mode, Field(strict=False, description="As in /v1/search.")] = Mode.HYBRID
    min_score: MinScore = 0.0
    k: Annotated[
        int,
        Field(ge=1, le=100, description="Passages that are considered at the most."),
        BeforeValidator(whole, json_schema_input_type=Annotated[int, Field(ge=1, le=100)]),
    ] = 50
    order: Annotated[
        Order,
        Field(
            strict=False,
            description="`best`: the best passage first; `reading`: opinions by their best passage, "
            "each in the order of its text.",
        ),
    ] = Order.BEST
    format: Annotated[
        Literal["json", "markdown"],
        Field(description="`json`: blocks and the Markdown; `markdown`: the Markdown alone."),
    ] = "json"


class RunOut(AnswerModel):
    """An unbroken stretch of an opinion."""

    start: Annotated[int, Field(description="Code-point offset into the opinion's text.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]
    text: Annotated[str, Field(description="The court's words; quote these.")]


class AlsoOut(AnswerModel):
    """Another place where the same words stand."""

    passage_id: Annotated[str, Field(description="Id for /v1/passages/{id}.")]
    case_id: Annotated[str, Field(description="Id for /v1/cases/{id}.")]
    case_name: Annotated[str, Field(description="The case's name.")]
    cite: Annotated[str, Field(description="Ready citation.")]


class BlockOut(AnswerModel):
    """A numbered block of the pack: whole sentences of one section."""

    number: Annotated[int, Field(description="Cite it as [number].")]
    cite: Annotated[str, Field(description="Ready citation with the pages.")]
    text: Annotated[
        str, Field(description="The words; ` […] ` stands where sentences are left out.")
    ]
    runs: Annotated[tuple[RunOut, ...], Field(description="The unbroken stretches of `text`.")]
    score: Annotated[float, Field(description="Of its best passage, 0 to 1.")]
    section: Annotated[tuple[str, ...], Field(description="Headings, outermost first.")]
    role: Annotated[SectionRole, Field(description="What the section does in the opinion.")]
    opinion_id: Annotated[str, Field(description="Id for /v1/opinions/{id}.")]
    opinion_type: Annotated[OpinionType, Field(description="Whose voice it is.")]
    passage_ids: Annotated[tuple[str, ...], Field(description="Ids for /v1/passages/{id}.")]
    pages: Annotated[tuple[PageRangeOut, ...], Field(description="The pages; empty: not known.")]
    case: Annotated[CaseOut, Field(description="The case.")]
    authority: Annotated[
        str | None,
        Field(description="With `forum`: `binding`, `same_court` or `persuasive` there."),
    ]
    link: Annotated[str, Field(description="Absolute address of the reading view, at the words.")]
    also_quoted_in: Annotated[
        tuple[AlsoOut, ...], Field(description="Where else the same words stand.")
    ]


class LeftOutOut(AnswerModel):
    """A passage that was found and is not, or not wholly, in the pack."""

    passage_id: Annotated[str, Field(description="Id for /v1/passages/{id}, which has it whole.")]
    cite: Annotated[str, Field(description="Ready citation.")]
    score: Annotated[float, Field(description="Relevance, 0 to 1.")]
    why: Annotated[
        LeftOut,
        Field(description="`budget`: no room; `same_words`: its words are in the pack already."),
    ]
    partly: Annotated[bool, Field(description="Whether some of its sentences are in the pack.")]
    link: Annotated[str, Field(description="Absolute address of the reading view.")]


class ContextResponse(AnswerModel):
    """Passages packed for a prompt, numbered and citable."""

    query: Annotated[str, Field(description="The question.")]
    index: Annotated[IndexOut, Field(description="The build that answered.")]
    tokenizer: Annotated[str, Field(description="The model whose tokenizer counted.")]
    max_tokens: Annotated[int, Field(description="The budget.")]
    tokens: Annotated[int, Field(description="Tokens of `markdown`; never more than the budget.")]
    no_match: Annotated[
        bool, Field(description="True when nothing in the corpus seems to answer the question.")
    ]
    markdown: Annotated[str, Field(description="The pack, ready to be pasted into a prompt.")]
    blocks: Annotated[tuple[BlockOut, ...], Field(description="The same, in parts.")]
    left_out: Annotated[
        tuple[LeftOutOut, ...],
        Field(description="What was found and left out, best first, and how to get it."),
    ]
    advice: Annotated[
        str | None, Field(description="How to get what was left out; null: nothing was.")
    ]
