"""Court PDFs with a text layer, one opinion a file, with an optional ``metadata.jsonl`` beside them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from indexer.cite import SLIP_OPINION
from indexer.errors import RecordError
from indexer.raw import RawOpinion
from indexer.records import NameSource, PageMark
from indexer.reporters import Citation, parse_citation
from indexer.sources.caption import read_caption
from indexer.sources.delivered import Delivered
from indexer.sources.described import Document, read_described, title_of
from indexer.sources.pdf_text import PdfText, pdf_text
from indexer.sources.pdf_words import read_sheets
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, plain_name

_MAGIC: Final = b"%PDF-"
_MAGIC_WITHIN: Final = 1024
_TAIL: Final = 4096
_END: Final = re.compile(rb"%%EOF|startxref")


def claims(file: SourceFile, head: bytes) -> bool:
    """Whether ``file``, which begins with ``head`` (uncompressed), is a PDF or is called one."""
    return plain_name(file).lower().endswith(".pdf") or head.startswith(_MAGIC)


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the case of each PDF of ``files``, which are of one folder, and why one gives none."""
    return read_described(files, read_document)


def read_document(data: bytes, fields: Mapping[str, Any]) -> Document:
    """Return what a PDF says; raises `RecordError` where it says nothing that can be read.

    Its pages are those of the reporter whose citation they count from, where the metadata line
    ``fields``, its caption or its running heads have one, and else those of the slip opinion.
    """
    _check(data)
    found = pdf_text(read_sheets(data))
    caption = read_caption(found.first_page, found.stamps)
    given = fields.get("citations")
    listed = given if isinstance(given, list) else []
    citations = [*caption.citations, *(one for one in listed if isinstance(one, str))]
    extra: dict[str, Any] = {"pages_without_text": list(found.blank)} if found.blank else {}
    return Document(
        opinion=RawOpinion(text=found.text, pages=_pages(found, citations), extra=extra),
        title=caption.name or title_of(found.text),
        title_source=NameSource.INFERRED,
        fields=caption.fields(),
    )


def _check(data: bytes) -> None:
    if not data:
        raise RecordError("the file is empty")
    if _MAGIC not in data[:_MAGIC_WITHIN]:
        raise RecordError("not a PDF, whatever its name says; rename it or leave it out")
    if not _END.search(data[-_TAIL:]):
        raise RecordError("the PDF is torn: its end is missing; fetch the file again")


def _pages(found: PdfText, citations: Sequence[str]) -> tuple[PageMark, ...]:
    reporter = _reporter(found, citations)
    return tuple(PageMark(reporter=reporter, page=page, start=at) for page, at in found.pages)


def _reporter(found: PdfText, citations: Sequence[str]) -> str:
    """Return whose pages those of the PDF are.

    A slip opinion counts from 1, and so does the first case of a volume: that one is believed only
    where its running heads name the volume.
    """
    first = found.pages[0][0] if found.pages else ""
    for text in citations:
        citation = parse_citation(text)
        if citation is None or citation.is_electronic or str(citation.page) != first:
            continue
        if citation.page > 1 or _names(found.stamps, citation):
            return citation.series
    return SLIP_OPINION


def _names(stamps: Sequence[str], citation: Citation) -> bool:
    wanted = re.sub(r"\W", "", citation.series).lower()
    return any(wanted in re.sub(r"\W", "", stamp).lower() for stamp in stamps)
