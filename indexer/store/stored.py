"""What the passage table gives back: passages and opinions with all that is known of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from indexer.records import Case, CitationKind, OpinionHeader, PageMark, Passage, Section, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRange:
    """The pages of one reporter that a passage stands on."""

    reporter: str
    first: str
    """The page its first character is on; where no mark says so, the first page marked in it."""
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """One passage and where it stands."""

    passage: Passage
    section: Section
    opinion: OpinionHeader
    case: Case
    text_sha256: str
    """Of the passage's text (UTF-8); hex."""
    pages: tuple[PageRange, ...]
    """In the order of the reporters' first marks in the opinion."""
    noted_in: str | None = None
    """Of a footnote: the id of the passage that holds the mark which points to it."""
    cited_by: int = 0
    """Other cases of the build that cite its case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOpinion:
    """One opinion, whole."""

    header: OpinionHeader
    case: Case
    text: str
    sections: tuple[Section, ...]
    pages: tuple[PageMark, ...]
    rows: range
    """The rows of its passages."""
    cited_by: int = 0
    """Other cases of the build that cite its case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """A case and its opinions without their words."""

    seq: int
    """Position of the case in the build: the cursor of the next page."""
    case: Case
    opinions: tuple[OpinionHeader, ...]
    cited_by: int = 0
    """Other cases of the build that cite it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCitation:
    """A place in a passage where a case is cited."""

    span: Span
    """The citation's own words, in the passage's text; what runs on behind the passage is left out."""
    kind: CitationKind
    citation: str | None
    """The full citation it stands for; of a case known by its name, the case's own."""
    name: str | None
    """As the text writes it; where it does not, as the build knows it."""
    case_id: str | None
    """`None`: not a case of this build, or it cannot be told which."""
    pin: str | None
    quoted: bool
    parenthetical: str | None
    """The words of the explanatory parenthetical."""
    inferred: bool
    """Whether the case was told by its name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitingCase:
    """A case that cites another one."""

    case_id: str
    passage_ids: tuple[str, ...]
    """Of its passages that do, in text order."""
    inferred: bool
    """Whether it names the other one by its parties alone, everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """How much a passage table holds."""

    cases: int
    opinions: int
    sections: int
    passages: int
    characters: int
    """Code points of all opinions' texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How often each value of a filter occurs; most frequent first."""

    court: Mapping[str, int]
    """Cases by courts-db id."""
    status: Mapping[str, int]
    """Cases."""
    year: Mapping[str, int]
    """Cases by year of the date filed, ascending by year."""
    opinion_type: Mapping[str, int]
    """Opinions."""
    section_role: Mapping[str, int]
    """Sections."""


class PageMap:
    """An opinion's page marks by reporter, for looking up spans."""

    def __init__(self, marks: Sequence[PageMark]) -> None:
        self._marks: dict[str, tuple[list[int], list[str]]] = {}
        self._add((mark.reporter, mark.page, mark.start) for mark in marks)

    @classmethod
    def of(cls, marks: Iterable[tuple[str, str, int]]) -> Self:
        """Make one of reporters, pages and starts, in the order of the marks."""
        made = cls(())
        made._add(marks)
        return made

    def _add(self, marks: Iterable[tuple[str, str, int]]) -> None:
        for reporter, page, start in marks:
            starts, pages = self._marks.setdefault(reporter, ([], []))
            starts.append(start)
            pages.append(page)

    def ranges(self, span: Span) -> tuple[PageRange, ...]:
        """Return the pages of ``span`` in each reporter that has a mark before its end.

        A reporter whose page is unknown for a part of the span (an empty mark) is left out.
        """
        found = []
        for reporter, (starts, pages) in self._marks.items():
            first = max(bisect_right(starts, span.start) - 1, 0)
            last = bisect_left(starts, max(span.end, span.start + 1)) - 1
            if last >= 0 and all(pages[first : last + 1]):
                found.append(PageRange(reporter=reporter, first=pages[first], last=pages[last]))
        return tuple(found)
