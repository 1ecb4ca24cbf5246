"""Checking a draft against the opinions: each quotation and citation in it. No model, no HTTP.

A quotation is looked for where the draft says it is from, and in the whole build; the words decide.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from indexer.cite import pin_cite
from indexer.records import Case, OpinionHeader, OpinionType, Span
from indexer.store.snapshot import Index
from indexer.store.stored import PageRange
from service.draft_text import Credited, Quotation, credited_quotations
from service.errors import QueryError
from service.quotation_ground import Library
from service.quotation_match import EDIT, JUMP, Ground, Stretch, align
from service.quotation_reading import DiffPart, Part, Reading, Texts, read_alignment
from service.quotation_text import Kind, QuotedWords, Tolerance, quoted_words
from service.verify_citations import CheckedCitation, check_citation, has_pages, series_of

LONGEST_DRAFT: Final = 200_000
MOST_QUOTATIONS: Final = 300
_FEWEST_WORDS: Final = 4
"""Of a quotation that is credited to no case."""
_LEAST_SHARE: Final = 0.6
_LEAST_SHARE_OF_SHORT: Final = 0.7
_LEAST_SHARE_OF_ONE_PLACE: Final = 0.85
"""With fewer of its words in one place, a quotation may be stitched together."""
_NO_JUMP: Final = 100_000_000
_SEPARATE: Final = frozenset(
    {OpinionType.DISSENT, OpinionType.CONCURRENCE, OpinionType.CONCURRENCE_IN_PART}
)
_NOT_THE_COURT: Final = frozenset({OpinionType.SYLLABUS, OpinionType.OTHER})
_NEGATIONS: Final = frozenset(
    {"not", "no", "never", "nor", "neither", "none", "cannot", "without", "unless", "nothing"}
)


class QuoteStatus(StrEnum):
    """What is to be said of a quotation; the gravest first where several hold."""

    NOT_FOUND = "not_found"
    STITCHED = "stitched"
    WRONG_CASE = "wrong_case"
    ALTERED = "altered"
    QUOTED_FROM_DISSENT = "quoted_from_dissent"
    WRONG_PAGE = "wrong_page"
    VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of an opinion."""

    opinion: OpinionHeader
    case: Case
    span: Span
    text: str
    """Exactly what the opinion has there."""
    passage_id: str
    """The passage that it begins in."""
    pages: tuple[PageRange, ...]
    cite: str
    """Ready pin cite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuotation:
    """A quotation of a draft, and what became of it."""

    quotation: Quotation
    text: str
    status: QuoteStatus
    problems: tuple[QuoteStatus, ...]
    """All that is wrong with it, the gravest first; empty when it is verbatim."""
    credited_to: CheckedCitation | None
    places: tuple[Place, ...]
    """Where the words truly stand: one place, several of a stitched one, none where not found."""
    diff: tuple[DiffPart, ...]
    tolerated: tuple[Tolerance, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedQuotation:
    """A quotation that was not checked, and why."""

    quotation: Quotation
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A draft, checked."""

    quotations: tuple[CheckedQuotation, ...]
    skipped: tuple[SkippedQuotation, ...]
    citations: tuple[CheckedCitation, ...]


@dataclass(frozen=True, slots=True)
class _Try:
    """A reading of a quotation, and how well it fits what the draft says."""

    reading: Reading
    own: bool
    """Whether it is wholly of a case that the quotation is credited to."""
    voice: int
    """0: whose voice the draft says; 1: another; 2: not the court's at all."""
    off_page: bool

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """Lower is better."""
        reading = self.reading
        clean = 0 if reading.is_clean else 1
        return (clean, 0 if self.own else 1, reading.changed_words, self.voice, int(self.off_page))


def verify(
    draft: str, index: Index, *, before_each: Callable[[], None] = lambda: None
) -> Verification:
    """Check every quotation and citation of ``draft`` against a build.

    ``before_each`` is called before each quotation, and may raise to stop. `QueryError` for a draft that is empty, too long, or has too many quotations.
    """
    if not draft.strip():
        raise QueryError("text", "is empty; send the draft to be checked")
    if len(draft) > LONGEST_DRAFT:
        told = f"has {len(draft)} characters, more than {LONGEST_DRAFT}; send it in parts"
        raise QueryError("text", told)
    credited, citations = credited_quotations(draft)
    if len(credited) > MOST_QUOTATIONS:
        told = f"has {len(credited)} quotations, more than {MOST_QUOTATIONS}; send it in parts"
        raise QueryError("text", told)
    checked = {one.span: check_citation(one, draft, index.passages) for one in citations}
    reader = _Verifier(draft, Library(index))
    quotations: list[CheckedQuotation] = []
    skipped: list[SkippedQuotation] = []
    for one in credited:
        before_each()
        found = reader.check(one, [checked[citation.span] for citation in one.citations])
        if isinstance(found, SkippedQuotation):
            skipped.append(found)
        else:
            quotations.append(found)
    return Verification(
        quotations=tuple(quotations), skipped=tuple(skipped), citations=tuple(checked.values())
    )


