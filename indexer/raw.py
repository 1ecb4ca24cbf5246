"""What a source hands to `indexer.parse`: fields checked for their types, words still as delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from indexer.records import NameSource, OpinionType, PageMark


class TextFormat(StrEnum):
    """How the words of an opinion are written down."""

    TEXT = "text"
    HTML = "html"


class NoteKind(StrEnum):
    """What there is to say of a case that is indexed, but not as its source has it."""

    PARTIAL_DATE = "partial_date"
    REPEATED_WORDS = "repeated_words"
    UNKNOWN_COURT = "unknown_court"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was done to a case, and why."""

    kind: NoteKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOpinion:
    """One opinion before cleaning."""

    text: str
    format: TextFormat = TextFormat.TEXT
    type: OpinionType = OpinionType.COMBINED
    id: str | None = None
    author: str | None = None
    joined_by: tuple[str, ...] = ()
    wrapped: bool = False
    """Whether it came off printed pages line by line, perhaps hard-wrapped: see `indexer.hard_wrap`."""
    pages: tuple[PageMark, ...] = ()
    """Where the source itself knows its pages, for a ``text`` that is plain and clean already: the
    stars in it are then no page marks."""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCase:
    """One case before cleaning; the fields mean what they mean in `indexer.records.Case`."""

    id: str
    name: str
    opinions: tuple[RawOpinion, ...] = ()
    name_full: str | None = None
    name_source: NameSource = NameSource.GIVEN
    court_id: str | None = None
    court: str | None = None
    date_filed: str | None = None
    docket_number: str | None = None
    citations: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    status: str | None = None
    url: str | None = None
    notes: tuple[Note, ...] = ()
    """What its source changed, for whoever builds; told, and not kept with the case."""
    extra: Mapping[str, Any] = field(default_factory=dict)
