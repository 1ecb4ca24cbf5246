"""CourtListener's citation look-up: which citations of a text are those of cases that the index has.

freelawproject/courtlistener ``cl/citations/api_views.py`` and ``cl/citations/api_serializers.py``: a form
or JSON with ``text``, or with ``volume``, ``reporter`` and ``page``; each citation is answered with a
status of its own: 200 one case, 300 several, 404 none, 400 no such reporter, 429 one too many.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

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

LONGEST_TEXT: Final = 64_000
MOST_CITATIONS: Final = 250
_FOUND, _SEVERAL, _NO_REPORTER, _NOT_FOUND, _TOO_MANY = 200, 300, 400, 404, 429


class Lookup(BaseModel):
    """What is to be looked up."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    text: str | None = None
    volume: str | None = None
    reporter: str | None = None
    page: str | None = None


async def _lookup(request: Request) -> Lookup:
    """Read a form or JSON; `QueryError` where it asks for nothing, or for two things at once."""
    body = await request.body()
    try:
        fields = _fields(body, request.headers.get("content-type", ""))
    except ValueError:
        raise QueryError("text", "cannot be read; send a form or JSON with text") from None
    asked = Lookup.model_validate(fields)
    if bool(asked.text) is bool(asked.reporter):
        raise QueryError("text", "or reporter is required, and not both; give one of them")
    if asked.reporter and not (asked.volume and asked.page):
        missing = "page" if asked.volume else "volume"
        raise QueryError(missing, "is required beside reporter; add it")
    if asked.text and len(asked.text) > LONGEST_TEXT:
        raise QueryError("text", f"has more than {LONGEST_TEXT} characters; send it in parts")
    return asked


LookupDep = Annotated[Lookup, Depends(_lookup)]


def _fields(body: bytes, content_type: str) -> Any:
    if content_type.partition(";")[0].strip().lower() == "application/json":
        return orjson.loads(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class _Written:
    """A citation as it stands in the text, and the one it stands for."""

    text: str
    start: int
    reference: Reference
    full: Reference | None
    """`None`: a short form whose case the text does not name in full."""


def look_up_citations(asked: Lookup, store: PassageStore, links: Links) -> list[Json]:
    """Return the answer to each citation, in the order of the text."""
    if asked.text is None or not asked.text:
        return [_single(asked, store, links)]
    written = list(_written(asked.text))
    known = [_answer(one, store, links) for one in written[:MOST_CITATIONS]]
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
    if not (page.isdecimal() and page.isascii()):
        return []
    return store.finder.beginning_at(series_key(volume, reporter), int(page))


def _clusters(cases: list[FoundCase], store: PassageStore, links: Links) -> Json:
    entries = [store.cases(Filters(), after=case.seq - 1, limit=1)[0] for case in cases]
    return {
        "status": _FOUND if len(cases) == 1 else _SEVERAL,
        "error_message": "",
        "clusters": [lookup_cluster(entry, links) for entry in entries],
    }
