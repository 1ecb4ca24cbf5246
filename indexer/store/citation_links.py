"""Which cases of a build its citations name: told at the end of the build, when all cases are there."""

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from indexer.party_names import PartyNames
from indexer.records import CitationKind
from indexer.reporters import parse_citation
from indexer.store.case_finder import cases_named, series_key, sided_words
from indexer.store.citation_tables import INDEXES

_NAMES_AT_ONCE: Final = 20_000
"""Names of cases in memory while stripped texts are read for them: some 20 MB."""
_LEAST_PREFIX: Final = 3
_FARTHEST_PARALLEL: Final = 20
"""Characters between parallel citations: room for the pages that are pointed to."""
_EMPTY_WORDS: Final = frozenset({"in", "re", "ex", "parte", "matter", "of", "the", "estate"})

_VOLUME: Final = re.compile(
    r"\b(?P<volume>\d{1,4})\s+(?P<reporter>[A-Z][\w.\s]{0,20}?)\s+[_\u2014-]"
)
"""A volume whose page is not known yet: ``565 U. S. ___``."""

_TEMPORARY: Final = """
CREATE TEMP TABLE home (authority_id INTEGER PRIMARY KEY, case_seq INTEGER, cases INTEGER);
CREATE TEMP TABLE parallel (
    authority_id INTEGER, case_seq INTEGER, PRIMARY KEY (authority_id, case_seq)
) WITHOUT ROWID;
CREATE TEMP TABLE settled (
    passage_row INTEGER, place INTEGER, case_seq INTEGER, PRIMARY KEY (passage_row, place)
) WITHOUT ROWID;
CREATE TEMP TABLE named (opinion_seq INTEGER, start INTEGER, "end" INTEGER, case_seq INTEGER,
    PRIMARY KEY (opinion_seq, start, "end", case_seq)) WITHOUT ROWID;
"""
_HOMES: Final = """
INSERT INTO home SELECT a.id, min(h.case_seq), count(*) FROM authority AS a
JOIN case_citation AS h ON h.series = a.series AND h.page = a.page GROUP BY a.id
"""
_SEQUENCE: Final = """
SELECT c.opinion_seq, c.start, c."end", c.name, c.authority_id, a.series,
       CASE home.cases WHEN 1 THEN home.case_seq END, home.cases IS NULL
FROM citation AS c JOIN authority AS a ON a.id = c.authority_id
LEFT JOIN home ON home.authority_id = a.id
WHERE c.kind = 'full' AND a.series IS NOT NULL ORDER BY c.passage_row, c.place
"""
_PARALLELS: Final = """
INSERT INTO home SELECT authority_id, min(case_seq), 1 FROM parallel
GROUP BY authority_id HAVING count(*) = 1
"""
_RESOLVE: Final = """
UPDATE citation SET case_seq = (
    SELECT home.case_seq FROM home WHERE home.authority_id = citation.authority_id AND cases = 1
) WHERE authority_id IS NOT NULL
"""
_SHARED: Final = """
SELECT c.passage_row, c.place, c.opinion_seq, c.authority_id, c.name FROM citation AS c
JOIN home ON home.authority_id = c.authority_id WHERE home.cases > 1 ORDER BY 1, 2
"""
_BY_NAME: Final = """
SELECT passage_row, place, opinion_seq, name, start, "end" FROM citation
WHERE authority_id IS NULL AND name IS NOT NULL ORDER BY 1, 2
"""
_SETTLE: Final = """
UPDATE citation SET case_seq = (
    SELECT s.case_seq FROM settled AS s
    WHERE s.passage_row = citation.passage_row AND s.place = citation.place
) WHERE (passage_row, place) IN (SELECT passage_row, place FROM settled)
"""
_NOT_ITSELF: Final = """
UPDATE citation SET case_seq = NULL
WHERE case_seq = (SELECT o.case_seq FROM opinion AS o WHERE o.seq = citation.opinion_seq)
"""
_COUNT: Final = """
UPDATE case_record SET cited_by = (
    SELECT count(DISTINCT o.case_seq) FROM citation AS c JOIN opinion AS o ON o.seq = c.opinion_seq
    WHERE c.case_seq = case_record.seq
) WHERE seq IN (SELECT case_seq FROM citation WHERE case_seq IS NOT NULL)
"""
_MAY_CITE: Final = """
SELECT NOT coalesce(cited.date_first > citing.date_last, FALSE)
FROM case_record AS cited, opinion AS o JOIN case_record AS citing ON citing.seq = o.case_seq
WHERE cited.seq = ? AND o.seq = ?
"""
_CHOSEN: Final = """
SELECT opinion_seq, start, "end", min(case_seq), count(*) FROM named
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 DESC
"""
_STANDS_IN: Final = """
SELECT p.row FROM opinion AS o JOIN passage AS p ON p.row >= o.first_row AND p.row < o.end_row
WHERE o.seq = ? AND p.start <= ? ORDER BY p.row DESC LIMIT 1
"""
_BESIDE: Final = """
SELECT coalesce(max(c.place), -1) + 1, coalesce(max(c.start < ?3 AND c."end" > ?2), 0)
FROM opinion AS o JOIN citation AS c ON c.passage_row >= o.first_row AND c.passage_row < o.end_row
WHERE o.seq = ?1
"""


