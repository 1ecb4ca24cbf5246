"""What a build goes on from: the corpus of another, of which it leaves some cases out.

Calibration is a fit to a sample of the passages. While few of them have changed it still holds, and a
build that goes on from another takes that one's over, instead of asking the model 200 questions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from indexer.calibration import Calibration
from indexer.filters import Filters
from indexer.store.manifest import Manifest
from indexer.store.passages import PassageStore
from indexer.store.snapshot import Index

TAKEN_FROM: Final = "taken_from"
"""Key in a manifest's calibration, beside the curves: where they were learnt, if not there."""
MOST_CHANGED: Final = 0.1
"""Share of the passages that may have come or gone since a calibration was learnt."""
_ASKED_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFrom:
    """Where a calibration was learnt, and how far the corpus has changed since."""

    build_id: str
    passages: int
    """Of that build."""
    changed: int
    """Passages that came or went since, in all builds between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The build that another goes on from."""

    manifest: Manifest
    cases: int
    """Cases that are taken over."""
    dropped: int
    """Passages of the cases that are left out, or replaced."""

    @classmethod
    def of(cls, root: Path, replaced: Iterable[str]) -> Self:
        """Look at the current build of ``root`` and its cases ``replaced``; ids it has not count nothing.

        Raises what `Index.open` raises.
        """
        with Index.open(root) as index:
            cases, dropped = _counted(index.passages, replaced)
            return cls(
                manifest=index.manifest,
                cases=index.manifest.counts.cases - cases,
                dropped=dropped,
            )

    def calibration(self, now: Manifest) -> Mapping[str, Any] | None:
        """Return the calibration for a build described by ``now`` but for its calibration.

        None where it must be learnt anew: too much has changed, it is a default, or another model or
        program gives the evidence that it weighs.
        """
        before = self.manifest
        same = (before.model.fingerprint, before.program_version, before.limits)
        if same != (now.model.fingerprint, now.program_version, now.limits):
            return None
        try:
            known = Calibration.from_json(before.calibration)
            source = self._source(before.calibration.get(TAKEN_FROM))
        except (KeyError, TypeError, ValueError):  # of a build made by hand
            return None
        added = now.counts.passages - (before.counts.passages - self.dropped)
        changed = source.changed + self.dropped + added
        if not known.pairs or changed > MOST_CHANGED * source.passages:
            return None
        taken = TakenFrom(build_id=source.build_id, passages=source.passages, changed=changed)
        return {**known.to_json(), TAKEN_FROM: asdict(taken)}

    def _source(self, told: Mapping[str, Any] | None) -> TakenFrom:
        if told is not None:
            return TakenFrom(**told)
        before = self.manifest
        return TakenFrom(build_id=before.build_id, passages=before.counts.passages, changed=0)


def _counted(store: PassageStore, case_ids: Iterable[str]) -> tuple[int, int]:
    """Count those of some cases that are there, and their passages."""
    rest, cases, passages = iter(case_ids), 0, 0
    while block := tuple(islice(rest, _ASKED_AT_ONCE)):
        rows = store.select(Filters(case_id=block))
        assert rows is not None, "a condition was given"
        cases += len(np.unique(store.cases_of(rows)))
        passages += len(rows)
    return cases, passages
