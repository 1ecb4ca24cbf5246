"""Citations by volume, reporter and page, read at one place of a text with what eyecite knows of reporters.

eyecite holds some 6,800 expressions made from reporters-db. Nearly all have one shape, ``volume
reporter page``, and differ in the reporter's name alone, so here the name is looked up and nothing
is tried in vain; the others are tried only where their name stands behind a number.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

_SPACE: Final = re.compile(r"\s+")
_ROMAN: Final = r"c?(?:xc|xl|l?x{1,3})(?:ix|iv|v?i{0,3})|c?l?(?:ix|iv|v?i{1,3})|lv|cv|cl|clv"
_VOLUME: Final = re.compile(r"(?<![a-zA-Z0-9])(\d{1,4}(?:-\d{1,3})?A?)(?:,?\s{1,4}|-)(?=[A-Z(])")
_NAMED: Final = re.compile(
    r"(?P<reporter>[A-Z][^;:“”\"\[\]]{0,58}?),?\s{1,4}"
    r"(?P<at>at\s?(?:pp?\.?|pages?)?\s{1,4})?"
    rf"(?P<page>\d{{1,9}}|_+|[—–]+|-{{2,}}|{_ROMAN})(?![a-zA-Z0-9])"
)
_BLANK_VOLUME: Final = re.compile(
    r"(?<![a-zA-Z0-9_—–-])[_—–-]{1,12}\s{1,4}"
    r"(?P<reporter>U\.\s?S\.|S\.\s?Ct\.|L\.\s?Ed\.\s?2d|F\.\s?(?:2d|3d|4th)|F\.\s?Supp\.\s?[23]d)\s{1,4}[_—–-]{1,12}"
)
_STANDARD: Final = re.compile(
    r"\(\?:\^\|\[\^a-zA-Z0-9\]\)\(\(\?P<volume>\[1-9\]\\d\*\) \(\?P<reporter>.*\),\? "
    r"(?:at\\s\?\(p\(\\\.\|age\)\?\)\? )?\(\?P<page>\(\?:\\d\+\|c\?\(\?:xc.*\|_\+\)\)\)\(\?:\[\^a-zA-Z0-9\]\|\$\)",
    re.DOTALL,
)
_NAME_FIRST: Final = "(?:^|[^a-zA-Z0-9])((?P<reporter>"
_LATE_VOLUME: Final = re.compile(r"\s{1,3}\(?(?:1[789]|20)\d\d[A-F]?(?:-|\)?,?\s{0,3})\d")
_LONGEST_NAME: Final = 48
_REACH: Final = 160
"""Characters behind a volume that an unusual citation may take."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One citation by volume, reporter and page, as it stands in the text."""

    start: int
    end: int
    volume: str
    reporter: str
    """As written, white space single."""
    key: str
    """The reporter's name without white space."""
    page: str | None
    """`None` where the text leaves it blank (``556 U. S. ____``)."""
    editions: tuple[Any, ...] = field(repr=False)
    """eyecite's editions that the name may mean."""
    short: bool
    """Whether it gives the page cited rather than the first: ``490 U.S., at 396``."""
    is_case: bool
    """Otherwise a statute, a regulation or a journal."""
    joined: str | None = None
    """Its words, white space single, where they are not volume, reporter and page with spaces between
    (``2015-Ohio-1234``, ``T.C. Memo. 1990-12``)."""

    def canonical(self, year: int | None) -> str:
        """Return the reporter as reporters-db writes it; as written where ``year`` leaves a doubt."""
        return _edition_name(self.editions, year) or self.reporter

    def citation(self, year: int | None) -> str | None:
        """Return the citation with its reporter as `canonical` has it; `None` where its page is blank."""
        if self.page is None:
            return None
        if self.joined is not None:
            return self.joined.replace(self.reporter, self.canonical(year), 1)
        return f"{self.volume} {self.canonical(year)} {self.page}"


class _Known:
    """What eyecite knows of reporters, arranged by name."""

    def __init__(self) -> None:
        from eyecite.tokenizers import EXTRACTORS  # half a second, and many runs never cite

        exact: dict[str, list[Any]] = defaultdict(list)
        varied: dict[str, list[Any]] = defaultdict(list)
        self.unusual: dict[str, list[Any]] = defaultdict(list)
        late: list[Any] = []
        for extractor in EXTRACTORS:
            if not extractor.extra:
                continue
            if _STANDARD.fullmatch(extractor.regex) is not None:
                if not extractor.extra["short"]:
                    _file(extractor, exact, varied)
            elif extractor.regex.startswith(_NAME_FIRST):
                late.append(extractor)
            else:
                for name in extractor.strings:
                    self.unusual[_bare(name)].append(extractor)
        self.standard = {
            name: tuple(dict.fromkeys(exact.get(name) or varied[name]))
            for name in {*exact, *varied}
        }
        self.late = [one for one in late if _volume_comes_late(one)]
        names = {_bare(name) for one in self.late for name in one.strings}
        spaced = (
            r"\s{0,3}".join(map(re.escape, name)) for name in sorted(names, key=len, reverse=True)
        )
        self.late_name = re.compile(rf"(?<![a-zA-Z0-9])(?:{'|'.join(spaced)})\Z")


