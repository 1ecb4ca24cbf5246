"""Pin cites: a proposition, and the pages of the one case that its author cites for it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexer.filters import Filters
from indexer.records import OpinionType, SectionRole
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from indexer.store.stored import StoredPassage
from models.base import Embedder
from service.answers import SearchQuery
from service.search import SearchEngine
from tests.quality.ranking_corpus import case_ids
from tests.quality.ranking_judged import Half
from tests.quality.ranking_lanes import read_lanes, timed
from tests.quality.ranking_metrics import NDCG, RECALL, PerQuery, evaluate, mean
from tests.quality.ranking_runs import DENSE, OURS, PAGE, RERANKED, RRF, WORDS
from tests.quality.ranking_table import gains, latencies

PINS: Final = Path(__file__).with_name("pins.jsonl")
_ROOM: Final = 40
"""Hits asked for beyond a page, in the place of those that are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One proposition and where it stands."""

    id: str
    text: str
    case_id: str
    reporter: str
    """Volume and reporter: ``283 U.S.``."""
    pages: tuple[int, ...]
    exclude: str | None
    """The citing case, whose own words the proposition is: left out of every answer."""
    half: Half


def read_pins(path: Path = PINS) -> list[Pin]:
    """Read what `make_pins` wrote."""
    with path.open(encoding="utf-8") as lines:
        return [_pin(json.loads(line)) for line in lines]


def _pin(raw: Mapping[str, Any]) -> Pin:
    return Pin(
        id=raw["id"],
        text=raw["query"],
        case_id=raw["case_id"],
        reporter=raw["reporter"],
        pages=tuple(raw["pages"]),
        exclude=raw.get("exclude"),
        half=Half(raw["half"]),
    )


def is_answer(stored: StoredPassage, pin: Pin) -> bool:
    """Whether a passage stands on one of the pin's pages, in the court's words or a judge's."""
    return not is_syllabus(stored) and any(
        pages.reporter == pin.reporter and _touches(pages.first, pages.last, pin.pages)
        for pages in stored.pages
    )


def is_syllabus(stored: StoredPassage) -> bool:
    """Whether a passage is the reporter's summary, which is no answer to a question of pages."""
    return (
        stored.opinion.type is OpinionType.SYLLABUS or stored.section.role is SectionRole.SYLLABUS
    )


def _touches(first: str, last: str, pages: Iterable[int]) -> bool:
    if not (first.isdigit() and last.isdigit()):
        return False
    return any(int(first) <= page <= int(last) for page in pages)


class PinBench:
    """Ranks passages for pins, in the whole corpus or within the pinned case."""

    def __init__(self, index: Index, embedder: Embedder, *, rerank: bool) -> None:
        self._index, self._embedder, self._rerank = index, embedder, rerank
        self._engine = SearchEngine(index, embedder)
        self._ids = case_ids(index)
        self._dropped: dict[int, tuple[bool, str]] = {}

    def report(self, pins: Sequence[Pin], *, within_case: bool) -> dict[str, Any]:
        """Return for each half a row a configuration, and ours against the plain fusion.

        A pin on whose pages no passage of the index stands is left out, and counted.
        """
        answers = {pin.id: self._answers(pin) for pin in pins}
        kept = [pin for pin in pins if answers[pin.id]]
        ranked = {pin.id: self._ranked(pin, within_case=within_case) for pin in kept}
        report: dict[str, Any] = {"without_a_passage": len(pins) - len(kept)}
        for half in Half:
            report[half.value] = _half([p for p in kept if p.half is half], answers, ranked)
        return report

    def _answers(self, pin: Pin) -> frozenset[str]:
        rows = self._case_rows(pin.case_id)
        stored = self._index.passages.fetch(rows)
        return frozenset(str(one.passage.row) for one in stored if is_answer(one, pin))

    def _case_rows(self, case_id: str) -> Rows:
        rows = self._index.passages.select(Filters(case_id=(case_id,)))
        return np.empty(0, np.int64) if rows is None else rows

    def _ranked(self, pin: Pin, *, within_case: bool) -> dict[str, tuple[list[str], float]]:
        filters = self._filters(pin, within_case=within_case)
        allowed = self._index.passages.select(filters)
        lanes = read_lanes(self._index, self._embedder, pin.text, allowed=allowed)
        found = {WORDS: lanes.words, DENSE: lanes.dense, RRF: lanes.fused}
        ranked: dict[str, tuple[Iterable[int], float]] = {
            name: (one.rows[: PAGE + _ROOM].tolist(), one.seconds) for name, one in found.items()
        }
        for name, rerank in ((OURS, None), (RERANKED, True)):
            if rerank is None or self._rerank:
                ranked[name] = timed(self._search(pin, filters, rerank=rerank))
        return {name: (self._page(rows, pin), spent) for name, (rows, spent) in ranked.items()}

    def _filters(self, pin: Pin, *, within_case: bool) -> Filters:
        """Return what leaves the citing case out: it must not point to what it cites either."""
        if within_case:
            return Filters(case_id=(pin.case_id,))
        if pin.exclude is None:
            return Filters()
        return Filters(case_id=tuple(one for one in self._ids if one != pin.exclude))

    def _search(self, pin: Pin, filters: Filters, *, rerank: bool | None) -> Callable[[], Rows]:
        query = SearchQuery(text=pin.text, k=PAGE + _ROOM, filters=filters, rerank=rerank)
        return lambda: np.array([hit.stored.passage.row for hit in self._engine.search(query).hits])

    def _page(self, rows: Iterable[int], pin: Pin) -> list[str]:
        """Return the first page without syllabi and without the citing case."""
        kept = (row for row in rows if not self._drops(int(row), pin.exclude))
        return [str(row) for _, row in zip(range(PAGE), kept, strict=False)]

    def _drops(self, row: int, exclude: str | None) -> bool:
        if row not in self._dropped:
            (stored,) = self._index.passages.fetch([row])
            self._dropped[row] = (is_syllabus(stored), stored.case.id)
        syllabus, case_id = self._dropped[row]
        return syllabus or case_id == exclude


def _half(
    pins: Sequence[Pin],
    answers: Mapping[str, frozenset[str]],
    ranked: Mapping[str, Mapping[str, tuple[list[str], float]]],
) -> dict[str, Any]:
    judgements = {pin.id: answers[pin.id] for pin in pins}
    rows: dict[str, Any] = {}
    recall: dict[str, PerQuery] = {}
    for name in dict.fromkeys(name for pin in pins for name in ranked[pin.id]):
        run = {pin.id: ranked[pin.id][name][0] for pin in pins}
        found = evaluate(judgements, run, (NDCG, RECALL))
        recall[name] = found[RECALL]
        spent = latencies(ranked[pin.id][name][1] for pin in pins)
        rows[name] = {NDCG: mean(found[NDCG]), RECALL: mean(found[RECALL]), **spent}
    clusters = {pin.id: pin.case_id for pin in pins}
    return {"queries": len(pins), "rows": rows, "gains": gains(recall, clusters, RECALL)}
