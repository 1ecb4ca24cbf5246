"""Where each voice begins in a text that holds several."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from indexer.misread_openings import mended
from indexer.records import OpinionType
from indexer.voice_kinds import Bench, Form, Opening
from indexer.voice_openings import LONGEST, read_opening

_T = OpinionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One part of a text: who speaks from ``start`` on."""

    start: int
    """Code-point offset of the part's first character."""
    type: OpinionType
    author: str | None = None
    joined_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A paragraph that opens a voice, perhaps."""

    start: int
    opening: Opening

    quotes: bool = False
    """Whether it ends in a colon, under which a quotation may stand."""

    @property
    def end(self) -> int:
        return self.start + self.opening.end


SEPARATE: Final = frozenset({_T.CONCURRENCE, _T.CONCURRENCE_IN_PART, _T.DISSENT})
_CLUES: Final = re.compile(
    r"(?i:justice|judge|chancellor|commissioner|surrogate|referee|curiam|the court|opinion|dissent|concur|rehearing"
    r"|\bJ\.|justloe|justioe|statement|memorandum)"
)
"""What a first line without it cannot open a voice: most lines are passed over by this alone."""
_CLUE_WITHIN: Final = 200
_TOLD_ON: Final = re.compile(
    r"\n\s*(?=\(?(?:dissenting|concurring|with whom|whom|in which|delivered|in dissent|after stating|announced)\b|\((?:Dissenting|Concurring))"
)
_AWAITED: Final = re.compile(r"\n\s*(?=[A-Z])")
_LED_BY: Final = re.compile(
    r"(?i:(?:delivered|opinion(?: of the court)?|statement|memorandum)\s+by:?)\s*$|^After (?:stating|making)[^.\n]{0,120},$"
)
_ENDED: Final = (".", "?", "!", '"', "\u201d", "\u2019", ")", "]", "*", "\u2020", "_")
_VERSUS: Final = re.compile(r"(?i:(?:^|\s)(?:vs?\.|versus)$)")
_LEADS_ON: Final = (":", ",", ";", "\u2014", " and", " by", " of", " the")
_SHORT: Final = 60
"""Characters; the line under a shorter one is a paragraph of its own."""
_FEWEST: Final = 15
"""Characters that a separate opinion has behind its opening: ``I dissent from this.``"""
_LEAST_BARE: Final = 60
_LEAST_WORDS: Final = 5
"""Words in small letters that make a line under a judge's name prose, and no caption."""
_LEAST_OWN: Final = 200
_TITLES_ABOVE: Final = 3
"""Lines at the top of an opinion among which its judge is named."""
_LOWER_WORD: Final = re.compile(r"\b[a-z]{2,}\b")
_FIRST_PERSON: Final = re.compile(r"\b(?:I|[Mm]y|me|[Ww]e|[Oo]ur)\b")
_NOTES: Final = re.compile(r"\n\s*(?:NOTES|Notes|FOOTNOTES)\s*\n|\n\s*\[[*\d\u2020]+\]\s")
_QUOTE_MARKS: Final = ('"', "\u201c", "'", "\u2018")
_NEAR: Final = 1_200
"""Characters in which a judge says whether he dissents, where the opening line does not."""
_I_DISSENT: Final = re.compile(
    r"(?i:\b(?:I|we|myself)\b[^.]{0,80}\b(?:dissent|unable to (?:agree|concur|assent)|cannot (?:agree|concur|join|assent)|disagree|differ from)"
    r"|\bdissenting\b|^\W*dissent(?:s|ed)?\b|\bmy dissent)"
)
_I_CONCUR: Final = re.compile(
    r"(?i:\b(?:I|we)\b[^.]{0,60}\b(?:concur|agree|join|joined in the (?:opinion|judgment)|in agreement)\b|^\W*concur|\bconcurring\b)"
)
_IN_PART: Final = re.compile(r"(?i:\bdissent\w* in part)")
_WOULD: Final = re.compile(
    r"(?i:\b(?:I|we) (?:\w+ ){0,2}(?:think|am of (?:the )?opinion|are of (?:the )?opinion|believe)\b[^.]{0,160}"
    r"\b(?:(?:should|ought to) (?:be|have been) (?:affirmed|reversed|enforced|dismissed)|should stand|wrong|erroneous)"
    r"|\bI would (?:affirm|reverse)|\b(?:judgments?|decrees?|orders?)[^.]{0,60} should (?:be|have been) (?:affirmed|reversed|enforced)"
    r"|\bin my (?:opinion|judgment|view),? [^.]{0,80}\b(?:wrong|should (?:be|have been) (?:affirmed|reversed)))"
)
_CLOSES: Final = re.compile(
    r"(?i:\b(?:affirm|revers|remand|order|dismiss|vacat|join|took no part|concur|dissent|denied|granted|discharg|judgment|decree)\w*)"
)
_REHEARING: Final = re.compile(
    r"(?i:(?:(?:up)?on\s+(?:\w+\s+){0,3}(?:petitions?|motions?|applications?|suggestions?)\s+for\s+(?:a\s+)?(?:\w+\s+){0,2}re-?hearing(?:\s+en banc)?"
    r"|(?:opinion\s+|memorandum\s+)?(?:up)?on\s+(?:denial\s+of\s+)?re-?hearing|(?:petitions?|motions?) for re-?hearing))[\s.*:]*"
)
_TITLE: Final = re.compile(
    r"(?:(?:MEMORANDUM|OPINION|ORDER|DECISION|DISSENT|CONCURRENCE|CONCURRING|DISSENTING|AND|OF|THE|COURT|PER|AMENDED|FINAL)\s*)+[.:]?"
)
_ARGUED: Final = re.compile(
    r"(?i:\bargued the cause\b|\bon the briefs?\b|\bfiled a brief\b|\bfor (?:the )?(?:petitioner|respondent|appell))"
)
_CAPTION_END: Final = 4_000
_CAPTION: Final = 1_500
"""Characters that a running title and the caption under it take up."""


