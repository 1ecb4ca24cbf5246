"""An independent reader of page marks: finds a passage's words in its source, and reads off the marks.

It shares no code with the program, and knows less: marks are stars and figures that go on counting
from one of the case's own first pages. Where it and the program disagree, somebody has to look.
"""

import html
import json
import lzma
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

SOURCES: Final = (
    "scotus-1922-1942.jsonl.xz",
    "most-cited.jsonl.xz",
    "cap-many-courts.jsonl.xz",
    "courtlistener-api",
    "cap-static",
)
FIRST: Final = "first"
"""The page on which the case begins."""
_RENDERINGS: Final = ("html_with_citations", "html_lawbox", "html", "plain_text")
_STARS: Final = re.compile(r"(\*{1,2})(\d+)")
_NOT_OURS: Final = re.compile(r"(?: at|WL \d+,?|LEXIS \d+,?|Comm?\.|Commentaries|[*\d][-–])\s*\[?$")
_STEP: Final = 120
"""Pages that may be missing between two marks: counsel's arguments, the reporter's syllabus."""
_FIRST_STEP: Final = 400
"""The same before the first mark of a text: the opinions of other judges."""
_C1: Final = re.compile("[\x80-\x9f]")
_NOTE: Final = re.compile(r"\[(\d{1,3}|\*{1,3})\]")


_Chain: TypeAlias = list[tuple[int, int, str]]
"""Marks of one reporter: from, to, page."""


@dataclass(frozen=True, slots=True)
class Printed:
    """One opinion as its source has it: its letters and figures, and the page marks among them."""

    letters: str
    """Letters and figures only, the marks' own left out: spaces and points differ between readings."""
    marks: dict[str, list[tuple[int, str]]]
    """Volume and reporter → (place in ``letters``, page) in text order."""
    notes: list[tuple[int, int]]
    """Where each note at the end stands in ``letters``, and where the mark that refers to it."""
    heads_case: bool
    """Whether the text opens the case under its own citation, so that it begins on its first page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the marks say of one passage in one reporter."""

    first: str
    last: str


def letters_of(text: str) -> str:
    """Return what is compared."""
    return "".join(filter(str.isalnum, text))


def printed(texts: Sequence[str], citations: Sequence[str]) -> list[Printed]:
    """Read the marks of a case's ``texts`` (tags off already); the case is cited as ``citations``."""
    marks: list[dict[str, _Chain]] = [{} for _ in texts]
    firsts = [found for one in citations if (found := re.fullmatch(r"(\d+ .*?) (\d+)", one))]
    ours = [(found[1], int(found[2])) for found in firsts if not re.search("LEXIS|WL", found[1])]
    for stars in (1, 2):
        read = [
            (series, first, [_chain(text, stars, first) for text in texts])
            for series, first in ours
            if series not in marks[0]
        ]
        series, _, chains = max(read, key=_fit, default=("", 0, []))
        pages = [page for chain in chains for _, _, page in chain]
        if len(pages) > 1 or pages == [str(dict(ours).get(series, 0) + 1)]:
            for own, chain in zip(marks, chains, strict=True):
                own[series] = chain
    return [_printed(text, own, citations) for text, own in zip(texts, marks, strict=True)]


def _fit(read: tuple[str, int, Sequence[_Chain]]) -> float:
    """Return how many marks were read, less a tenth of the pages missing before the lowest.

    The sources mark the pages of the U.S. Reports where a case is in them, so they win a near tie.
    """
    pages = [int(page.rstrip("AB")) for chain in read[2] for _, _, page in chain]
    official = read[0].endswith(" U.S.") * 3
    return len(pages) - (min(pages) - read[1]) / 10 + official if pages else 0


def _printed(text: str, marks: dict[str, _Chain], citations: Sequence[str]) -> Printed:
    text = _C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)
    gone = sorted((start, end) for found in marks.values() for start, end, _ in found)
    letters, places = _letters(text, gone)
    opening = text[:600].lstrip()
    return Printed(
        letters=letters,
        marks={
            series: [(bisect_left(places, start), page) for start, _, page in found]
            for series, found in marks.items()
            if found
        },
        notes=[(bisect_left(places, a), bisect_left(places, b) - 1) for a, b in _notes(text)],
        heads_case=any(letters_of(opening).startswith(letters_of(one)) for one in citations),
    )


