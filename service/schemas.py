"""What the service answers over HTTP (API.md, section 3): wire models, built from records in `wire.py`."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from indexer.authority import Authority
from indexer.courts import CourtLevel
from indexer.records import CitationKind, NameSource, OpinionType, SectionRole
from service.answers import Confidence, Mode
from service.schemas_base import AnswerModel as AnswerModel
from service.schemas_base import SelectableModel, requires
from service.schemas_why import ExplainOut, HighlightOut, QuotedOut

Score = Annotated[
    float,
    Field(
        description="Calibrated relevance from 0 to 1, higher is better; comparable over queries."
    ),
]
Rank = Annotated[int, Field(description="Place in the ranking, from 1.")]
Extra = Annotated[
    dict[str, Any] | None,
    Field(
        exclude_if=lambda value: value is None,
        description="Further metadata of the source that has no name here; present only when asked "
        "for by name in `fields`.",
    ),
]


class PageRangeOut(AnswerModel):
    """The pages of one reporter that a passage stands on."""

    reporter: Annotated[str, Field(description="Volume and reporter: `518 F.3d`.")]
    first: Annotated[str, Field(description="Page on which the passage begins.")]
    last: Annotated[str, Field(description="Page on which it ends; may equal `first`.")]


class CitedOut(AnswerModel):
    """A place in a passage where a case is cited."""

    citation: Annotated[
        str | None,
        Field(description="The full citation it stands for: `490 U.S. 386`; null: none is known."),
    ]
    name: Annotated[
        str | None,
        Field(description="The case's name as the text writes it, else as the index knows it."),
    ]
    case_id: Annotated[
        str | None,
        Field(description="Id for /v1/cases/{id}; null: not a case of this index, or not certain."),
    ]
    kind: Annotated[
        CitationKind,
        Field(description="How it is cited; `name`: by its parties' names alone."),
    ]
    pin: Annotated[str | None, Field(description="The pages it points to, as written; null: none.")]
    quoted: Annotated[
        bool, Field(description="Whether quoted words beside it are credited to that case.")
    ]
    parenthetical: Annotated[
        str | None,
        Field(description="What the text says of it in a parenthesis behind it; null: nothing."),
    ]
    inferred: Annotated[
        bool,
        Field(description="Whether the case was told by its name alone, without a citation."),
    ]
    start: Annotated[int, Field(description="Code-point offset into `passage.text`.")]
    end: Annotated[int, Field(description="Code-point offset just after the citation.")]


class PassageOut(SelectableModel):
    """The passage itself: the court's words, unaltered."""

    id: Annotated[str, Field(description="Id for /v1/passages/{id}; outlives a rebuild.")]
    text: Annotated[str, Field(description="The court's words; quote these.")]
    start: Annotated[
        int,
        Field(description="Code-point offset of the passage in the opinion's text (from 0)."),
    ]
    end: Annotated[int, Field(description="Code-point offset just after the passage.")]
    text_sha256: Annotated[str, Field(description="SHA-256 of `text` in UTF-8, hexadecimal.")]
    pages: Annotated[
        tuple[PageRangeOut, ...],
        Field(description="Reporter pages, one entry per reporter; empty when unknown."),
    ]
    cites: Annotated[
        tuple[CitedOut, ...],
        Field(
            description="The cases that the passage cites, each place, in the order of the text."
        ),
    ]


class SectionOut(SelectableModel):
    """The part of the opinion that the passage stands in."""

    heading: Annotated[str, Field(description="The heading as the court wrote it, or the role.")]
    path: Annotated[
        tuple[str, ...], Field(description="Headings from the outermost to this section's own.")
    ]
    number: Annotated[
        str | None, Field(description="The heading's enumerator, such as `II-A`; null: none.")
    ]
    role: Annotated[SectionRole, Field(description="What the section does in the opinion.")]
    noted_at: Annotated[
        int | None,
        Field(
            description="Of a footnote: code-point offset, in the opinion's text, of the mark that "
            "points to it; null: unknown, or not a footnote."
        ),
    ]
    noted_in: Annotated[
        str | None,
        Field(
            description="Of a footnote: id for /v1/passages/{id} of the passage that holds its mark: "
            "what the footnote is about; null: unknown, or not a footnote."
        ),
    ]