def link_citations(db: sqlite3.Connection) -> None:
    """Tell of each citation which case of the build it names, and count who cites whom.

    By the page it names, also that of a parallel citation which opinions write beside; where several cases begin on that page, by the parties' names, and left open
    where these do not tell. A citation without a page goes by the name alone, and so do the names
    in stripped texts, which become citations here. No case cites itself. Memory is bounded by the
    largest opinion and `_NAMES_AT_ONCE`.
    """
    db.executescript(_TEMPORARY)
    db.execute("BEGIN")
    db.execute(_HOMES)
    db.executemany("INSERT OR IGNORE INTO parallel VALUES (?,?)", _parallels(db))
    for statement in (_PARALLELS, _RESOLVE):
        db.execute(statement)
    insert = "INSERT INTO settled VALUES (?,?,?)"
    db.executemany(insert, _by_parties(db))
    db.executemany(insert, _by_name(db))
    db.execute(_SETTLE)
    _find_names(db)
    _add_named(db)
    db.execute(_NOT_ITSELF)
    db.execute("COMMIT")
    db.executescript(INDEXES)
    db.execute(_COUNT)


def _parallels(db: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield citations of no case's own that stand beside one, as parallel to it, with that case.

    ``Graham v. Connor, 490 U.S. 386, 396, 109 S. Ct. 1865``: one behind the other, under one name,
    of different reporters.
    """
    group: list[tuple[Any, ...]] = []
    for one in db.execute(_SEQUENCE):
        if group and not _is_parallel(group, one):
            yield from _of_group(group)
            group = []
        group.append(one)
    yield from _of_group(group)


def _is_parallel(group: Sequence[tuple[Any, ...]], one: tuple[Any, ...]) -> bool:
    opinion, _, end, name, *_ = group[-1]
    reporters = {series.partition("_")[2] for _, _, _, _, _, series, *_ in group}
    return (
        one[0] == opinion
        and one[3] is not None
        and one[3] == name
        and 0 <= one[1] - end <= _FARTHEST_PARALLEL
        and one[5].partition("_")[2] not in reporters
    )


def _of_group(group: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, int]]:
    cases = {case_seq for *_, case_seq, _ in group if case_seq is not None}
    if len(cases) == 1:
        (case_seq,) = cases
        yield from ((authority, case_seq) for *_, authority, _, _, homeless in group if homeless)


def _by_parties(db: sqlite3.Connection) -> Iterator[tuple[int, int, int]]:
    """Settle citations of a page on which several cases begin, where their names tell which.

    One without a name goes with the one before it in the same opinion.
    """
    rows = db.execute(_SHARED)
    for _, group in groupby(rows, key=lambda row: row[2]):
        known: dict[int, int | None] = {}
        for row, place, _, authority, name in group:
            if name:
                known[authority] = _fitting(db, authority, name)
            fitting = known.get(authority)
            if fitting is not None:
                yield row, place, fitting


def _fitting(db: sqlite3.Connection, authority: int, name: str) -> int | None:
    """Return the one case on an authority's page whose name can be meant by ``name``."""
    words = [
        (side, word)
        for words, side in sided_words(name)
        for word in words.split()
        if side != 2 or word not in _EMPTY_WORDS
    ]
    cases = db.execute(
        "SELECT h.case_seq FROM authority AS a JOIN case_citation AS h "
        "ON h.series = a.series AND h.page = a.page WHERE a.id = ?",
        (authority,),
    ).fetchall()
    fitting = [seq for (seq,) in cases if _fits(words, _words_of(db, seq))]
    return fitting[0] if len(fitting) == 1 else None


def _words_of(db: sqlite3.Connection, case_seq: int) -> list[tuple[int, str]]:
    (name,) = db.execute("SELECT name FROM case_record WHERE seq = ?", (case_seq,)).fetchone()
    return [(side, word) for words, side in sided_words(name) for word in words.split()]


def _fits(written: Sequence[tuple[int, str]], name: Sequence[tuple[int, str]]) -> bool:
    """Whether each side that is written shares a word with that side of the name.

    Words may be cut short; a name without parties may share a word with either side.
    """
    return bool(written) and all(
        any(
            _alike(word, other)
            for of, word in written
            if of == side
            for where, other in name
            if side == 2 or where in (side, 2)
        )
        for side in {side for side, _ in written}
    )


def _alike(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) >= _LEAST_PREFIX and long.startswith(short))


