"""Queries with outside judgements: read, put into halves, narrowed to the cases of an index."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path


class Half(StrEnum):
    """What a query may be used for."""

    CHOOSING = "choosing"
    """To look at, to choose and to train by."""
    REPORTING = "reporting"
    """To report figures from; nothing is chosen by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuery:
    """One query and the cases that answer it."""

    id: str
    text: str
    relevant: frozenset[str]
    """Case ids."""
    exclude: frozenset[str] = frozenset()
    """Cases left out of every answer: the one that the query was taken from."""


def half_of(case_id: str) -> Half:
    """Return the half of a case, for good: the parity of a hash of its id."""
    digest = hashlib.sha256(f"half{case_id}".encode()).digest()
    return Half.CHOOSING if digest[0] % 2 == 0 else Half.REPORTING


def half_of_all(case_ids: Iterable[str]) -> Half | None:
    """Return the half of all these cases; `None` where they fall in both.

    A query of both halves is used for neither: to choose by it would be to look at a reporting case.
    """
    halves = {half_of(case_id) for case_id in case_ids}
    return halves.pop() if len(halves) == 1 else None


def read_judged(path: Path) -> list[JudgedQuery]:
    """Read a file of judged queries, one JSON object a line: id, query, relevant, perhaps exclude.

    A query's own case (``exclude``) is never relevant to it. Raises `ValueError` with the line's
    number where one is not such an object, where an id is there twice, or where nothing is relevant.
    """
    queries = list(_parsed(path))
    ids = {query.id for query in queries}
    if len(ids) != len(queries):
        raise ValueError(f"{path}: {len(queries) - len(ids)} ids are there twice")
    return queries


def within(queries: Iterable[JudgedQuery], cases: Collection[str]) -> list[JudgedQuery]:
    """Return the queries that one of ``cases`` answers, judged by these cases alone."""
    narrowed = (
        replace(query, relevant=query.relevant & frozenset(cases), exclude=query.exclude)
        for query in queries
    )
    return [query for query in narrowed if query.relevant]


def of_half(queries: Iterable[JudgedQuery], half: Half) -> list[JudgedQuery]:
    """Return the queries whose relevant cases are all of ``half``."""
    return [query for query in queries if half_of_all(query.relevant) is half]


def _parsed(path: Path) -> Iterator[JudgedQuery]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                raw = json.loads(line)
                exclude = frozenset(raw.get("exclude", ()))
                relevant = frozenset(raw["relevant"]) - exclude
                query = JudgedQuery(
                    id=raw["id"], text=raw["query"], relevant=relevant, exclude=exclude
                )
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}:{number}: not a judged query ({error!r})") from error
            if not query.relevant:
                raise ValueError(f"{path}:{number}: no case is relevant to {query.id}")
            yield query
