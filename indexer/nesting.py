"""How deep markup is nested, told before it is parsed: an HTML parser's time grows with the square of it."""

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


def check_nesting(markup: str) -> None:
    """Raise `RecordError` for markup that no parser reads in a time that its length would take.

    An end tag closes an element of its own name or nothing, as in a parser; elements that end by
    themselves are not counted.
    """
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
