"""Retrieve, fuse, look up: one question to ranked, citable passages. No HTTP in here."""

import numpy as np

from indexer.errors import ModelMismatchError
from indexer.evidence import dense_evidence
from indexer.store.ranking import Rows
from indexer.store.snapshot import Index
from models.base import Embedder
from service.admission import Admission
from service.answers import Answer, Hit, Mode, SearchQuery
from service.case_groups import GroupMaker
from service.cited import cited_rows, evidence_at
from service.errors import QueryError
from service.folding import Ranked, folded
from service.lanes import LaneFinder
from service.model_names import public_name
from service.pointing import Pointing
from service.presenting import Asking, Presenter
from service.question import Question
from service.reranking import Reranker
from service.retrieval import Candidates, Retriever
from service.scoring import HIGH, Scoring
from service.timing import Clock


class SearchEngine:
    """Answers questions from one open build; the `Searcher` that the service lends out."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        """Take an open build and its model; `ModelMismatchError` when it was built with another."""
        _require_model(index, embedder)
        self._index = index
        self._embedder = embedder
        self._scoring = Scoring(index)
        self._admission = Admission(index)
        self._retriever = Retriever(index, embedder)
        self._reranker = Reranker(index, embedder)
        self._pointing = Pointing(index.passages.cited_places, self._retriever.weigh)
        self._presenter = Presenter(index, self._retriever)
        lanes = LaneFinder(index.passages, self._retriever)
        self._groups = GroupMaker(index.passages, self._scoring, self._presenter, lanes)

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
        if query.rerank and not self._reranker.is_available:
            raise QueryError(
                "rerank",
                "the model of this index cannot rerank; leave rerank out, or set it to false",
            )
        clock = Clock()
        question = Question.parse(query.text)
        admitted = self._admission.admit(query.filters, question.phrases)
        clock.lap("fuse")
        found = self._candidates(query, question, admitted.rows, clock)
        scores = self._scoring.curve(query.mode)(found.evidence)
        best = scores >= query.min_score
        kept = found._replace(rows=found.rows[best], evidence=found.evidence[best])
        asking = self._presenter.asking(question, query, kept)
        hits = () if query.grouped else self._hits(asking)
        groups = self._groups.groups(asking) if query.grouped else None
        clock.lap("fetch")
        lost = question.only_phrases and admitted.phrases_not_found == question.phrases
        said = len(admitted.phrases_not_found) < len(question.phrases) and len(found.rows) > 0
        return Answer(
            query=query,
            build_id=self._index.manifest.build_id,
            took_ms=clock.timings(),
            query_coverage=1.0,
            exact=found.dense is None or found.dense.exact,
            candidates_considered=len(found.rows),
            no_match=lost or (not found.named and not said and self._scoring.nothing(found)),
            hits=hits,
            groups=groups,
            phrases_not_found=admitted.phrases_not_found,
        )

    def similar(self, passage_id: str, /, *, k: int, same_case: bool = False) -> tuple[Hit, ...]:
        """Return the ``k`` nearest passages by their vectors, the passage itself left out."""
        store, vectors = self._index.passages, self._index.vectors
        row = store.row_of(passage_id)
        first, end = (row, row + 1) if same_case else store.case_rows(row)
        ranking = vectors.nearest(vectors.vectors(np.array([row]))[0], k + end - first, None)
        others = (ranking.rows < first) | (ranking.rows >= end)
        rows = ranking.rows[others][:k]
        scores = self._scoring.curve(Mode.DENSE)(dense_evidence(ranking.scores[others][:k]))
        stored = store.fetch(rows)
        cites = self._presenter.cites_of(stored)
        return tuple(
            self._presenter.hit(one, cites, rank=rank, score=score)
            for rank, (one, score) in enumerate(zip(stored, scores.tolist(), strict=True), 1)
        )

    def passage(self, passage_id: str, /, *, context: int = 0) -> Hit:
        """Return one passage with its neighbours, without rank and score."""
        row = self._index.passages.row_of(passage_id)
        stored = self._index.passages.fetch([row])
        hit = self._presenter.hit(stored[0], self._presenter.cites_of(stored))
        return self._presenter.with_context(hit, context)

    def _candidates(
        self, query: SearchQuery, question: Question, allowed: Rows | None, clock: Clock
    ) -> Candidates:
        """Return everything that is ranked, best first."""
        found = self._retriever.find(query, question.terms, allowed, clock)
        if query.rerank:
            found = self._reranker.rerank(query.text, found)
            clock.lap("rerank")
        if query.mode is Mode.HYBRID:
            found = self._pointing.follow(found)
            clock.lap("point")
        cited = cited_rows(query.text, self._index.passages.finder)
        if cited is not None:
            above = evidence_at(HIGH, self._scoring.curve(query.mode))
            found = self._retriever.named_first(found, cited, above=above, clock=clock)
        clock.lap("fuse")
        return found

    def _hits(self, asking: Asking) -> tuple[Hit, ...]:
        found, query = asking.found, asking.query
        scores = self._scoring.curve(query.mode)(found.evidence)
        ranked = Ranked(found.rows, scores, found.named)
        shown = folded(self._index.passages, ranked, query.k)
        cites = self._presenter.cites_of([one.stored for one in shown])
        return self._presenter.hits(asking, shown, cites)


def _require_model(index: Index, embedder: Embedder) -> None:
    wanted, loaded = index.manifest.model, embedder.spec
    if wanted.fingerprint != loaded.fingerprint:
        raise ModelMismatchError(
            index.folder,
            built_with=f"{public_name(wanted.name)} ({wanted.fingerprint[:12]})",
            loaded=f"{public_name(loaded.name)} ({loaded.fingerprint[:12]})",
        )
