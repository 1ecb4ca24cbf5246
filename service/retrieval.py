"""What the lanes find for a question, weighed: candidates with their evidence, best first."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from indexer.evidence import (
    Evidence,
    dense_evidence,
    hybrid_evidence,
    lexical_evidence,
    voice_prior,
)
from indexer.records import OpinionType
from indexer.store.analysis import query_terms
from indexer.store.ranking import Ranking, Rows, Scores
from indexer.store.snapshot import Index
from models.base import Embedder, FloatVector
from service.answers import Mode, SearchQuery
from service.cited import CitedRows, lifted
from service.row_sets import both
from service.timing import Clock

CANDIDATES: Final = 100
"""How deep each lane is read at least; more where more hits are wanted."""

_PRIORS: Final = voice_prior(tuple(OpinionType))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A question as the lanes take it."""

    terms: Sequence[str]
    mode: Mode
    vector: FloatVector | None
    """`None` where the mode has no use for it."""
    told: Ranking | None = None
    """What the words' lane has said already; its rows need not be asked for again."""


class Parts(NamedTuple):
    """What speaks for passages, part by part: arrays of the same shape, `None` where not asked."""

    dense: Evidence | None
    lexical: Evidence | None
    voice_prior: Evidence | None

    @property
    def evidence(self) -> Evidence:
        """All of it in one."""
        lanes = [lane for lane in (self.dense, self.lexical) if lane is not None]
        together = hybrid_evidence(*lanes) if len(lanes) == 2 else lanes[0]
        return together if self.voice_prior is None else together * self.voice_prior


class Candidates(NamedTuple):
    """What the lanes found, best first: parallel arrays."""

    rows: Rows
    evidence: Evidence
    asked: Asked
    """What they were weighed by; a passage that is not among them can be weighed by it too."""
    dense: Ranking | None
    lexical: Ranking | None
    best_words: float = 0.0
    """The most lexical evidence of any of them; 0 where the words were not asked."""
    allowed: Rows | None = None
    """What filters and phrases admit, as a set; `None` for every row."""
    named: int = 0
    """How many of them, from the first on, are passages of a case that the question names."""
    named_asked: Asked | None = None
    """What those were weighed by; `None` where the question says nothing but the name."""
    reranked: Mapping[int, float] = MappingProxyType({})
    """What the second look said, by row, of those that it looked at."""
    pointed: Mapping[int, float] = MappingProxyType({})
    """What rows gained because other candidates cite them."""

    def reweighed(self, first: Evidence) -> "Candidates":
        """Return them with the evidence of the first ``len(first)`` replaced, in the new order."""
        evidence = np.concatenate([first, self.evidence[len(first) :]])
        best = np.argsort(-evidence, kind="stable")
        return self._replace(rows=self.rows[best], evidence=evidence[best])


class Retriever:
    """Finds and weighs passages of one open build."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._aside = ThreadPoolExecutor(thread_name_prefix="words")
        """The words need no vector, and tantivy no interpreter: they are searched while it is made."""

    def find(
        self, query: SearchQuery, terms: Sequence[str], allowed: Rows | None, clock: Clock
    ) -> Candidates:
        """Return what the lanes of the mode find for the query among the rows ``allowed``.

        ``terms`` are those of its text. Every candidate is weighed in every lane of the mode, whichever
        lane found it.
        """
        depth = max(CANDIDATES, query.k * (10 if query.grouped else 2))
        words = None
        if query.mode is not Mode.DENSE:
            words = self._aside.submit(self._index.lexical.search, terms, depth, allowed)
        asked = self._ask(query.text, query.mode, clock, terms=terms)
        dense = lexical = None
        if asked.vector is not None:
            dense = self._index.vectors.nearest(asked.vector, depth, allowed)
            clock.lap("dense")
        if words is not None:
            lexical = words.result()
            asked = replace(asked, told=lexical)
            clock.lap("lexical")
        rows = np.unique(
            np.concatenate([lane.rows for lane in (dense, lexical) if lane is not None])
        )
        parts = self.parts(asked, rows, nearest=dense)
        evidence = parts.evidence
        best = np.argsort(-evidence, kind="stable")
        clock.lap("fuse")
        return Candidates(
            rows=rows[best],
            evidence=evidence[best],
            asked=asked,
            dense=dense,
            lexical=lexical,
            best_words=0.0 if parts.lexical is None else float(parts.lexical.max(initial=0.0)),
            allowed=allowed,
        )

    def named_first(
        self, found: Candidates, cited: CitedRows, *, above: float, clock: Clock
    ) -> Candidates:
        """Put the admitted passages of the cases that the question names before the others.

        They are ranked by the rest of the question, those on a page it names first; without a rest
        they stay in the order of the text. Their evidence is raised to the best that was found and
        to ``above`` at the least (`cited.lifted`): to name a case is to ask for it.
        """
        rows = both(found.allowed, cited.rows)
        if not len(rows):
            return found
        asked, own = None, np.zeros(len(rows))
        if cited.rest:
            terms = query_terms(cited.rest)
            asked = self._ask(cited.rest, found.asked.mode, clock, terms=terms)
            own = self.weigh(asked, rows)
        on_page = np.isin(rows, cited.on_page)
        own = lifted(own, on_page, above=max(float(found.evidence.max(initial=0.0)), above))
        order = np.lexsort((rows, -own, ~on_page))
        others = ~np.isin(found.rows, rows)
        return found._replace(
            rows=np.concatenate([rows[order], found.rows[others]]),
            evidence=np.concatenate([own[order], found.evidence[others]]),
            named=len(rows),
            named_asked=asked,
        )

    def weigh(self, asked: Asked, rows: Rows) -> Evidence:
        """Return the evidence of any ``rows`` in every lane of the mode together."""
        return self.parts(asked, rows).evidence

    def parts(self, asked: Asked, rows: Rows, *, nearest: Ranking | None = None) -> Parts:
        """Return what `weigh` puts together.

        ``nearest`` is what the vectors have said already of some of ``rows``, which ascend then.
        """
        dense = lexical = prior = None
        if asked.vector is not None:
            dense = dense_evidence(self._cosines(asked.vector, rows, nearest))
        if asked.mode is not Mode.DENSE:
            idf_sum = sum(self._index.lexical.idf(term) for term in asked.terms)
            scores = self._index.lexical.scores(asked.terms, rows, known=asked.told)
            lexical = lexical_evidence(scores, idf_sum=idf_sum)
        if asked.mode is Mode.HYBRID:
            prior = _PRIORS[self._index.passages.voices_of(rows)]
        return Parts(dense, lexical, prior)

    def _cosines(self, vector: FloatVector, rows: Rows, known: Ranking | None) -> Scores:
        if known is None:
            return self._index.vectors.dots(vector, rows)
        cosines = np.empty(len(rows))
        places = np.searchsorted(rows, known.rows)
        cosines[places] = known.scores
        others = np.ones(len(rows), np.bool_)
        others[places] = False
        cosines[others] = self._index.vectors.dots(vector, rows[others])
        return cosines

    def _ask(self, text: str, mode: Mode, clock: Clock, *, terms: Sequence[str]) -> Asked:
        vector: FloatVector | None = None
        if mode is not Mode.LEXICAL:
            vector = self._embedder.embed_query(text)
            clock.lap("embed")
        return Asked(terms=terms, mode=mode, vector=vector)