class OpinionHeaderOut(SelectableModel):
    """The opinion that the passage belongs to: one judge's writing."""

    id: Annotated[str, Field(description="Id for /v1/opinions/{id}.")]
    type: Annotated[
        OpinionType, Field(description="`lead` is the court's; a `dissent` does not bind.")
    ]
    author: Annotated[str | None, Field(description="The judge who wrote it; null: unknown.")]
    source_sha256: Annotated[
        str, Field(description="SHA-256 of the source text as delivered, hexadecimal.")
    ]
    extra: Extra = None


class CaseOut(SelectableModel):
    """The case that the opinion was given in."""

    id: Annotated[str, Field(description="Id for /v1/cases/{id} and the filter `case_id`.")]
    name: Annotated[str, Field(description="Short name: `Floyd v. City of Detroit`.")]
    name_source: Annotated[
        NameSource,
        Field(description="`inferred`: the source gave no name, this one is made from its text."),
    ]
    citations: Annotated[
        tuple[str, ...], Field(description="Reporter citations, parallel ones included.")
    ]
    court_id: Annotated[str | None, Field(description="courts-db id, such as `ca6`.")]
    court: Annotated[str | None, Field(description="The court's full name.")]
    court_citation_string: Annotated[
        str | None, Field(description="The court as citations write it: `6th Cir.`.")
    ]
    court_level: Annotated[
        CourtLevel | None,
        Field(
            description="`last_resort`, `intermediate` (hears appeals) or `trial`; null: the court "
            "is not known, or is none of these."
        ),
    ]
    court_parent: Annotated[
        str | None,
        Field(description="courts-db id of the court that it is a part of; null: of none."),
    ]
    date_filed: Annotated[
        str | None, Field(description="ISO 8601, perhaps only the year or the month.")
    ]
    docket_number: Annotated[str | None, Field(description="The court's own number of the case.")]
    judges: Annotated[tuple[str, ...], Field(description="Judges who sat on the case.")]
    status: Annotated[str | None, Field(description="Publication status: `published`, …")]
    url: Annotated[str | None, Field(description="Where the source shows the case.")]
    cited_by_count: Annotated[int, Field(description="How many cases of this index cite it.", ge=0)]
    extra: Extra = None


class NeighbourOut(AnswerModel):
    """A passage just before or after a hit in the same opinion."""

    id: Annotated[str, Field(description="Id for /v1/passages/{id}.")]
    text: Annotated[str, Field(description="The court's words.")]
    start: Annotated[int, Field(description="Code-point offset in the opinion's text.")]
    end: Annotated[int, Field(description="Code-point offset just after it.")]


class ContextOut(SelectableModel):
    """The passages around a hit, in the opinion's order; as many as `context` asked for."""

    before: Annotated[tuple[NeighbourOut, ...], Field(description="Passages before the hit.")]
    after: Annotated[tuple[NeighbourOut, ...], Field(description="Passages after the hit.")]


class RankingOut(AnswerModel):
    """Where a hit stands."""

    rank: Rank
    score: Score
    confidence: Annotated[Confidence, Field(description="The score in a word.")]


class PassageHitOut(AnswerModel):
    """A passage with everything needed to quote and cite it."""

    passage: Annotated[PassageOut, Field(description="The passage itself.")]
    section: Annotated[SectionOut, Field(description="The part of the opinion it stands in.")]
    opinion: Annotated[OpinionHeaderOut, Field(description="The opinion it belongs to.")]
    case: Annotated[CaseOut, Field(description="The case, as it is cited.")]
    cite: Annotated[
        str, Field(description="Ready citation with the page: copy it beside a quotation.")
    ]
    authority: Annotated[
        Authority | None,
        Field(
            description="What the words are to the `forum`, by vertical precedent alone: `binding`: the "
            "published opinion of a court above it; `same_court`: of the forum itself; `persuasive`: all "
            "else, a dissent, concurrence, plurality, syllabus or unpublished opinion of any court "
            "too. Whether it is still good law, or holding or dictum, it does not say. null: no "
            "forum was named, or the court is not known."
        ),
    ]
    highlights: Annotated[
        tuple[HighlightOut, ...], Field(description="Stretches of `passage.text` to mark.")
    ]
    context: Annotated[ContextOut, Field(description="The passages around it.")]


class HitOut(PassageHitOut, RankingOut):
    """A ranked passage with everything needed to quote and cite it."""

    model_config = ConfigDict(json_schema_extra=requires("rank", "score"))

    explain: Annotated[
        ExplainOut | None,
        Field(description="How each way of searching ranked it; null unless `explain` was set."),
    ]
    also_quoted_in: Annotated[
        tuple[QuotedOut, ...],
        Field(
            description="Where else the same words stand, best first: one text is one hit, shown in "
            "the case filed first (with `group_by`, of one case's passages alone)."
        ),
    ]


