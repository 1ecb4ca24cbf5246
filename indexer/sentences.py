"""Where sentences end: in natural legal text, and in the stripped form, which has no space after a full stop."""

import re
from bisect import bisect_left
from typing import Final

from nupunkt import sent_spans

from indexer.lines import TextForm, text_form
from indexer.records import Span

_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n\s*")
_NEWLINE: Final = re.compile(r"\n\s*(?=[^\W_a-z]|[\"“'\u2018(\[§¶*])")
_LONG_LINE: Final = 110
"""A text with no longer line than this is wrapped by hand, and its newlines end nothing."""
_LONE_NUMBER: Final = re.compile(r"\d{1,3}\s*(?:\n|$)")

_UNBROKEN: Final = re.compile(r"\S{400,}")
"""Too long to be a word, or even an address."""

_STRIPPED_STOP: Final = re.compile(r"[.?!]+[\"”\u2019')\]]*\s*(?=\S)|\n\s*(?=\S)")
_WORD_BEFORE: Final = re.compile(r"[^\s.,;:?!()\"“”]*$")
_RECORD_CITE: Final = re.compile(r"at(?:[.,;]|\s*$|\s*\n)")
_AFTER_ID: Final = re.compile(
    r"(?:internal|citing|quoting|emphasis|citation|alteration|brackets|footnote|see also)\b"
)
_ABBREVIATED: Final = """
 mr mrs ms messrs dr st jr no nos v vs inc corp co ltd rel seq rev stat const art sec ch cl ann civ crim proc app evid
 fed supp ed ct dist div sgt lt capt det gov sen hon prof cert cf viz vol tit reg reg'l admin comm mfg bros univ ins int
 metro twp cty oh ala ariz ark cal colo conn del fla ga ind kan ky md mich minn mont neb nev okla pa tenn tex vt va wis
 wyo jan feb aug sept oct nov assn dept bldg ave blvd bankr mem approx
"""
_ABBREVIATIONS: Final = frozenset(_ABBREVIATED.split())
_OPENS_LINE: Final = re.compile(r"(?:^|\n)[^\S\n]*(?:[ivx]{1,6}|[a-z])$")
_LOOK_BACK: Final = 40


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of ``text``, which they tile; white space after one belongs to it.

    A paragraph's end ends a sentence too. In the stripped form a full stop ends a sentence unless
    an abbreviation or an initial stands before it. Time grows linearly with the text.
    """
    if not text:
        return []
    stops = _stripped_stops(text) if text_form(text) is TextForm.STRIPPED else _natural_stops(text)
    edges = sorted({0, *(stop for stop in stops if 0 < stop < len(text)), len(text)})
    return _without_blanks(text, edges)


def _without_blanks(text: str, edges: list[int]) -> list[Span]:
    """Join white space that stands alone to its neighbour."""
    spans: list[Span] = []
    start = edges[0]
    for end in edges[1:]:
        if text[start:end].isspace() and (spans or end < len(text)):
            if not spans:
                continue
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
        start = end
    return spans


def _natural_stops(text: str) -> list[int]:
    stops = _punkt_stops(text)
    stops.extend(found.end() for found in _BLANK_LINE.finditer(text))
    if max(map(len, text.split("\n"))) > _LONG_LINE:
        ends = sorted(stops)
        stops.extend(
            found.end()
            for found in _NEWLINE.finditer(text)
            if not _LONE_NUMBER.match(text, found.end()) or _has(ends, found.end())
        )
    return stops


def _punkt_stops(text: str) -> list[int]:
    """Return nupunkt's sentence ends, of what lies between unbroken runs: on those its time is quadratic."""
    stops: list[int] = []
    start = 0
    for end, following in [*(run.span() for run in _UNBROKEN.finditer(text)), (len(text),) * 2]:
        stops.extend(start + stop for _, stop in sent_spans(text[start:end])[:-1])
        start = following
    return stops


def _has(ordered: list[int], value: int) -> bool:
    place = bisect_left(ordered, value)
    return place < len(ordered) and ordered[place] == value


def _stripped_stops(text: str) -> list[int]:
    return [
        found.end()
        for found in _STRIPPED_STOP.finditer(text)
        if "\n" in found[0]
        or found[0][0] != "."
        or _ends_sentence(text, found.start(), found.end())
    ]


def _ends_sentence(text: str, dot: int, following: int) -> bool:
    """Whether the full stop at ``dot`` ends a sentence; ``following`` is where the next word begins."""
    before = text[max(0, dot - _LOOK_BACK) : dot]
    found = _WORD_BEFORE.search(before)
    word = found[0].lower() if found else ""
    after = text[following : following + _LOOK_BACK]
    if _RECORD_CITE.match(after) or _OPENS_LINE.search(before):
        return False
    if word in {"id", "ibid"}:
        return _AFTER_ID.match(after) is None
    if len(word) == 1 and word.isalpha():
        return word == "d" and before.endswith(",d")
    if word == "v" or word in _ABBREVIATIONS:
        return False
    return not (word == "al" and after.startswith("v."))
