"""Cases that a question names, by citation or by the names of the parties: their passages come first."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.calibration import Curve
from indexer.evidence import Evidence
from indexer.store.analysis import name_words
from indexer.store.case_finder import CaseFinder, FoundCase, series_key
from indexer.store.ranking import Rows
from service.question import without_quoted

_VOLUME: Final = re.compile(r"(?<![\w.])\d{1,4}(?=\s)")
_REPORTER_AND_PAGE: Final = re.compile(
    r"\s+(?P<reporter>[^\W\d_][^,;]{0,40}?)(?:,?\s+at)?\s+(?P<page>\d{1,9})(?![^\W_])"
)
_PIN: Final = re.compile(
    r"(?:,\s*|\s+(?=at\b))(?:at\s+)?(?P<page>\d{1,9})(?:\s?[-\u2013]\s?\d+)?(?!\w|\s+[^\W\d_]{1,12}\.)"
)
_YEAR: Final = re.compile(r"[,\s]*\((?:[^()]{1,40}\s)?\d{4}\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedRows:
    """What a question names, and what else it asks."""

    rows: Rows
    """All passages of the cases named, ascending."""
    on_page: Rows
    """Those of them on a page that the question names, ascending."""
    rest: str
    """The question without the citations; empty where it is nothing but names."""


class WrittenCitation(NamedTuple):
    """Volume, reporter and page as someone wrote them, whatever the build has."""

    volume: str
    reporter: str
    page: int


class NamedCitation(NamedTuple):
    """A citation of cases of this build, and where it stands in the question."""

    cases: Sequence[FoundCase]
    series: str
    page: int | None
    """The page inside the case, where one is named."""
    start: int
    end: int


def cited_rows(text: str, finder: CaseFinder) -> CitedRows | None:
    """Return the passages of the cases that a question names; `None` where it names none.

    Named by a citation of the case (``392 U.S. 1``), perhaps with a page in it (``392 U.S. 1, 27``,
    ``392 U.S. at 27``, ``392 U.S. 27``), or, where the question is nothing else, by name (``Terry v.
    Ohio``). Whatever reporters the corpus has are known. What stands in quotation marks is asked for
    word for word and names nothing.
    """
    bare = without_quoted(text)
    citations = list(citations_in(bare, finder))
    cases = {case.seq: case for citation in citations for case in citation.cases}
    rest = without_citations(text, citations)
    if not cases:
        named = finder.named(text) if bare == text else []
        return _rows_of(named, [], rest="") if named else None
    if not name_words(rest) or any(case.seq in cases for case in finder.named(rest)):
        rest = ""
    pages = [
        finder.rows_on_page(case, citation.series, citation.page)
        for citation in citations
        if citation.page is not None
        for case in citation.cases
    ]
    return _rows_of(list(cases.values()), pages, rest=rest)


def lifted(evidence: Evidence, first: npt.NDArray[np.bool_], *, above: float) -> Evidence:
    """Return the evidence of a named case's passages, raised to ``above`` and more.

    All by as much as brings the weakest to ``above``, so that they differ among each other as they
    did; those that are ``first`` (on the page asked for) again by what brings the weakest of them to
    the best of the others. Same shape and order as ``evidence``, which is not empty.
    """
    raised: Evidence = np.maximum(evidence + (above - evidence.min()), above)
    if first.any() and not first.all():
        others = raised[~first].max()
        raised[first] = np.maximum(raised[first] + max(0.0, others - raised[first].min()), others)
    return raised


def evidence_at(score: float, curve: Curve) -> float:
    """Return the evidence that ``curve`` gives ``score``, between 0 and 1, for."""
    return (math.log(score / (1.0 - score)) - curve.intercept) / curve.slope


def _rows_of(cases: Sequence[FoundCase], pages: Sequence[Rows], *, rest: str) -> CitedRows:
    return CitedRows(
        rows=np.unique(np.concatenate([np.arange(*_ends(case.rows)) for case in cases])),
        on_page=np.unique(np.concatenate([np.empty(0, np.int64), *pages])),
        rest=rest,
    )


def _ends(rows: range) -> tuple[int, int]:
    return rows.start, rows.stop


def citations_in(text: str, finder: CaseFinder) -> Iterator[NamedCitation]:
    """Yield the citations of cases of the build; of what only looks like one, the build has none."""
    end = 0
    for volume in _VOLUME.finditer(text):
        found = _citation_at(text, volume.start(), finder) if volume.start() >= end else None
        if found is not None:
            if found.page is None:
                found = _with_pin(text, found, finder)
            year = _YEAR.match(text, found.end)
            end = year.end() if year else found.end
            yield found._replace(end=end)


def _citation_at(text: str, start: int, finder: CaseFinder) -> NamedCitation | None:
    """Return the citation of cases of the build that begins at ``start``, if one does."""
    volume = _VOLUME.match(text, start)
    name = _REPORTER_AND_PAGE.match(text, volume.end()) if volume else None
    if volume is None or name is None:
        return None
    series, page = series_key(volume[0], name["reporter"]), int(name["page"])
    if cases := finder.beginning_at(series, page):
        return NamedCitation(cases, series, None, start, name.end())
    cases = finder.reaching(series, page)
    return NamedCitation(cases, series, page, start, name.end()) if cases else None


def _with_pin(text: str, found: NamedCitation, finder: CaseFinder) -> NamedCitation:
    """Add the page named behind a citation, unless that number begins the next citation."""
    pin = _PIN.match(text, found.end)
    if pin is None or _citation_at(text, pin.start("page"), finder) is not None:
        return found
    return found._replace(page=int(pin["page"]), end=pin.end())


def citation_written(text: str) -> WrittenCitation | None:
    """Return the first thing in ``text`` that has the form of a citation, known or not."""
    for volume in _VOLUME.finditer(text):
        name = _REPORTER_AND_PAGE.match(text, volume.end())
        if name is not None:
            return WrittenCitation(volume[0], name["reporter"], int(name["page"]))
    return None


def without_citations(text: str, citations: Sequence[NamedCitation]) -> str:
    """Return ``text`` without what these citations take up."""
    at, kept = 0, []
    for citation in citations:
        kept.append(text[at : citation.start])
        at = citation.end
    return " ".join([*kept, text[at:]]).strip(" \t\n,;.")