def _letters(text: str, gone: Sequence[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the letters and figures outside ``gone``, and where each stands in ``text``."""
    blank = list(text)
    for start, end in gone:
        blank[start:end] = " " * (end - start)
    places = [at for at, one in enumerate(blank) if one.isalnum()]
    return "".join(blank[at] for at in places), places


def _chain(text: str, stars: int, first: int) -> _Chain:
    """Return the marks that go on counting from ``first``."""
    found: _Chain = []
    page = highest = first
    spaced = len(re.findall(r"\*\d+ ", text)) * 2 > len(_STARS.findall(text))
    for star in _STARS.finditer(text):
        if len(star[1]) != stars:
            continue
        whole = [int(star[2][:length]) for length in range(len(star[2]), 0, -1)]
        if re.search(
            r"(?:WL|LEXIS) \d+,?(?: at)? $", text[max(0, star.start() - 24) : star.start()]
        ):
            continue
        theirs = _NOT_OURS.search(text, max(0, star.start() - 24), star.start())
        reach = highest + (_STEP if found else _FIRST_STEP)
        # a figure glued to the text's own figures (``*6565144``) is cut where the page goes on
        nearest = sorted((one for one in whole if page <= one <= reach), key=lambda one: one - page)
        back = [one for one in whole if first <= one < page]
        fits = [*(nearest if found else nearest[::-1]), *back]
        if not fits or (theirs and fits[0] != page + 1):
            continue
        page = fits[0]
        highest = max(highest, page)
        end = star.start(2) + len(str(page))
        letter = int(spaced and text[end : end + 2] in ("A ", "B "))
        found.append((star.start(), end + letter, f"{page}{text[end : end + letter]}"))
    return found


def _notes(text: str) -> list[tuple[int, int]]:
    """Return where notes begin lines, each with the place of the mark that refers to it."""
    waiting: dict[str, list[int]] = {}
    found = []
    for note in _NOTE.finditer(text):
        if note.start() and text[note.start() - 1] != "\n":
            waiting.setdefault(note[1], []).append(note.start())
        elif waiting.get(note[1]):
            found.append((note.start(), waiting[note[1]].pop(0)))
    return found


def judge(case: Sequence[Printed], passages: Sequence[str]) -> list[dict[str, Answer] | None]:
    """Return what the marks say of each of the ``passages`` of one opinion, which are in text order.

    `None` for a passage whose letters and figures do not stand in the source.
    """
    readings = [(source, _places(source.letters, passages)) for source in case]
    source, places = max(readings, key=lambda one: sum(at >= 0 for at in one[1]))
    lengths = [len(letters_of(passage)) for passage in passages]
    return [
        None if at < 0 else _pages(source, at, at + max(0, length - 1))
        for at, length in zip(places, lengths, strict=True)
    ]


def _places(letters: str, passages: Sequence[str]) -> list[int]:
    """Return where each passage stands, each behind the one before; -1 where it does not."""
    places, cursor = [], 0
    for passage in passages:
        wanted = letters_of(passage)
        at = letters.find(wanted, cursor)
        cursor = at + len(wanted) if at >= 0 else cursor
        places.append(at)
    return places


def _pages(source: Printed, first: int, last: int) -> dict[str, Answer]:
    return {
        series: Answer(_page_at(source, marks, first), _page_at(source, marks, last))
        for series, marks in source.marks.items()
    }


def _page_at(source: Printed, marks: Sequence[tuple[int, str]], at: int) -> str:
    note = max((one for one in source.notes if one[0] <= at), default=None)
    before = bisect_right([place for place, _ in marks], at) - 1
    if note is not None and (before < 0 or marks[before][0] <= note[0]):
        return _page_at(source, marks, note[1]) if note[1] < note[0] else "?"
    if before >= 0:
        return marks[before][1]
    return FIRST if source.heads_case else str(int(marks[0][1]) - 1)


@dataclass(frozen=True, slots=True)
class Source:
    """What a case's source says: its citations, and its texts with the marks left in."""

    citations: tuple[str, ...]
    texts: tuple[str, ...]


def read_source(path: Path) -> Iterator[tuple[str, Source]]:
    """Yield id and texts of each case of one corpus, with the plainest code that reads it."""
    if path.suffix == ".xz":
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                case = json.loads(line)
                texts = tuple(one["text"] for one in case["opinions"])
                yield case["id"], Source(tuple(case["citations"]), texts)
        return
    for file in sorted(path.rglob("*.json")):
        fields = json.loads(file.read_text(encoding="utf-8"))
        if path.name == "courtlistener-api":
            yield _courtlistener(fields)


def _courtlistener(fields: dict[str, Any]) -> tuple[str, Source]:
    shown = next(fields[name] for name in _RENDERINGS if (fields.get(name) or "").strip())
    if shown.lstrip().startswith("<pre") and fields.get("plain_text"):
        shown = fields["plain_text"]
    heads = re.findall(
        r'<p class="case_cite">(.*?)</p>|<center><b>(.*?)</b></center>', shown[:4000]
    )
    cited = [re.sub(r"<[^>]*>|\s*\(\d{4}\)\s*$", "", a or b).strip() for a, b in heads]
    text = html.unescape(re.sub(r"<[^>]*>", "", shown)) if "<" in shown else shown
    number = re.search(
        r"/clusters/(\d+)/|/opinion/(\d+)/", str(fields["cluster"]) + str(fields["absolute_url"])
    )
    assert number is not None
    return f"cl-{number[1] or number[2]}", Source(tuple(cited), (text,))
