"""Which of several writings each run of footnotes belongs to, told by the marks in their words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

from indexer.note_marks import MAIN_STYLES, Mark, in_order, marks_in

_STARS: Final = "*†‡"
_LOST: Final = 0.3
"""What a label without a mark takes off a fit: a run that mostly lacks them fits badly."""
_UNCLAIMED: Final = 0.5
"""What a mark to a label that would come next takes off a fit: that writing has more notes."""
_LOOKED_ON: Final = 4
"""Labels behind the last of a run whose marks are looked for."""
_SURE: Final = 0.6
"""Share of a run's labels that must have marks in the writing it belongs to."""
_CLEAR: Final = 0.65
"""How much better than any other a reading must be to settle a run: a label and its mark, less what is lost."""
_CLEAR_SHARE: Final = 0.2
"""The same for a long run: marks as a share of its labels."""
_LIKELY: Final = 0.4
"""Share that is enough where the next writing is as many marks behind: marks get lost."""
_PLAIN: Final = 0.5
"""Score as a share of the labels at which no other style of marks is tried: most labels have theirs."""
_ROUNDING: Final = 1e-9
_NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class NoteRun:
    """Footnotes numbered together, of one writing."""

    labels: tuple[str, ...]
    titled: bool
    """Whether a title (``NOTES``) stands right above the first."""

    @property
    def starred(self) -> bool:
        """Whether it has no numbers."""
        return self.labels[0][0] in _STARS

    def goes_on(self, before: "NoteRun") -> bool:
        """Whether it may be of the same writing as the run right before it."""
        if self.titled or self.starred:
            return False
        first = _number(self.labels[0])  # a label may be there twice
        return before.starred or 1 < first >= _number(before.labels[-1])

    def following(self) -> tuple[str, ...]:
        """Return the labels that would come next."""
        last = _number(self.labels[-1])
        steps = range(1, _LOOKED_ON + 1)
        return () if self.starred else tuple(str(last + step) for step in steps)


@dataclass(frozen=True, slots=True)
class Writing:
    """One of the writings that a run of footnotes may belong to."""

    words: str
    """Its own words, without footnotes; marks are looked for here."""
    is_voice: bool = True
    """Whether footnotes may be of it: none are a syllabus's."""
    has_notes: bool = False
    """Whether its own stand behind it already: then it gets no others."""

    @property
    def open(self) -> bool:
        """Whether a run may be given to it."""
        return self.is_voice and not self.has_notes


def _number(label: str) -> int:
    return int("".join(filter(str.isdecimal, label)) or "0")


def split_runs(labels: Sequence[str], titled: Sequence[bool]) -> list[NoteRun]:
    """Return the runs of ``labels``; each that is ``titled`` begins one.

    So do a number that does not count on, a star that was there before, and either behind the other.
    """
    runs: list[list[str]] = []
    heads: list[bool] = []
    for label, has_title in zip(labels, titled, strict=True):
        if runs and not has_title and _counts_on(runs[-1], label):
            runs[-1].append(label)
        else:
            runs.append([label])
            heads.append(has_title)
    return [NoteRun(tuple(run), head) for run, head in zip(runs, heads, strict=True)]


def _counts_on(run: Sequence[str], label: str) -> bool:
    if (run[-1][0] in _STARS) != (label[0] in _STARS):
        return False
    if label[0] in _STARS:
        return label not in run
    before = run[-1]
    inserted = not label.isdecimal()
    return _number(before) + (not inserted) <= _number(label) and label != before


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a run's labels fit the marks of a writing."""

    hits: int
    """Labels that have marks there, in order."""
    score: float


_Rows: TypeAlias = list[list[float]]
"""Of each run, for each writing."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the marks of one style say of all the runs."""

    runs: Sequence[NoteRun]
    fits: list[list[_Fit]]
    through: _Rows
    """The best score of all runs together, if this one is of this writing."""

    @property
    def score(self) -> float:
        """The best score of all."""
        return max(0.0, *(max(row) for row in self.through))

    @property
    def telling(self) -> tuple[float, int]:
        """How much the style tells: where no writing fits, by the marks that it has."""
        return self.score, sum(fit.hits for row in self.fits for fit in row)


def owners(runs: Sequence[NoteRun], writings: Sequence[Writing]) -> list[int | None]:
    """Return the place of the writing of each run; `None` where none is sure, and the last sure not to be it.

    The runs stand behind the last of ``writings``, in the order of the writings: it keeps what is not
    surely another's. A run is settled where the reading of all the runs that finds the most marks
    would lose one with any other writing; one unsettled between two settled ones by the order, if
    that leaves one writing. Time grows with the words and with the number of runs.
    """
    if not runs:
        return []
    reading = _best_reading(runs, writings)
    settled = [_settled(reading, i) for i in range(len(runs))]
    return [
        _unsettled(reading, i, settled, writings) if owner is None else owner
        for i, owner in enumerate(settled)
    ]


