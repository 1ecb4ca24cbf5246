"""HTML to plain text: paragraphs stay paragraphs, page labels become page marks, markup goes."""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.nesting import check_nesting
from indexer.page_map import MarkedText
from indexer.star_pages import Reading

_DROPPED: Final = frozenset(
    {"script", "style", "head", "noscript", "template", "iframe", "object", "svg", "-comment"}
)
_PARAGRAPHS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "opinion",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "ul",
        "author",
        "parties",
        "attorneys",
        "footnote",
    ]
)
_LINES: Final = frozenset({"br", "tr", "caption"})
_CELLS: Final = frozenset({"td", "th"})
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")
_LABEL: Final = re.compile(r"(\d{1,5})([A-Z]?)")
_INDEX: Final = re.compile(r"\d{1,5}")
_PAGE_CLASSES: Final = frozenset({"star-pagination", "page-label", "pagenum"})


def html_to_text(markup: str) -> MarkedText:
    """Return the words of ``markup`` and the page labels among them.

    Blocks are separated by a blank line, table rows and ``<br>`` by a line end; entities are decoded,
    white space is collapsed except in ``<pre>``; footnote marks and block quotes keep their words.
    Page labels of CourtListener (``span.star-pagination``, ``page-number``) and of the Harvard CAP
    (``a.page-label``) stand in the text as ``*331`` and are named in ``marks``. Raises `RecordError`
    for markup nested too deep.
    """
    check_nesting(markup)
    parser = LexborHTMLParser(markup)
    builder = _Builder()
    if parser.body is not None:
        _walk(parser.body, builder)
    return builder.finish()


class _Builder:
    """Collects words; white space is written only once it is known that words follow."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._gap = ""
        self._marks: list[Reading] = []

    def words(self, text: str, *, verbatim: bool) -> None:
        """Add a text node."""
        if verbatim:
            self._write(text)
            return
        text = _SPACE.sub(" ", text)
        if text.startswith(" "):
            self.space()
        self._write(text.strip(" "))
        if text.endswith(" "):
            self.space()

    def space(self) -> None:
        """Separate what follows by at least a space."""
        self._gap = self._gap or " "

    def line(self) -> None:
        """Separate what follows by at least a line end."""
        self._gap = self._gap if "\n" in self._gap else "\n"

    def paragraph(self) -> None:
        """Separate what follows by a blank line."""
        self._gap = "\n\n"

    def page(self, label: str, group: int) -> None:
        """Add a page label."""
        number = _LABEL.fullmatch(label)
        if not label:
            return
        self._write(f"*{label}")
        self._marks.append(
            Reading(
                self._length - len(label) - 1,
                self._length,
                group,
                int(number[1]) if number else -1,
                number[2] if number else "",
            )
        )

    def finish(self) -> MarkedText:
        """Return everything that was added."""
        return MarkedText("".join(self._pieces), tuple(self._marks))

    def _write(self, text: str) -> None:
        if not text:
            return
        gap = self._gap if self._length else ""
        self._pieces += [gap, text]
        self._length += len(gap) + len(text)
        self._gap = ""


def _walk(top: LexborNode, builder: _Builder) -> None:
    """Visit the tree in document order without recursion, however deep the markup is nested."""
    stack: list[tuple[LexborNode, bool, bool]] = [(top, False, False)]
    while stack:
        node, verbatim, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            builder.words(node.text(), verbatim=verbatim)
            continue
        if tag in _DROPPED:
            continue
        _separate(tag, builder)
        if leaving:
            continue
        if (label := _page_label(node, tag)) is not None:
            builder.page(*label)
            continue
        stack.append((node, verbatim, True))
        inside = verbatim or tag == "pre"
        children = list(node.iter(include_text=True))
        stack += [(child, inside, False) for child in reversed(children)]


def _separate(tag: str, builder: _Builder) -> None:
    if tag in _PARAGRAPHS:
        builder.paragraph()
    elif tag in _LINES:
        builder.line()
    elif tag in _CELLS:
        builder.space()


def _page_label(node: LexborNode, tag: str) -> tuple[str, int] | None:
    """Return label and group of a page label: which of the parallel reporters it counts, from 1."""
    attributes = node.attributes
    if tag != "page-number" and _PAGE_CLASSES.isdisjoint((attributes.get("class") or "").split()):
        return None
    shown = node.text().strip()
    label = attributes.get("data-label") or attributes.get("label") or attributes.get("number")
    index = attributes.get("data-citation-index") or attributes.get("citation-index") or ""
    group = int(index) if _INDEX.fullmatch(index) else max(1, shown.count("*"))
    return (label or shown).strip("*[] "), group
