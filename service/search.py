"""Retrieve, fuse, look up: one question to ranked, citable passages. No HTTP in here."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.calibration import Calibration, Curve
from indexer.cite import pin_cite
from indexer.errors import IndexCorruptError, ModelMismatchError
from indexer.evidence import (
    Evidence,
    dense_evidence,
    hybrid_evidence,
    lexical_evidence,
    voice_prior,
)
from indexer.records import Span
from indexer.store.analysis import query_terms
from indexer.store.ranking import Ranking, Rows
from indexer.store.snapshot import Index
from indexer.store.stored import StoredPassage
from models.base import Embedder, FloatVector
from service.admission import Admission, both
from service.answers import (
    Answer,
    Confidence,
    Explanation,
    Group,
    Hit,
    Mode,
    Neighbour,
    SearchQuery,
    Timings,
)
from service.cited import CitedRows, cited_rows, evidence_at, lifted
from service.errors import QueryError
from service.highlight import Highlighter
from service.question import Question

CANDIDATES: Final = 100
"""How deep each lane is read at least; more where more hits are wanted."""
_HIGH, _MEDIUM = 0.8, 0.5
_GROUP_BEST: Final = 3
"""A case's evidence is the mean of this many of its passages; see `_case_order`."""


class Candidates(NamedTuple):
    """What the lanes found, best first: parallel arrays."""

    rows: Rows
    evidence: Evidence
    dense: Ranking | None
    lexical: Ranking | None
    named: int = 0
    """How many of them, from the first on, are passages of a case that the question names."""


class _Clock:
    """Wall time of named stages, in milliseconds."""

    def __init__(self) -> None:
        self.start = self.last = perf_counter()
        self.stages: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self.last) * 1e3
        self.last = now

    def timings(self) -> Timings:
        return Timings(total=(perf_counter() - self.start) * 1e3, **self.stages)


