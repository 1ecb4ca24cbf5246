"""The nouns of the project. Frozen; text is cleaned once, and everything after is a span into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

_TARGET_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points of one opinion's cleaned text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the part of ``text`` that this span covers."""
        return text[self.start : self.end]


class OpinionType(StrEnum):
    """Whose voice an opinion is (API.md, section 2)."""

    LEAD = "lead"
    COMBINED = "combined"
    UNANIMOUS = "unanimous"
    PLURALITY = "plurality"
    CONCURRENCE = "concurrence"
    CONCURRENCE_IN_PART = "concurrence_in_part"
    DISSENT = "dissent"
    PER_CURIAM = "per_curiam"
    SYLLABUS = "syllabus"
    ADDENDUM = "addendum"
    REHEARING = "rehearing"
    ON_THE_MERITS = "on_the_merits"
    TRIAL_COURT = "trial_court"
    OTHER = "other"


class SectionRole(StrEnum):
    """What a section does in its opinion (API.md, section 3)."""

    CAPTION = "caption"
    SYLLABUS = "syllabus"
    INTRODUCTION = "introduction"
    FACTS = "facts"
    PROCEDURAL_HISTORY = "procedural_history"
    JURISDICTION = "jurisdiction"
    STANDARD_OF_REVIEW = "standard_of_review"
    ISSUE = "issue"
    ANALYSIS = "analysis"
    HOLDING = "holding"
    DISPOSITION = "disposition"
    CONCURRENCE = "concurrence"
    DISSENT = "dissent"
    APPENDIX = "appendix"
    FOOTNOTES = "footnotes"
    OTHER = "other"


class NameSource(StrEnum):
    """Where a case's name comes from."""

    GIVEN = "given"
    INFERRED = "inferred"
    """Made from the first words of a text that came without metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One dispute: what is known of it besides the words of its opinions."""

    id: str
    name: str
    name_full: str | None = None
    name_source: NameSource = NameSource.GIVEN
    court_id: str | None = None
    """A courts-db id."""
    court: str | None = None
    """The court's name."""
    court_citation_string: str | None = None
    """As Bluebook cites it: ``6th Cir.``."""
    date_filed: str | None = None
    """ISO 8601, perhaps partial: ``2005``, ``2005-05``, ``2005-05-31``."""
    docket_number: str | None = None
    citations: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    status: str | None = None
    url: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the source record that have no name here; JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionHeader:
    """Everything about one judge's writing but its words."""

    id: str
    case_id: str
    type: OpinionType = OpinionType.COMBINED
    author: str | None = None
    joined_by: tuple[str, ...] = ()
    source_sha256: str
    """Of the source text as delivered (UTF-8), before cleaning; hex."""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMark:
    """Where a page of one reporter begins."""

    reporter: str
    """Volume and reporter: ``490 U.S.``."""
    page: str
    """Empty: from here to the reporter's next mark the text does not tell its page truly."""
    start: int
    """Code-point offset into the opinion's cleaned text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One judge's writing: its cleaned text, and where its pages begin."""

    header: OpinionHeader
    text: str
    pages: tuple[PageMark, ...] = ()
    """In text order; marks of different reporters may interleave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case together with its opinions, in source order: what a source yields."""

    case: Case
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One outline part of an opinion. An opinion's sections tile its text."""

    heading: str
    """The heading's own words as the court wrote them, stripped of space around; the role's name
    where the court wrote none."""
    path: tuple[str, ...]
    """Headings from the outermost to this one."""
    number: str | None
    """The enumerator of the heading as written, without its full stop: ``iii``, ``II-A``, ``a``."""
    role: SectionRole
    span: Span
    """Heading lines included, those of parents that have no words of their own too."""
    noted_at: int | None = None
    """Code-point offset, in the opinion's text, of the mark that points to it: of a footnote alone,
    and where it is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One indexable stretch of one section. A section's passages tile it."""

    row: int
    """Dense and 0-based: the FAISS id, the lexical document and the SQLite key of this build."""
    opinion_id: str
    section: int
    """Position of its section in the opinion, from 0."""
    span: Span
    text: str
    tokens: int
    """Tokens of ``text`` as the embedding model counts them, special tokens left out."""
    sentences: tuple[int, ...] | None = None
    """Where its sentences begin in ``text``: code points, ascending, 0 first. `None`: not told."""

    @property
    def id(self) -> str:
        """The id that outlives a build."""
        return f"{self.opinion_id}:{self.span.start}-{self.span.end}"


class CitationKind(StrEnum):
    """How an opinion names another case (Bluebook, rules 10.2 and 10.9)."""

    FULL = "full"
    SHORT = "short"
    """``Graham, 490 U.S. at 396``."""
    SUPRA = "supra"
    ID = "id"
    NAME = "name"
    """By its parties' names alone, in a text whose citations were stripped: inferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One place where an opinion cites a case, resolved within the opinion to what it stands for."""

    span: Span
    """The citation's own words, in the citing opinion's cleaned text."""
    kind: CitationKind
    cited: str | None
    """The full citation that it resolves to, as reporters-db writes it: ``490 U.S. 386``; `None`
    where the text gives none, and the case's name alone tells."""
    name: str | None
    """The case's name as the text writes it, where it does: ``Graham v. Connor``."""
    pin: str | None
    """The pages it points to, as written: ``396-97``."""
    quoted: bool
    """Whether words in quotation marks, or a block quotation, are credited to it."""
    parenthetical: Span | None
    """The explanatory parenthetical behind it, without its brackets (rule 10.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLimits:
    """How long passages are, in tokens of the embedding model, special tokens left out."""

    max_tokens: int
    """No passage has more: the model's `passage_budget`."""
    target_tokens: int
    """What passages should have; they have less where a section is short."""

    def __post_init__(self) -> None:
        if not 1 <= self.target_tokens <= self.max_tokens:
            raise ValueError(
                f"target_tokens must be between 1 and max_tokens ({self.max_tokens}), not {self.target_tokens}"
            )

    @classmethod
    def for_window(cls, max_tokens: int) -> "PassageLimits":
        """Return the default: passages of about four fifths of the window."""
        return cls(max_tokens=max_tokens, target_tokens=max(1, round(max_tokens * _TARGET_SHARE)))
