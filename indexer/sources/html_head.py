"""What a web page says of its case besides the opinion: title, headings, meta elements."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from indexer.dates import date_parts
from indexer.sources.caption_name import one_line_name
from indexer.sources.cited import cited_in
from indexer.sources.html_tree import Element

_TITLES: Final = ("citation_title", "citation_case_name", "dc.title", "og:title", "twitter:title")
_DATES: Final = (
    "citation_publication_date",
    "citation_date",
    "citation_decision_date",
    "dc.date",
    "dc.date.issued",
)
_PARTS: Final = re.compile(r"\s+(?:\||::|[-–—»])\s+|\s+::\s*|\s\|\s?")
_DAY: Final = re.compile(r"(\d{4})(?:[-/](\d{2})(?:[-/](\d{2}))?)?")
_LONGEST: Final = 300
_TITLE_TAGS: Final = ("h1", "h2", "h3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is known of a case from around its opinion."""

    name: str | None
    lines: tuple[str, ...]
    """The titles, which are asked like the first lines of a caption."""
    citations: tuple[str, ...]
    court_id: str | None
    date_filed: str | None
    url: str | None


def read_head(parser: LexborHTMLParser, elements: Sequence[Element]) -> Head:
    """Return what the titles of a page and its meta elements say."""
    meta = _meta(parser)
    titles = list(_titles(parser, meta, elements))
    cited = next((found for title in titles if (found := cited_in(title))), ())
    return Head(
        name=next((name for title in titles if (name := _name(title)) is not None), None),
        lines=tuple(titles),
        citations=tuple(one.text for one in cited if one.is_whole),
        court_id=next((one.court_id for one in cited if one.court_id), None),
        date_filed=_date(meta),
        url=_url(parser, meta),
    )


def _meta(parser: LexborHTMLParser) -> dict[str, str]:
    """Return the page's meta elements by name, in small letters; the first of a name."""
    found: dict[str, str] = {}
    for node in parser.css("meta"):
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        content = " ".join((attributes.get("content") or "").split())
        if name and content:
            found.setdefault(name, content)
    return found


def _titles(
    parser: LexborHTMLParser, meta: dict[str, str], elements: Sequence[Element]
) -> Iterator[str]:
    texts = [meta.get(name, "") for name in _TITLES]
    for tag in _TITLE_TAGS:
        texts += islice((one.text for one in elements if one.tag == tag), 2)
    node = parser.css_first("title")
    texts.append(node.text() if node else "")
    for text in texts:
        title = " ".join(text.split())
        if 0 < len(title) <= _LONGEST:
            yield title


def _name(title: str) -> str | None:
    """Return the case's name out of ``Graham v. Connor, 490 U.S. 386 (1989) :: Justia``."""
    cited = cited_in(title)
    for part in _PARTS.split(title[: cited[0].start] if cited else title):
        name = one_line_name(part.strip(" ,;:(["))
        if name is not None:
            return name
    return None


def _date(meta: dict[str, str]) -> str | None:
    for name in _DATES:
        found = _DAY.match(meta.get(name, ""))
        if found is None:
            continue
        iso = "-".join(part for part in found.groups() if part)
        try:
            date_parts(iso)
        except ValueError:
            continue
        return iso
    return None


def _url(parser: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    node = parser.css_first('link[rel="canonical"]')
    url = (node.attributes.get("href") if node else None) or meta.get("og:url") or ""
    return url.strip() if url.strip().startswith(("https://", "http://")) else None