def find_voices(text: str, bench: Bench) -> tuple[Voice, ...]:
    """Return the voices of ``text`` in order; none where no opening line tells of one.

    What stands before the first is no voice unless that first is a separate opinion: then the
    court's own opinion came without an opening line. Time grows linearly with the text.
    """
    lines = _lines(text)
    found = _plausible(text, _openings(text, lines, bench))
    voices = _typed(text, found)
    voices = _with_titles(lines, voices)
    return tuple(_distinct(voices))


def first_opening(text: str, bench: Bench) -> Opening | None:
    """Return what the first words of ``text`` say of who speaks, or None where they say nothing.

    Titles in capitals may stand above them (``ON PETITION FOR REVIEW``).
    """
    for row in _lines(text[:LONGEST])[:_TITLES_ABOVE]:
        opening = read_opening(mended(_head(text, row)), bench)
        if opening is None:  # a name alone, below which a scanner spoiled the words
            opening = read_opening(f"{mended(row.text).rstrip(' ,.:;')}.", bench)
        if opening is not None or not row.text.isupper():
            return opening
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line with words on it, and the end of the one above."""

    start: int
    text: str
    above: str
    apart: bool
    """Whether it begins a paragraph."""


def _lines(text: str) -> list[_Row]:
    rows: list[_Row] = []
    above, blank, start = "", True, 0
    for piece in text.split("\n"):
        words = piece.strip()
        if words:
            apart = blank or len(above) < _SHORT or above.endswith(_ENDED)
            indent = len(piece) - len(piece.lstrip())
            rows.append(_Row(start + indent, words, above, apart))
            above, blank = words, False
        else:
            blank = True
        start += len(piece) + 1
    return rows


def _openings(text: str, rows: Sequence[_Row], bench: Bench) -> Iterator[_Found]:
    for row in rows:
        if not row.apart or not _may_open(row.text):
            continue
        if _REHEARING.fullmatch(row.text) and len(row.text) < 2 * _SHORT:
            yield _Found(
                row.start,
                Opening(form=Form.COURT, type=_T.REHEARING, author=None, end=len(row.text)),
            )
            continue
        opening = read_opening(_head(text, row), bench)
        if opening is not None and not _leads_on(row, opening):
            yield _Found(row.start, opening, row.text.endswith(":"))


def _may_open(line: str) -> bool:
    """Whether it pays to read ``line`` closely."""
    return _CLUES.search(line, 0, _CLUE_WITHIN) is not None


def _head(text: str, row: _Row) -> str:
    """Return the paragraph's first characters, an opening that is set in two paragraphs in one line."""
    head = text[row.start : row.start + LONGEST]
    if _LED_BY.search(row.text):
        head = _AWAITED.sub(lambda gap: " " * len(gap[0]), head, count=1)
    for _ in range(3):
        gap = _TOLD_ON.search(head, 0, 400)
        if gap is None or len(head[: gap.start()]) > 300:
            break
        head = head[: gap.start()] + " " * len(gap[0]) + head[gap.end() :]
    return head


