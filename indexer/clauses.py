"""Where a sentence longer than a passage is cut: at a clause, else between words, else between tokens."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.base import TokenSpans

Positions = npt.NDArray[np.int64]
"""Shape ``(n,)``: ascending code-point offsets."""

_CLAUSE: Final = re.compile(
    r"(?<=[;:—])\s*(?=\S)|(?<=,)\s*(?=\S)|\s(?=(?:and|but|or|because|although|unless|whereas|which|while)\s)"
)
_WORD: Final = re.compile(r"(?<=\s)(?=\S)")


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Places where a text may be cut, the best kind first."""

    kinds: tuple[Positions, ...]


def cut_long(text: str, tokens: TokenSpans, *, parts: int, most: int) -> list[int]:
    """Return offsets that cut ``text`` into at least ``parts`` pieces of at most ``most`` tokens each.

    The pieces are about equal. Every offset is the start of a token, and no token reaches across
    it; ends of the text are left out. ``tokens`` must be those of ``text``, more than ``most``.
    """
    firsts = _free_starts(tokens)
    starts = tokens[:, 0]
    cuts = _find_cuts(text, starts[firsts])
    offsets: list[int] = []
    begin, count = 0, len(starts)
    while (left := max(parts - len(offsets), -(-(count - begin) // most))) > 1:
        share = (count - begin) / left
        low = begin + max(1, int(share / 2))
        high = min(begin + most, count - max(1, int(share / 2)))
        place = _best_place(cuts, starts, (low, begin + int(share), high))
        if place is None or place <= begin:
            place = _forced_place(firsts, begin, most)
        if place is None:
            break
        offsets.append(int(starts[place]))
        begin = place
    return offsets


def _free_starts(tokens: TokenSpans) -> Positions:
    """Tokens before which the text may be cut: no token before reaches past their start."""
    reach = np.maximum.accumulate(tokens[:, 1])
    free = np.ones(len(tokens), dtype=bool)
    free[1:] = tokens[1:, 0] >= reach[:-1]
    free[1:] &= tokens[1:, 0] > tokens[:-1, 0]
    return np.flatnonzero(free)


def _find_cuts(text: str, allowed: Positions) -> _Cuts:
    clauses = np.fromiter((found.end() for found in _CLAUSE.finditer(text)), dtype=np.int64)
    words = np.fromiter((found.end() for found in _WORD.finditer(text)), dtype=np.int64)
    return _Cuts((*(kind[np.isin(kind, allowed)] for kind in (clauses, words)), allowed))


def _best_place(cuts: _Cuts, starts: Positions, window: tuple[int, int, int]) -> int | None:
    """Return the token to begin the next piece with: of the best kind in the window, the nearest to the ideal."""
    low, ideal, high = window
    if low > high:
        return None
    wanted = starts[min(max(ideal, low), high)]
    for kind in cuts.kinds:
        first, last = np.searchsorted(kind, (starts[low], starts[high] + 1))
        if first < last:
            near = kind[first:last]
            best = near[np.abs(near - wanted).argmin()]
            return int(np.searchsorted(starts, best))
    return None


def _forced_place(firsts: Positions, begin: int, most: int) -> int | None:
    """Return the last token that the window reaches, else the first after it, before which a cut is free."""
    place = int(np.searchsorted(firsts, begin + most, side="right")) - 1
    if place >= 0 and firsts[place] > begin:
        return int(firsts[place])
    place += 1
    return int(firsts[place]) if place < len(firsts) else None
