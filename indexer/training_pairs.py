"""Pairs to train an encoder on, drawn from a built index: what opinions say of a passage, and the passage.

Nothing here is written by hand and nothing comes from outside the opinions: a syllabus and the opinion it
sums up, a citing sentence or a parenthetical and the passage cited, a heading and its section.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexer.errors import TrainingPairsError
from indexer.evidence import Evidence, dense_evidence, hybrid_evidence, lexical_evidence
from indexer.filters import Filters
from indexer.held_out import HeldOut
from indexer.records import OpinionType, SectionRole, Span
from indexer.store.analysis import query_terms
from indexer.store.disk import replacing
from indexer.store.ranking import Rows, Scores, is_in
from indexer.store.snapshot import Index
from indexer.store.stored import StoredOpinion, StoredPassage
from indexer.training_queries import (
    PairKind,
    SourceQuery,
    citing_queries,
    heading_queries,
    syllabus_queries,
)
from models.base import Embedder

_COURTS_OWN: Final = (
    OpinionType.LEAD,
    OpinionType.COMBINED,
    OpinionType.UNANIMOUS,
    OpinionType.PLURALITY,
    OpinionType.PER_CURIAM,
)
_NOT_TOLD: Final = frozenset(
    {SectionRole.CAPTION, SectionRole.SYLLABUS, SectionRole.FOOTNOTES, SectionRole.APPENDIX}
)
_TOO_NEAR: Final = 0.95
"""A passage with more than this share of the right one's cosine may well be right too."""
_LOOKED_AT: Final = 40
_TOLD_AGAIN: Final = 0.8
"""A passage with this share of the best one's cosine stands for it where the best one has the query's words in a row."""
_RUN: Final = 7
_AMONG: Final = 4
_CASES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPassage:
    """One passage of one case."""

    case_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPair:
    """A query, the passage that it is about, and passages with its words that it is not about."""

    kind: PairKind
    source_case: str
    """The case that the query was taken from."""
    query: str
    positive: TrainingPassage
    negatives: tuple[TrainingPassage, ...]
    """Of other cases, best by BM25 first."""
    cosine: float
    """Of query and positive, by the model that chose it."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain form of a line."""
        return {
            "kind": self.kind.value,
            "source_case": self.source_case,
            "query": self.query,
            "positive": {"case_id": self.positive.case_id, "text": self.positive.text},
            "negatives": [{"case_id": n.case_id, "text": n.text} for n in self.negatives],
            "cosine": round(self.cosine, 4),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "TrainingPair":
        """Read what `to_json` wrote; a missing key raises `KeyError` or `TypeError`."""
        return cls(
            kind=PairKind(raw["kind"]),
            source_case=raw["source_case"],
            query=raw["query"],
            positive=TrainingPassage(**raw["positive"]),
            negatives=tuple(TrainingPassage(**one) for one in raw["negatives"]),
            cosine=raw["cosine"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOptions:
    """What may be said about the pairs wanted."""

    held_out: HeldOut = field(default_factory=HeldOut)
    excluded: frozenset[str] = frozenset()
    """Texts that must not become a query, as `plain_words` writes them."""
    negatives: int = 2
    least_cosine: float = 0.3
    """Between the query and the passage found for it; below, the passage is not what it is about."""


def training_pairs(
    index: Index, embedder: Embedder, options: PairOptions | None = None
) -> Iterator[TrainingPair]:
    """Yield the training pairs of ``index``, in the order of its cases; the same for the same build.

    ``embedder`` is the model that the index was built with. No held-out case gives a query, is a
    target or a negative. A query comes once.
    """
    maker = _Maker(index, embedder, options or PairOptions())
    seen: set[str] = set(maker.options.excluded)
    for source_case, query in maker.queries():
        words = plain_words(query.text)
        if words in seen:
            continue
        seen.add(words)
        pair = maker.pair(source_case, query)
        if pair is not None:
            yield pair


def plain_words(text: str) -> str:
    """Return ``text`` as texts are compared: letters and digits alone, in small letters."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def has_run(query: str, text: str, length: int = _RUN) -> bool:
    """Say whether ``length`` words in a row of ``query`` stand in ``text``, as `plain_words` writes both."""
    words, within = plain_words(query).split(), f" {plain_words(text)} "
    runs = range(len(words) - length + 1)
    return any(f" {' '.join(words[n : n + length])} " in within for n in runs)


def write_pairs(path: Path, pairs: Iterable[TrainingPair]) -> int:
    """Write one JSON object a line; return how many. The file appears whole or not at all."""
    count = 0
    with replacing(path) as part, part.open("w", encoding="utf-8") as lines:
        for count, pair in enumerate(pairs, 1):  # noqa: B007 - the last number is the count
            lines.write(json.dumps(pair.to_json(), ensure_ascii=False) + "\n")
    return count


def read_pairs(path: Path) -> list[TrainingPair]:
    """Read what `write_pairs` wrote, at least one pair; else `TrainingPairsError` names the line."""
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingPairsError(path, f"it cannot be read ({error})") from error
    pairs = []
    for number, line in enumerate(lines, 1):
        try:
            pairs.append(TrainingPair.from_json(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"line {number} is not a training pair ({error!r})"
            raise TrainingPairsError(path, reason) from error
    if not pairs:
        raise TrainingPairsError(path, "it holds no pair")
    return pairs


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """Where the passages of a case that may be meant are."""

    own: Rows
    """Of the court's own opinions; captions, notes and appendices left out."""
    syllabus: Rows


class _Maker:
    """Finds the passage for a query."""

    def __init__(self, index: Index, embedder: Embedder, options: PairOptions) -> None:
        self.options = options
        self._index = index
        self._embedder = embedder
        self._entries = [e for e in _all_cases(index) if not options.held_out.holds(e.case)]
        self._usable = {entry.case.id: entry for entry in self._entries}
        self._positions = np.array([entry.seq for entry in self._entries], dtype=np.int64)
        self._grounds: dict[str, _Ground] = {}
        self._allowed = self._rows_of_usable()

    def queries(self) -> Iterator[tuple[str, SourceQuery]]:
        """Yield the queries of every usable case about usable cases, with the case they stand in."""
        for entry in self._entries:
            for header in entry.opinions:
                opinion = self._index.passages.opinion(header.id)
                for query in self._of_opinion(opinion):
                    if query.target_case in self._usable:
                        yield entry.case.id, query

    def pair(self, source_case: str, query: SourceQuery) -> TrainingPair | None:
        """Return the pair of a query; `None` when no passage is near enough, or none is far enough."""
        rows = self._candidates(query)
        terms = query_terms(query.text)
        if not len(rows) or not terms:
            return None
        vector = self._embedder.embed_query(query.text)
        cosines = self._index.vectors.dots(vector, rows)
        bound = sum(self._index.lexical.idf(term) for term in terms)
        words = lexical_evidence(self._index.lexical.scores(terms, rows), idf_sum=bound)
        best = self._in_other_words(
            query.text, rows, cosines, hybrid_evidence(dense_evidence(cosines), words)
        )
        if cosines[best] < self.options.least_cosine:
            return None
        others = self._negatives(terms, vector, {source_case, query.target_case}, cosines[best])
        if len(others) < self.options.negatives:
            return None
        positive, *negatives = self._index.passages.fetch([int(rows[best]), *others])
        return TrainingPair(
            kind=query.kind,
            source_case=source_case,
            query=query.text,
            positive=_training_passage(positive),
            negatives=tuple(map(_training_passage, negatives)),
            cosine=float(cosines[best]),
        )

    def _in_other_words(self, query: str, rows: Rows, cosines: Scores, evidence: Evidence) -> int:
        """Return the place of the best passage, or of one nearly as near that does not copy the query.

        A model learns nothing of meaning from a passage that has the query's own words in a row.
        """
        order = np.argsort(-evidence, kind="stable")[:_AMONG]
        least = max(self.options.least_cosine, _TOLD_AGAIN * float(cosines[order[0]]))
        for place, stored in zip(order, self._index.passages.fetch(rows[order]), strict=True):
            if cosines[place] >= least and not has_run(query, stored.passage.text):
                return int(place)
        return int(order[0])

    def _of_opinion(self, opinion: StoredOpinion) -> Iterator[SourceQuery]:
        if opinion.header.type is OpinionType.SYLLABUS:
            yield from syllabus_queries(opinion.text, opinion.case.id)
            return
        for section in opinion.sections:
            if section.role is SectionRole.SYLLABUS:
                yield from syllabus_queries(section.span.of(opinion.text), opinion.case.id)
        passages = self._index.passages.fetch(opinion.rows)
        yield from _of_headings(opinion, passages)
        cited = self._index.passages.citations.cited_in(passages)
        for passage, citations in zip(passages, cited, strict=True):
            usable = [c for c in citations if c.case_id in self._usable]
            others = [c for c in usable if c.case_id != opinion.case.id]
            for _, query in citing_queries(passage.passage.text, others) if others else ():
                yield query

    def _candidates(self, query: SourceQuery) -> Rows:
        if query.rows is not None:
            return np.arange(query.rows.start, query.rows.stop, dtype=np.int64)
        ground = self._ground(query.target_case)
        paged = self._on_pages(ground.own, query.pages)
        if query.kind in (PairKind.SYLLABUS_POINT, PairKind.SYLLABUS_FACTS) or len(paged):
            return paged if len(paged) else ground.own
        return np.concatenate([ground.own, ground.syllabus])

    def _on_pages(self, rows: Rows, pages: tuple[int, int] | None) -> Rows:
        """Return those of ``rows`` that stand on ``pages`` of any reporter; none where none tells."""
        if pages is None or not len(rows):
            return rows[:0]
        stored = self._index.passages.fetch(rows)
        return rows[[_is_on(one, pages) for one in stored]]

    def _ground(self, case_id: str) -> _Ground:
        if case_id not in self._grounds:
            own: list[int] = []
            syllabus: list[int] = []
            for header in self._usable[case_id].opinions:
                rows = range(*self._index.passages.opinion_rows(header.id))
                if header.type is OpinionType.SYLLABUS:
                    syllabus.extend(rows)
                elif header.type in _COURTS_OWN:
                    stored = self._index.passages.fetch(rows)
                    own.extend(s.passage.row for s in stored if s.section.role not in _NOT_TOLD)
            self._grounds[case_id] = _Ground(
                np.array(own, dtype=np.int64), np.array(syllabus, dtype=np.int64)
            )
        return self._grounds[case_id]

    def _negatives(
        self, terms: tuple[str, ...], vector: Any, cases: set[str], cosine: float
    ) -> list[int]:
        """Return rows of other usable cases, best by BM25, that are not as near as the right one."""
        found = self._index.lexical.search(terms, _LOOKED_AT, self._allowed).rows
        own = [self._usable[case_id].seq for case_id in cases]
        foreign = found[~np.isin(self._index.passages.cases_of(found), own)]
        if not len(foreign):
            return []
        far = self._index.vectors.dots(vector, foreign) < _TOO_NEAR * cosine
        return [int(row) for row in foreign[far][: self.options.negatives]]

    def _rows_of_usable(self) -> Rows:
        every = np.arange(self._index.manifest.counts.passages, dtype=np.int64)
        return every[is_in(self._index.passages.cases_of(every), np.sort(self._positions))]


def _of_headings(opinion: StoredOpinion, passages: list[StoredPassage]) -> Iterator[SourceQuery]:
    for span, query in heading_queries(opinion):
        rows = [p.passage.row for p in passages if _is_inside(p.passage.span, span)]
        if rows:
            yield SourceQuery(
                kind=query.kind,
                text=query.text,
                target_case=query.target_case,
                rows=range(rows[0], rows[-1] + 1),
            )


def _is_inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _is_on(stored: StoredPassage, pages: tuple[int, int]) -> bool:
    return any(
        here.first.isdigit()
        and here.last.isdigit()
        and int(here.first) <= pages[1]
        and pages[0] <= int(here.last)
        for here in stored.pages
    )


def _training_passage(stored: StoredPassage) -> TrainingPassage:
    return TrainingPassage(case_id=stored.case.id, text=stored.passage.text)


def _all_cases(index: Index) -> Iterator[Any]:
    after = -1
    while entries := index.passages.cases(Filters(), after=after, limit=_CASES_AT_ONCE):
        yield from entries
        after = entries[-1].seq
