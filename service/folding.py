"""The same words in several places are shown once, where they were first said."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from indexer.evidence import Evidence
from indexer.store.passages import PassageStore
from indexer.store.ranking import Rows
from indexer.store.stored import StoredPassage

_NO_LETTERS: Final = re.compile(r"[\W_]+")
_UNDATED: Final = "9999"
_HEAD: Final = 24
"""Letters by which most different texts differ."""


class Shown(NamedTuple):
    """A passage to show, with the other places of its words."""

    stored: StoredPassage
    score: float
    """Of the best of all these places."""
    also: Sequence[StoredPassage] = ()
    """Best first."""


class Ranked(NamedTuple):
    """Passages to show, best first: parallel arrays."""

    rows: Rows
    scores: Evidence
    named: int = 0
    """How many, from the first on, are of a case that the question names."""


def folded(store: PassageStore, ranked: Ranked, k: int) -> list[Shown]:
    """Return the first ``k`` different texts of ``ranked``, each with the places it stands in.

    The same, whatever their case, spacing and punctuation, are texts among those shown; of what
    comes behind them only what is the same to the letter. Shown is the passage of the case filed
    first, of a case that the question names before any other; it has the place and the score of the
    best.
    """
    depth = max(40, 3 * k)
    while True:
        folds = _folds(store, ranked.rows[:depth], k)
        if len(folds) == k or depth >= len(ranked.rows):
            return [_shown(store, ranked, places, stored) for places, stored in folds]
        depth *= 4


def _folds(store: PassageStore, rows: Rows, k: int) -> list[tuple[list[int], StoredPassage]]:
    """Return the places in ``rows`` of each of the first ``k`` texts, and its best passage."""
    same: dict[bytes, list[int]] = {}
    for place, text_hash in enumerate(store.rows.hashes_of(rows)):
        same.setdefault(text_hash, []).append(place)
    waiting = iter(same.values())
    folds: list[tuple[list[int], StoredPassage]] = []
    alike: dict[str, list[tuple[list[int], StoredPassage]]] = {}
    while batch := list(islice(waiting, k - len(folds))):
        best = store.fetch(rows[[places[0] for places in batch]])
        for places, stored in zip(batch, best, strict=True):
            beginning = alike.setdefault(_head(stored.passage.text), [])
            known = next((one for one in beginning if _same_letters(one[1], stored)), None)
            if known is None:
                known = ([], stored)
                beginning.append(known)
                folds.append(known)
            known[0].extend(places)
    return folds


def _same_letters(one: StoredPassage, other: StoredPassage) -> bool:
    return letters(one.passage.text) == letters(other.passage.text)


def _head(text: str) -> str:
    """Return how the `letters` of ``text`` begin, without reading all of it where a part will do."""
    few = _NO_LETTERS.sub("", text[: 4 * _HEAD]).casefold()
    return (few if len(few) >= _HEAD else letters(text))[:_HEAD]


def _shown(store: PassageStore, ranked: Ranked, places: list[int], stored: StoredPassage) -> Shown:
    score = float(ranked.scores[places[0]])
    if len(places) == 1:
        return Shown(stored, score)
    places = sorted(places)
    known = dict(zip(places, store.fetch(ranked.rows[places]), strict=True))
    source = min(
        places,
        key=lambda place: (place >= ranked.named, known[place].case.date_filed or _UNDATED, place),
    )
    return Shown(known.pop(source), score, tuple(known.values()))


def letters(text: str) -> str:
    """Return what two tellings have in common: letters and digits alone, in one case.

    A text without any as it is.
    """
    return _NO_LETTERS.sub("", text).casefold() or text