class GroupOut(AnswerModel):
    """A case with its best passages."""

    rank: Rank
    score: Score
    case: Annotated[CaseOut, Field(description="The case.")]
    hits: Annotated[tuple[HitOut, ...], Field(description="Its best passages, ranked.")]
    lanes: Annotated[
        dict[SectionRole, HitOut | None] | None,
        Field(
            description="For each role in `lanes` the case's best passage of that role, null where it "
            "has none that passes; null unless `lanes` was set."
        ),
    ]


class IndexOut(AnswerModel):
    """The build that an answer comes from."""

    build_id: Annotated[str, Field(description="Equal requests on one build get equal answers.")]
    model: Annotated[str, Field(description="The model that places texts by meaning.")]
    cases: Annotated[int, Field(description="Cases in the build.")]
    passages: Annotated[int, Field(description="Passages in the build.")]
    as_of: Annotated[str, Field(description="When the build was made, ISO 8601, UTC.")]


class TimingsOut(AnswerModel):
    """Wall time of each stage, in milliseconds."""

    total: Annotated[float, Field(description="The whole search.")]
    embed: Annotated[float, Field(description="Query to vector.")]
    dense: Annotated[float, Field(description="Search by meaning.")]
    lexical: Annotated[float, Field(description="Search by words.")]
    fuse: Annotated[float, Field(description="Filters, and making one ranking of two.")]
    rerank: Annotated[float, Field(description="The second look, token by token; 0 without.")]
    point: Annotated[float, Field(description="Following what the best passages cite.")]
    fetch: Annotated[float, Field(description="Reading the passages that are returned.")]


class SearchResponse(AnswerModel):
    """Ranked passages, best first."""

    query: Annotated[str, Field(description="The query as it was received.")]
    mode: Annotated[Mode, Field(description="How candidates were found.")]
    index: Annotated[IndexOut, Field(description="The build that answered.")]
    took_ms: Annotated[TimingsOut, Field(description="Where the time went, in milliseconds.")]
    query_coverage: Annotated[
        float, Field(description="Share of the query that the model read, 0 to 1.", ge=0, le=1)
    ]
    exact: Annotated[
        bool,
        Field(description="Whether the search by meaning compared every admitted passage."),
    ]
    candidates_considered: Annotated[
        int, Field(description="How many passages were weighed for the ranking.", ge=0)
    ]
    no_match: Annotated[
        bool,
        Field(
            description="True when even the best hit is unlikely to answer the query: say so rather "
            "than quote it."
        ),
    ]
    phrases_not_found: Annotated[
        tuple[str, ...],
        Field(
            description="Quoted phrases of the query that no passage (of those the filters admit) "
            "has, neither as written nor with its brackets and ellipses left open. Their words were "
            "searched for instead: the hits do not hold these phrases. A query of nothing else has "
            "`no_match`."
        ),
    ]
    hits: Annotated[
        tuple[HitOut, ...], Field(description="The passages; empty when `group_by` is set.")
    ]
    groups: Annotated[
        tuple[GroupOut, ...] | None,
        Field(description="Cases with their best passages; null unless `group_by` is set."),
    ]


class ErrorDetail(AnswerModel):
    """What went wrong."""

    code: Annotated[str, Field(description="Machine-readable reason in snake_case.")]
    message: Annotated[str, Field(description="What happened and what to do about it.")]
    field: Annotated[
        str | None,
        Field(description="Dotted path of the offending value, such as `filters.date_filed.gte`."),
    ]


class ErrorResponse(AnswerModel):
    """The one shape of every error."""

    error: Annotated[ErrorDetail, Field(description="What went wrong, and what to do about it.")]


class BatchResponse(AnswerModel):
    """An answer or an error for each search, in the order asked."""

    answers: Annotated[
        tuple[SearchResponse | ErrorResponse, ...],
        Field(description="One entry per search: its answer, or its error."),
    ]


class SimilarResponse(AnswerModel):
    """Passages whose meaning is nearest to one passage."""

    passage_id: Annotated[str, Field(description="The passage that the others are like.")]
    index: Annotated[IndexOut, Field(description="The build that answered.")]
    hits: Annotated[tuple[HitOut, ...], Field(description="The passages, nearest first.")]
