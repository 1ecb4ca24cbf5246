"""Opinions saved as web pages, one a file, with an optional ``metadata.jsonl`` beside them."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from indexer.errors import RecordError
from indexer.markup import html_to_text
from indexer.nesting import check_nesting
from indexer.raw import RawOpinion, TextFormat
from indexer.records import NameSource
from indexer.sources.caption import read_caption
from indexer.sources.delivered import Delivered
from indexer.sources.described import Document, read_described, title_of
from indexer.sources.html_head import Head, read_head
from indexer.sources.html_markup import markup_of
from indexer.sources.html_opinion import find_opinion
from indexer.sources.html_tree import Element, read_tree
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, plain_name

_SUFFIXES: Final = (".html", ".htm", ".xhtml")
_BEGINNING: Final = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html)\b", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)|encoding=[\"']([\w-]+)")
_DECLARED_WITHIN: Final = 4096
_BOMS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_LATIN: Final = frozenset({"ascii", "iso8859-1", "iso8859-9"})
"""What browsers read as Windows-1252, whatever the page declares."""
_NO_PAGE: Final = frozenset(
    [
        *["idna", "mbcs", "oem", "palmos", "punycode", "undefined"],
        *["raw-unicode-escape", "unicode-escape"],
    ]
)
"""What Python decodes and no browser does."""
_WIDE: Final = ("utf-16", "utf-32", "utf-7")
"""In which the declaration itself would not be read."""
_CAPTION_LENGTH: Final = 6000
_PREFORMATTED: Final = 0.8


def claims(file: SourceFile, head: bytes) -> bool:
    """Whether ``file``, which begins with ``head`` (uncompressed), is a web page."""
    named = plain_name(file).lower().endswith(_SUFFIXES)
    return named or _BEGINNING.match(head.removeprefix(codecs.BOM_UTF8)) is not None


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the case of each page of ``files``, which are of one folder, and why one gives none."""
    return read_described(files, read_document)


def read_document(data: bytes, fields: Mapping[str, Any]) -> Document:  # noqa: ARG001 - as its kind
    """Return the opinion that a web page shows; raises `RecordError` where it shows none."""
    markup = decode_page(data)
    check_nesting(markup)
    parser = LexborHTMLParser(markup)
    elements = read_tree(parser)
    opinion = find_opinion(elements)
    raw = _raw(opinion)
    text = html_to_text(raw.text).text if raw.format is TextFormat.HTML else raw.text
    if not text.strip():
        raise RecordError("no opinion found: the page has no words")
    head = read_head(parser, elements)
    caption = read_caption([*head.lines, *text[:_CAPTION_LENGTH].split("\n")])
    return Document(
        opinion=raw,
        title=head.name or caption.name or title_of(text),
        title_source=NameSource.GIVEN if head.name else NameSource.INFERRED,
        fields={**caption.fields(), **_fields(head, caption.citations)},
    )


def _fields(head: Head, citations: Sequence[str]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "court_id": head.court_id,
        "date_filed": head.date_filed,
        "url": head.url,
        "citations": list(dict.fromkeys([*head.citations, *citations])),
    }
    return {name: value for name, value in known.items() if value}


def _raw(opinion: Element) -> RawOpinion:
    """Return the words of ``opinion``; a page of the printer's own lines as plain text."""
    lines = _preformatted(opinion)
    if lines is not None:
        return RawOpinion(text=lines, wrapped=True)
    return RawOpinion(text=markup_of(opinion), format=TextFormat.HTML)


def _preformatted(opinion: Element) -> str | None:
    stack = [opinion]
    blocks: list[Element] = []
    while stack:
        here = stack.pop()
        if here.tag == "pre":
            blocks.append(here)
        else:
            inner = [one for one in here.children if isinstance(one, Element) and not one.dropped]
            stack += reversed(inner)
    words = sum(block.words + block.link_words for block in blocks)
    if words < _PREFORMATTED * (opinion.words + opinion.link_words):
        return None
    return "\n\n".join(block.text.strip("\n") for block in blocks)


def decode_page(data: bytes) -> str:
    """Return the text of a page as a browser would decode it.

    A byte order mark goes before what the page declares; without either it is UTF-8 where that fits,
    and Windows-1252 where it does not. Bytes that mean nothing become U+FFFD.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    declared = _declared(data[:_DECLARED_WITHIN])
    if declared is not None:
        return data.decode(declared, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _declared(head: bytes) -> str | None:
    """Return the encoding that the page says it has, if that is one and can be true."""
    found = _DECLARED.search(head)
    if found is None:
        return None
    try:
        name = codecs.lookup((found[1] or found[2]).decode("ascii")).name
    except LookupError:
        return None
    if name in _LATIN:
        return "cp1252"
    is_page = name not in _NO_PAGE and not name.startswith(_WIDE)
    return name if is_page and codecs.lookup(name)._is_text_encoding else None
