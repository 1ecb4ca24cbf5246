"""What the first page of an opinion says plainly of its case: parties, court, docket number, day, citations.

Nothing is guessed: what does not stand on a line of its own, as captions have it, stays unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.courts import resolve_court
from indexer.dates import date_parts
from indexer.sources.caption_name import case_name
from indexer.sources.cited import cited_in

_LINES: Final = 60
"""Lines of a caption, at most."""
_LONGEST: Final = 200
"""Characters: a longer line is running text."""
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DAY: Final = re.compile(
    rf"\b({'|'.join(_MONTHS)}|[A-Z][a-z]{{2,3}}\.)\s+(\d{{1,2}}),?\s+(\d{{4}})\b", re.IGNORECASE
)
_DAY_IN_FIGURES: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})\b")
_DECIDED: Final = re.compile(
    r"(?:.{0,80}\d{4}\W+)?\W*(?:opinion |date |order )?(?:decided|filed|entered|issued|dated|decision)"
    r"(?: and filed)?(?: on| as amended)?[:\s.]*$",
    re.IGNORECASE,
)
"""Before a day: ``Argued May 3, 1994 - Decided``."""
_FILED: Final = re.compile(r"\bfiled:?\s*$", re.IGNORECASE)
_NOT_DECIDED: Final = re.compile(
    r"\b(?:argued|submitted|rehearing|amended|modified|denied|granted|heard|released|revised)\b",
    re.IGNORECASE,
)
_DOCKET: Final = re.compile(
    r"(?:^|\b(?:case|docket|civil|civ\.|criminal|crim\.|action)\s+)nos?\.?:?\s*"
    r"([\dA-Z][\w:.–-]*\d[\w:()–-]*(?:(?:,|\s&|\sand|\s&amp;)\s+[\dA-Z][\w:.–-]*\d[\w:()–-]*)*)",
    re.IGNORECASE,
)
_STAMPED_DOCKET: Final = re.compile(r"\bcase:?\s+(\d:\d\d-[a-z]{2}-\d{3,6}\S*)", re.IGNORECASE)
_CITATION_LINE: Final = re.compile(
    r"(?:\(?cite as:?\s*)?[\[(]?(\d{1,4}\s+\S.{1,200})", re.IGNORECASE
)
_AFTER_CITATIONS: Final = re.compile(r"[\s,.;\])]*(?:[(\[][^()]{0,40}\d{4}[)\]])?[\s.)\]]*")
_COURT: Final = re.compile(r"\bcourts?\b|\bcircuit\b|\bdistrict of\b|\btribunal\b", re.IGNORECASE)
_OTHER_COURT: Final = re.compile(
    r"^(?:\W*(?:on\s+)?(?:an?\s+)?(?:direct\s+)?(?:cross-)?(?:appeals?|writs?|petitions?|certiorari|error|review|certified|certificate|application|motion)\b"
    r"|opinion of|before|clerk|judge|chief|justice|per curiam|from the)|\bdelivered\b",
    re.IGNORECASE,
)
_NO_COURT: Final = frozenset({"usdistct"})
"""What courts-db has for names that many courts share."""
_DIVISION: Final = re.compile(r"\b\w+ DIVISION$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What a caption says; `None` and empty where it does not."""

    name: str | None = None
    court_id: str | None = None
    date_filed: str | None = None
    docket_number: str | None = None
    citations: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return what is known, under the names of the neutral record, but for the case's name."""
        known: Mapping[str, Any] = {
            "court_id": self.court_id,
            "date_filed": self.date_filed,
            "docket_number": self.docket_number,
            "citations": list(self.citations),
        }
        return {name: value for name, value in known.items() if value}


def read_caption(lines: Sequence[str], stamps: Sequence[str] = ()) -> Caption:
    """Return what the first ``lines`` of an opinion say of its case.

    ``stamps`` are lines that courts and publishers put on every page; they are asked last.
    """
    top = [" ".join(line.split()) for line in lines if line.strip()][:_LINES]
    top = [line for line in top if len(line) <= _LONGEST]
    filed = _date(top) or _stamped_date(stamps)
    return Caption(
        name=case_name(top),
        court_id=_court(top, filed),
        date_filed=filed,
        docket_number=_docket([*top, *stamps]),
        citations=citations_in([*top, *stamps]),
    )


