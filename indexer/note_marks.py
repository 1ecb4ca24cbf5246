"""Where an opinion's own words point to its footnotes: marks, matched to labels in the order of both."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Final, TypeAlias

_STARS: Final = r"[*†‡]{1,3}"
_BEHIND: Final = r"(?=\s|$|[—\u2013\-)\]\"”\u2019;,](?!\d))"
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class Style(Enum):
    """How marks are written; the surest first."""

    BRACKETED = "bracketed"
    """``statute.[3]``"""
    RAISED = "raised"
    """``statute.³``"""
    RUN_IN = "run_in"
    """``statute.3``, ``statute3``"""
    ALONE = "alone"
    """``3`` on a line of its own, amid a sentence."""
    SPACED = "spaced"
    """``statute. 3 The``"""
    BEHIND_NUMBER = "behind_number"
    """``§ 1983.3 The``"""


_STYLES: Final = {  # each begins with what is rare: the rest is looked for there alone
    Style.BRACKETED: re.compile(rf"\[(?:(?<=\S\[)|(?<=\S \[))(\d{{1,3}}[a-z]?|{_STARS})\]"),
    Style.RAISED: re.compile(r"([⁰¹²³⁴-⁹](?<=\S[⁰¹²³⁴-⁹])[⁰¹²³⁴-⁹]{0,2})"),
    Style.RUN_IN: re.compile(
        rf"([1-9*†‡](?<=[^\s\d][1-9*†‡])(?:(?<=\d)\d{{0,2}}|(?<=[*†‡])[*†‡]{{0,2}})){_BEHIND}"
    ),
    Style.ALONE: re.compile(rf"^[ \t]*([1-9]\d{{0,2}}|{_STARS})[ \t]*$", re.MULTILINE),
    Style.SPACED: re.compile(
        r" (?<=[a-z)\]\"”\u2019'\d][.,;:?!\"”\u2019')\]] )([1-9]\d{0,2})"
        r"(?=[ \t]*\n|[ ]{1,2}(?![A-Z][\w']*\.)[A-Z\"“(\[])"
    ),
    Style.BEHIND_NUMBER: re.compile(r"(?<=\d[.,;)])([1-9]\d{0,2})(?=\s+[A-Z\"“]|\n)"),
}
_LEADS_TO_NUMBER: Final = re.compile(
    r"(?:[a-zA-Z)\]\"”\u2019'%][.,;:?!\"”\u2019')\]]|[.,;?!][\"”\u2019')]|[a-z]{3}|[a-z][\"”\u2019)\]])\Z"
    r"(?<!No\.)(?<!Nos\.)(?<!\b[pnc]\.)(?<!\b[pnc]{2}\.)(?<!\b[Cc][hl]\.)(?<![Aa]rt\.)(?<![Ss]ec\.)(?<!tit\.)(?<!Ex\.)"
)
"""What stands before a mark that is run in with the words; not before a page or a section."""
_LEADS_TO_STAR: Final = re.compile(r"[\w.,;:?!\"”\u2019')\]]\Z")
_LEFT: Final = 6
MAIN_STYLES: Final = (Style.BRACKETED, Style.RAISED, Style.RUN_IN, Style.ALONE, Style.SPACED)
_LOST: Final = 0.3
"""What a label without a mark takes off a reading of the marks in which it would have one."""
_FEW: Final = 0.4
"""Share of a run's labels that must have found marks, for any to be believed."""
_SPACED_SHARE: Final = 0.6
"""The same where numbers between words are marks: many are not."""
_RUNS: Final = 6
"""Runs, counted from the last, whose marks are looked for: a text has more only by mistake."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a text may point to a footnote."""

    at: int
    """Code-point offset of its first character."""
    label: str


Found: TypeAlias = dict[tuple[int, int], int]
"""Position of a run and of a label in it → offset of its mark."""
_Chain: TypeAlias = "tuple[int, Mark, _Chain] | None"


def marks_in(text: str, style: Style, labels: frozenset[str]) -> list[Mark]:
    """Return what may be marks to ``labels`` in one style, in text order."""
    found = []
    for match in _STYLES[style].finditer(text):
        group = match.lastindex or 1
        label = match[group].translate(_SUPERSCRIPTS)
        at = match.start(group) - (1 if style is Style.BRACKETED else 0)
        if label in labels and (style is not Style.RUN_IN or _is_run_in(text, at)):
            found.append(Mark(at, label))
    return found


def _is_run_in(text: str, at: int) -> bool:
    leads = _LEADS_TO_NUMBER if text[at].isdecimal() else _LEADS_TO_STAR
    return leads.search(text[max(0, at - _LEFT) : at]) is not None


