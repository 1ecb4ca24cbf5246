"""How deep markup is nested and how crowded a tag is, told before it is parsed.

An HTML parser's time grows with the square of either.
"""

import re
from collections import Counter
from typing import Final

from indexer.errors import RecordError

MAX_DEPTH: Final = 10_000
"""Elements open at once; pages have 50."""
_MOST_STEPS: Final = 1_000_000_000
"""The sum, over all tags, of the elements open there: what a parser looks through, in 2 seconds.
A page of 30 MB has some 20 millions."""
_FEW: Final = 8
_MOST_COPIES: Final = 2_000_000
"""The sum, over all tags, of the fonts and the like open there beyond a few: a parser may open each
of them again in each paragraph, and an element takes some 300 bytes."""
_TAG: Final = re.compile(r"<(/?)([a-z][a-z0-9-]*)", re.IGNORECASE)
_UNCLOSED: Final = "p br hr li dd dt tr td th img input meta link option col wbr area a"
_END_THEMSELVES: Final = frozenset(_UNCLOSED.split())
_FORMATTING: Final = "b big code em font i nobr s small strike strong tt u"
_OPENED_AGAIN: Final = frozenset(_FORMATTING.split())
_CROWD: Final = 64
"""Attributes; real tags have fewer."""
_MOST_COMPARED: Final = 500_000_000
"""The sum, over all crowded tags, of their characters and of the square of their attributes, each of which a
parser compares with those before it: a second. One tag of 22,000 is so crowded."""
_MOST_PAGES: Final = 400
"""Tags that begin a page: the attributes of all but the first are put on the first."""
_ATTRIBUTE: Final = (
    r"""(?>[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+"""
    r"""(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+)?+)?+)"""
)
"""One attribute with the space before it, as a tokenizer of HTML takes it."""
_ONE: Final = re.compile(_ATTRIBUTE)
_REST: Final = re.compile(rf"(?:{_ATTRIBUTE})*+")
_NAME: Final = r"[A-Za-z][^\t\n\f\r /><]*+(?:<(?![A-Za-z])[^\t\n\f\r /><]*+)*+"
"""Of a tag; where one would begin in it, that one has the same attributes."""
_CROWDED: Final = re.compile(rf"<{_NAME}(?=[\t\n\f\r /])(?:{_ATTRIBUTE}){{{_CROWD}}}")
_PAGE: Final = re.compile(r"<(?:html|body)\b", re.IGNORECASE)


def check_nesting(markup: str) -> None:
    """Raise `RecordError` for markup that no parser reads in a time that its length would take.

    An end tag closes an element of its own name or nothing, as in a parser; elements that end by
    themselves are not counted.
    """
    _check_attributes(markup)
    opened: Counter[str] = Counter()
    depth = again = steps = copies = 0
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        steps += depth
        copies += max(0, again - _FEW)
        if name in _END_THEMSELVES or (tag[1] and not opened[name]):
            continue
        step = -1 if tag[1] else 1
        opened[name] += step
        depth += step
        again += step if name in _OPENED_AGAIN else 0
        if depth > MAX_DEPTH or steps > _MOST_STEPS or copies > _MOST_COPIES:
            raise RecordError(_reason(depth))
    if steps > _MOST_STEPS or copies > _MOST_COPIES:
        raise RecordError(_reason(depth))


def _reason(depth: int) -> str:
    return (
        f"its HTML has elements nested {depth:,} deep, more than can be read in good time; "
        "are there tags that are never closed? close them, or give the text without markup"
    )


def _check_attributes(markup: str) -> None:
    """Raise `RecordError` for attributes that a parser compares with too many others.

    A tag is looked for wherever one could begin, in comments and values too: it need not be one.
    """
    if sum(1 for _ in _PAGE.finditer(markup)) > _MOST_PAGES:
        raise RecordError(
            f"its HTML begins more than {_MOST_PAGES:,} pages; give each page a file of its own"
        )
    compared = 0
    found = _CROWDED.search(markup)
    while found is not None:
        rest = _REST.match(markup, found.end())
        end = rest.end() if rest else found.end()
        attributes = _CROWD + sum(1 for _ in _ONE.finditer(markup, found.end(), end))
        compared += attributes**2 + end - found.start()
        if compared > _MOST_COMPARED:
            raise RecordError(
                f"its HTML has a tag with {attributes:,} attributes, more than can be read in good time; "
                "is a quotation mark missing? mend it, or give the text without markup"
            )
        found = _CROWDED.search(markup, found.start() + 1)
