"""The best passage that a case has for each role asked for, found among the candidates or not."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from indexer.evidence import Evidence
from indexer.records import SectionRole
from indexer.store.passages import PassageStore
from indexer.store.ranking import Rows
from service.retrieval import Candidates, Retriever
from service.row_sets import both

_WIDER: Final[Mapping[SectionRole, frozenset[SectionRole]]] = {
    SectionRole.ANALYSIS: frozenset({SectionRole.ANALYSIS, SectionRole.HOLDING})
}
"""Where the court applied the law, it also holds."""


class LanePassage(NamedTuple):
    """A row, and what speaks for it."""

    row: int
    evidence: float


def roles_of(lane: SectionRole) -> frozenset[SectionRole]:
    """Return the roles of the sections that ``lane`` looks in."""
    return _WIDER.get(lane, frozenset({lane}))


class LaneFinder:
    """Looks up passages of cases that are shown anyway."""

    def __init__(self, store: PassageStore, retriever: Retriever) -> None:
        self._store = store
        self._retriever = retriever

    def best(self, found: Candidates, lane: SectionRole, cases: Rows) -> dict[int, LanePassage]:
        """Return the best admitted passage of ``lane`` by case; ``cases`` are positions in the build.

        A candidate keeps its evidence; what is not one is weighed as the candidates were.
        """
        rows = both(found.allowed, self._store.rows.in_roles(cases, roles_of(lane)))
        if not len(rows):
            return {}
        evidence = self._evidence(found, rows)
        best: dict[int, LanePassage] = {}
        owners = self._store.cases_of(rows).tolist()
        for place in np.lexsort((rows, -evidence)).tolist():
            best.setdefault(owners[place], LanePassage(int(rows[place]), float(evidence[place])))
        return best

    def _evidence(self, found: Candidates, rows: Rows) -> Evidence:
        evidence = self._retriever.weigh(found.asked, rows)
        _, here, there = np.intersect1d(rows, found.rows, assume_unique=True, return_indices=True)
        evidence[here] = found.evidence[there]
        return evidence
