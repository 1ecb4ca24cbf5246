"""The groups of an answer: cases with their best passages, and with one for each lane asked for."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from indexer.records import SectionRole
from indexer.store.passages import PassageStore
from service.answers import Group, Hit
from service.folding import Ranked, Shown, folded
from service.grouping import CasePlaces, case_order
from service.lanes import LaneFinder
from service.presenting import Asking, Citations, Presenter
from service.scoring import Scoring


class GroupMaker:
    """Makes groups out of candidates."""

    def __init__(
        self, store: PassageStore, scoring: Scoring, presenter: Presenter, lanes: LaneFinder
    ) -> None:
        self._store = store
        self._scoring = scoring
        self._presenter = presenter
        self._lanes = lanes

    def groups(self, asking: Asking) -> tuple[Group, ...]:
        """Return the first ``k`` cases, ranked by all that speaks for them, with their best passages.

        A lane's passage that scores less than the query's ``min_score`` is none.
        """
        found, query = asking.found, asking.query
        cases = self._store.cases_of(found.rows)
        ordered = case_order(cases, found.evidence, named=found.named)[: query.k]
        seqs = [int(cases[case.places[0]]) for case in ordered]
        best = [self._best(asking, case) for case in ordered]
        lanes = self._lane_passages(asking, seqs)
        of_lanes = [one for passages in lanes.values() for one in passages.values()]
        cites = self._presenter.cites_of([one.stored for one in (*chain(*best), *of_lanes)])
        return tuple(
            Group(
                rank=rank,
                score=float(self._scoring.curve(query.mode)(np.array(case.evidence))),
                case=shown[0].stored.case,
                hits=self._presenter.hits(asking, shown, cites),
                lanes={
                    role: self._lane_hit(asking, passages.get(seq), cites)
                    for role, passages in lanes.items()
                }
                if query.lanes
                else None,
            )
            for rank, (case, seq, shown) in enumerate(zip(ordered, seqs, best, strict=True), 1)
        )

    def _best(self, asking: Asking, case: CasePlaces) -> list[Shown]:
        """Return the best passages of a case."""
        found, query = asking.found, asking.query
        curve = self._scoring.curve(query.mode)
        ranked = Ranked(found.rows[case.places], curve(found.evidence[case.places]))
        return folded(self._store, ranked, query.passages_per_group)

    def _lane_passages(
        self, asking: Asking, seqs: Sequence[int]
    ) -> dict[SectionRole, dict[int, Shown]]:
        """Return the passage of each lane by case."""
        curve = self._scoring.curve(asking.query.mode)
        lanes = {}
        for role in dict.fromkeys(asking.query.lanes):
            best = self._lanes.best(asking.found, role, np.array(seqs, np.int64))
            scores = {seq: float(curve(np.array(one.evidence))) for seq, one in best.items()}
            kept = [seq for seq in best if scores[seq] >= asking.query.min_score]
            stored = self._store.fetch([best[seq].row for seq in kept])
            lanes[role] = {
                seq: Shown(one, scores[seq]) for seq, one in zip(kept, stored, strict=True)
            }
        return lanes

    def _lane_hit(self, asking: Asking, shown: Shown | None, cites: Citations) -> Hit | None:
        return None if shown is None else self._presenter.hits(asking, [shown], cites)[0]
