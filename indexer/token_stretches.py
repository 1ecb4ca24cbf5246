"""A long text's tokens, counted stretch by stretch: a tokenizer takes some 800 bytes for each at once."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from models.base import TokenSpans

STRETCH: Final = 65_536
"""Characters whose tokens are counted at once."""
_SPACE: Final = re.compile(r"[ \n\t]")
_MARK: Final = re.compile(r"[^\w\s]")


def spans_by_stretch(
    text: str, token_spans: Callable[[str], TokenSpans], *, stretch: int = STRETCH
) -> TokenSpans:
    """Return the tokens of ``text``, as `token_spans` does of the whole, in the memory of a stretch.

    They are the same where no token reaches across a space, as in word pieces; where a stretch has
    none, none across a mark of punctuation.
    """
    if len(text) <= stretch:
        return token_spans(text)
    found = [token_spans(text[start:end]) + start for start, end in pairwise(_edges(text, stretch))]
    return np.concatenate(found)


def _edges(text: str, stretch: int) -> Iterator[int]:
    """Yield the edges of stretches of ``text``, its ends included, the others at a space or a mark."""
    edge = 0
    while edge < len(text):
        yield edge
        wanted = edge + stretch
        cut = _SPACE.search(text, wanted, wanted + stretch) or _MARK.search(text, wanted)
        edge = cut.start() if cut else len(text)
    yield len(text)
