"""Whether words in quotation marks, or a block quotation, stand right before a citation."""

import re
from typing import Final

_REACH: Final = 700
"""Characters before a citation in which its sentence is looked for."""
_CLOSED: Final = re.compile(r"(?:[”\"]|'')['’”]?\s?(?:\[\w{1,3}\]|\d{1,2}|[*†])?[,;.]?\s*\Z")
_QUOTE: Final = re.compile(r"[“\"][^“”\"]*\s[^“”\"]*[”\"]")
_SENTENCE: Final = re.compile(r"(?:[a-z]{3}|\d|[)”’\"])[.?!][”’\"]{0,2}\s+(?=[A-Z“\"(])")
_STOPPED: Final = re.compile(r"[.?!][”’\")\]]{0,3}(?:\d{1,2})?\s*\Z")
_SIGNAL: Final = re.compile(
    r"(?:\b(?:[Ss]ee(?:,? also)?|[Cc]f\.|[Bb]ut|[Aa]ccord|[Cc]ontra|[Cc]ompare|[Ww]ith|e\. ?g\.|E\. ?g\."
    r"|generally|[Aa]lso|[Cc]iting|[Aa]nd)[,\s]*){1,4}\Z"
)
_QUOTING: Final = re.compile(r"\bquoting(?: from)?[\s(]+(?:[Ss]ee\s|in\s)?\Z")
_ENDS: Final = re.compile(r"\s{0,2}(?:[.;](?!\w)|\n|\Z|[”\"]|\))")


def credits_quotation(text: str, start: int, end: int, floor: int) -> bool:
    """Whether the citation over ``[start, end)``, its name and brackets included, is given for quoted words.

    They are the quotation that ends right before it, or stand in the sentence before a citation that
    is a sentence of its own; but a signal (``See``) says support and not source (Bluebook, rule 1.2).
    ``(quoting X)`` credits X. A paragraph that opens with its citation credits the one above it, if
    that was announced with a colon. ``floor`` is where the citation before it ends.
    """
    low = max(floor, start - _REACH, 0)
    before = text[low:start]
    if _QUOTING.search(before[-24:]):
        return True
    if _SIGNAL.search(before[-40:]):
        return False
    if _CLOSED.search(before[-12:]):
        return True
    blank = before.rstrip(" ").endswith("\n")
    if blank:
        return _is_block(text, start)
    paragraph = before[before.rfind("\n") + 1 :]
    if _STOPPED.search(paragraph) is None or _ENDS.match(text, end) is None:
        return False
    last = 0
    for sentence in _SENTENCE.finditer(paragraph, 0, len(paragraph.rstrip()) - 1):
        last = sentence.end()
    return _QUOTE.search(paragraph, last) is not None


def _is_block(text: str, start: int) -> bool:
    """Whether the paragraph above ``start`` is one that the paragraph above it announces."""
    low = max(0, start - 4 * _REACH)
    paragraphs = [one.strip() for one in text[low:start].split("\n") if one.strip()]
    if len(paragraphs) < 2:
        return False
    return paragraphs[-2].endswith((":", ":—", "—")) and not paragraphs[-1].endswith(":")