def _leads_on(row: _Row, opening: Opening) -> bool:
    """Whether the paragraph above runs on into this one: a list of judges, or the words before a quotation."""
    if opening.form is Form.STATEMENT and not _is_closed(row.above):
        return True
    if opening.form is Form.BARE and _VERSUS.search(row.above):
        return True
    if not row.above.endswith(_LEADS_ON):
        return False
    return not (opening.form is Form.COURT and len(row.above) < _SHORT)


def _is_closed(above: str) -> bool:
    """Whether an opinion ends with the line ``above``: votes are told there, and in prose anywhere."""
    return len(above) < 2 * _SHORT or _CLOSES.search(above[-4 * _SHORT :]) is not None


def _plausible(text: str, openings: Iterator[_Found]) -> list[_Found]:
    """Leave out openings that no opinion follows, and the reporter's list of who wrote what."""
    found = list(openings)
    ends = [*(one.start for one in found[1:]), len(text)][: len(found)]
    kept = [one for one, end in zip(found, ends, strict=True) if _is_followed(text, one, end)]
    kept = kept or [one for one in found if _is_signed(text, one)][:1]
    following = [*kept[1:], None][: len(kept)]
    return [
        a for a, b in zip(kept, following, strict=True) if b is None or not _announces(text, a, b)
    ]


def _announces(text: str, one: _Found, after: _Found) -> bool:
    """Whether ``one`` only says who opens ``after``: in the reporter's list, or in a running title."""
    a, b = one.opening, after.opening
    if a.author != b.author or a.form is not b.form:
        return False
    if a.form is Form.COURT:
        return one.start < _CAPTION_END and _ARGUED.search(text, one.end, after.start) is not None
    line = text[one.start : one.end].rstrip()
    untitled = not line.endswith((".", ":"))
    return untitled and a.type is b.type and after.start - one.start < _CAPTION


def _is_followed(text: str, one: _Found, end: int) -> bool:
    form = one.opening.form
    words = _NOTES.split(text[one.end : end], 1)[0].strip()
    if form is Form.STATEMENT or one.opening.type is _T.REHEARING:
        return True
    if form is Form.VOTE:
        return len(words) >= _LEAST_OWN and _FIRST_PERSON.search(words[: 4 * _NEAR]) is not None
    if one.quotes and not one.opening.inline and words.startswith(_QUOTE_MARKS):
        return False
    if form is Form.COURT:
        return bool(words)
    if form is Form.SEPARATE:
        return len(words) >= _FEWEST
    after = words.lstrip("0123456789.: \n\u2014")
    if not one.opening.inline:
        after = after.split("\n", 1)[0]
    return _I_DISSENT.search(after[:200]) is not None or (
        len(after) >= _LEAST_BARE and len(_LOWER_WORD.findall(after[:400])) >= _LEAST_WORDS
    )


