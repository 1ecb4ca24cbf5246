"""Where a quoted phrase stands: as written or, where nothing has it so, as quotations are altered."""

import re
from typing import Final

import numpy as np

from indexer.store.analysis import exact_words
from indexer.store.engine import Words
from indexer.store.ranking import Rows
from service.row_sets import both

_ALTERED: Final = re.compile(
    r"(?:(?<![\w'\u2019])[\w'\u2019]+)?(?:\[[^\[\]]*\][\w'\u2019]*)+"
    r"|\u2026|\.(?:\s*\.){2,}|\*(?:\s*\*){2,}"
)
"""What a writer put in the place of the court's words: brackets, with the rest of a word that they
stand in (``[i]n``), and ellipses."""
_FEWEST_WORDS: Final = 2


def fragments(phrase: str) -> tuple[str, ...]:
    """Return what is left of the court's own words in an altered quotation, in order.

    Single words between alterations are left out: they stand everywhere. Empty for a phrase without
    alterations.
    """
    pieces = _ALTERED.split(phrase)
    if len(pieces) == 1:
        return ()
    return tuple(piece.strip() for piece in pieces if len(exact_words(piece)) >= _FEWEST_WORDS)


def phrase_rows(phrase: str, lexical: Words, among: Rows | None) -> Rows:
    """Return the rows ``among`` which hold ``phrase``, as a set; `None` stands for all rows.

    Where none holds it as written, those that hold all its `fragments`.
    """
    rows = both(among, lexical.phrase_rows(phrase))
    if len(rows):
        return rows
    parts = fragments(phrase)
    if not parts:
        return np.empty(0, np.int64)
    for part in parts:
        among = both(among, lexical.phrase_rows(part))
    return np.empty(0, np.int64) if among is None else among
