"""CourtListener's citation look-up: which citations of a text are those of cases that the index has.

freelawproject/courtlistener ``cl/citations/api_views.py`` and ``cl/citations/api_serializers.py``: a form
or JSON with ``text``, or with ``volume``, ``reporter`` and ``page``; each citation is answered with a
status of its own: 200 one case, 300 several, 404 none, 400 no such reporter, 429 one too many.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from indexer.citation_reporters import Reference, find_references
from indexer.citations import find_citations
from indexer.filters import Filters
from indexer.records import CitationKind
from indexer.store.case_finder import FoundCase, series_key
from indexer.store.passages import PassageStore
from service.dialects.courtlistener_shapes import lookup_cluster
from service.dialects.finding import Json
from service.errors import QueryError
from service.links import Links
from service.work import current_work

LONGEST_TEXT: Final = 64_000
MOST_CITATIONS: Final = 250
_LARGEST_BODY: Final = 12 * LONGEST_TEXT + 4_096
"""Bytes: no character takes more than twelve, four of UTF-8 as %F0 or two surrogates as \\ud83d."""
_MOST_FIELDS: Final = 16
_MOST_DIGITS: Final = 9
_PAGE: Final = re.compile(rf"[0-9]{{1,{_MOST_DIGITS}}}")
_FOUND, _SEVERAL, _NO_REPORTER, _NOT_FOUND, _TOO_MANY = 200, 300, 400, 404, 429

_Part = Annotated[str, Field(max_length=100)]


class Lookup(BaseModel):
    """What is to be looked up."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    text: str | None = None
    volume: _Part | None = None
    reporter: _Part | None = None
    page: _Part | None = None


@dataclass(frozen=True, slots=True)
class _Body:
    data: bytes
    content_type: str


async def _body(request: Request) -> _Body:
    data = await request.body()
    if len(data) > _LARGEST_BODY:
        raise _too_long()
    return _Body(data, request.headers.get("content-type", ""))


def _lookup(body: Annotated[_Body, Depends(_body)]) -> Lookup:
    """Read a form or JSON; `QueryError` where it asks for nothing, or for two things at once.

    In a thread of its own: what is long takes a while.
    """
    try:
        fields = _fields(body)
    except ValueError:
        raise QueryError("text", "cannot be read; send a form or JSON with text") from None
    asked = Lookup.model_validate(fields)
    if bool(asked.text) is bool(asked.reporter):
        raise QueryError("text", "or reporter is required, and not both; give one of them")
    if asked.reporter and not (asked.volume and asked.page):
        missing = "page" if asked.volume else "volume"
        raise QueryError(missing, "is required beside reporter; add it")
    if asked.text and len(asked.text) > LONGEST_TEXT:
        raise _too_long()
    if asked.page and asked.page.isdecimal() and len(asked.page) > _MOST_DIGITS:
        raise QueryError("page", f"has more than {_MOST_DIGITS} digits; give that of a citation")
    return asked


LookupDep = Annotated[Lookup, Depends(_lookup)]


def _too_long() -> QueryError:
    return QueryError("text", f"has more than {LONGEST_TEXT} characters; send it in parts")


def _fields(body: _Body) -> Any:
    if body.content_type.partition(";")[0].strip().lower() == "application/json":
        return orjson.loads(body.data)
    pairs = parse_qsl(body.data.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    return dict(pairs)


@dataclass(frozen=True, slots=True)
class _Written:
    """A citation as it stands in the text, and the one it stands for."""

    text: str
    start: int
    reference: Reference
    full: Reference | None
    """`None`: a short form whose case the text does not name in full."""


def look_up_citations(asked: Lookup, store: PassageStore, links: Links) -> list[Json]:
    """Return the answer to each citation, in the order of the text.

    `AbandonedError` when nobody waits for it any more.
    """
    if asked.text is None or not asked.text:
        return [_single(asked, store, links)]
    work = current_work()
    written = list(_written(asked.text))
    known = []
    for one in written[:MOST_CITATIONS]:
        work.check()
        known.append(_answer(one, store, links))
    beyond = [
        {
            **_places(one),
            "normalized_citations": [],
            "status": _TOO_MANY,
            "error_message": "Too many citations requested.",
            "clusters": [],
        }
        for one in written[MOST_CITATIONS:]
    ]
    return [*known, *beyond]


def _written(text: str) -> Iterator[_Written]:
    """Yield full and short citations of cases; a short one stands for the full one before it."""
    meant = {
        one.span.start: one.cited
        for one in find_citations(text)
        if one.kind is CitationKind.SHORT and one.cited
    }
    for reference in find_references(text):
        if not reference.is_case or reference.page is None:
            continue
        full: Reference | None = reference
        if reference.short:
            full = next(iter(find_references(meant.get(reference.start, ""))), None)
        yield _Written(text[reference.start : reference.end], reference.start, reference, full)


def _single(asked: Lookup, store: PassageStore, links: Links) -> Json:
    text = f"{asked.volume} {asked.reporter} {asked.page}"
    for reference in find_references(text):
        if reference.page is not None and reference.end - reference.start == len(text):
            return _answer(_Written(text, 0, reference, reference), store, links)
    cases = _beginning_at(store, str(asked.volume), str(asked.reporter), str(asked.page))
    places = {"citation": text, "start_index": 0, "end_index": len(text)}
    if cases:  # the corpus knows a reporter that reporters-db does not
        return {**places, "normalized_citations": [text], **_clusters(cases, store, links)}
    return {
        **places,
        "normalized_citations": [],
        "status": _NO_REPORTER,
        "error_message": f"Unable to find reporter with abbreviation of '{asked.reporter}'",
        "clusters": [],
    }


def _answer(written: _Written, store: PassageStore, links: Links) -> Json:
    full = written.full or written.reference
    normal = full.citation(None) or written.text
    cases = [] if written.full is None else _cases(full, store)
    if not cases:
        return {
            **_places(written),
            "normalized_citations": [normal],
            "status": _NOT_FOUND,
            "error_message": f"Citation not found: '{normal}'",
            "clusters": [],
        }
    return {
        **_places(written),
        "normalized_citations": [normal],
        **_clusters(cases, store, links),
    }


def _places(written: _Written) -> Json:
    return {
        "citation": written.text,
        "start_index": written.start,
        "end_index": written.start + len(written.text),
    }


def _cases(reference: Reference, store: PassageStore) -> list[FoundCase]:
    spellings: Mapping[str, None] = dict.fromkeys((reference.canonical(None), reference.reporter))
    found = (_beginning_at(store, reference.volume, one, reference.page or "") for one in spellings)
    return next((cases for cases in found if cases), [])


def _beginning_at(store: PassageStore, volume: str, reporter: str, page: str) -> list[FoundCase]:
    if _PAGE.fullmatch(page) is None:
        return []
    return store.finder.beginning_at(series_key(volume, reporter), int(page))


def _clusters(cases: list[FoundCase], store: PassageStore, links: Links) -> Json:
    entries = [store.cases(Filters(), after=case.seq - 1, limit=1)[0] for case in cases]
    return {
        "status": _FOUND if len(cases) == 1 else _SEVERAL,
        "error_message": "",
        "clusters": [lookup_cluster(entry, links) for entry in entries],
    }