def _by_name(db: sqlite3.Connection) -> Iterator[tuple[int, int, int]]:
    """Settle citations without a page: by a name with two parties that one case bears.

    Not where a volume that is written (``565 U. S. ___``) is not the case's; what follows under that
    name in the opinion is then not the case either.
    """
    for opinion, group in groupby(db.execute(_BY_NAME), key=lambda row: row[2]):
        others: set[tuple[str, int]] = set()
        for row, place, _, name, start, end in group:
            if len(sided_words(name)) < 2:
                continue
            found = cases_named(db, name)
            if len(found) != 1 or not _may_cite(db, opinion, found[0]):
                continue
            if _is_other_volume(db, _text(db, opinion)[start:end], found[0]):
                others.add((name, found[0]))
            if (name, found[0]) not in others:
                yield row, place, found[0]


def _text(db: sqlite3.Connection, opinion: int) -> str:
    (text,) = db.execute("SELECT text FROM opinion WHERE seq = ?", (opinion,)).fetchone()
    return bytes(text).decode()


def _is_other_volume(db: sqlite3.Connection, words: str, case_seq: int) -> bool:
    """Whether ``words`` name a volume of a reporter of which the case is in other volumes only."""
    written = _VOLUME.search(words)
    if written is None:
        return False
    wanted = series_key(written["volume"], written["reporter"])
    reporter = wanted.partition("_")[2]
    (own,) = db.execute("SELECT citations FROM case_record WHERE seq = ?", (case_seq,)).fetchone()
    known = {
        series_key(cited.volume, cited.reporter)
        for cited in map(parse_citation, json.loads(own))
        if cited is not None
    }
    return wanted not in known and any(one.partition("_")[2] == reporter for one in known)


def _may_cite(db: sqlite3.Connection, opinion: int, case_seq: int) -> bool:
    """Whether the case is not younger than the opinion."""
    return bool(db.execute(_MAY_CITE, (case_seq, opinion)).fetchone()[0])


def _find_names(db: sqlite3.Connection) -> None:
    """Note where stripped opinions name cases of the build."""
    if db.execute("SELECT 1 FROM stripped LIMIT 1").fetchone() is None:
        return
    names = db.execute("SELECT seq, name FROM case_record WHERE name_source = 'given' ORDER BY seq")
    while block := names.fetchmany(_NAMES_AT_ONCE):
        parties = PartyNames(block)
        texts = db.execute(
            "SELECT o.seq, o.text FROM stripped AS s JOIN opinion AS o ON o.seq = s.opinion_seq"
        )
        for opinion, text in texts:
            db.executemany(
                "INSERT OR IGNORE INTO named VALUES (?,?,?,?)",
                [
                    (opinion, place.span.start, place.span.end, place.key)
                    for place in parties.places(bytes(text).decode())
                ],
            )


def _add_named(db: sqlite3.Connection) -> None:
    """Make citations of the names that were found: the longest at each place, if one case bears it."""
    end_of: tuple[int, int] = (-1, 0)
    for opinion, start, end, case_seq, bearers in db.execute(_CHOSEN):
        if end_of[0] == opinion and start < end_of[1]:
            continue
        end_of = (opinion, end)
        if bearers == 1 and _may_cite(db, opinion, case_seq):
            _add_one(db, opinion, (start, end), case_seq)


def _add_one(db: sqlite3.Connection, opinion: int, span: tuple[int, int], case_seq: int) -> None:
    """Add a citation, unless another one stands there already."""
    place, taken = db.execute(_BESIDE, (opinion, *span)).fetchone()
    if taken:
        return
    (row,) = db.execute(_STANDS_IN, (opinion, span[0])).fetchone()
    values: tuple[Any, ...] = (row, place, opinion, *span, CitationKind.NAME.value, case_seq)
    db.execute("INSERT INTO citation VALUES (?,?,?,?,?,?,NULL,NULL,NULL,0,NULL,NULL,?)", values)
