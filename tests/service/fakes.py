"""A live index without files and models: two cases, three opinions, five passages, known answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any, cast

from starlette.testclient import TestClient

from indexer.errors import FilterError, NotInIndexError
from indexer.filters import Filters
from indexer.records import (
    Case,
    OpinionHeader,
    OpinionType,
    PageMark,
    Passage,
    PassageLimits,
    Section,
    SectionRole,
    Span,
)
from indexer.store.manifest import Counts, Manifest
from indexer.store.snapshot import Index
from indexer.store.stored import CatalogueEntry, PageRange, StoredOpinion, StoredPassage
from models.base import Embedder, ModelSpec
from service.answers import (
    Answer,
    Confidence,
    Explanation,
    Group,
    Highlight,
    HighlightKind,
    Hit,
    Neighbour,
    SearchQuery,
    Timings,
)
from service.app import create_app
from service.errors import NotReadyError, QueryError
from service.live import Live
from service.settings import Settings
from tests.embedders import WordHashEmbedder

EMBEDDER = WordHashEmbedder(window=64)
FLOYD = Case(
    id="ca6-2008-floyd",
    name="Floyd v. City of Detroit",
    court_id="ca6",
    court="United States Court of Appeals for the Sixth Circuit",
    court_citation_string="6th Cir.",
    date_filed="2008",
    citations=("518 F.3d 398",),
    judges=("Gilman", "Daughtrey"),
    status="published",
    extra={"docket_source": "pacer", "panel": [1, 2]},
)
BAILEY = Case(id="ca6/2005 Bailey", name="Sample v. Bailey", citations=("409 F.3d 689",))
_TEXTS = {
    "floyd": ["The officers fired § 1983 shots. ", "The right was clearly established. "],
    "floyd:dissent": ["I would reverse — respectfully."],
    "ca6/2005 Bailey": ["The dog bit Muñoz. ", "Qualified immunity is denied."],
}
HEADERS = {
    "floyd": OpinionHeader(
        id="floyd",
        case_id=FLOYD.id,
        type=OpinionType.LEAD,
        author="Gilman",
        joined_by=("Daughtrey",),
        source_sha256="a" * 64,
        extra={"per_slip": True},
    ),
    "floyd:dissent": OpinionHeader(
        id="floyd:dissent", case_id=FLOYD.id, type=OpinionType.DISSENT, source_sha256="b" * 64
    ),
    "ca6/2005 Bailey": OpinionHeader(
        id="ca6/2005 Bailey", case_id=BAILEY.id, source_sha256="c" * 64
    ),
}
CASES = {case.id: case for case in (FLOYD, BAILEY)}


def _section(opinion_id: str) -> Section:
    return Section(
        heading="whether the right was clearly established",
        path=("analysis", "whether the right was clearly established"),
        number="II-A",
        role=SectionRole.ANALYSIS,
        span=Span(0, len("".join(_TEXTS[opinion_id]))),
    )


def _stored() -> Iterator[StoredPassage]:
    row = 0
    for opinion_id, texts in _TEXTS.items():
        start = 0
        for text in texts:
            span = Span(start, start + len(text))
            yield StoredPassage(
                passage=Passage(
                    row=row, opinion_id=opinion_id, section=0, span=span, text=text, tokens=7
                ),
                section=_section(opinion_id),
                opinion=HEADERS[opinion_id],
                case=CASES[HEADERS[opinion_id].case_id],
                text_sha256=sha256(text.encode()).hexdigest(),
                pages=(PageRange(reporter="518 F.3d", first="407", last="408"),),
            )
            row, start = row + 1, span.end


STORED = tuple(_stored())


def manifest(build_id: str = "b1") -> Manifest:
    return Manifest(
        build_id=build_id,
        created_at="2026-11-22T00:00:00Z",
        program_version="0.1.0",
        model=ModelSpec(
            name="tiny", runtime="none", dim=3, window=9, special_tokens=2, fingerprint="f" * 64
        ),
        limits=PassageLimits(max_tokens=7, target_tokens=7),
        counts=Counts(cases=2, opinions=3, sections=3, passages=5, refused=0, characters=100),
        tokens_total=35,
        tokens_embedded=35,
        sources=("sample",),
    )


class FakePassages:
    """The part of `PassageStore` that the routes use, over the records above."""

    def opinion(self, opinion_id: str) -> StoredOpinion:
        rows = range(*self.opinion_rows(opinion_id))
        header = HEADERS[opinion_id]
        return StoredOpinion(
            header=header,
            case=CASES[header.case_id],
            text="".join(_TEXTS[opinion_id]),
            sections=(_section(opinion_id),),
            pages=(PageMark(reporter="518 F.3d", page="407", start=0),),
            rows=rows,
        )

    def opinion_rows(self, opinion_id: str) -> tuple[int, int]:
        rows = [s.passage.row for s in STORED if s.opinion.id == opinion_id]
        if not rows:
            raise NotInIndexError("opinion", opinion_id)
        return rows[0], rows[-1] + 1

    def fetch(self, rows: range) -> list[StoredPassage]:
        return [STORED[row] for row in rows]

    def case(self, case_id: str) -> CatalogueEntry:
        if case_id not in CASES:
            raise NotInIndexError("case", case_id)
        headers = tuple(h for h in HEADERS.values() if h.case_id == case_id)
        return CatalogueEntry(seq=list(CASES).index(case_id), case=CASES[case_id], opinions=headers)

    def cases(self, filters: Filters, *, after: int = -1, limit: int) -> list[CatalogueEntry]:
        entries = [self.case(case_id) for case_id in CASES]
        kept = [e for e in entries if e.seq > after]
        if filters.court:
            kept = [e for e in kept if e.case.court_id in filters.court]
        return kept[:limit]


def hit_of(stored: StoredPassage, rank: int, score: float, query: SearchQuery) -> Hit:
    neighbour = Neighbour(id="floyd:0-1", text="T", span=Span(0, 1))
    explain = Explanation(
        dense_rank=rank,
        dense_score=0.61,
        lexical_rank=None,
        lexical_score=None,
        rerank_score=None,
        matched_terms=("shot",),
    )
    return Hit(
        rank=rank,
        score=score,
        confidence=Confidence.HIGH,
        stored=stored,
        cite="Floyd v. City of Detroit, 518 F.3d 398, 407-08 (6th Cir. 2008)",
        highlights=(Highlight(span=Span(0, 3), kind=HighlightKind.SENTENCE),),
        before=(neighbour,) * query.context,
        after=(neighbour,) * query.context,
        explain=explain if query.explain else None,
    )


@dataclass
class FakeSearcher:
    """Answers every question with the first ``k`` passages, and remembers what it was asked."""

    build_id: str = "b1"
    asked: list[SearchQuery] = field(default_factory=list)
    before_search: Callable[[SearchQuery], None] = lambda _: None

    @property
    def index(self) -> Index:
        fake = SimpleNamespace(manifest=manifest(self.build_id), passages=FakePassages())
        return cast("Index", fake)

    @property
    def embedder(self) -> Embedder:
        return EMBEDDER

    def search(self, query: SearchQuery, /) -> Answer:
        self.asked.append(query)
        self.before_search(query)
        if query.rerank:
            raise QueryError("rerank", "this index has no reranker; leave rerank out")
        if query.filters.binding_on == "nowhere":
            raise FilterError("binding_on", "no court has the id 'nowhere'; see courts-db")
        hits = tuple(
            hit_of(stored, place + 1, 0.9 - place / 10, query)
            for place, stored in enumerate(STORED[: query.k])
        )
        groups = (Group(rank=1, score=0.8, case=FLOYD, hits=hits[: query.passages_per_group]),)
        return Answer(
            query=query,
            build_id=self.build_id,
            took_ms=Timings(total=6.12345, embed=4.0),
            query_coverage=1.0,
            exact=True,
            candidates_considered=5,
            no_match=False,
            hits=() if query.by_case else hits,
            groups=groups if query.by_case else None,
        )

    def similar(self, passage_id: str, /, *, k: int, same_case: bool = False) -> tuple[Hit, ...]:
        own = self.passage(passage_id).stored
        others = [s for s in STORED if s is not own and (same_case or s.case.id != own.case.id)]
        query = SearchQuery(text="x")
        return tuple(hit_of(s, n + 1, 0.5, query) for n, s in enumerate(others[:k]))

    def passage(self, passage_id: str, /, *, context: int = 0) -> Hit:
        for stored in STORED:
            if stored.passage.id == passage_id:
                hit = hit_of(stored, 1, 1.0, SearchQuery(text="x", context=context))
                return replace(hit, rank=None, score=None, confidence=None)
        raise NotInIndexError("passage", passage_id)


@dataclass
class FakeLive(Live):
    """Lends a searcher at once, or says why not."""

    lent: FakeSearcher = field(default_factory=FakeSearcher)
    reason: str | None = None
    borrowed: int = 0
    closed: Event = field(default_factory=Event)

    @contextmanager
    def searcher(self) -> Iterator[FakeSearcher]:
        if self.reason:
            raise NotReadyError(self.reason)
        self.borrowed += 1
        yield self.lent

    def reason_not_ready(self) -> str | None:
        return self.reason

    def close(self) -> None:
        self.closed.set()


def settings(**given: Any) -> Settings:
    """On a machine that stalls no request is late, and no canary is asked in the midst of a test."""
    calm: dict[str, Any] = {"request_timeout_s": 600.0, "canary_interval_s": 0.0}
    return Settings(index_dir=Path("nowhere"), **{**calm, **given})


@contextmanager
def client_of(live: Live | None = None, **given: Any) -> Iterator[TestClient]:
    """Run the application with ``live`` opened, and the settings given."""
    opened = live or FakeLive()
    app = create_app(settings(**given), open_live=lambda _: opened)
    with TestClient(app, raise_server_exceptions=False) as client:
        wait_until_opened(client)
        yield client


def wait_until_opened(client: TestClient) -> None:
    deadline = monotonic() + 60
    while "being opened" in client.get("/readyz").text:
        assert monotonic() < deadline
        sleep(0.002)
