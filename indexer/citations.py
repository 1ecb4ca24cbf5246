"""The cases that an opinion cites: full, short, supra and id., each resolved within its text.

eyecite knows the reporters (`indexer.citation_reporters`). Its own loop is not used: it takes
135 KB/s, reads ``id.`` behind a bracket or across a parenthetical otherwise than rule 4.1 of the
Bluebook, and resolves in a time that grows with the square of the text.
"""

import re
from dataclasses import dataclass
from typing import Final

from indexer.citation_marks import Kind, Mark, find_marks
from indexer.citation_names import CaseName, find_name
from indexer.citation_quotes import credits_quotation
from indexer.citation_reporters import Reference
from indexer.citation_resolve import Cited, Register, page_fits
from indexer.citation_tails import Brackets, Pin, read_brackets, read_pin, slip_pin
from indexer.lines import TextForm, text_form
from indexer.records import Citation, CitationKind, Span

_PARALLEL_GAP: Final = re.compile(r"[,;]\s{1,3}|\s{0,2}[\[(]|,\s?\[")
_YEAR_BEFORE: Final = re.compile(r"((?:1[6-9]|20)\d\d)\)\s*,?\s*\Z")
_YEAR_BEHIND: Final = re.compile(r"[^(;]{0,100}\((?:[^()]{0,40}\s)?((?:1[6-9]|20)\d\d)\)")
_SUPRA_BEFORE: Final = re.compile(r",?\s*\(?supra,?\s*\Z")
_GAP: Final = 3
_MOST_PARALLEL: Final = 12
_NOTE: Final = re.compile(r",?\s{0,3}(?:nn?\.|notes?|Part|at\snn?\.)\s{0,3}(?:\d+|[IVX]+\b)")
_OWN_PART: Final = re.compile(
    r"(?:Parts?|Sections?|Points?|Ch(?:apter|ap)?s?\.?|App(?:endix|\.)?|Tables?|Figures?|[Nn]otes?|nn?\.)\b"
)
"""What ``supra`` behind it points to is above in this very opinion."""
_SECTION: Final = re.compile(r",?\s{0,3}(?:at\s)?[§¶]")
_FIGURES: Final = re.compile(r"\d+")


def find_citations(text: str) -> tuple[Citation, ...]:
    """Return the case citations of one opinion's cleaned text, in text order, spans apart.

    A span covers ``490 U.S. 386``, ``490 U.S., at 396``, ``supra, at 396``, ``Id. at 396``.
    Each of parallel citations is one of its own. Statutes, journals and the record yield nothing,
    nor does what names neither a citation nor a case (``Id.`` after a statute). A text in the
    stripped form, whose citations are gone, yields nothing.
    """
    if text_form(text) is TextForm.STRIPPED:
        return ()
    return tuple(_Reader(text).read())


@dataclass(frozen=True, slots=True)
class _Member:
    """One citation of a group of parallel ones."""

    reference: Reference
    pin: Pin


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the citations of one group share."""

    name: CaseName | None
    brackets: Brackets
    quoted: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a citation says by its own words, and what they stand for."""

    kind: CitationKind
    span: Span
    cited: str | None
    pin: str | None