class _Verifier:
    """Checks the quotations of one draft."""

    def __init__(self, draft: str, library: Library) -> None:
        self._draft = draft
        self._library = library

    def check(
        self, one: Credited, cited: Sequence[CheckedCitation]
    ) -> CheckedQuotation | SkippedQuotation:
        where = one.quotation
        text = self._draft[where.start : where.end]
        words = quoted_words(self._draft, where.start, where.end)
        if not words.words:
            return SkippedQuotation(quotation=where, text=text, reason="has no words to compare")
        own = [case for citation in cited for case in citation.cases]
        if words.words < _FEWEST_WORDS and not own:
            reason = (
                "too few words to tell whose they are, and no case of this index is cited for it"
            )
            return SkippedQuotation(quotation=where, text=text, reason=reason)
        best = self._best(one, words, cited)
        made = CheckedQuotation(
            quotation=where, text=text, status=QuoteStatus.NOT_FOUND,
            problems=(QuoteStatus.NOT_FOUND,), credited_to=cited[0] if cited else None,
            places=(), diff=(), tolerated=words.tolerated, notes=(),
        )  # fmt: skip
        if best is None:
            return replace(made, notes=tuple(_unfound_notes(cited)))
        return self._judged(made, best, cited)

    def _best(
        self, one: Credited, words: QuotedWords, cited: Sequence[CheckedCitation]
    ) -> _Try | None:
        """Return the best reading there is, if it is good enough to be one."""
        own_ranges = [case.rows for citation in cited for case in citation.cases]
        plain = " ".join(
            self._draft[item.start : item.end] for item in words.items if item.kind is not Kind.GAP
        )
        own, others = self._library.rows_like(plain, own_ranges)
        own += [row for citation in cited for row in self._rows_on_page(citation)]
        tries = list(self._tries(self._library.stretches(own), one, words, cited))
        if not any(found.reading.is_clean and not found.voice for found in tries):
            stretches = self._library.stretches(others)
            tries += self._tries(stretches, one, words, cited)
        best = min(tries, key=lambda found: found.rank, default=None)
        if best is None or best.reading.share < _LEAST_SHARE_OF_ONE_PLACE:
            near, far = self._library.rows_like(plain, own_ranges, closely=True)
            rows = {*own, *others, *near, *far}
            best = self._across(rows, one, words, cited) or best
        if best is None or not _good_enough(best.reading):
            return None
        return best

    def _rows_on_page(self, cited: CheckedCitation) -> list[int]:
        if cited.series is None:
            return []
        finder = self._library.index.passages.finder
        return [
            row
            for case in cited.cases
            for first, last in cited.pages[:3]
            for page in range(first, min(last, first + 3) + 1)
            for row in finder.rows_on_page(case, cited.series, page).tolist()
        ]

    def _tries(
        self,
        stretches: dict[str, list[Stretch]],
        one: Credited,
        words: QuotedWords,
        cited: Sequence[CheckedCitation],
    ) -> Iterator[_Try]:
        """Yield a reading for each opinion; where there are no gaps, for each of its stretches."""
        gaps = any(item.kind is Kind.GAP for item in words.items)
        for opinion_id, runs in stretches.items():
            for part in [runs] if gaps else [[run] for run in runs]:
                owners = [opinion_id] * len(part)
                reading = self._read(part, owners, one, words, jump=_NO_JUMP)
                if reading.parts:
                    yield self._weighed(reading, one, cited)

    def _across(
        self,
        rows: set[int],
        one: Credited,
        words: QuotedWords,
        cited: Sequence[CheckedCitation],
    ) -> _Try | None:
        """Return a reading in one or several places, if it leaves little over."""
        found = self._library.stretches(sorted(rows))
        runs = [(run, opinion_id) for opinion_id, all_ in found.items() for run in all_]
        owners = [opinion_id for _, opinion_id in runs]
        reading = self._read([run for run, _ in runs], owners, one, words, jump=JUMP)
        whole = len(reading.parts) == 1 or reading.is_stitched
        if not whole or reading.share < _LEAST_SHARE_OF_ONE_PLACE:
            return None
        return self._weighed(reading, one, cited)

    def _read(
        self,
        stretches: Sequence[Stretch],
        owners: Sequence[str],
        one: Credited,
        words: QuotedWords,
        *,
        jump: int,
    ) -> Reading:
        ground = Ground(stretches, omission=EDIT // 4 if one.omits else EDIT)
        steps = align(words.items, ground, jump=jump)
        opinions = {owner: self._library.opinion(owner).text for owner in dict.fromkeys(owners)}
        texts = Texts(self._draft, opinions, owners)
        return read_alignment(steps, words.items, ground, texts, omits=one.omits)

    def _weighed(self, reading: Reading, one: Credited, cited: Sequence[CheckedCitation]) -> _Try:
        own = all(self._is_own(part, cited) for part in reading.parts)
        first = self._library.opinion(reading.parts[0].opinion_id)
        voice = 0
        if first.header.type in _NOT_THE_COURT:
            voice = 2
        elif first.header.type in _SEPARATE and not one.separate:
            voice = 1
        off = own and bool(cited) and self._off_page(reading.parts[0], cited)
        return _Try(reading, own, voice, off)

    def _is_own(self, part: Part, cited: Sequence[CheckedCitation]) -> bool:
        start = self._library.opinion(part.opinion_id).rows.start
        return any(start in case.rows for citation in cited for case in citation.cases)

    def _off_page(self, part: Part, cited: Sequence[CheckedCitation]) -> bool:
        """Whether the draft names pages of the opinion, and none of them is one that the words stand on."""
        checked = False
        for citation in cited:
            for pages in self._library.pages(part.opinion_id, part.span):
                if series_of(pages) != citation.series or not citation.pages:
                    continue
                if not (pages.first.isdecimal() and pages.last.isdecimal()):
                    continue
                low, high = sorted((int(pages.first), int(pages.last)))
                if any(first <= high and low <= last for first, last in citation.pages):
                    return False
                checked = True
        return checked

    def _judged(
        self,
        made: CheckedQuotation,
        best: _Try,
        cited: Sequence[CheckedCitation],
    ) -> CheckedQuotation:
        reading = best.reading
        places = tuple(self._place(part) for part in reading.parts)
        known = any(citation.cases for citation in cited)
        problems = list(_problems(best, known=known))
        return replace(
            made,
            status=problems[0] if problems else QuoteStatus.VERBATIM,
            problems=tuple(problems),
            places=places,
            diff=reading.diff if problems or made.tolerated or reading.tolerated else (),
            tolerated=tuple(dict.fromkeys([*made.tolerated, *reading.tolerated])),
            notes=tuple(self._notes(best, places, cited)),
        )

    def _place(self, part: Part) -> Place:
        stored = self._library.opinion(part.opinion_id)
        pages = self._library.pages(part.opinion_id, part.span)
        return Place(
            opinion=stored.header,
            case=stored.case,
            span=part.span,
            text=part.span.of(stored.text),
            passage_id=self._library.passage_at(part.opinion_id, part.span.start).passage.id,
            pages=pages,
            cite=pin_cite(stored.case, pages, opinion=stored.header),
        )

    def _notes(
        self, best: _Try, places: Sequence[Place], cited: Sequence[CheckedCitation]
    ) -> Iterator[str]:
        kind = places[0].opinion.type
        if kind in _SEPARATE and best.voice:
            yield f"the words are of a {kind.value.replace('_', ' ')}, which the draft does not say"
        if kind is OpinionType.SYLLABUS:
            yield "the words are of the syllabus, which the reporter wrote, not the court"
        dropped = _negations(best.reading.diff)
        if dropped:
            yield f"a negation differs: {', '.join(dropped)}"
        if cited and not any(citation.cases for citation in cited):
            yield "the case it is credited to is not in this index; the words were found elsewhere"
        if best.own and cited and cited[0].pages and not self._pages_known(cited[0]):
            yield "the text of this case does not tell its pages; the page was not checked"

    def _pages_known(self, cited: CheckedCitation) -> bool:
        store = self._library.index.passages
        series = cited.series
        return series is not None and any(has_pages(case, series, store) for case in cited.cases)


def _problems(best: _Try, *, known: bool) -> Iterator[QuoteStatus]:
    """Yield what is wrong, the gravest first; ``known``: whether a case of the build is cited for it."""
    if len(best.reading.parts) > 1:
        yield QuoteStatus.STITCHED
    if known and not best.own:
        yield QuoteStatus.WRONG_CASE
    if best.reading.edits:
        yield QuoteStatus.ALTERED
    if best.voice == 1 and best.own:
        yield QuoteStatus.QUOTED_FROM_DISSENT
    if best.off_page:
        yield QuoteStatus.WRONG_PAGE


def _good_enough(reading: Reading) -> bool:
    """Whether so many words agree that the quotation was meant for the passage."""
    if reading.words < _FEWEST_WORDS:
        return not reading.edits
    if reading.words < 2 * _FEWEST_WORDS:
        return reading.edits <= 1 and reading.same >= max(3, _LEAST_SHARE_OF_SHORT * reading.words)
    return reading.share >= _LEAST_SHARE


def _unfound_notes(cited: Sequence[CheckedCitation]) -> Iterator[str]:
    if cited and not any(citation.cases for citation in cited):
        yield "the case it is credited to is not in this index, so it could only be looked for elsewhere"


def _negations(diff: Sequence[DiffPart]) -> list[str]:
    """Return negations that only one side of a change has."""
    found = []
    for part in diff:
        if part.change.value in {"replaced", "added", "omitted"}:
            quoted, source = _words(part.quoted), _words(part.source)
            found += sorted((quoted ^ source) & _NEGATIONS)
    return list(dict.fromkeys(found))


def _words(text: str) -> set[str]:
    return {word.strip(".,;:!?\"'\u2018\u2019\u201c\u201d()[]").lower() for word in text.split()}