class SearchEngine:
    """Answers questions from one open build; the `Searcher` that the service lends out."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        """Take an open build and its model; `ModelMismatchError` when it was built with another."""
        _require_model(index, embedder)
        self._index = index
        self._embedder = embedder
        self._calibration = _calibration(index)
        self._admission = Admission(index)

    @property
    def index(self) -> Index:
        """The build that every answer comes from."""
        return self._index

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with."""
        return self._embedder

    def search(self, query: SearchQuery, /) -> Answer:
        """Return the ranked answer to ``query``: filter, retrieve, fuse, look up."""
        if query.rerank:
            raise QueryError(
                "rerank", "this index has no reranker; leave rerank out, or set it to false"
            )
        clock = _Clock()
        question = Question.parse(query.text)
        allowed = self._admission.rows(query.filters, question.phrases)
        clock.lap("fuse")
        found = self._retrieve(question, query, allowed, clock)
        cited = cited_rows(query.text, self._index.passages.finder)
        if cited is not None:
            found = self._named_first(found, cited, query.mode, both(allowed, cited.rows))
        clock.lap("fuse")
        scores = self._curve(query.mode)(found.evidence)
        best = scores >= query.min_score
        hits, groups = self._answer(
            question, query, found._replace(rows=found.rows[best], evidence=found.evidence[best])
        )
        hits, groups = self._with_cites(hits), self._groups_with_cites(groups)
        clock.lap("fetch")
        return Answer(
            query=query,
            build_id=self._index.manifest.build_id,
            took_ms=clock.timings(),
            query_coverage=1.0,
            exact=self._index.vectors.is_exact,
            candidates_considered=len(found.rows),
            no_match=not found.named and self._nothing(scores, query.mode),
            hits=hits,
            groups=groups,
        )

    def similar(self, passage_id: str, /, *, k: int, same_case: bool = False) -> tuple[Hit, ...]:
        """Return the ``k`` nearest passages by their vectors, the passage itself left out."""
        store, vectors = self._index.passages, self._index.vectors
        row = store.row_of(passage_id)
        first, end = (row, row + 1) if same_case else store.case_rows(row)
        ranking = vectors.nearest(vectors.vectors(np.array([row]))[0], k + end - first, None)
        others = (ranking.rows < first) | (ranking.rows >= end)
        rows = ranking.rows[others][:k]
        scores = self._calibration.dense(dense_evidence(ranking.scores[others][:k]))
        return self._with_cites(
            [
                self._hit(stored, rank=place + 1, score=float(scores[place]))
                for place, stored in enumerate(store.fetch(rows))
            ]
        )

    def passage(self, passage_id: str, /, *, context: int = 0) -> Hit:
        """Return one passage with its neighbours, without rank and score."""
        row = self._index.passages.row_of(passage_id)
        (stored,) = self._index.passages.fetch(np.array([row]))
        (hit,) = self._with_cites([self._hit(stored)])
        return self._with_context(hit, context)

    def _retrieve(
        self, question: Question, query: SearchQuery, allowed: Rows | None, clock: _Clock
    ) -> Candidates:
        depth = max(CANDIDATES, query.k * (10 if query.by_case else 2))
        vector: FloatVector | None = None
        dense = lexical = None
        if query.mode is not Mode.LEXICAL:
            vector = self._embedder.embed_query(question.text)
            clock.lap("embed")
            dense = self._index.vectors.nearest(vector, depth, allowed)
            clock.lap("dense")
        if query.mode is not Mode.DENSE:
            lexical = self._index.lexical.search(question.terms, depth, allowed)
            clock.lap("lexical")
        rows = np.unique(
            np.concatenate([lane.rows for lane in (dense, lexical) if lane is not None])
        )
        evidence = self._evidence(question.terms, query.mode, vector, rows)
        best = np.argsort(-evidence, kind="stable")
        clock.lap("fuse")
        return Candidates(rows[best], evidence[best], dense, lexical)

    def _named_first(
        self, found: Candidates, cited: CitedRows, mode: Mode, rows: Rows
    ) -> Candidates:
        """Put ``rows``, the admitted passages of the cases that the question names, before the others.

        They are ranked by the rest of the question, those on a page it names first; without a rest
        they stay in the order of the text. Their evidence is raised to the best that was found and
        to what is of high confidence at the least (`cited.lifted`): to name a case is to ask for it.
        """
        if not len(rows):
            return found
        own = np.zeros(len(rows))
        if cited.rest:
            asked = mode is not Mode.LEXICAL
            vector = self._embedder.embed_query(cited.rest) if asked else None
            own = self._evidence(query_terms(cited.rest), mode, vector, rows)
        best = float(found.evidence.max(initial=0.0))
        on_page = np.isin(rows, cited.on_page)
        own = lifted(own, on_page, above=max(best, evidence_at(_HIGH, self._curve(mode))))
        order = np.lexsort((rows, -own, ~on_page))
        others = ~np.isin(found.rows, rows)
        return found._replace(
            rows=np.concatenate([rows[order], found.rows[others]]),
            evidence=np.concatenate([own[order], found.evidence[others]]),
            named=len(rows),
        )

    def _evidence(
        self, terms: Sequence[str], mode: Mode, vector: FloatVector | None, rows: Rows
    ) -> Evidence:
        """Weigh every candidate in every lane of the mode, whichever lane found it."""
        dense = lexical = np.zeros(len(rows))
        if vector is not None:
            dense = dense_evidence(self._index.vectors.dots(vector, rows))
        if mode is Mode.DENSE:
            return dense
        idf_sum = sum(self._index.lexical.idf(term) for term in terms)
        scores = self._index.lexical.scores(terms, rows)
        lexical = lexical_evidence(scores, idf_sum=idf_sum)
        if mode is Mode.LEXICAL:
            return lexical
        return hybrid_evidence(dense, lexical) * voice_prior(self._index.passages.types_of(rows))

    def _answer(
        self, question: Question, query: SearchQuery, found: Candidates
    ) -> tuple[tuple[Hit, ...], tuple[Group, ...] | None]:
        if query.by_case:
            return (), self._groups(question, query, found)
        rows = found.rows[: query.k]
        scores = self._curve(query.mode)(found.evidence[: query.k])
        return self._hits(question, query, found, rows, scores), None

    def _groups(
        self, question: Question, query: SearchQuery, found: Candidates
    ) -> tuple[Group, ...]:
        curve = self._curve(query.mode)
        cases = self._index.passages.cases_of(found.rows)
        groups = []
        ordered = _case_order(cases, found.evidence, named=found.named)
        for rank, (places, evidence) in enumerate(ordered[: query.k], 1):
            chosen = places[: query.passages_per_group]
            hits = self._hits(
                question, query, found, found.rows[chosen], curve(found.evidence[chosen])
            )
            score = float(curve(np.array(evidence)))
            groups.append(Group(rank=rank, score=score, case=hits[0].stored.case, hits=hits))
        return tuple(groups)

    def _hits(
        self,
        question: Question,
        query: SearchQuery,
        found: Candidates,
        rows: Rows,
        scores: npt.NDArray[np.float64],
    ) -> tuple[Hit, ...]:
        highlighter = Highlighter(question.terms, self._index.lexical.idf)
        hits = []
        for place, stored in enumerate(self._index.passages.fetch(rows)):
            marks = highlighter.mark(stored.passage.text)
            hit = replace(
                self._hit(stored, rank=place + 1, score=float(scores[place])),
                highlights=marks.highlights,
                explain=_explain(found, stored, marks.matched) if query.explain else None,
            )
            hits.append(self._with_context(hit, query.context))
        return tuple(hits)

    def _hit(
        self, stored: StoredPassage, *, rank: int | None = None, score: float | None = None
    ) -> Hit:
        return Hit(
            rank=rank,
            score=score,
            confidence=None if score is None else _confidence(score),
            stored=stored,
            cite=pin_cite(stored.case, stored.pages, opinion=stored.opinion),
        )

    def _with_cites(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Add the citations in each passage, read for all of them at once."""
        cited = self._index.passages.citations.cited_in([hit.stored for hit in hits])
        return tuple(replace(hit, cites=one) for hit, one in zip(hits, cited, strict=True))

    def _groups_with_cites(self, groups: tuple[Group, ...] | None) -> tuple[Group, ...] | None:
        if groups is None:
            return None
        hits = iter(self._with_cites([hit for group in groups for hit in group.hits]))
        return tuple(replace(group, hits=tuple(islice(hits, len(group.hits)))) for group in groups)

    def _with_context(self, hit: Hit, context: int) -> Hit:
        if not context:
            return hit
        store = self._index.passages
        before, after = store.neighbours(hit.stored.passage.row, context)
        return replace(
            hit, before=_neighbours(store.fetch(before)), after=_neighbours(store.fetch(after))
        )

    def _curve(self, mode: Mode) -> Curve:
        curve: Curve = getattr(self._calibration, mode.value)
        return curve

    def _nothing(self, scores: npt.NDArray[np.float64], mode: Mode) -> bool:
        limit = self._calibration.no_match_below if mode is Mode.HYBRID else _MEDIUM
        return len(scores) == 0 or float(scores[0]) < limit


def _require_model(index: Index, embedder: Embedder) -> None:
    wanted, loaded = index.manifest.model, embedder.spec
    if wanted.fingerprint != loaded.fingerprint:
        raise ModelMismatchError(
            index.folder,
            built_with=f"{wanted.name} ({wanted.fingerprint[:12]})",
            loaded=f"{loaded.name} ({loaded.fingerprint[:12]})",
        )


def _calibration(index: Index) -> Calibration:
    try:
        return Calibration.from_json(index.manifest.calibration)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexCorruptError(index.folder, "its calibration cannot be read") from error


def _case_order(
    cases: Rows, evidence: Evidence, *, named: int
) -> list[tuple[npt.NDArray[np.int64], float]]:
    """Order cases by the mean evidence of their three best passages.

    ``cases[i]`` is the case of candidate *i*, best first. A passage that a case does not have counts
    as the weakest candidate, so that a case with one lucky passage does not gain by having no other;
    not so for a case that the question names, to which the first ``named`` candidates belong.
    Returns, best first, each case's candidate positions (best first) and its evidence.
    """
    floor = float(evidence[-1]) if len(evidence) else 0.0
    ordered = []
    asked_for = set(cases[:named].tolist())
    for case in dict.fromkeys(cases.tolist()):
        places = np.flatnonzero(cases == case)
        best = evidence[places[:_GROUP_BEST]]
        if case not in asked_for:
            best = np.pad(best, (0, _GROUP_BEST - len(best)), constant_values=floor)
        ordered.append((places, float(best.mean())))
    return sorted(ordered, key=lambda entry: -entry[1])


def _confidence(score: float) -> Confidence:
    if score >= _HIGH:
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= _MEDIUM else Confidence.LOW


def _neighbours(stored: Sequence[StoredPassage]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            id=s.passage.id,
            text=s.passage.text,
            span=Span(s.passage.span.start, s.passage.span.end),
        )
        for s in stored
    )


def _explain(found: Candidates, stored: StoredPassage, matched: tuple[str, ...]) -> Explanation:
    row = stored.passage.row
    dense_rank, dense_score = _place(found.dense, row)
    lexical_rank, lexical_score = _place(found.lexical, row)
    return Explanation(
        dense_rank=dense_rank,
        dense_score=dense_score,
        lexical_rank=lexical_rank,
        lexical_score=lexical_score,
        rerank_score=None,
        matched_terms=matched,
    )


def _place(ranking: Ranking | None, row: int) -> tuple[int | None, float | None]:
    if ranking is None:
        return None, None
    places = np.flatnonzero(ranking.rows == row)
    return (int(places[0]) + 1, float(ranking.scores[places[0]])) if len(places) else (None, None)
