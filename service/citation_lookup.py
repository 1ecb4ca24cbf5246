"""What a citation or the name of a case leads to in a build, and what was perhaps meant. No HTTP."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.cite import pin_cite
from indexer.filters import Filters
from indexer.records import OpinionHeader, OpinionType
from indexer.reporters import parse_citation
from indexer.store.case_finder import FoundCase, series_key, sided_words
from indexer.store.passages import PassageStore
from indexer.store.stored import CatalogueEntry, PageRange, StoredPassage
from service.cited import (
    NamedCitation,
    WrittenCitation,
    citation_written,
    citations_in,
    without_citations,
)
from service.errors import QueryError

LONGEST_REF: Final = 500
_WRITE: Final = (
    "write one citation (490 U.S. 386, 490 U.S. at 396) or one name of a case (Terry v. Ohio)"
)
_CLOSE: Final = 5
_NEAR: Final = 3
"""Of each kind of closeness, at the most."""
_NAME: Final = re.compile(
    r"\w.*\s(?:v|vs|versus)\b\.?\s*\w|(?:in re|ex parte|(?:in the )?matter of|estate of)\s+\w",
    re.IGNORECASE,
)
_LEAD: Final = (
    OpinionType.LEAD,
    OpinionType.PLURALITY,
    OpinionType.UNANIMOUS,
    OpinionType.PER_CURIAM,
    OpinionType.COMBINED,
    OpinionType.ON_THE_MERITS,
)
"""Which opinion stands for a case, if it has one of these; else its first."""


_NO_OPINION: Final = frozenset({OpinionType.SYLLABUS, OpinionType.OTHER})


class LookupStatus(StrEnum):
    """How many cases a citation leads to: one, several, none."""

    FOUND = "found"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A case, or a page of one, that a citation leads to."""

    entry: CatalogueEntry
    opinion_id: str | None
    """The opinion on the page that was asked for, else the lead one; `None` without any text."""
    passage_id: str | None
    """Its first passage, on that page if one was asked for."""
    cite: str
    page: str | None
    """The page inside the case; `None` for the whole case."""
    why: str | None
    """What it has in common with what was asked, or what is doubtful about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """The answer to one citation."""

    status: LookupStatus
    matches: tuple[Match, ...]
    close: tuple[Match, ...] = ()


def look_up(ref: str, store: PassageStore) -> Lookup:
    """Return the cases that ``ref`` stands for, and close ones where there is none.

    A citation in any spelling, perhaps with a name before it, which decides between cases on one
    page; a page inside a case; or a name alone. `QueryError` where ``ref`` is none of these, or names
    different cases.
    """
    text = " ".join(ref.split())
    if not text:
        raise QueryError("ref", f"is empty; {_WRITE}")
    if len(text) > LONGEST_REF:
        raise QueryError("ref", f"has {len(text)} characters, more than {LONGEST_REF}; {_WRITE}")
    citations = list(citations_in(text, store.finder))
    if citations:
        return _of_citations(text, citations, store)
    written = citation_written(text)
    if written is not None:
        close = [*_by_number(written, store), *_by_name(_name_before(text, written), store)]
        return Lookup(status=LookupStatus.NOT_FOUND, matches=(), close=_distinct(close))
    return _of_name(text, store)


def _of_citations(text: str, citations: Sequence[NamedCitation], store: PassageStore) -> Lookup:
    common = set.intersection(*({case.seq for case in one.cases} for one in citations))
    if not common:
        raise QueryError("ref", f"names different cases; ask for one at a time: {_WRITE}")
    name = without_citations(text, citations)
    named = {case.seq for case in store.finder.named(name)} if sided_words(name) else set()
    chosen = (common & named) or common
    cases = [case for case in citations[0].cases if case.seq in chosen]
    cited = next((one for one in citations if one.page is not None), citations[0])
    return _answer([_match(case, cited, name, store) for case in cases])


def _of_name(text: str, store: PassageStore) -> Lookup:
    cases = store.finder.named(text)
    if cases:
        return _answer([_whole(_entry(case, store), store) for case in cases])
    if _NAME.search(text) is None:
        raise QueryError("ref", f"{text!r} is neither a citation nor the name of a case; {_WRITE}")
    close = _distinct(list(_by_name(text, store)))
    return Lookup(status=LookupStatus.NOT_FOUND, matches=(), close=close)


def _answer(matches: Sequence[Match]) -> Lookup:
    status = LookupStatus.FOUND if len(matches) == 1 else LookupStatus.AMBIGUOUS
    return Lookup(status=status, matches=tuple(matches))


def _match(case: FoundCase, cited: NamedCitation, name: str, store: PassageStore) -> Match:
    entry = _entry(case, store)
    doubt = _other_name(name, entry.case.name)
    if cited.page is None:
        return _whole(entry, store, why=doubt)
    rows = store.finder.rows_on_page(case, cited.series, cited.page)
    if not len(rows):
        unknown = f"no text of it is known to stand on page {cited.page}"
        return _whole(entry, store, why="; ".join(one for one in (doubt, unknown) if one))
    first, also = _on_page(store.fetch(rows))
    page = str(cited.page)
    pages = [
        PageRange(reporter=reporter, first=page, last=page)
        for reporter in _reporters(entry, cited.series)
    ]
    return Match(
        entry=entry,
        opinion_id=first.opinion.id,
        passage_id=first.passage.id,
        cite=pin_cite(entry.case, pages, opinion=first.opinion),
        page=page,
        why="; ".join([*([doubt] if doubt else []), *also]) or None,
    )


def _on_page(passages: Sequence[StoredPassage]) -> tuple[StoredPassage, list[str]]:
    """Return the first passage of a page, an opinion's before a syllabus's; and what else is there."""
    own = [one for one in passages if one.opinion.type not in _NO_OPINION] or passages
    others = dict.fromkeys((one.opinion.id, one.opinion.type.value) for one in own)
    told = [f"{kind} {of} is on the page, too" for of, kind in others if of != own[0].opinion.id]
    return own[0], told


def _reporters(entry: CatalogueEntry, series: str) -> Iterator[str]:
    """Yield volume and reporter of a case's citations of a series, as the case writes them."""
    for text in entry.case.citations:
        cited = parse_citation(text)
        if cited is not None and series_key(cited.volume, cited.reporter) == series:
            yield cited.series