def _is_signed(text: str, one: _Found) -> bool:
    """Whether a name in capitals stands above running text whose first lines are short or broken up."""
    line = text[one.start : one.end].rstrip()
    name = line.split(",")[0].split()[-1]
    return (
        one.opening.form is Form.BARE
        and name.isupper()
        and line.endswith((".", ":"))
        and len(_LOWER_WORD.findall(text, one.end, one.end + 2 * _LEAST_OWN)) >= 3 * _LEAST_WORDS
    )


def _typed(text: str, found: Sequence[_Found]) -> list[Voice]:
    """Give each opening its type: a bare name is the court's opinion first, and then what its words say."""
    voices: list[Voice] = []
    rehearing = heard = False
    ends = [*(one.start for one in found[1:]), len(text)][: len(found)]
    for one, end in zip(found, ends, strict=True):
        opening = one.opening
        if opening.type is _T.REHEARING:
            rehearing = heard
            if heard:
                voices.append(Voice(start=one.start, type=_T.REHEARING))
            continue
        kind = (
            opening.type
            if opening.form is not Form.BARE
            else _bare_type(text, one, end, heard=heard)
        )
        if (
            rehearing
            and kind not in SEPARATE
            and text[voices[-1].start : one.start].count("\n") < 8
        ):
            voices[-1] = Voice(
                start=voices[-1].start,
                type=_T.REHEARING,
                author=opening.author,
                joined_by=opening.joined_by,
            )
            rehearing = False
            continue
        rehearing = False
        if opening.type is _T.PER_CURIAM and heard and _speaks_at_trial(text, one):
            continue
        if opening.form in (Form.STATEMENT, Form.VOTE) and not heard:
            continue
        heard = True
        voices.append(
            Voice(start=one.start, type=kind, author=opening.author, joined_by=opening.joined_by)
        )
    return voices


def _speaks_at_trial(text: str, one: _Found) -> bool:
    """Whether ``THE COURT:`` is a speaker in a transcript that an opinion quotes."""
    return one.opening.inline or "curiam" not in text[one.start : one.end].lower()


def _bare_type(text: str, one: _Found, end: int, *, heard: bool) -> OpinionType:
    """Return a bare name's type: the first is the court's, and the others' words tell theirs."""
    if not heard:
        return _T.LEAD
    near = text[one.end : min(one.end + _NEAR, end)]
    dissents, concurs = _I_DISSENT.search(near), _I_CONCUR.search(near)
    if dissents and not (concurs and concurs.start() < dissents.start()):
        return _T.CONCURRENCE_IN_PART if _IN_PART.search(near) else _T.DISSENT
    if concurs:
        return _T.CONCURRENCE
    close = _NOTES.split(text[one.end : end], maxsplit=1)[0][-_NEAR:]
    return _T.DISSENT if _WOULD.search(near) or _WOULD.search(close) else _T.OTHER


def _with_titles(rows: Sequence[_Row], voices: Sequence[Voice]) -> list[Voice]:
    """Begin a voice at the title above its opening line (``OPINION``)."""
    titles = {b.start: a.start for a, b in pairwise(rows) if _TITLE.fullmatch(a.text)}
    return [
        Voice(
            start=titles.get(v.start, v.start), type=v.type, author=v.author, joined_by=v.joined_by
        )
        for v in voices
    ]


def _distinct(voices: Sequence[Voice]) -> Iterator[Voice]:
    """Leave out a line that only repeats who is speaking: the running title of a page."""
    last: Voice | None = None
    for one in voices:
        if (
            last is not None
            and (last.type, last.author) == (one.type, one.author)
            and one.author is not None
        ):
            continue
        yield one
        last = one
