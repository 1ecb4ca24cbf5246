"""What stands behind a citation: the pages it points to, its date, and its parentheticals (rules 3.2, 10.6)."""

import re
from dataclasses import dataclass
from typing import Final

from indexer.records import Span

_PIN_PAGE: Final = (
    r"(?:(?:&\s)?(?:nn?\.|notes?|fn\.?|[¶§]{1,2}|\*{1,4}|pp?\.|pg\.?)\s{0,2})?"
    r"\d{1,6}(?::\d{1,4})?(?:[-–—]\d{1,6}(?::\d{1,4})?)?[a-z]?"
)
_PIN: Final = re.compile(
    rf",?\s{{0,3}}(?:at\s{{1,3}})?(?P<pin>{_PIN_PAGE}"
    rf"(?:(?:,\s{{0,3}}(?:and\s|&\s)?|\s(?:and|&)\s|\s(?=n)){_PIN_PAGE}){{0,12}})"
    r"(?=[,.;:)\]\"”’—–]|\s{0,3}[(\[]|\s{0,3}(?:\n|\Z))"
)
_BLANK_PINS: Final = re.compile(r"(?:,\s{0,3}(?:at\s)?(?:_+|—+|-{2,})(?:[-–](?:_+|—+))?){1,4}")
_SLIP: Final = re.compile(r"slip op\.?,?\s{0,3}(?:at\s{1,3}\S{1,20}|pp?\.\s{0,3}\S{1,20})?")
_OPEN: Final = re.compile(r"\s{0,3}[(\[]")
_BRACKET: Final = re.compile(r"[()]")
_LONGEST: Final = 2_000
"""Characters; a bracket not closed within them is no parenthetical."""
_DEEPEST: Final = 8
_MOST: Final = 6
"""Brackets behind one citation that are read."""
_YEAR: Final = re.compile(r"(?<![\d§¶])(?<!§\s)(1[6-9]\d\d|20\d\d)(?:-\d\d)?\Z")
_NO_DATE: Final = re.compile(
    r"(?!(?:filed|decided|dated|as |modified|amended|order|mem|unpublished)\b)[a-z]"
)
"""A court begins with a capital or a figure."""
_LONGEST_DATE: Final = 80
_WORD: Final = re.compile(r"[^\W\d_]{2,}")

_WEIGHT: Final = re.compile(
    r"""(?:
      per\scuriam | en\sbanc | in\sbanc | mem(?:orandum)?\.?(?:\s(?:op|opinion|decision)\.?)? | table
    | unpublished(?:\s[\w.]+){0,3} | dict(?:um|a) | by\simplication | alternative\sholding
    | plurality(?:\sopinion)?(?:\s(?:of|by)\s.+)? | (?:lead|principal|joint|main|separate)\sopinion.*
    | opinions?\s(?:of|by)\b.* | statement\s(?:of|by)\b.* | judgment\sof\b.*
    | .{0,80}\b(?:C\.?\s?J|J\.?J|J)\b\.?,?.{0,80} | (?:Chief\s)?Justices?\s.{0,60}(?:concurring|dissenting|opinion).{0,60}
    | (?:concurring|dissenting)(?:\s(?:in|from|opinion)\b.{0,60})?
    | (?:slip\s)?op(?:inion)?\.? | slip\sop.* | \d{1,2}[-–]\d{1,2}(?:\s(?:decision|vote))?.* | quotation\somitted
    | reversing | affirming | same | syllabus | headnote | (?:on|upon)\sreh(?:ea|')r(?:in)?g.*
    | (?:in\s)?chambers.* | appeal\spending | cert(?:iorari|\.)\s(?:denied|granted).*
    | (?:original|first|second|third|latter|former)?\s?(?:emphasis|emphases|alterations?|brackets?|italics|ellips[ie]s|capitalization|punctuation
        |citations?|quotations?|quotes|quotation\smarks|internal|footnotes?|paragraphs?|some|other|bracketed|boldface|cleaned\sup|references?|headings?)\b.*
    | (?:internal|some|further|additional)\b.*\bomitted.*
    | (?:here)(?:in)?after\b.* | (?:as\s)?quoted\s(?:in|with)\b.* | (?:internally\s)?(?:quoting|citing)\b.* | cited\sin\b.*
    | (?:and\s)?cases?\s(?:there)?\s?cited.* | (?:[\w.’']+\s){0,3}(?:I|II|III|IV|V)
    | (?:the\s)?["“'\u2018][A-Z0-9][^\s"”’]*(?:\s[A-Z0-9&][^\s"”’]*){0,4}["”’']{1,2} | \d+\s[A-Z][\w.\s’']{0,30}\s\d+
    | (?:No\.|Nos\.|App\.|Civ\.|Cr\.|Docket|Part|Tr\.|Exh?\.|Pet\.|Brief)\s.* | (?:West|McKinney|Supp\.).* | ed\..*
    )\s*\.?""",
    re.VERBOSE | re.DOTALL,
)
"""What rule 10.6.1 calls the weight of authority, what rule 5.2 says of a quotation, rule 10.6.2's
``quoting`` and ``citing``: all that is written in brackets behind a citation and explains nothing."""

