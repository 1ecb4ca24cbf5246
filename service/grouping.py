"""Candidates become cases: each ranked by its best passages together."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.evidence import Evidence
from indexer.store.ranking import Rows

_SHARES: Final = np.array([0.5, 0.25, 0.15, 0.1])
"""Of a case's best passages in its evidence; see ARCHITECTURE.md for what else was tried."""


class CasePlaces(NamedTuple):
    """A case among the candidates."""

    places: npt.NDArray[np.int64]
    """Positions of its passages in the candidates, best first."""
    evidence: float


def case_order(cases: Rows, evidence: Evidence, *, named: int) -> list[CasePlaces]:
    """Order cases by the evidence of their four best passages, the best of them counting most.

    ``cases[i]`` is the case of candidate *i*, best first. A passage that a case does not have counts
    as the weakest candidate, so that a case with one lucky passage does not gain by having no other;
    not so for a case that the question names, to which the first ``named`` candidates belong.
    """
    floor = float(evidence[-1]) if len(evidence) else 0.0
    ordered = []
    asked_for = set(cases[:named].tolist())
    for case in dict.fromkeys(cases.tolist()):
        places = np.flatnonzero(cases == case)
        best = evidence[places[: len(_SHARES)]]
        missing = float(best.mean()) if case in asked_for else floor
        best = np.pad(best, (0, len(_SHARES) - len(best)), constant_values=missing)
        ordered.append(CasePlaces(places, float(_SHARES @ best)))
    return sorted(ordered, key=lambda entry: -entry.evidence)
