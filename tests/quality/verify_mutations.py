"""Measures `service.verify_quotes` on drafts made by altering true quotations of an index.

``python -m tests.quality.verify_mutations --index DIR [--each 25] [--seed 1]`` prints, for each way of
altering, how many drafts were labelled right, and names those that were not. What a draft should be
called follows from how it was made; that the words stand where they are said to stand, and nowhere
they should not, is checked by plain substring search.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from indexer.store.snapshot import Index
from service.verify_quotes import QuoteStatus, Verification, verify
from tests.quality.verify_drafts import Draft, Maker
from tests.quality.verify_ways import FALSE, TRUE, Way


def drafts(maker: Maker, way: Way, count: int) -> Iterator[Draft]:
    """Yield drafts made in one way; fewer where the index has nothing to make them of."""
    made = 0
    for _ in range(count * 12):
        draft = way(maker)
        if draft is not None:
            yield draft
            made += 1
        if made == count:
            return


def label(found: Verification) -> QuoteStatus | None:
    """Return what the one quotation of a draft was called."""
    return found.quotations[0].status if len(found.quotations) == 1 else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a draft was called, and how long that took."""

    draft: Draft
    called: QuoteStatus | None
    seconds: float


def measure(index: Index, *, each: int, seed: int) -> Iterator[tuple[str, list[Outcome], bool]]:
    """Yield each way with what became of its drafts, and whether it leaves the quotation true."""
    maker = Maker(index, seed)
    for ways in (FALSE, TRUE):
        for name, way in ways.items():
            yield name, [_outcome(draft, index) for draft in drafts(maker, way, each)], ways is TRUE


def _outcome(draft: Draft, index: Index) -> Outcome:
    start = perf_counter()
    called = label(verify(draft.text, index))
    return Outcome(draft, called, perf_counter() - start)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--each", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", type=int, default=3)
    given = parser.parse_args()
    totals: dict[bool, list[int]] = defaultdict(lambda: [0, 0])
    times: list[float] = []
    with Index.open(given.index) as index:
        for name, outcomes, true in measure(index, each=given.each, seed=given.seed):
            missed = [one for one in outcomes if one.called is not one.draft.expected]
            totals[true][0] += len(outcomes) - len(missed)
            totals[true][1] += len(outcomes)
            times += [one.seconds for one in outcomes]
            _say(f"{name:22} {len(outcomes) - len(missed):4} of {len(outcomes):4}")
            for one in missed[: given.misses]:
                _say(f"    called {one.called}: {one.draft.text[:600]!r}")
    for true, (right, count) in totals.items():
        _say(f"{'true' if true else 'altered'}: {right} of {count}, {right / max(count, 1):.3%}")
    times.sort()
    _say(
        f"median {times[len(times) // 2] * 1e3:.1f} ms a draft, 95% {times[len(times) * 95 // 100] * 1e3:.1f}"
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
