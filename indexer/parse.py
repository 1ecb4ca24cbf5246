"""What a source delivered becomes a record: markup off, text cleaned once, pages mapped, court named."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from indexer.cleaning import clean_text
from indexer.courts import resolve_court
from indexer.dates import date_parts
from indexer.errors import RecordError
from indexer.hard_wrap import unwrap
from indexer.markup import html_to_text
from indexer.page_map import MarkedText
from indexer.pagination import PagedText, paginate
from indexer.raw import RawCase, RawOpinion, TextFormat
from indexer.records import Case, CaseRecord, Opinion, OpinionHeader

_TAG: Final = re.compile(r"<[^<>]*>")


def parse_case(raw: RawCase) -> CaseRecord:
    """Return the case that ``raw`` describes, its opinions in source order.

    Raises `RecordError` for an impossible date, for an opinion without words, for text that is not
    Unicode, and for opinion ids that are not unique within the case.
    """
    case = _case(raw)
    if not raw.opinions:
        raise RecordError("opinions is empty: a case needs at least one opinion with text")
    paged = _paged(raw)
    ids = _opinion_ids(raw)
    return CaseRecord(
        case=case,
        opinions=tuple(
            _opinion(one, paged_text, case.id, opinion_id)
            for one, paged_text, opinion_id in zip(raw.opinions, paged, ids, strict=True)
        ),
    )


def _case(raw: RawCase) -> Case:
    if raw.date_filed is not None:
        try:
            date_parts(raw.date_filed)
        except ValueError as error:
            raise RecordError(f"date_filed: {error}; correct it or leave it out") from None
    court = resolve_court(raw.court_id, raw.court, raw.date_filed)
    return Case(
        id=raw.id,
        name=raw.name,
        name_full=raw.name_full,
        name_source=raw.name_source,
        court_id=court.id if court else None,
        court=court.name if court else None,
        court_citation_string=court.citation_string if court else None,
        date_filed=raw.date_filed,
        docket_number=raw.docket_number,
        citations=raw.citations,
        judges=raw.judges,
        status=raw.status,
        url=raw.url,
        extra=raw.extra,
    )


def _paged(raw: RawCase) -> list[PagedText]:
    texts = [_words(one, at, raw.citations) for at, one in enumerate(raw.opinions)]
    unpaged = [text for one, text in zip(raw.opinions, texts, strict=True) if not one.pages]
    found = iter(paginate(unpaged, raw.citations))
    paged = [
        PagedText(text.text, one.pages) if one.pages else next(found)
        for one, text in zip(raw.opinions, texts, strict=True)
    ]
    for at, text in enumerate(paged):
        if not text.text.strip():
            raise RecordError(
                f"opinions[{at}].text is empty: there is nothing but page marks in it"
            )
    return paged


def _words(raw: RawOpinion, at: int, citations: Sequence[str]) -> MarkedText:
    try:
        raw.text.encode()
    except UnicodeEncodeError as error:
        raise RecordError(
            f"opinions[{at}].text has half a character (a lone surrogate) at {error.start}"
        ) from None
    marked = _marked(raw, citations)
    if not marked.text.strip():
        raise RecordError(f"opinions[{at}].text is empty: there are no words in it")
    return marked


def _marked(raw: RawOpinion, citations: Sequence[str]) -> MarkedText:
    is_html = raw.format is TextFormat.HTML
    if raw.wrapped:  # cleaned there: the form feeds are the ends of pages
        return unwrap(_TAG.sub("", raw.text) if is_html else raw.text, citations)
    return html_to_text(clean_text(raw.text)) if is_html else MarkedText(clean_text(raw.text))


def _opinion_ids(raw: RawCase) -> Sequence[str]:
    """Return an id for each opinion that is unique in the corpus because the case's is.

    A given id is kept where it begins with the case's (``cl-1-9416757``) and else put behind it;
    without one it is made of the case and the type, from the second of a type on with its number.
    """
    ids: list[str] = []
    of_type: Counter[str] = Counter()
    for one in raw.opinions:
        if one.id is None:
            of_type[one.type] += 1
            repeat = f"-{of_type[one.type]}" if of_type[one.type] > 1 else ""
            ids.append(f"{raw.id}-{one.type.value}{repeat}")
        else:
            ids.append(one.id if one.id.startswith(f"{raw.id}-") else f"{raw.id}-{one.id}")
    twice = [one for one, times in Counter(ids).items() if times > 1]
    if twice:
        raise RecordError(f"two opinions have the id {twice[0]!r}; give each its own, or none")
    return ids


def _opinion(raw: RawOpinion, paged: PagedText, case_id: str, opinion_id: str) -> Opinion:
    return Opinion(
        header=OpinionHeader(
            id=opinion_id,
            case_id=case_id,
            type=raw.type,
            author=raw.author,
            joined_by=raw.joined_by,
            source_sha256=hashlib.sha256(raw.text.encode()).hexdigest(),
            extra=raw.extra,
        ),
        text=paged.text,
        pages=paged.pages,
    )
