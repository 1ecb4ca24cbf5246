"""The ready citation of a passage, after The Bluebook (rules 3.2, 10.3 to 10.8)."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from indexer.case_names import with_capitals
from indexer.dates import date_parts
from indexer.judges import cited_judge
from indexer.records import Case, OpinionHeader, OpinionType
from indexer.reporters import by_preference, parse_citation

SLIP_OPINION: Final = "slip op."
"""The `Pages.reporter` of an opinion that no reporter has printed: its own pages (rule 10.8.1(b))."""
_MONTHS: Final = [
    "Jan.",
    "Feb.",
    "Mar.",
    "Apr.",
    "May",
    "June",
    "July",
    "Aug.",
    "Sept.",
    "Oct.",
    "Nov.",
    "Dec.",
]
_VOICES: Final = {
    OpinionType.CONCURRENCE: "concurring",
    OpinionType.CONCURRENCE_IN_PART: "concurring in part",
    OpinionType.DISSENT: "dissenting",
    OpinionType.PLURALITY: "plurality opinion",
    OpinionType.PER_CURIAM: "per curiam",
    OpinionType.SYLLABUS: "syllabus",
}
_SIGNED: Final = frozenset(
    {OpinionType.CONCURRENCE, OpinionType.CONCURRENCE_IN_PART, OpinionType.DISSENT}
)
_VERSUS: Final = re.compile(r"(?<=\w) v\.? (?=\w)")
_WRITTEN: Final = {"ex parte": "Ex parte", "in re": "In re", "ex rel": "ex rel.", "et al": "et al."}
_PHRASES: Final = re.compile(
    r"(?i:^ex parte(?= )|^in re(?= )|(?<= )ex rel\b\.?(?= )|(?<=[ ,])et al\b\.?(?=,| |$))"
)
_NOMINATIVE: Final = (
    (1, 4, "Dall."),
    (5, 13, "Cranch"),
    (14, 25, "Wheat."),
    (26, 41, "Pet."),
    (42, 65, "How."),
    (66, 67, "Black"),
    (68, 90, "Wall."),
)
"""First and last volume of the U.S. Reports that an early reporter's volumes 1 and up became."""
_SERIES: Final = re.compile(r"\s*(?:2d|3d|\d+th|\(n\.s\.\))$")
_SUPREME_COURT_REPORTERS: Final = frozenset({"U.S.", "S. Ct.", "S.Ct.", "L. Ed.", "L.Ed."})


class Pages(Protocol):
    """The pages of one reporter that a passage stands on."""

    @property
    def reporter(self) -> str:
        """Volume and reporter: ``518 F.3d``."""
        ...

    @property
    def first(self) -> str:
        """Empty where it is not known."""
        ...

    @property
    def last(self) -> str:
        """Empty where it is not known."""
        ...


def pin_cite(
    case: Case, pages: Sequence[Pages] = (), *, opinion: OpinionHeader | None = None
) -> str:
    """Return the citation of ``case``, with the pages of a passage where they are known.

    ``Floyd v. City of Detroit, 518 F.3d 398, 407-08 (6th Cir. 2008)``. The reporter is the one that
    table T1 prefers; if only a parallel one has pages, that one is cited. An unreported case is
    cited by its docket number and full date, its pages with ``slip op. at``. ``opinion`` adds the voice of a separate opinion:
    ``(Stevens, J., dissenting)``. What is not known is left out.
    """
    cited, pin = _chosen(case.citations, pages)
    unreported = cited is None or _is_electronic(cited)
    docket = _docket(case.docket_number) if unreported else None
    shown = None if cited is None else _with_nominative(cited)
    named = ", ".join(one for one in (_name(case.name), docket, shown, pin) if one)
    tail = [_court_and_date(case, cited, full=unreported), _voice(case, opinion)]
    return " ".join([named, *(f"({one})" for one in tail if one)])


