"""The groups of an answer: cases with their best passages, and with one for each lane asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from indexer.records import SectionRole
from indexer.store.passages import PassageStore
from service.answers import Group, Hit
from service.folding import Ranked, Shown, folded
from service.grouping import CasePlaces, case_order
from service.lanes import LaneFinder
from service.presenting import Asking, Presenter
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
        seqs = np.array([cases[case.places[0]] for case in ordered], np.int64)
        lanes = self._lane_hits(asking, seqs)
        groups = [
            self._group(asking, rank, case, {role: hits.get(seq) for role, hits in lanes.items()})
            for rank, (case, seq) in enumerate(zip(ordered, seqs.tolist(), strict=True), 1)
        ]
        return self._with_cites(groups)

    def _group(
        self, asking: Asking, rank: int, case: CasePlaces, lanes: Mapping[SectionRole, Hit | None]
    ) -> Group:
        found, query = asking.found, asking.query
        curve = self._scoring.curve(query.mode)
        ranked = Ranked(found.rows[case.places], curve(found.evidence[case.places]))
        shown = folded(self._store, ranked, query.passages_per_group)
        hits = self._presenter.hits(asking, shown)
        return Group(
            rank=rank,
            score=float(curve(np.array(case.evidence))),
            case=hits[0].stored.case,
            hits=hits,
            lanes=lanes if query.lanes else None,
        )

    def _lane_hits(
        self, asking: Asking, seqs: np.ndarray[tuple[int], np.dtype[np.int64]]
    ) -> dict[SectionRole, dict[int, Hit]]:
        """Return the hit of each lane by case."""
        curve = self._scoring.curve(asking.query.mode)
        lanes = {}
        for role in dict.fromkeys(asking.query.lanes):
            best = self._lanes.best(asking.found, role, seqs)
            scores = {seq: float(curve(np.array(one.evidence))) for seq, one in best.items()}
            kept = [seq for seq in best if scores[seq] >= asking.query.min_score]
            stored = self._store.fetch([best[seq].row for seq in kept])
            lanes[role] = {
                seq: self._presenter.hits(asking, [Shown(one, scores[seq])])[0]
                for seq, one in zip(kept, stored, strict=True)
            }
        return lanes

    def _with_cites(self, groups: Sequence[Group]) -> tuple[Group, ...]:
        """Add the citations in each passage of the groups, read for all of them at once."""
        every = [hit for group in groups for hit in _hits_of(group)]
        cited = {hit.stored.passage.row: hit.cites for hit in self._presenter.with_cites(every)}
        return tuple(
            replace(
                group,
                hits=tuple(replace(h, cites=cited[h.stored.passage.row]) for h in group.hits),
                lanes=group.lanes
                and {
                    role: hit and replace(hit, cites=cited[hit.stored.passage.row])
                    for role, hit in group.lanes.items()
                },
            )
            for group in groups
        )


def _hits_of(group: Group) -> list[Hit]:
    return [*group.hits, *(hit for hit in (group.lanes or {}).values() if hit is not None)]
