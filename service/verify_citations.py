"""The citations of a draft: which case of the build each means, and whether its name and page fit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.filters import Filters
from indexer.pins import page_ranges
from indexer.records import Citation
from indexer.reporters import parse_citation
from indexer.store.case_finder import FoundCase, series_key, sided_words
from indexer.store.passages import PassageStore
from indexer.store.stored import CatalogueEntry, PageRange
from service.citation_lookup import Match, look_up

_NOTE: Final = re.compile(r"\b(?:nn?|notes?)\.?\s*\d+(?:\s?[-\u2013]\s?\d+)?")


class CitationStatus(StrEnum):
    """What is to be said of a citation."""

    FOUND = "found"
    AMBIGUOUS = "ambiguous"
    WRONG_CASE = "wrong_case"
    """The case on that page bears another name."""
    WRONG_PAGE = "wrong_page"
    """The case has no such page."""
    NOT_FOUND = "not_found"
    """The build has no such case: it may exist elsewhere."""


@dataclass(frozen=True, slots=True)
class CheckedCitation:
    """A citation of a draft, and what became of it."""

    citation: Citation
    text: str
    status: CitationStatus
    cases: tuple[FoundCase, ...]
    entry: CatalogueEntry | None
    """The case it means; `None` where there is none, or several."""
    close: tuple[Match, ...]
    note: str | None

    @property
    def pages(self) -> tuple[tuple[int, int], ...]:
        """The pages it points to."""
        return pages_of_pin(self.citation.pin)

    @property
    def series(self) -> str | None:
        """Volume and reporter as page marks are compared."""
        cited = parse_citation(self.citation.cited) if self.citation.cited else None
        return None if cited is None else series_key(cited.volume, cited.reporter)


def check_citation(citation: Citation, draft: str, store: PassageStore) -> CheckedCitation:
    """Return which case of the build a citation means."""
    text = citation.span.of(draft)
    cases = _cases_of(citation, store)
    if not cases:
        close = _close(citation, store)
        note = "no case of this index bears it; it cannot be checked here"
        return CheckedCitation(citation, text, CitationStatus.NOT_FOUND, (), None, close, note)
    if len(cases) > 1:
        note = f"{len(cases)} cases of this index fit it; a name before it would decide"
        return CheckedCitation(
            citation, text, CitationStatus.AMBIGUOUS, tuple(cases), None, (), note
        )
    entry = _entry(cases[0], store)
    status, told = _judged(citation, cases[0], entry, store)
    return CheckedCitation(citation, text, status, tuple(cases), entry, (), told)


def _cases_of(citation: Citation, store: PassageStore) -> Sequence[FoundCase]:
    cited = parse_citation(citation.cited) if citation.cited else None
    if cited is None:
        return store.finder.named(citation.name) if citation.name else ()
    series = series_key(cited.volume, cited.reporter)
    cases = store.finder.beginning_at(series, cited.page) or store.finder.reaching(
        series, cited.page
    )
    if len(cases) < 2 or not citation.name:
        return cases
    named = {case.seq for case in store.finder.named(citation.name)}
    return [case for case in cases if case.seq in named] or cases


def _judged(
    citation: Citation, case: FoundCase, entry: CatalogueEntry, store: PassageStore
) -> tuple[CitationStatus, str | None]:
    if citation.name and not _name_fits(citation.name, entry):
        return CitationStatus.WRONG_CASE, f"that is {entry.case.name}, not {citation.name}"
    cited = parse_citation(citation.cited) if citation.cited else None
    if cited is None:
        return CitationStatus.FOUND, None
    series = series_key(cited.volume, cited.reporter)
    for first, _ in pages_of_pin(citation.pin)[:1]:
        if has_pages(case, series, store) and not len(
            store.finder.rows_on_page(case, series, first)
        ):
            return CitationStatus.WRONG_PAGE, f"the case has no page {first} in {cited.series}"
    return CitationStatus.FOUND, None


def _name_fits(name: str, entry: CatalogueEntry) -> bool:
    """Whether a written name has a party's word in common with the case's; a short one may be one party."""
    words = {word for word, _ in sided_words(name)}
    own = {
        word
        for known in (entry.case.name, entry.case.name_full)
        if known
        for word in re.findall(r"[^\W_]+", known.lower())
    }
    return not words or bool({part for word in words for part in word.split()} & own)


def has_pages(case: FoundCase, series: str, store: PassageStore) -> bool:
    """Whether the text of a case tells its pages in a volume."""
    rows = sorted({case.rows.start, case.rows[len(case.rows) // 2], case.rows.stop - 1})
    return any(series_of(pages) == series for stored in store.fetch(rows) for pages in stored.pages)


def series_of(pages: PageRange) -> str:
    """Return volume and reporter of a page range as they are compared."""
    volume, _, reporter = pages.reporter.partition(" ")
    return series_key(volume, reporter)


def pages_of_pin(pin: str | None) -> tuple[tuple[int, int], ...]:
    """Return the ranges of pages that a pin names: ``396-97, 399 n. 8`` gives 396-397 and 399-399."""
    ranges = page_ranges(_NOTE.sub(" ", pin or ""))
    return tuple((first, max(first, last)) for first, last in ranges)


def _entry(case: FoundCase, store: PassageStore) -> CatalogueEntry:
    (entry,) = store.cases(Filters(), after=case.seq - 1, limit=1)
    return entry


def _close(citation: Citation, store: PassageStore) -> tuple[Match, ...]:
    if citation.cited is None:
        return ()
    named = f"{citation.name}, " if citation.name and len(citation.name) < 200 else ""
    return look_up(f"{named}{citation.cited}", store).close[:3]