def _name(name: str) -> str:
    """Return a case's name with its procedural phrases as rule 10.2.1(b) writes them.

    A name without any capital (made of an address: ``erie r co v tompkins``) gets them.
    """
    if name.islower() and _VERSUS.search(name):
        name = with_capitals(_VERSUS.sub(" v. ", name).split())
    return _PHRASES.sub(lambda found: _WRITTEN[found[0].lower().replace(".", "")], name)


def _with_nominative(cited: str) -> str:
    """Name the reporter whose volume one of the first 90 of the U.S. Reports was (rule 10.3.2)."""
    parsed = parse_citation(cited)
    if parsed is None or parsed.reporter != "U.S." or not parsed.volume.isdecimal():
        return cited
    volume = int(parsed.volume)
    for first, last, reporter in _NOMINATIVE:
        if first <= volume <= last:
            return f"{volume} U.S. ({volume - first + 1} {reporter}) {parsed.page}"
    return cited


def _chosen(citations: Sequence[str], pages: Sequence[Pages]) -> tuple[str | None, str | None]:
    """Return the citation to cite, and the pages in it where they are known."""
    pins = {one.reporter: one for one in pages if one.first and one.last}
    ranked = by_preference(citations)
    for text in ranked:
        parsed = parse_citation(text)
        if parsed is not None and parsed.series in pins:
            pin = pins[parsed.series]
            return text, page_range(pin.first, pin.last)
    cited = ranked[0] if ranked else None
    slip = pins.get(SLIP_OPINION)
    if slip is None or (cited is not None and not _is_electronic(cited)):
        return cited, None
    return cited, f"{SLIP_OPINION} at {page_range(slip.first, slip.last)}"


def _is_electronic(cited: str) -> bool:
    parsed = parse_citation(cited)
    return parsed is not None and parsed.is_electronic


def _docket(number: str | None) -> str | None:
    if not number:
        return None
    return number if number.lower().startswith("no") else f"No. {number}"


def page_range(first: str, last: str) -> str:
    """Return ``first`` to ``last`` as rule 3.2(a) writes it.

    "When citing material that spans more than one page, give the inclusive page numbers, separated
    by a hyphen; always retain the last two digits, but drop other repetitious digits": ``407-08``,
    ``1099-101``. A range of other than figures is written out. Pages that do not
    count upward (the end of an opinion and the notes behind it) are named one by one: ``4, 39``.
    """
    if first == last:
        return first
    if not (first.isdecimal() and last.isdecimal()):
        return f"{first}-{last}"
    if int(first) > int(last):
        return f"{last}, {first}"
    if len(first) != len(last):
        return f"{first}-{last}"
    same = next(at for at, (a, b) in enumerate(zip(first, last, strict=True)) if a != b)
    return f"{first}-{last[max(0, min(same, len(last) - 2)) :]}"


def _court_and_date(case: Case, cited: str | None, *, full: bool) -> str:
    named = None if _implied(case, cited) else case.court_citation_string or case.court
    return " ".join(one for one in (named, _date(case.date_filed, full=full)) if one)


def _implied(case: Case, cited: str | None) -> bool:
    """Whether the reporter's name says which court it is (rule 10.4)."""
    parsed = parse_citation(cited) if cited else None
    if parsed is None:
        return False
    series = _SERIES.sub("", parsed.reporter)
    if case.court_id == "scotus":
        return series in _SUPREME_COURT_REPORTERS
    return series == case.court_citation_string


def _date(date_filed: str | None, *, full: bool) -> str | None:
    if date_filed is None:
        return None
    year, month, day = date_parts(date_filed)
    if not full or month is None:
        return str(year)
    named = _MONTHS[month - 1]
    return f"{named} {year}" if day is None else f"{named} {day}, {year}"


def _voice(case: Case, opinion: OpinionHeader | None) -> str | None:
    """Return the parenthetical of rule 10.6.1 for an opinion that is not the majority's."""
    voice = None if opinion is None else _VOICES.get(opinion.type)
    if opinion is None or voice is None or opinion.type not in _SIGNED or not opinion.author:
        return voice
    judge = cited_judge(opinion.author, court_id=case.court_id, date=case.date_filed)
    return f"{judge}, {voice}" if judge else voice