def citations_in(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the citations that fill a line, as reporters-db writes them."""
    found: dict[str, None] = {}
    for line in lines:
        begins = _CITATION_LINE.match(line)
        if begins is not None:
            found.update(dict.fromkeys(_leading_citations(begins[1])))
    return tuple(found)


def _leading_citations(text: str) -> list[str]:
    """Return the citations that ``text`` consists of, parallel ones one after the other."""
    end = 0
    found: list[str] = []
    for cited in cited_in(text):
        if text[end : cited.start].strip(" ,;="):
            break
        found += [cited.text] if cited.is_whole else []
        end = cited.end
    return found if _AFTER_CITATIONS.fullmatch(text[end:]) else []


def _date(lines: Sequence[str]) -> str | None:
    """Return the day that a line says the case was decided or filed, or that is a line by itself."""
    alone: str | None = None
    for line, found in ((one, found) for one in lines for found in _DAY.finditer(one)):
        day = _iso(found)
        before, after = line[: found.start()], line[found.end() :]
        if day is None:
            continue
        if _DECIDED.match(before) and not re.search(r"\w", after):
            return day
        rest = (before + after).strip(" .,;()[]:-–—")
        if not rest and not _NOT_DECIDED.search(line):
            alone = alone or day
    return alone


def _iso(found: re.Match[str]) -> str | None:
    name = found[1].lower().rstrip(".")
    month = next((at for at, one in enumerate(_MONTHS, 1) if one.lower().startswith(name[:3])), 0)
    return _checked(int(found[3]), month, int(found[2]))


def _stamped_date(stamps: Sequence[str]) -> str | None:
    for stamp in stamps:
        found = _DAY_IN_FIGURES.search(stamp)
        if found and _FILED.search(stamp[: found.start()]):
            year = int(found[3])
            return _checked(year + 2000 if year < 100 else year, int(found[1]), int(found[2]))
    return None


def _checked(year: int, month: int, day: int) -> str | None:
    iso = f"{year:04}-{month:02}-{day:02}"
    try:
        date_parts(iso)
    except ValueError:
        return None
    return iso


def _docket(lines: Sequence[str]) -> str | None:
    for line in lines:
        found = _DOCKET.search(line)
        if found:
            return found[1].rstrip(".,")
    stamped = (_STAMPED_DOCKET.search(line) for line in lines)
    return next((found[1] for found in stamped if found), None)


def _court(lines: Sequence[str], filed: str | None) -> str | None:
    """Return the courts-db id of the court whose name stands above the parties."""
    for at, line in enumerate(lines):
        if not _COURT.search(line) or _OTHER_COURT.search(line):
            continue
        for name in _court_names(line, lines[at + 1 : at + 3]):
            court = resolve_court(None, name, filed)
            if court is not None and court.id is not None and court.id not in _NO_COURT:
                return court.id
    return None


def _court_names(line: str, below: Sequence[str]) -> Iterator[str]:
    """Yield the names that ``line`` may mean, alone or with the lines below it, longest first."""
    wholes = [" ".join([line, *below[:count]]) for count in range(len(below), -1, -1)]
    for whole in wholes:
        name = re.sub(r"^(?:in\s+)?the\s+", "", whole.strip(" .,*"), flags=re.IGNORECASE)
        name = re.sub(r"\bof the (?:state|commonwealth) of\b", "of", name, flags=re.IGNORECASE)
        name = re.sub(r"\bof united states\b", "of the United States", name, flags=re.IGNORECASE)
        name = re.sub(
            r"\bappeals,\s+(?=\w+ circuit)", "Appeals for the ", name, flags=re.IGNORECASE
        )
        name = re.sub(r"\bcourt,\s+(?=\w+\.?\s+district)", "Court ", name, flags=re.IGNORECASE)
        yield name
        yield _DIVISION.sub("", name).strip()
        state = re.match(
            r"(?:state|commonwealth) of (\w+(?: \w+)?) (.*court.*)", name, re.IGNORECASE
        )
        if state:
            yield f"{state[2]} of {state[1]}"