def _best_reading(runs: Sequence[NoteRun], writings: Sequence[Writing]) -> _Reading:
    enough = _PLAIN * sum(len(run.labels) for run in runs)
    readings = []
    for reading in _readings(runs, writings):
        readings.append(reading)
        if reading.score >= enough:
            break
    return max(readings, key=lambda one: one.telling)


def _readings(runs: Sequence[NoteRun], writings: Sequence[Writing]) -> Iterator[_Reading]:
    labels = frozenset(label for run in runs for label in (*run.labels, *run.following()))
    joined = [i > 0 and run.goes_on(runs[i - 1]) for i, run in enumerate(runs)]
    for style in MAIN_STYLES:
        marks = [marks_in(one.words, style, labels) if one.open else None for one in writings]
        fits = [[_fit(run, one) for one in marks] for run in runs]
        yield _Reading(runs, fits, _through([[fit.score for fit in row] for row in fits], joined))


def _fit(run: NoteRun, marks: Sequence[Mark] | None) -> _Fit:
    if marks is None:
        return _Fit(0, _NEVER)
    hits = len(in_order(run.labels, marks))
    more = len(in_order((*run.labels, *run.following()), marks)) - hits
    return _Fit(hits, hits - _LOST * len(run.labels) - _UNCLAIMED * more)


def _through(scores: _Rows, joined: Sequence[bool]) -> _Rows:
    """Return the best score of all runs, if one run is of one writing, for each of both."""
    forward = _up_to(scores, joined)
    mirrored = _up_to([row[::-1] for row in scores[::-1]], [False, *joined[:0:-1]])
    backward = [row[::-1] for row in mirrored[::-1]]
    return [
        [_NEVER if s == _NEVER else f + b - s for f, b, s in zip(*rows, strict=True)]
        for rows in zip(forward, backward, scores, strict=True)
    ]


def _up_to(scores: _Rows, joined: Sequence[bool]) -> _Rows:
    """Return the best score of the runs up to each, if that is of one writing, for each of both.

    A later run is of a later writing, or of the same where it is ``joined`` to the one before; any
    may be of none.
    """
    before = [0.0] * (len(scores[0]) + 1)
    rows: _Rows = []
    for row, joins in zip(scores, joined, strict=True):
        same = rows[-1] if joins else [_NEVER] * len(row)
        rows.append([s + max(b, o) for s, b, o in zip(row, before, same, strict=False)])
        best = accumulate(rows[-1], max)
        before = [before[0], *(max(b, a) for b, a in zip(before[1:], best, strict=True))]
    return rows


def _settled(reading: _Reading, i: int) -> int | None:
    through = reading.through[i]
    best = max(range(len(through)), key=through.__getitem__)
    others = max((score for o, score in enumerate(through) if o != best), default=_NEVER)
    labels = len(reading.runs[i].labels)
    if through[best] < reading.score - _ROUNDING:
        return None
    hits, lead = reading.fits[i][best].hits, through[best] - others + _ROUNDING
    enough = hits >= _SURE * labels and lead >= max(_CLEAR, _CLEAR_SHARE * labels)
    far_ahead = hits >= _LIKELY * labels and lead >= max(2, _LIKELY * labels)
    return best if enough or far_ahead else None


def _unsettled(
    reading: _Reading, i: int, settled: Sequence[int | None], writings: Sequence[Writing]
) -> int | None:
    left = _left_by_order(reading.runs, i, settled, writings)
    home = len(writings) - 1
    if home in left and not _is_anothers(reading, i):
        return home
    alone = i > 0 and None not in (settled[i - 1], *settled[i + 1 : i + 2])
    if not alone or len(left) != 1 or not writings[left[0]].open:
        return None
    hits = [fit.hits for fit in reading.fits[i]]
    return left[0] if hits[left[0]] == max(hits) else None


def _is_anothers(reading: _Reading, i: int) -> bool:
    """Whether a run is surely not of the last writing, behind which it stands."""
    hits = [fit.hits for fit in reading.fits[i]]
    several = len(reading.runs) > 1
    if not any(hits):
        return several
    sure = _SURE * len(reading.runs[i].labels)
    unmarked = not hits[-1] and (several or max(hits) >= sure)
    return unmarked or reading.through[i][-1] < reading.score - _CLEAR


def _left_by_order(
    runs: Sequence[NoteRun], i: int, settled: Sequence[int | None], writings: Sequence[Writing]
) -> list[int]:
    """Return the writings that the nearest settled runs leave to one between them."""
    low = next((owner for owner in settled[:i][::-1] if owner is not None), -1)
    high = next((owner for owner in settled[i + 1 :] if owner is not None), len(writings))
    first = low if i and settled[i - 1] == low and runs[i].goes_on(runs[i - 1]) else low + 1
    shared = settled[i + 1 : i + 2] == [high] and runs[i + 1].goes_on(runs[i])
    return [o for o in range(first, high + shared) if writings[o].is_voice]
