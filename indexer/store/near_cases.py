"""Cases near one that is not there: on pages beside it, under numbers written alike, of names alike."""

import json
import re
import sqlite3
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from indexer.reporters import parse_citation
from indexer.store.analysis import name_words
from indexer.store.case_finder import FoundCase, found_case, series_key, sided_words
from indexer.store.connections import Connections

_MOST_BEARERS: Final = 200
"""Names looked at for one shared word; the rarest words come first."""
_WORDS_TRIED: Final = 4
_LEAST_LIKENESS: Final = 0.65
_START: Final = 3
_START_OF_WHOLE: Final = 2
_WHOLE_NAME: Final = 2
_LAST_LETTER: Final = "\U0010ffff"
_OPENING: Final = re.compile(r"(?:(?:in|re|ex|parte|the|matter|estate|of)\s)+")


class NearCases:
    """Looks for cases that may have been meant; any number of threads may."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def beside(self, series: str, page: int, *, limit: int) -> list[tuple[FoundCase, int]]:
        """Return the cases that begin nearest to a page of a volume, nearest first, with their pages."""
        with self._connections.lend() as db:
            before = db.execute(
                "SELECT page, case_seq FROM case_citation WHERE series = ? AND page < ? "
                "ORDER BY page DESC, case_seq LIMIT ?",
                (series, page, limit),
            ).fetchall()
            behind = db.execute(
                "SELECT page, case_seq FROM case_citation WHERE series = ? AND page > ? "
                "ORDER BY page, case_seq LIMIT ?",
                (series, page, limit),
            ).fetchall()
            nearest = sorted([*before, *behind], key=lambda one: (abs(one[0] - page), *one))
            return [(found_case(db, seq), at) for at, seq in nearest[:limit]]

    def written_alike(
        self, volume: str, reporter: str, page: int, *, limit: int
    ) -> list[tuple[FoundCase, str]]:
        """Return the cases whose citation is but one slip away, with that citation.

        The same page in a volume whose number is one figure off or has two exchanged, or in the same
        volume of another reporter; or, in the same volume, a page that is one such slip off.
        """
        series = series_key(volume, reporter)
        name = series.partition("_")[2]
        with self._connections.lend() as db:
            same_page = db.execute(
                "SELECT series, page, case_seq FROM case_citation WHERE page = ? ORDER BY 1, 3",
                (page,),
            ).fetchall()
            same_volume = db.execute(
                "SELECT series, page, case_seq FROM case_citation WHERE series = ? ORDER BY 2, 3",
                (series,),
            ).fetchall()
            slips = [
                (of, at, seq)
                for of, at, seq in same_page
                if of != series and _one_slip(of.partition("_"), volume, name)
            ]
            slips += [one for one in same_volume if is_slip(str(one[1]), str(page))]
            return [
                (found_case(db, seq), _written(db, seq, of, at)) for of, at, seq in slips[:limit]
            ]

    def named_alike(self, name: str, *, limit: int) -> list[tuple[FoundCase, str]]:
        """Return the cases whose names are likest to ``name``, likest first, with their names."""
        words = name_words(name)
        with self._connections.lend() as db:
            likeness = {
                seq: (_likeness(words, own), own)
                for seq in _sharing(db, name)
                for (own,) in db.execute("SELECT name FROM case_record WHERE seq = ?", (seq,))
            }
            best = sorted(likeness, key=lambda seq: (-likeness[seq][0], seq))
            return [
                (found_case(db, seq), likeness[seq][1])
                for seq in best[:limit]
                if likeness[seq][0] >= _LEAST_LIKENESS
            ]


def _one_slip(series: tuple[str, str, str], volume: str, name: str) -> bool:
    own, _, reporter = series
    return (reporter == name and is_slip(own, volume)) or (own == volume and reporter != name)


def is_slip(number: str, other: str) -> bool:
    """Whether two numbers differ by one figure: another one, left out, or exchanged with the next."""
    if number == other or abs(len(number) - len(other)) > 1:
        return False
    if len(number) != len(other):
        short, long = sorted((number, other), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    apart = [at for at, (a, b) in enumerate(zip(number, other, strict=True)) if a != b]
    if len(apart) == 1:
        return len(number) > 1
    first, last = apart[0], apart[-1]
    swapped = last == first + 1 and number[first] == other[last] and number[last] == other[first]
    return len(apart) == 2 and swapped


def _written(db: sqlite3.Connection, seq: int, series: str, page: int) -> str:
    """Return a citation of a case as its record writes it."""
    (raw,) = db.execute("SELECT citations FROM case_record WHERE seq = ?", (seq,)).fetchone()
    return next(
        str(text)
        for text in json.loads(raw)
        if (cited := parse_citation(text)) is not None
        and (series_key(cited.volume, cited.reporter), cited.page) == (series, page)
    )


def _sharing(db: sqlite3.Connection, name: str) -> list[int]:
    """Return cases that share a word with a name, by its rarest words.

    A word that no name has stands for those that begin like it; so does a name without parties.
    """
    found = []
    for word, side in sided_words(name):
        bearers = [] if side == _WHOLE_NAME else _bearers(db, word, word)
        found.append(bearers or _bearers(db, start := _start(word), start + _LAST_LETTER))
    found.sort(key=len)
    return sorted({seq for bearers in found[:_WORDS_TRIED] for seq in bearers})


def _start(word: str) -> str:
    """Return the first letters of a word; of a whole name, up to those of the first that tells."""
    telling = _OPENING.match(word)
    return word[: telling.end() + _START_OF_WHOLE] if telling else word[:_START]


def _bearers(db: sqlite3.Connection, first: str, last: str) -> list[int]:
    found = db.execute(
        "SELECT DISTINCT case_seq FROM case_name WHERE word BETWEEN ? AND ? "
        "ORDER BY word, side, case_seq LIMIT ?",
        (first, last, _MOST_BEARERS),
    )
    return [seq for (seq,) in found]


def _likeness(words: Sequence[str], name: str) -> float:
    """Return how alike two names are, 0 to 1, letter by letter; parties may be exchanged."""
    own = name_words(name)
    return max(
        SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()
        for one, other in ((words, own), (sorted(words), sorted(own)))
    )
