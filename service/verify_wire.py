"""A checked draft becomes its wire form."""

from collections import Counter

from indexer.store.manifest import Manifest
from service.links import Links
from service.schemas import PageRangeOut
from service.schemas_verify import (
    CitationOut,
    CloseCaseOut,
    CreditOut,
    DiffOut,
    PlaceOut,
    QuotationOut,
    SkippedOut,
    VerifyResponse,
)
from service.verify_citations import CheckedCitation, CitationStatus
from service.verify_quotes import CheckedQuotation, Place, QuoteStatus, Verification
from service.wire import index_out


def verify_response(found: Verification, manifest: Manifest, links: Links) -> VerifyResponse:
    """Return the wire form of a checked draft."""
    counts = Counter(one.status.value for one in found.quotations)
    clean = all(one.status is QuoteStatus.VERBATIM for one in found.quotations)
    return VerifyResponse(
        index=index_out(manifest),
        all_verbatim=clean
        and not found.skipped
        and all(one.status is CitationStatus.FOUND for one in found.citations),
        counts={status.value: counts[status.value] for status in QuoteStatus},
        quotations=tuple(quotation_out(one, links) for one in found.quotations),
        skipped=tuple(
            SkippedOut(
                start=one.quotation.start, end=one.quotation.end, text=one.text, reason=one.reason
            )
            for one in found.skipped
        ),
        citations=tuple(citation_out(one) for one in found.citations),
    )


def quotation_out(one: CheckedQuotation, links: Links) -> QuotationOut:
    """Return the wire form of a checked quotation."""
    return QuotationOut(
        start=one.quotation.start,
        end=one.quotation.end,
        text=one.text,
        status=one.status,
        problems=one.problems,
        credited_to=None if one.credited_to is None else _credit_out(one.credited_to),
        places=tuple(_place_out(place, links) for place in one.places),
        diff=tuple(
            DiffOut(change=part.change, quoted=part.quoted, source=part.source) for part in one.diff
        ),
        tolerated=one.tolerated,
        notes=one.notes,
    )


def citation_out(one: CheckedCitation) -> CitationOut:
    """Return the wire form of a checked citation."""
    return CitationOut(
        start=one.citation.span.start,
        end=one.citation.span.end,
        text=one.text,
        citation=one.citation.cited,
        name=one.citation.name,
        pin=one.citation.pin,
        status=one.status,
        case_id=None if one.entry is None else one.entry.case.id,
        case_name=None if one.entry is None else one.entry.case.name,
        note=one.note,
        close=tuple(
            CloseCaseOut(case_id=match.entry.case.id, cite=match.cite, why=match.why)
            for match in one.close
        ),
    )


def _credit_out(one: CheckedCitation) -> CreditOut:
    return CreditOut(
        text=one.text,
        citation=one.citation.cited,
        name=one.citation.name,
        pin=one.citation.pin,
        case_id=None if one.entry is None else one.entry.case.id,
        start=one.citation.span.start,
        end=one.citation.span.end,
    )


def _place_out(place: Place, links: Links) -> PlaceOut:
    return PlaceOut(
        case_id=place.case.id,
        case_name=place.case.name,
        opinion_id=place.opinion.id,
        opinion_type=place.opinion.type,
        author=place.opinion.author,
        passage_id=place.passage_id,
        start=place.span.start,
        end=place.span.end,
        text=place.text,
        pages=tuple(
            PageRangeOut(reporter=pages.reporter, first=pages.first, last=pages.last)
            for pages in place.pages
        ),
        cite=place.cite,
        link=links.span(place.opinion.id, place.span),
    )
