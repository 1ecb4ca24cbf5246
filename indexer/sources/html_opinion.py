"""Where a web page has the opinion: what is around it is dropped, by structure and not by site."""

import re
from collections.abc import Sequence
from typing import Final

from indexer.errors import RecordError
from indexer.sources.html_tree import Element, in_order, measure

_AROUND: Final = frozenset({"nav", "aside", "dialog", "menu", "form", "header", "footer"})
_AROUND_ROLES: Final = frozenset(
    [
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "complementary",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
    ]
)
_AROUND_TOKENS: Final = frozenset(
    [
        "nav",
        "navbar",
        "navigation",
        "menu",
        "breadcrumb",
        "breadcrumbs",
        "crumbs",
        "sidebar",
        "cookie",
        "cookies",
        "consent",
        "gdpr",
        "comment",
        "comments",
        "disqus",
        "share",
        "sharing",
        "social",
        "advert",
        "advertisement",
        "ads",
        "ad",
        "promo",
        "newsletter",
        "subscribe",
        "signup",
        "login",
        "signin",
        "related",
        "recommended",
        "toolbar",
        "modal",
        "popup",
        "overlay",
        "footer",
        "masthead",
        "search",
        "pagination",
        "pager",
        "copyright",
        "disclaimer",
        "feedback",
        "tooltip",
        "skip",
    ]
)
_INSIDE_TOKENS: Final = frozenset(
    [
        "opinion",
        "opinions",
        "footnote",
        "footnotes",
        "endnotes",
        "star",
        "case",
        "caselaw",
        "judgment",
        "decision",
        "syllabus",
    ]
)
_MAIN_TAGS: Final = frozenset({"article", "main", "opinion", "pre"})
_MAIN_TOKENS: Final = frozenset(
    [
        "opinion",
        "opinions",
        "caselaw",
        "judgment",
        "decision",
        "casetext",
        "plaintext",
        "article",
        "content",
        "case",
    ]
)
_LISTS: Final = frozenset({"ul", "ol", "dl", "table", "div", "section"})
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SMALL: Final = 0.4
"""The part of a page's words that what stands around the opinion has at most."""
_ALL: Final = 0.95
_MOST: Final = 0.5
_LINKED: Final = 0.85
_FEW_LINKS: Final = 3
FEWEST_WORDS: Final = 50
"""The shortest orders have more."""


def find_opinion(elements: Sequence[Element]) -> Element:
    """Return the element that holds the opinion; what it holds besides is marked as dropped.

    ``elements`` are those of a page in document order. Raises `RecordError` where no element holds
    as many words of running text as the shortest opinion has.
    """
    if not elements:
        raise RecordError("no opinion found: the page is empty")
    body = elements[0]
    total = max(1, body.words)
    articles = _within_articles(elements)
    for element in elements[1:]:
        inside = id(element) in articles
        if element.words <= _SMALL * total and _is_around(element, inside=inside):
            element.dropped = True
    kept = _measured(body)
    for element in kept[1:]:
        element.dropped = _is_list_of_links(element)
    kept = _measured(body)
    found = _main(kept)
    if found.words < FEWEST_WORDS or found.words < found.link_words:
        raise RecordError(
            f"no opinion found: {found.words} words of running text (links and menus left out), "
            f"at least {FEWEST_WORDS} are expected; save the page that has the opinion itself"
        )
    return found


def _measured(body: Element) -> list[Element]:
    kept = list(in_order(body))
    measure(kept)
    return kept


def _is_around(element: Element, *, inside: bool) -> bool:
    """Whether ``element``, which is ``inside`` an article or not, is no part of what a page is about."""
    attributes = element.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if _HIDDEN.search(attributes.get("style") or ""):
        return True
    tokens = element.tokens
    if element.has_notes or not _INSIDE_TOKENS.isdisjoint(tokens):
        return False
    if (attributes.get("role") or "").lower() in _AROUND_ROLES:
        return True
    if element.tag in _AROUND:
        return not (element.tag == "header" and inside)
    return not _AROUND_TOKENS.isdisjoint(tokens) and element.tag not in ("body", "html", "main")


def _within_articles(elements: Sequence[Element]) -> set[int]:
    """Return by `id` those of ``elements``, which are in document order, that an article is around."""
    within: set[int] = set()
    for element in elements:
        above = element.parent
        if above is not None and (id(above) in within or _is_article(above)):
            within.add(id(element))
    return within


def _is_article(element: Element) -> bool:
    return element.tag in _MAIN_TAGS or not _INSIDE_TOKENS.isdisjoint(element.tokens)


def _is_list_of_links(element: Element) -> bool:
    words = element.words + element.link_words
    return (
        element.tag in _LISTS
        and not element.has_notes
        and element.links >= _FEW_LINKS
        and element.link_words >= _LINKED * words
    )


def _main(elements: Sequence[Element]) -> Element:
    """Return the innermost element named as the main one that has all words, or that has most.

    Where none is so named it is the innermost element that has nearly all words.
    """
    total = elements[0].words
    named = [one for one in elements if _is_named(one) and one.words >= _MOST * total]
    whole = [one for one in named if one.words >= _ALL * total]
    if whole:
        return _with_notes(max(whole, key=lambda one: one.depth), whole)
    if named:
        return max(named, key=lambda one: (one.words, one.depth))
    return max(
        (one for one in elements if one.words >= _ALL * total),
        key=lambda one: one.depth if one.tag not in ("p", "a", "span", "font", "b") else -1,
    )


def _with_notes(inner: Element, named: Sequence[Element]) -> Element:
    """Return ``inner``, or the element around it that has the footnotes too."""
    return inner if inner.has_notes else next((one for one in named if one.has_notes), inner)


def _is_named(element: Element) -> bool:
    return (
        element.tag in _MAIN_TAGS
        or element.attributes.get("role") == "main"
        or element.attributes.get("itemprop") == "articleBody"
        or not _MAIN_TOKENS.isdisjoint(element.tokens)
    )
