"""A web page as a tree of plain records: read once, judged from the leaves up, never changed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN: Final = frozenset(
    [
        "script",
        "style",
        "head",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "audio",
        "video",
        "map",
        "-comment",
        "button",
        "select",
        "option",
        "input",
        "textarea",
        "datalist",
        "progress",
        "meter",
    ]
)
_TOKEN: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_FEW_PIECES: Final = 100
"""Elements and texts that a label, a mark or a heading may consist of."""
_NOTES: Final = frozenset({"footnote", "footnotes", "endnote", "endnotes", "fn", "fns", "ftn"})


@dataclass(slots=True)
class Element:
    """One element of a page, and what its subtree holds."""

    tag: str
    attributes: Mapping[str, str | None]
    parent: "Element | None"
    depth: int
    place: int = 0
    """Its position among the children of its parent."""
    tokens: frozenset[str] = frozenset()
    """The words of its class and id, in small letters."""
    children: list["Element | str"] = field(default_factory=list)
    words: int = 0
    """Words of its subtree outside links."""
    link_words: int = 0
    links: int = 0
    has_notes: bool = False
    """Whether footnotes are, or are named, in its subtree."""
    dropped: bool = False
    """Whether it is no part of what is read; so is then all that it holds."""

    @property
    def text(self) -> str:
        """The words of its subtree that are not dropped, with white space as it stands."""
        pieces: list[str] = []
        stack: list[Element | str] = [self]
        while stack:
            here = stack.pop()
            if isinstance(here, str):
                pieces.append(here)
            elif not here.dropped:
                stack += reversed(here.children)
        return "".join(pieces)

    def text_within(self, most: int) -> str | None:
        """Return the text where it has at most so many characters, in few pieces; `None` is told as fast."""
        pieces: list[str] = []
        length = seen = 0
        stack: list[Element | str] = [self]
        while stack:
            here = stack.pop()
            seen += 1
            if isinstance(here, str):
                pieces.append(here)
                length += len(here)
            elif not here.dropped:
                stack += reversed(here.children[: _FEW_PIECES + 1])
            if length > most or max(seen, len(stack)) > _FEW_PIECES:
                return None
        return "".join(pieces)


def read_tree(parser: LexborHTMLParser) -> list[Element]:
    """Return the elements of a page's body in document order, the body first; empty without one."""
    body = parser.body
    if body is None:
        return []
    root = _element(body, None)
    stack: list[tuple[LexborNode, Element]] = [(body, root)]
    while stack:
        node, element = stack.pop()
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                element.children.append(child.text())
            elif tag not in _UNSEEN:
                inner = _element(child, element)
                element.children.append(inner)
                stack.append((child, inner))
    elements = list(in_order(root))
    measure(elements)
    return elements


def _element(node: LexborNode, parent: Element | None) -> Element:
    attributes = dict(node.attributes)
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return Element(
        node.tag or "",
        attributes,
        parent,
        depth=parent.depth + 1 if parent else 0,
        place=len(parent.children) if parent else 0,
        tokens=frozenset(token.lower() for token in _TOKEN.findall(names)),
    )


def in_order(root: Element) -> Iterator[Element]:
    """Yield ``root`` and all elements below it that are not dropped, in document order."""
    stack = [root]
    while stack:
        here = stack.pop()
        if here.dropped:
            continue
        yield here
        stack += [child for child in reversed(here.children) if isinstance(child, Element)]


def measure(elements: list[Element]) -> None:
    """Count the words of each of ``elements``, which are in document order, without the dropped."""
    for element in reversed(elements):
        inner = [one for one in element.children if isinstance(one, Element) and not one.dropped]
        own = sum(len(one.split()) for one in element.children if isinstance(one, str))
        words = own + sum(one.words for one in inner)
        element.link_words = sum(one.link_words for one in inner)
        element.links = sum(one.links for one in inner)
        if element.tag == "a":
            element.link_words, element.links, words = element.link_words + words, 1, 0
        element.words = words
        element.has_notes = not _NOTES.isdisjoint(element.tokens) or any(
            one.has_notes for one in inner
        )
