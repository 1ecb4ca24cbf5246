"""An element of a web page as the markup that `indexer.markup` reads: blocks, notes, page labels."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from indexer.sources.html_tree import Element

_NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
_ALONE: Final = frozenset({"b", "strong", "u", "i", "em", "font", "span", "big"})
_BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "center",
        "blockquote",
        "hr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "section",
        "article",
        "pre",
    ]
)
_HEADING: Final = 200
"""Characters; a longer line in bold is no heading."""
_FIGURE: Final = re.compile(r"\s*+\[?\s*+(\d{1,3}|\*{1,3}|†|‡)\s*+\]?\s*+")
_NOTE_LINK: Final = re.compile(
    r"#(?:.*(?:fn|foot|note|ref)|\W*(?!p)[a-z]{0,3}[-_]?\[?\d)", re.IGNORECASE
)
_PAGE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:star-?pag|page-?(?:num|no|label)|pagenum)", re.IGNORECASE
)
_PAGE_TEXT: Final = re.compile(r"\W*(?:\S.{0,20}\s)??(\d{1,5}[A-Z]?)\W*")
_NAMED_PAGE: Final = re.compile(r"\s*Page \d{1,4} [A-Z][\w. ]{0,14}?(\d{1,5})\s*")
_BRACKETED_PAGE: Final = re.compile(
    r"\[(\d{1,4} [A-Z][A-Za-z. ]{0,11}?[A-Za-z.] \d{1,5}) ?, (\d{1,5})\]"
)
_LONGEST_LABEL: Final = 30
_LITTLE: Final = 2000
"""Characters: more is no label, no mark and no heading, however much of it is space."""
_VOID: Final = frozenset({"br", "hr", "img", "wbr", "col", "area", "link", "meta", "input"})


def markup_of(element: Element) -> str:
    """Return ``element`` as plain markup.

    Two line breaks, and a line in bold by itself, part paragraphs; the mark of a footnote stands in
    brackets; page labels, whatever they are called, are ``page-number`` elements.
    """
    writer = _Writer(_series(element.text))
    stack: list[tuple[Element | str, bool]] = [(element, False)]
    while stack:
        here, leaving = stack.pop()
        if isinstance(here, str):
            writer.words(here)
        elif here.dropped:
            continue
        elif leaving:
            writer.leave(here)
        elif not writer.whole(here):
            writer.enter(here)
            stack.append((here, True))
            stack += [(child, False) for child in reversed(here.children)]
    return writer.markup


def _series(text: str) -> str | None:
    """Return the citation that comes back as ``[490 U.S. 386, 388]``, ``[490 U.S. 386, 389]``."""
    found = Counter(one[1] for one in _BRACKETED_PAGE.finditer(text))
    citation, times = found.most_common(1)[0] if found else ("", 0)
    return citation if times > 1 else None


class _Writer:
    def __init__(self, series: str | None) -> None:
        self._series = series
        self._pieces: list[str] = []
        self._broken = False
        """Whether a line break was the last thing written but for white space."""
        self._labels: dict[int, str] = {}
        """The page label that was met last, in each of the parallel reporters."""

    @property
    def markup(self) -> str:
        """Everything that was written."""
        return "".join(self._pieces)

    def words(self, text: str) -> None:
        """Write a text node."""
        if text.strip():
            self._broken = False
        done = 0
        for found in _BRACKETED_PAGE.finditer(text):
            if found[1] == self._series:
                self._pieces.append(html.escape(text[done : found.start()], quote=False))
                self._label(found[2], 1)
                done = found.end()
        self._pieces.append(html.escape(text[done:], quote=False))

    def whole(self, element: Element) -> bool:
        """Write ``element`` with all that it holds, where it is a page label or a note's mark."""
        if element.tag not in ("a", "span", "sup", "b", "strong", "p", "page-number", "small"):
            return False
        few = element.words + element.link_words <= 6
        text = (element.text_within(_LITTLE) or "") if few else ""
        label = _page_label(element, text)
        if label is not None:
            self._label(*label)
            return True
        mark = _note_mark(element, text)
        if mark is not None:
            self._pieces.append(f"[{mark}]")
            self._broken = False
        return mark is not None

    def enter(self, element: Element) -> None:
        """Write where ``element`` begins."""
        if element.tag == "br":
            self._pieces.append("<hr>" if self._broken else "<br>")
            self._broken = True
            return
        if _is_heading(element):
            self._pieces.append("<hr>")
        self._tag(element, "<{}>")

    def leave(self, element: Element) -> None:
        """Write where ``element`` ends."""
        if element.tag in _VOID:
            return
        self._tag(element, "</{}>")
        if _is_heading(element):
            self._pieces.append("<hr>")

    def _tag(self, element: Element, form: str) -> None:
        if _NAME.fullmatch(element.tag):
            self._pieces.append(form.format(element.tag))
        if element.tag in _BLOCKS:
            self._broken = False

    def _label(self, label: str, group: int) -> None:
        self._broken = False
        if self._labels.get(group) != label:
            self._labels[group] = label
            self._pieces.append(
                f'<page-number label="{label}" citation-index="{group}">*{label}</page-number>'
            )


def _page_label(element: Element, text: str) -> tuple[str, int] | None:
    """Return the page that ``element`` is the label of, and of which of the parallel reporters."""
    named = _NAMED_PAGE.fullmatch(text)
    if named:
        return named[1], 1
    attributes = element.attributes
    called = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if element.tag != "page-number" and not _PAGE_NAME.search(called):
        return None
    given = attributes.get("data-label") or attributes.get("label") or attributes.get("number")
    shown = _PAGE_TEXT.fullmatch(given or text)
    if shown is None or len(text) > _LONGEST_LABEL:
        return None
    index = attributes.get("data-citation-index") or attributes.get("citation-index") or ""
    return shown[1], int(index) if re.fullmatch(r"[1-9]", index) else max(1, text.count("*"))


def _note_mark(element: Element, text: str) -> str | None:
    """Return the figure of a footnote where ``element`` is one: raised, or a link to or from a note."""
    figure = _FIGURE.fullmatch(text) if text else None
    if figure is None:
        return None
    if element.tag == "sup":
        return figure[1]
    link = element.tag == "a" and _NOTE_LINK.match(element.attributes.get("href") or "")
    return figure[1] if link and "[" not in text else None


def _is_heading(element: Element) -> bool:
    """Whether ``element`` is bold, or the like, and has a line to itself."""
    parent = element.parent
    if element.tag not in _ALONE or parent is None or parent.tag in _ALONE:
        return False
    if element.tag in ("font", "span", "i", "em"):
        return False
    text = element.text_within(_LITTLE) or ""
    return 0 < len(text.strip()) <= _HEADING and all(
        _parts(_next(element, parent.children, step)) for step in (-1, 1)
    )


def _parts(neighbour: Element | str | None) -> bool:
    """Whether ``neighbour`` ends a line."""
    if isinstance(neighbour, Element):
        return neighbour.tag == "br" or neighbour.tag in _BLOCKS
    return neighbour is None


def _next(element: Element, siblings: Sequence[Element | str], step: int) -> Element | str | None:
    """Return what stands before (-1) or behind (1) ``element``, white space left out."""
    at = element.place + step
    while 0 <= at < len(siblings):
        here = siblings[at]
        if here.strip() if isinstance(here, str) else not here.dropped:
            return here
        at += step
    return None