_ABOUT_QUOTATION: Final = re.compile(
    r"quoting\b|.{0,40}\b(?:emphas[ie]s|alterations?|brackets?|italics|quotation marks|quotations?"
    r"|citations?|footnotes?)\b.{0,40}\b(?:omitted|added|original|deleted|supplied|altered)|cleaned up",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED_WORDS: Final = re.compile(r"[“\"][^”\"]{3,}")


@dataclass(frozen=True, slots=True)
class Pin:
    """The pages a citation points to."""

    text: str | None
    end: int
    """Offset behind it; where there is none, the end of the citation itself."""


@dataclass(frozen=True, slots=True)
class Brackets:
    """The parentheticals behind a citation."""

    year: int | None
    explanatory: Span | None
    quotes: bool
    """Whether they say that words are quoted: by quoting them, or by what rule 5.2 adds to a quotation."""
    end: int


def read_pin(text: str, end: int) -> Pin:
    """Return the pin cite that stands at ``end``: ``396-97``, ``27, n. 10``, without its ``at``."""
    blank = _BLANK_PINS.match(text, end)
    at = blank.end() if blank else end
    found = _PIN.match(text, at)
    if found is None:
        return Pin(None, at)
    return Pin(" ".join(found["pin"].split()), found.end("pin"))


def read_brackets(text: str, end: int) -> Brackets:
    """Return what the brackets behind ``end`` hold; each kind is told by its words."""
    year, explanatory, quotes = None, None, False
    for _ in range(_MOST):
        opened = _OPEN.match(text, end)
        inner = None if opened is None else _balanced(text, opened.end())
        if inner is None:
            break
        words = inner.of(text).strip()
        if (found := _date_year(words)) is not None:
            year = year or found
        elif _is_explanatory(words):
            explanatory = explanatory or inner
            quotes = quotes or _QUOTED_WORDS.search(words) is not None
        else:
            quotes = quotes or _ABOUT_QUOTATION.match(words) is not None
        end = inner.end + 1
    return Brackets(year, explanatory, quotes, end)


def slip_pin(text: str, end: int, limit: int) -> str | None:
    """Return ``slip op., at 5`` where the brackets between ``end`` and ``limit`` give slip pages."""
    found = _SLIP.search(text, end, min(limit, end + _LONGEST))
    return None if found is None else " ".join(found[0].split()).rstrip(",;)")


def _date_year(words: str) -> int | None:
    if len(words) > _LONGEST_DATE or _NO_DATE.match(words):
        return None
    found = _YEAR.search(words)
    return int(found[1]) if found else None


def _is_explanatory(words: str) -> bool:
    return _WORD.search(words) is not None and _WEIGHT.fullmatch(words) is None


def _balanced(text: str, start: int) -> Span | None:
    """Return what stands between the bracket before ``start`` and its partner."""
    square = text[start - 1] == "["
    if square:
        close = text.find("]", start, start + _LONGEST_DATE)
        return None if close < 0 else Span(start, close)
    depth = 1
    for bracket in _BRACKET.finditer(text, start, start + _LONGEST):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return Span(start, bracket.start())
        if depth > _DEEPEST:
            return None
    return None
