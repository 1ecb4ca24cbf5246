"""True sentences of an index, and how their cases are cited: what `verify_ways` makes drafts of."""

import random
import re
from dataclasses import dataclass

from indexer.filters import Filters
from indexer.records import OpinionType, Span
from indexer.reporters import parse_citation
from indexer.sentences import sentence_spans
from indexer.store.snapshot import Index
from indexer.store.stored import CatalogueEntry, PageMap, StoredOpinion
from service.verify_quotes import QuoteStatus

LEAD = {
    OpinionType.LEAD,
    OpinionType.UNANIMOUS,
    OpinionType.PER_CURIAM,
    OpinionType.PLURALITY,
    OpinionType.COMBINED,
}
SEPARATE = {OpinionType.DISSENT, OpinionType.CONCURRENCE, OpinionType.CONCURRENCE_IN_PART}
WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with one quotation, and what it should be called."""

    way: str
    text: str
    expected: QuoteStatus


@dataclass(frozen=True, slots=True)
class Quote:
    """A true sentence of an opinion, and how its case is cited."""

    text: str
    opinion: StoredOpinion
    entry: CatalogueEntry
    citation: str
    page: str | None

    @property
    def series(self) -> str:
        """Volume and reporter."""
        cited = parse_citation(self.citation)
        assert cited is not None
        return cited.series


def plain(text: str) -> str:
    """Return the letters and figures of a text, in lower case, for comparing."""
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


class Maker:
    """Draws true sentences from an index, and makes drafts of them; the same seed gives the same."""

    def __init__(self, index: Index, seed: int) -> None:
        self.store = index.passages
        self.random = random.Random(seed)
        entries = self.store.cases(Filters(), limit=1_000_000)
        self.entries = [e for e in entries if e.opinions and self._citation(e)]
        self.words = self._vocabulary()

    def _citation(self, entry: CatalogueEntry) -> str | None:
        for text in entry.case.citations:
            cited = parse_citation(text)
            if cited and cited.reporter in {"U.S.", "F.2d", "F.3d", "F. Supp.", "F. Supp. 2d"}:
                return text
        return None

    def _vocabulary(self) -> list[str]:
        opinion = self.store.opinion(self.random.choice(self.entries).opinions[0].id)
        return sorted({word.lower() for word in WORD.findall(opinion.text) if len(word) > 4})

    def quote(self, types: set[OpinionType] = LEAD, *, need: str = "") -> Quote:
        """Return a random sentence of 10 to 45 words, without brackets, ellipses or quotation marks."""
        while True:
            entry = self.random.choice(self.entries)
            fit = [header for header in entry.opinions if header.type in types]
            if not fit:
                continue
            opinion = self.store.opinion(self.random.choice(fit).id)
            found = self.sentence(opinion, need)
            if found is not None:
                start, text = found
                citation = self._citation(entry)
                assert citation is not None
                return Quote(
                    text, opinion, entry, citation, self.page(opinion, start, text, citation)
                )

    def sentence(self, opinion: StoredOpinion, need: str) -> tuple[int, str] | None:
        """Return a random plain sentence of an opinion, with its place."""
        spans = [s for s in sentence_spans(opinion.text) if 60 <= len(s) <= 400]
        self.random.shuffle(spans)
        for span in spans[:40]:
            text = span.of(opinion.text).strip()
            words = text.split()
            if not 10 <= len(words) <= 45 or not re.fullmatch(
                r"[A-Z][^\[\]\"“”…*\n]*[a-z)]\.", text
            ):
                continue
            if re.search(r"\. ?\. ?\.|\d+ (?:U\.|F\.|S\.)|\bId\.|''|``", text):
                continue
            if need and not re.search(need, text):
                continue
            return span.start + span.of(opinion.text).index(text), text
        return None

    def page(self, opinion: StoredOpinion, start: int, text: str, citation: str) -> str | None:
        """Return the page on which words begin in the reporter of a citation, where it is known."""
        cited = parse_citation(citation)
        for pages in PageMap(opinion.pages).ranges(Span(start, start + len(text))):
            if cited and pages.reporter == cited.series and pages.first.isdecimal():
                return pages.first
        return None

    def holds(
        self, entry: CatalogueEntry, text: str, types: set[OpinionType] | None = None
    ) -> bool:
        """Whether an opinion of a case (of some types) has these words."""
        return any(
            plain(text) in plain(self.store.opinion(header.id).text)
            for header in entry.opinions
            if types is None or header.type in types
        )

    def cite(self, quote: Quote, *, page: str | None = None, voice: bool = False) -> str:
        """Return a citation sentence for a quote."""
        pin = page or quote.page
        year = (quote.entry.case.date_filed or "2000")[:4]
        court = quote.entry.case.court_citation_string or ""
        told = f"{court} {year}".strip() if " U.S. " not in quote.citation else year
        said = " (concurring or dissenting opinion)" if voice else ""
        return (
            f"{quote.entry.case.name}, {quote.citation}{f', {pin}' if pin else ''} ({told}){said}."
        )
