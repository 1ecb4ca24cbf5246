"""What goes into a search and what comes out of it, apart from any wire format."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from indexer.filters import Filters
from indexer.records import Case, SectionRole, Span
from indexer.store.stored import StoredCitation, StoredPassage


class Mode(StrEnum):
    """Which lanes find candidates."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


class Confidence(StrEnum):
    """The calibrated score in a word."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class HighlightKind(StrEnum):
    """Why a stretch of a passage is marked."""

    SENTENCE = "sentence"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """One question, with every choice a caller has (API.md, section 3)."""

    text: str
    k: int = 10
    mode: Mode = Mode.HYBRID
    rerank: bool | None = None
    filters: Filters = field(default_factory=Filters)
    by_case: bool = False
    lanes: tuple[SectionRole, ...] = ()
    """Roles of which each case shows its best passage; any means grouping by case."""
    passages_per_group: int = 3
    context: int = 0
    min_score: float = 0.0
    explain: bool = False

    @property
    def grouped(self) -> bool:
        """Whether the answer is one of cases."""
        return self.by_case or bool(self.lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """A marked stretch: offsets into the passage's own text."""

    span: Span
    kind: HighlightKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A passage before or after a hit in the same opinion."""

    id: str
    text: str
    span: Span
    """Offsets into the opinion's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceParts:
    """The numbers that a hit's evidence was made of; `None` where one did not enter."""

    dense: float | None = None
    """0 to 1."""
    lexical: float | None = None
    """0 to 1: BM25 as a share of what the query's terms could give at the most."""
    voice_prior: float | None = None
    """What the two together were multiplied by."""
    rerank: float | None = None
    """What the second look said, 0 to 1; seven tenths of the evidence then."""
    pointed: float | None = None
    """What was added because other candidates cite it."""
    named: float | None = None
    """What was added because the question names the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What each lane said of a hit; ranks from 1, `None` where the lane did not rank it."""

    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    rerank_score: float | None
    matched_terms: tuple[str, ...]
    evidence: EvidenceParts = field(default_factory=EvidenceParts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoQuoted:
    """Another place where a hit's words stand."""

    passage_id: str
    case_id: str
    case_name: str
    cite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with everything needed to cite it; ranked, unless it was asked for by id."""

    rank: int | None
    score: float | None
    confidence: Confidence | None
    stored: StoredPassage
    cite: str
    highlights: tuple[Highlight, ...] = ()
    before: tuple[Neighbour, ...] = ()
    after: tuple[Neighbour, ...] = ()
    explain: Explanation | None = None
    cites: tuple[StoredCitation, ...] = ()
    """The citations in the passage, in text order."""
    also_quoted_in: tuple[AlsoQuoted, ...] = ()
    """Where else among the candidates the same words stand, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A case with its best passages."""

    rank: int
    score: float
    case: Case
    hits: tuple[Hit, ...]
    lanes: Mapping[SectionRole, Hit | None] | None = None
    """For each role asked for its best passage, `None` where it has none; `None`: none was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Wall time of each stage in milliseconds."""

    total: float
    embed: float = 0.0
    dense: float = 0.0
    lexical: float = 0.0
    fuse: float = 0.0
    rerank: float = 0.0
    point: float = 0.0
    fetch: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One ranked answer, wholly from one build."""

    query: SearchQuery
    build_id: str
    took_ms: Timings
    query_coverage: float
    """Share of the query's tokens that reached the model, 0 to 1."""
    exact: bool
    """Whether the dense lane compared the query with every admitted passage."""
    candidates_considered: int
    no_match: bool
    hits: tuple[Hit, ...]
    groups: tuple[Group, ...] | None
    """`None` unless grouping was asked for; then `hits` is empty."""
    phrases_not_found: tuple[str, ...] = ()
    """Quoted phrases that no admitted passage has: their words were looked for instead.

    Who wants the very words takes an answer with an entry here for none. A question that is nothing
    but such phrases has `no_match`; with other words beside them `no_match` is about the hits alone.
    """