class _Reader:
    """Goes once over a text's marks, and keeps what ``id.`` and short forms refer to."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._register = Register()
        self._found: list[Citation] = []
        self._last: Cited | None = None
        self._floor = 0
        """Where the citation before ends."""
        self._behind = 0
        """Where its brackets end."""
        self._outer: tuple[int, Cited | None] | None = None
        """The end of the brackets that the reader is in, and what ``id.`` means behind them."""

    def read(self) -> list[Citation]:
        """Return the citations, in text order."""
        marks = find_marks(self._text)
        at = 0
        while at < len(marks):
            mark = marks[at]
            self._leave_brackets(mark.start)
            if mark.start < self._floor:
                at += 1
                continue
            at += self._read_at(marks, at)
        return self._found

    def _read_at(self, marks: list[Mark], at: int) -> int:
        """Read what begins at a mark; return how many marks it took."""
        mark = marks[at]
        following = marks[at + 1] if at + 1 < len(marks) else None
        if mark.kind in (Kind.ID, Kind.SUPRA):
            if not self._belongs_to(mark, following):
                (self._read_id if mark.kind is Kind.ID else self._read_supra)(mark)
        elif mark.reference is not None and mark.reference.is_case:
            group = self._group(marks, at)
            self._read_group(group)
            return len(group)
        elif not self._dates_a_case(mark, following):
            self._last = None
            self._floor = mark.end
        return 1

    def _belongs_to(self, mark: Mark, following: Mark | None) -> bool:
        """Whether the case citation right behind completes it: ``supra, 490 U.S. at 396``, ``Id. 490 U.S. at 396``."""
        if following is None or following.reference is None or not following.reference.is_case:
            return False
        return self._text[mark.end : following.start].strip(" ,\n") == ""

    def _dates_a_case(self, mark: Mark, following: Mark | None) -> bool:
        """Whether a year in brackets is that of the citation before it, or of the one right behind it."""
        if self._text[mark.start] != "(":
            return False
        right_behind = following is not None and following.start - mark.end <= _GAP
        return mark.start < self._behind or right_behind

    def _leave_brackets(self, start: int) -> None:
        """Rule 4.1: what a parenthetical cites is not what ``id.`` behind it means."""
        if self._outer is not None and start >= self._outer[0]:
            self._last = self._outer[1]
            self._outer = None

    def _is_quoted(self, start: int, brackets: Brackets) -> bool:
        floor = self._behind if start >= self._behind else self._floor
        return brackets.quotes or credits_quotation(self._text, start, brackets.end, floor)

    def _enter_brackets(self, pin_end: int, brackets: Brackets) -> None:
        self._behind = max(self._behind, brackets.end)
        if self._outer is None and brackets.end > pin_end:
            self._outer = (brackets.end, self._last)

    def _group(self, marks: list[Mark], at: int) -> list[_Member]:
        """Return the citation at a mark with those parallel to it."""
        members: list[_Member] = []
        for place in range(at, min(at + _MOST_PARALLEL, len(marks))):
            reference = marks[place].reference
            if reference is None or not reference.is_case:
                break
            if members and not self._is_parallel(members, reference):
                break
            members.append(_Member(reference, self._pin_of(reference)))
        return members

    def _is_parallel(self, members: list[_Member], reference: Reference) -> bool:
        before = members[-1]
        if reference.short != before.reference.short:
            return False
        if any(one.reference.key == reference.key for one in members):
            return False
        return (
            _PARALLEL_GAP.fullmatch(self._text, before.pin.end, reference.start) is not None
            or _PARALLEL_GAP.fullmatch(self._text, before.reference.end, reference.start)
            is not None
        )

    def _pin_of(self, reference: Reference) -> Pin:
        if not reference.short:
            return read_pin(self._text, reference.end)
        page = reference.page or ""
        pin = read_pin(self._text, reference.end - len(page))
        return pin if pin.text else Pin(page or None, reference.end)

    def _read_group(self, group: list[_Member]) -> None:
        first, last = group[0].reference, group[-1]
        setting = self._setting(first, last.pin.end)
        if first.short:
            cases = [self._short_case(one, setting) for one in group]
        else:
            cases = self._full_cases(group, setting)
        for member, case in zip(group, cases, strict=True):
            self._add_member(member, case, setting)
        self._last = cases[0] or cases[-1]
        self._floor = last.pin.end
        self._enter_brackets(last.pin.end, setting.brackets)

    def _setting(self, first: Reference, pin_end: int) -> _Setting:
        text = self._text
        before = _SUPRA_BEFORE.search(text, max(self._floor - 7, first.start - 14, 0), first.start)
        cited_at = before.start() if before else first.start
        name = find_name(text, cited_at, min(self._floor, cited_at), loose=before is not None)
        brackets = read_brackets(text, pin_end)
        start = name.start if name else cited_at
        quoted = self._is_quoted(start, brackets)
        return _Setting(name, brackets, quoted)

    def _short_case(self, member: _Member, setting: _Setting) -> Cited | None:
        reference = member.reference
        name = setting.name.text if setting.name else None
        pin = _first_page(member.pin.text)
        return self._register.by_page(_place(reference, None), pin, name)

    def _full_cases(self, group: list[_Member], setting: _Setting) -> list[Cited | None]:
        year = setting.brackets.year or self._year_near(group)
        shared: Cited | None = None
        cases: list[Cited | None] = []
        for member in group:
            case = self._full_case(member.reference, setting.name, year, shared)
            shared = shared or case
            cases.append(case)
        return cases

    def _year_near(self, group: list[_Member]) -> int | None:
        """Return the year by which a reporter's name is told, where it may mean several."""
        if all(len(one.reference.editions) < 2 for one in group):
            return None
        first, last = group[0].reference.start, group[-1].pin.end
        found = _YEAR_BEFORE.search(self._text, max(0, first - 12), first) or _YEAR_BEHIND.match(
            self._text, last
        )
        return int(found[1]) if found else None

    def _full_case(
        self, reference: Reference, name: CaseName | None, year: int | None, shared: Cited | None
    ) -> Cited | None:
        place = _place(reference, year)
        citation = reference.citation(year)
        key = citation or (f"___ {name.text}" if name and name.has_parties else None)
        if key is None:
            return None
        case = self._register.known(key) or shared or Cited(citation)
        case.cited = case.cited or citation
        for each in {place, _place(reference, None)}:
            self._register.enter(case, key, each, _first_page(reference.page))
        if name is not None and (case.name is None or name.text != case.name):
            if case.name is None and name.has_parties:
                case.name = name.text
            self._register.call(case, name.text)
        return case

    def _add_member(self, member: _Member, case: Cited | None, setting: _Setting) -> None:
        reference, pin = member.reference, member.pin.text
        if pin is None and setting.brackets.end > member.pin.end:
            pin = slip_pin(self._text, member.pin.end, setting.brackets.end)
        end = max(reference.end, member.pin.end) if reference.short else reference.end
        kind = CitationKind.SHORT if reference.short else CitationKind.FULL
        cited = None
        if reference.page and case is not None:
            cited = case.full.get(_place(reference, None), case.cited)
        self._add(_Draft(kind, Span(reference.start, end), cited, pin), case, setting)

    def _read_id(self, mark: Mark) -> None:
        if _SECTION.match(self._text, mark.end):
            self._last = None
        pin = read_pin(self._text, mark.end)
        case = self._last
        if case is not None and not page_fits(case, _first_page(pin.text)):
            case = None
        self._last = case
        self._read_back(mark, pin, case, None)

    def _read_supra(self, mark: Mark) -> None:
        """Read ``Graham, supra, at 396``."""
        name = find_name(self._text, mark.start, self._floor, loose=True)
        note = _NOTE.match(self._text, mark.end)
        pin = read_pin(self._text, note.end() if note else mark.end)
        case = self._register.by_name(name.text) if name else None
        if case is None and name is not None and (note or _OWN_PART.match(name.text)):
            name = None
        self._last = case
        self._read_back(mark, pin, case, name)

    def _read_back(self, mark: Mark, pin: Pin, case: Cited | None, name: CaseName | None) -> None:
        """Add a citation that has no volume of its own."""
        end = pin.end if pin.text else mark.end
        brackets = read_brackets(self._text, end)
        start = name.start if name else mark.start
        quoted = self._is_quoted(start, brackets)
        kind = CitationKind.ID if mark.kind is Kind.ID else CitationKind.SUPRA
        draft = _Draft(kind, Span(mark.start, end), case.cited if case else None, pin.text)
        self._add(draft, case, _Setting(name, brackets, quoted))
        self._floor = end
        self._enter_brackets(end, brackets)

    def _add(self, draft: _Draft, case: Cited | None, setting: _Setting) -> None:
        """Keep a citation, unless it names neither a citation nor a case."""
        name = _name_of(case, setting.name)
        if draft.cited is None and name is None:
            return
        self._found.append(
            Citation(
                span=draft.span,
                kind=draft.kind,
                cited=draft.cited,
                name=name,
                pin=draft.pin,
                quoted=setting.quoted,
                parenthetical=setting.brackets.explanatory,
            )
        )


def _name_of(case: Cited | None, written: CaseName | None) -> str | None:
    """Return the name with both parties where the text gives it anywhere before, else the words here."""
    if written is not None and written.has_parties:
        return written.text
    if case is not None and case.name is not None:
        return case.name
    return written.text if written is not None else None


def _place(reference: Reference, year: int | None) -> tuple[str, str]:
    return reference.volume, reference.canonical(year)


def _first_page(pin: str | None) -> int | None:
    """Return the page that a pin begins with; `None` for a note, a paragraph or a roman numeral."""
    found = _FIGURES.match(pin) if pin else None
    return int(found[0]) if found else None