def _volume_comes_late(extractor: Any) -> bool:
    """Whether the expression is of a reporter whose volume follows: ``T.C. Memo. 1990-12``."""
    return (
        "(?P<volume>" in extractor.regex
        and not extractor.extra["short"]
        and _is_case(_editions(extractor))
    )


def _file(extractor: Any, exact: dict[str, list[Any]], varied: dict[str, list[Any]]) -> None:
    for name in extractor.strings:
        exact[_bare(name)] += extractor.extra["exact_editions"]
        varied[_bare(name)] += extractor.extra["variation_editions"]


@lru_cache(maxsize=1)
def _known() -> _Known:
    return _Known()


def _bare(name: str) -> str:
    return _SPACE.sub("", name)


def _editions(extractor: Any) -> tuple[Any, ...]:
    extra = extractor.extra
    return tuple(extra["exact_editions"] or extra["variation_editions"])


def _is_case(editions: Sequence[Any]) -> bool:
    return any(one.reporter.source == "reporters" for one in editions)


def _edition_name(editions: tuple[Any, ...], year: int | None) -> str | None:
    """Return the one edition's name, chosen by the year as eyecite chooses; `None` in doubt."""
    known = editions
    if len(known) > 1 and year is not None:
        known = tuple(one for one in known if one.includes_year(year))
    return str(known[0].short_name) if len(known) == 1 else None


def find_references(text: str) -> list[Reference]:
    """Return the citations of ``text`` by volume, reporter and page, in text order, without overlap."""
    known = _known()
    found: list[Reference] = []
    end = 0
    for volume in _VOLUME.finditer(text):
        if volume.start() < end:
            continue
        reference = _standard(text, volume, known) or _unusual(text, volume, known)
        if reference is not None:
            found.append(reference)
            end = reference.end
    found += _blank_volumes(text, known)
    found += _late_volumes(text, known)
    return _apart(found)


def _standard(text: str, volume: re.Match[str], known: _Known) -> Reference | None:
    named = _NAMED.match(text, volume.end())
    if named is None or volume[1][0] == "0":
        return None
    key = _bare(named["reporter"])
    editions = known.standard.get(key)
    if editions is None or not volume[1].isdecimal():
        return None
    page = named["page"]
    return Reference(
        start=volume.start(),
        end=named.end(),
        volume=volume[1],
        reporter=" ".join(named["reporter"].split()),
        key=key,
        page=page if page.isalnum() else None,
        editions=editions,
        short=named["at"] is not None,
        is_case=_is_case(editions),
    )


def _unusual(text: str, volume: re.Match[str], known: _Known) -> Reference | None:
    """Try the expressions of unusual shape whose reporter's name stands behind ``volume``."""
    ahead = _bare(text[volume.end() : volume.end() + _LONGEST_NAME])
    best = None
    for length in range(1, len(ahead) + 1):
        for extractor in known.unusual.get(ahead[:length], ()):
            reference = _by_expression(text, volume.start(), extractor)
            if reference is not None and (best is None or reference.end > best.end):
                best = reference
    return best


def _by_expression(text: str, start: int, extractor: Any) -> Reference | None:
    piece = text[start : start + _REACH]
    single, ends = _single_spaced(piece)
    matched = extractor.compiled_regex.match(" " + single)
    if matched is None or matched.start(1) != 1:
        return None
    groups = matched.groupdict()
    written = (groups.get("reporter") or "").strip()
    page = groups.get("page")
    editions = _editions(extractor)
    volume = groups.get("volume") or ""
    return Reference(
        start=start,
        end=start + ends(matched.end(1) - 1),
        volume=volume,
        reporter=written,
        key=_bare(written),
        page=page if page and page[0].isalnum() else None,
        editions=editions,
        short=bool(extractor.extra["short"]),
        is_case=_is_case(editions) and bool(volume),
        joined=None if matched[1].startswith(f"{volume} ") else matched[1],
    )


def _single_spaced(piece: str) -> tuple[str, Any]:
    """Return ``piece`` with white space single, and the way back for an end in it."""
    if not any(one.end() - one.start() > 1 or one[0] != " " for one in _SPACE.finditer(piece)):
        return piece, int
    kept: list[int] = []
    for at, character in enumerate(piece):
        if not (character.isspace() and at and piece[at - 1].isspace()):
            kept.append(at)
    return _SPACE.sub(" ", piece), lambda end: kept[end - 1] + 1


def _blank_volumes(text: str, known: _Known) -> list[Reference]:
    found = []
    for blank in _BLANK_VOLUME.finditer(text):
        key = _bare(blank["reporter"])
        found.append(
            Reference(
                start=blank.start(),
                end=blank.end(),
                volume="",
                reporter=" ".join(blank["reporter"].split()),
                key=key,
                page=None,
                editions=known.standard.get(key, ()),
                short=False,
                is_case=True,
            )
        )
    return found


def _late_volumes(text: str, known: _Known) -> list[Reference]:
    found = []
    for volume in _LATE_VOLUME.finditer(text):
        name = known.late_name.search(text, max(0, volume.start() - _LONGEST_NAME), volume.start())
        if name is not None:
            tried = (_by_expression(text, name.start(), extractor) for extractor in known.late)
            found += [one for one in tried if one is not None]
    return found


def _apart(found: list[Reference]) -> list[Reference]:
    """Return them in text order, the longer of two that overlap."""
    apart: list[Reference] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not apart or one.start >= apart[-1].end:
            apart.append(one)
    return apart