def match_marks(
    text: str,
    runs: Sequence[Sequence[str]],
    notes: Sequence[tuple[int, int]],
    styles: Sequence[Style] = MAIN_STYLES,
) -> Found:
    """Find the mark of each label of each run of footnotes in ``text``, where it is sure.

    The marks stand in the order of the runs and of the labels in them. Leading runs may belong to other
    writings, whose words are not here. ``notes`` are the stretches, in order, that the footnotes
    themselves take up: no mark is looked for there. Time grows with the text and its labels together.
    """
    labels = frozenset(label for run in runs for label in run)
    marks = {style: _outside(marks_in(text, style, labels), notes) for style in Style}
    readings = [(style, _best_reading(runs, marks[style])) for style in styles]
    style, (score, found) = max(readings, key=lambda reading: reading[1][0])
    sure = _SPACED_SHARE if style is Style.SPACED else _FEW
    believed = _believed(found, runs, sure, least=2 if style is Style.SPACED else 1)
    if score <= 0 or not believed:
        return {}
    for other in Style:
        if other is not style:
            _fill(believed, runs, marks[other])
    return believed


def _outside(marks: Iterable[Mark], notes: Sequence[tuple[int, int]]) -> list[Mark]:
    starts = [start for start, _ in notes]
    kept = []
    for mark in marks:
        place = bisect_left(starts, mark.at + 1) - 1
        if place < 0 or mark.at >= notes[place][1]:
            kept.append(mark)
    return kept


def _best_reading(runs: Sequence[Sequence[str]], marks: Sequence[Mark]) -> tuple[float, Found]:
    """Read the marks as those of the last one, two, … runs, and return the best of these readings."""
    best: tuple[float, Found] = (0.0, {})
    for first in range(len(runs) - 1, max(-1, len(runs) - 1 - _RUNS), -1):
        places = [(r, i) for r in range(first, len(runs)) for i in range(len(runs[r]))]
        labels = [runs[r][i] for r, i in places]
        matched = in_order(labels, marks)
        score = len(matched) - _LOST * len(places)
        if score > best[0]:
            sure = set(matched) & set(_in_order_from_the_end(labels, marks))
            best = score, {places[place]: mark.at for place, mark in sure}
    return best


def _in_order_from_the_end(
    labels: Sequence[str], marks: Sequence[Mark]
) -> Iterator[tuple[int, Mark]]:
    """Match like `in_order`, but each label to the last mark it may have, not to the first."""
    for place, mark in in_order(labels[::-1], marks[::-1]):
        yield len(labels) - 1 - place, mark


def in_order(labels: Sequence[str], marks: Sequence[Mark]) -> list[tuple[int, Mark]]:
    """Match as many labels to marks as their common order allows: position of the label, mark."""
    where: dict[str, list[int]] = {}
    for place in reversed(range(len(labels))):
        where.setdefault(labels[place], []).append(place)
    tails: list[int] = []
    chains: list[_Chain] = []
    for mark in marks:
        for place in where.get(mark.label, ()):
            length = bisect_left(tails, place)
            chain: _Chain = (place, mark, chains[length - 1] if length else None)
            if length == len(tails):
                tails.append(place)
                chains.append(chain)
            elif tails[length] != place:
                tails[length], chains[length] = place, chain
    matched = []
    last = chains[-1] if chains else None
    while last is not None:
        matched.append((last[0], last[1]))
        last = last[2]
    return matched[::-1]


def _believed(found: Found, runs: Sequence[Sequence[str]], share: float, *, least: int) -> Found:
    counts = [0] * len(runs)
    for run, _ in found:
        counts[run] += 1
    return {
        (run, label): at
        for (run, label), at in found.items()
        if counts[run] >= max(least, share * len(runs[run]))
    }


def _fill(found: Found, runs: Sequence[Sequence[str]], marks: Sequence[Mark]) -> None:
    """Give a label between two that have marks the only one of its own that stands between those."""
    by_label: Mapping[str, list[int]] = _by_label(marks)
    for r, run in enumerate(runs):
        known = [i for i in range(len(run)) if (r, i) in found]
        for before, after in pairwise(known):
            low = found[r, before]
            for i in range(before + 1, after):
                offsets = by_label.get(run[i], [])
                first = bisect_left(offsets, low + 1)
                end = bisect_left(offsets, found[r, after])
                if end - first == 1:
                    low = found[r, i] = offsets[first]


def _by_label(marks: Iterable[Mark]) -> dict[str, list[int]]:
    offsets: dict[str, list[int]] = {}
    for mark in marks:
        offsets.setdefault(mark.label, []).append(mark.at)
    return offsets