def _other_name(written: str, name: str) -> str | None:
    """Say so where the parties that were written are not those of the case."""
    words, own = set(sided_words(written)), set(sided_words(name))
    if len(words) < 2 or words & own:
        return None
    return f"it is {name}, not {written}"


def _whole(entry: CatalogueEntry, store: PassageStore, *, why: str | None = None) -> Match:
    lead = _lead(entry.opinions)
    rows = range(*store.opinion_rows(lead.id))[:1] if lead else range(0)
    passage = next(iter(store.fetch(rows)), None)
    return Match(
        entry=entry,
        opinion_id=lead.id if lead else None,
        passage_id=passage.passage.id if passage else None,
        cite=pin_cite(entry.case),
        page=None,
        why=why,
    )


def _lead(opinions: Sequence[OpinionHeader]) -> OpinionHeader | None:
    for kind in _LEAD:
        for opinion in opinions:
            if opinion.type is kind:
                return opinion
    return opinions[0] if opinions else None


def _entry(case: FoundCase, store: PassageStore) -> CatalogueEntry:
    (entry,) = store.cases(Filters(), after=case.seq - 1, limit=1)
    return entry


def _by_number(written: WrittenCitation, store: PassageStore) -> Iterator[Match]:
    """Yield cases whose citation is nearly the one that was written."""
    volume, reporter, page = written
    series = series_key(volume, reporter)
    for case in store.citations.meant_by(series, page):
        why = "opinions of this index cite it so, beside its own citation"
        yield _whole(_entry(case, store), store, why=why)
    alike = store.near.written_alike(volume, reporter, page, limit=_NEAR)
    for case, citation in alike:
        yield _whole(_entry(case, store), store, why=f"its citation is written alike: {citation}")
    for case, begins in store.near.beside(series, page, limit=_NEAR):
        where = (
            f"{page - begins} pages before" if begins < page else f"{begins - page} pages behind"
        )
        why = f"it begins in the same volume, {where}, on page {begins}"
        yield _whole(_entry(case, store), store, why=why)


def _by_name(text: str, store: PassageStore) -> Iterator[Match]:
    """Yield cases of that name or one like it."""
    if _NAME.search(text) is None:
        return
    for case in store.finder.named(text)[:_NEAR]:
        yield _whole(_entry(case, store), store, why="it bears the name")
    for case, name in store.near.named_alike(text, limit=_CLOSE):
        yield _whole(_entry(case, store), store, why=f"its name is like it: {name}")


def _name_before(text: str, written: WrittenCitation) -> str:
    """Return what stands before a citation."""
    return text.partition(f"{written.volume} {written.reporter}")[0].strip(" ,;")


def _distinct(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return the first few, each case once: what says most of a case comes first."""
    known: dict[int, Match] = {}
    for match in matches:
        known.setdefault(match.entry.seq, match)
    return tuple(known.values())[:_CLOSE]
