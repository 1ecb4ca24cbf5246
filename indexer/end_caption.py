"""The caption that some publishers print below an opinion, where the next one's page began."""

import re
from collections.abc import Sequence
from typing import Final

from indexer.lines import Line

_MOST_LINES: Final = 14
_LONGEST: Final = 500
"""Characters of one of its lines: the names of all parties."""
_MOST_CAPITALS: Final = 0.6
"""Share of capitals from which on a line names parties or a court."""
_PARTIES: Final = re.compile(
    r"\bv\.(?=\s|$)|\b(?:et al\b|in re\b|ex parte\b|ex rel\b)", re.IGNORECASE
)
_PROCEEDING: Final = re.compile(
    r"(?:on|upon|in) (?:writs?|petitions?|appeals?|certiorari|certificates?|applications?|motions?|bill) (?:of|for|from|to|in)\b.*"
    r"|\[?(?:argued|decided|submitted|january|february|march|april|may|june|july|august|september|october|november|december)\b.{0,60}\d{4}.{0,3}"
    r"|nos?\. ?[\w, \-\u2013]{1,60}\.?(?: *decided .{4,30})?|\[?\d+ orig\..*|certiorari to .*|appeal from .*|error to .*",
    re.IGNORECASE,
)
_FURNITURE: Final = re.compile(
    r"(?:u\. ?s\. |united states )?supreme court(?: of .*)?|\d+ u\. ?s\. [_\d\u2014 ]+(?:\(\d{4}\))?|.{3,40}, (?:c\. )?jj?\., (?:concurring|dissenting).*"
    r"|(?:opinion of .*|per curiam|(?:[\d\-]+ )?v\.)",
    re.IGNORECASE,
)
_ENDED: Final = (".", "?", "!", '"', "\u201d", ")", "]")


def end_caption(lines: Sequence[Line]) -> int | None:
    """Return the line where a caption at the end of ``lines`` begins, or None.

    It names the parties and says how they came to the court (or when), and a full stop stands above it.
    """
    begin = len(lines)
    parties = proceeding = False
    while begin > 1 and len(lines) - begin < _MOST_LINES:
        text = lines[begin - 1].text
        capitals = len(text) <= _LONGEST and _is_capitals(text)
        names = capitals and _PARTIES.search(text) is not None
        tells = _PROCEEDING.fullmatch(text) is not None
        named = capitals and not text.endswith(".")
        if not (names or tells or named or _FURNITURE.fullmatch(text)):
            break
        parties, proceeding = parties or names, proceeding or tells
        begin -= 1
    ended = lines[begin - 1].text.endswith(_ENDED) if begin else False
    return begin if parties and proceeding and ended else None


def _is_capitals(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return sum(map(str.isupper, letters)) >= _MOST_CAPITALS * len(letters) > 0
