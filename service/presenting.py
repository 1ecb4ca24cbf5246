"""Rows become hits: the passage with its citation, its marks, its neighbours and its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from indexer.cite import pin_cite
from indexer.evidence import Evidence
from indexer.records import Span
from indexer.store.ranking import Ranking
from indexer.store.snapshot import Index
from indexer.store.stored import StoredCitation, StoredPassage
from service.answers import (
    AlsoQuoted,
    EvidenceParts,
    Explanation,
    Hit,
    Neighbour,
    SearchQuery,
)
from service.folding import Shown
from service.highlight import Highlighter
from service.question import Question
from service.retrieval import Candidates, Retriever
from service.scoring import confidence

Citations = Mapping[int, tuple[StoredCitation, ...]]
"""What passages cite, in text order, by row."""


class Asking(NamedTuple):
    """What hits are shown for."""

    query: SearchQuery
    found: Candidates
    highlighter: Highlighter


class Presenter:
    """Looks up what is shown of the passages of one open build."""

    def __init__(self, index: Index, retriever: Retriever) -> None:
        self._index = index
        self._retriever = retriever

    def asking(self, question: Question, query: SearchQuery, found: Candidates) -> Asking:
        """Return what `hits` needs to know, for as many calls as there are."""
        return Asking(query, found, Highlighter(question.terms, self._index.lexical.idf))

    def hits(self, asking: Asking, shown: Sequence[Shown], cites: Citations) -> tuple[Hit, ...]:
        """Return what is ``shown`` as hits ranked from 1 in this order; ``cites`` as `cites_of` gives."""
        hits = []
        for rank, one in enumerate(shown, 1):
            passage = one.stored.passage
            marks = asking.highlighter.mark(passage.text, passage.sentences)
            hit = Hit(
                rank=rank,
                score=one.score,
                confidence=confidence(one.score),
                stored=one.stored,
                cite=_cite(one.stored),
                highlights=marks.highlights,
                explain=self._explain(asking.found, one.stored, marks.matched)
                if asking.query.explain
                else None,
                cites=cites[passage.row],
                also_quoted_in=tuple(_also(stored) for stored in one.also),
            )
            hits.append(self.with_context(hit, asking.query.context))
        return tuple(hits)

    def hit(
        self,
        stored: StoredPassage,
        cites: Citations,
        *,
        rank: int | None = None,
        score: float | None = None,
    ) -> Hit:
        """Return a passage with its citation, and with rank and score where it has them."""
        return Hit(
            rank=rank,
            score=score,
            confidence=None if score is None else confidence(score),
            stored=stored,
            cite=_cite(stored),
            cites=cites[stored.passage.row],
        )

    def cites_of(self, stored: Sequence[StoredPassage]) -> Citations:
        """Return the citations in each passage by its row, read for all of them at once."""
        cited = self._index.passages.citations.cited_in(stored)
        return {one.passage.row: own for one, own in zip(stored, cited, strict=True)}

    def with_context(self, hit: Hit, context: int) -> Hit:
        """Add up to ``context`` passages before and after the hit in its opinion."""
        if not context:
            return hit
        store = self._index.passages
        before, after = store.neighbours(hit.stored.passage.row, context)
        return replace(
            hit, before=_neighbours(store.fetch(before)), after=_neighbours(store.fetch(after))
        )

    def _explain(
        self, found: Candidates, stored: StoredPassage, matched: tuple[str, ...]
    ) -> Explanation:
        row = stored.passage.row
        dense_rank, dense_score = _place(found.dense, row)
        lexical_rank, lexical_score = _place(found.lexical, row)
        return Explanation(
            dense_rank=dense_rank,
            dense_score=dense_score,
            lexical_rank=lexical_rank,
            lexical_score=lexical_score,
            rerank_score=found.reranked.get(row),
            matched_terms=matched,
            evidence=self._evidence(found, row),
        )

    def _evidence(self, found: Candidates, row: int) -> EvidenceParts:
        """Weigh a row again, as it was weighed for the ranking."""
        places = np.flatnonzero(found.rows == row)
        is_named = len(places) > 0 and int(places[0]) < found.named
        asked = found.named_asked if is_named else found.asked
        named = float(found.evidence[places[0]]) if is_named else None
        if asked is None:
            return EvidenceParts(named=named)
        parts = self._retriever.parts(asked, np.array([row]))
        return EvidenceParts(
            dense=_only(parts.dense),
            lexical=_only(parts.lexical),
            voice_prior=_only(parts.voice_prior),
            rerank=found.reranked.get(row),
            pointed=found.pointed.get(row),
            named=None if named is None else named - float(parts.evidence[0]),
        )


def _only(values: Evidence | None) -> float | None:
    return None if values is None else float(values[0])


def _also(stored: StoredPassage) -> AlsoQuoted:
    return AlsoQuoted(
        passage_id=stored.passage.id,
        case_id=stored.case.id,
        case_name=stored.case.name,
        cite=_cite(stored),
    )


def _cite(stored: StoredPassage) -> str:
    return pin_cite(stored.case, stored.pages, opinion=stored.opinion)


def _neighbours(stored: Sequence[StoredPassage]) -> tuple[Neighbour, ...]:
    return tuple(
        Neighbour(
            id=s.passage.id,
            text=s.passage.text,
            span=Span(s.passage.span.start, s.passage.span.end),
        )
        for s in stored
    )


def _place(ranking: Ranking | None, row: int) -> tuple[int | None, float | None]:
    if ranking is None:
        return None, None
    places = np.flatnonzero(ranking.rows == row)
    return (int(places[0]) + 1, float(ranking.scores[places[0]])) if len(places) else (None, None)
