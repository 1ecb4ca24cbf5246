"""How well the program's outline, voices and roles agree with those that a person wrote down.

Places are compared by the letters before them: cleaning takes page marks and markup away, no letter.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from indexer.records import CaseRecord, OpinionType, Section, SectionRole
from indexer.sections import split_sections
from indexer.voices import separate_voices
from tests.quality.outline_labels import Delivered, Head, Label, Speaker

_TAG: Final = re.compile(r"<[^>]*>|&#?\w{1,8};")
_NEEDLE: Final = (48, 24, 12)
"""Letters by which a place of the source is found again in the cleaned text."""
_FRONT: Final = frozenset({OpinionType.OTHER, OpinionType.SYLLABUS})
_TOP: Final = 8
"""Lines at the top of a section among which its heading stands."""


@dataclass(frozen=True, slots=True)
class Letters:
    """A text's letters, and where each stands."""

    text: str
    places: tuple[int, ...]

    def before(self, offset: int) -> int:
        """Return how many letters stand before ``offset``."""
        return bisect_right(self.places, offset - 1)


def letters_of(text: str, *, html: bool = False) -> Letters:
    """Return the letters of ``text``, those of its markup left out."""
    plain = _TAG.sub(lambda tag: " " * len(tag[0]), text) if html else text
    places = [i for i, character in enumerate(plain) if character.isalpha()]
    return Letters("".join(plain[i].casefold()[:1] for i in places), tuple(places))


class Mapping:
    """From offsets of the text as delivered to letters of the cleaned text."""

    def __init__(self, source: Letters, cleaned: Letters) -> None:
        self.source = source
        self.cleaned = cleaned

    def place(self, offset: int) -> int:
        """Return how many letters of the cleaned text stand before ``offset`` of the delivered one.

        Raises `ValueError` where the words there are no longer in the cleaned text.
        """
        at = self.source.before(offset)
        for length in _NEEDLE:
            needle = self.source.text[at : at + length]
            found = [m.start() for m in re.finditer(f"(?={re.escape(needle)})", self.cleaned.text)]
            if found:
                return min(found, key=lambda place: abs(place - at))
        raise ValueError(f"{self.source.text[at : at + _NEEDLE[0]]!r} is not in the cleaned text")


@dataclass(slots=True)
class Answer:
    """What the program says of one opinion; places count letters."""

    cleaned: Letters
    divided: bool
    """Whether the program looked for the voices itself."""
    headings: list[Head] = field(default_factory=list)
    voices: list[Speaker] = field(default_factory=list)
    roles: list[tuple[int, SectionRole]] = field(default_factory=list)
    """Where each section begins, and its role."""


def answer(record: CaseRecord) -> Answer:
    """Divide and split the one opinion of ``record`` as the build does."""
    (whole,) = record.opinions
    parts = separate_voices(record).opinions
    result = Answer(letters_of(whole.text), whole.header.type is OpinionType.COMBINED)
    start = 0
    for part in parts:
        header = part.header
        if header.type not in _FRONT:
            place = result.cleaned.before(start)
            result.voices.append(Speaker(place, header.type, header.author))
        for section in split_sections(part.text, opinion_type=header.type):
            _add_section(result, section, part.text, start)
        start += len(part.text)
    return result


def _add_section(result: Answer, section: Section, text: str, start: int) -> None:
    before = result.cleaned.before
    result.roles.append((before(start + section.span.start), section.role))
    if section.role is SectionRole.FOOTNOTES:
        return
    for offset, path in headings_of(section, text):
        result.headings.append(Head(before(start + offset), path))


def headings_of(section: Section, text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return place and path of the heading lines at the top of ``section``: its parents' too where they have no words."""
    lines: list[tuple[int, str]] = []
    offset = section.span.start
    for piece in section.span.of(text).splitlines(keepends=True):
        if piece.strip():
            lines.append((offset, piece.strip()))
        offset += len(piece)
        if len(lines) == _TOP:
            break
    own = next((i for i, (_, line) in enumerate(lines) if line == section.heading), None)
    if own is None:
        return []
    above = [(o, _path_to(line, section.path)) for o, line in lines[:own]]
    return [*above, (lines[own][0], section.path)]


def _path_to(line: str, path: tuple[str, ...]) -> tuple[str, ...]:
    depth = path.index(line) + 1 if line in path[:-1] else 0
    return path[:depth] or (line,)


@dataclass(slots=True)
class Tally:
    """Counts of one opinion or of many; shares are of what there is to find, or of what was found."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count ``other`` in."""
        self.counts += other.counts
        self.misses += other.misses

    def share(self, part: str, whole: str) -> float:
        """Return one count over another; 1 where there is nothing to count."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else 1.0

    def figures(self) -> dict[str, float]:
        """Return every figure of the report, shares rounded to three digits."""
        shares = {
            "heading_precision": self.share("headings_right", "headings_found"),
            "heading_recall": self.share("headings_right", "headings"),
            "line_precision": self.share("lines_right", "headings_found"),
            "line_recall": self.share("lines_right", "headings"),
            "voices": self.share("voices_right", "voices"),
            "voice_starts": self.share("starts_right", "starts"),
            "roles_by_characters": self.share("letters_right", "letters"),
            "roles_by_sections": self.share("sections_right", "sections"),
        }
        whole = ("opinions", "headings", "headings_found", "voices", "sections")
        counts = {f"n_{name}": float(self.counts[name]) for name in whole}
        return {name: round(value, 3) for name, value in shares.items()} | counts


def judge(label: Label, delivered: Delivered) -> Tally:
    """Compare what a person and the program say of one opinion."""
    said = answer(delivered.record)
    mapping = Mapping(letters_of(delivered.text, html=label.is_html), said.cleaned)
    tally = Tally(Counter(opinions=1))
    _judge_headings(label, said, mapping, tally)
    _judge_voices(label, said, mapping, tally)
    _judge_roles(label, said, mapping, tally)
    tally.misses = [f"{label.name}: {miss}" for miss in tally.misses]
    return tally


def judge_all(pairs: Iterable[tuple[Label, Delivered]]) -> dict[str, Tally]:
    """Return a tally for each half, and for each source in each half."""
    tallies: dict[str, Tally] = {}
    for label, delivered in pairs:
        one = judge(label, delivered)
        for name in (label.half, f"{label.half} {label.source}"):
            tallies.setdefault(name, Tally()).add(one)
    return tallies


def _plain(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(part.split()).strip(" .").casefold() for part in path)


def _judge_headings(label: Label, said: Answer, mapping: Mapping, tally: Tally) -> None:
    true = {mapping.place(head.start): head.path for head in label.headings}
    found = {head.start: head.path for head in said.headings}
    # `I` without words and the `A` below it differ by the letter between them.
    tally.counts.update(headings=len(true), headings_found=len(found))
    tally.counts["lines_right"] += len(true.keys() & found.keys())
    right = {s for s in true.keys() & found.keys() if _plain(true[s]) == _plain(found[s])}
    tally.counts["headings_right"] += len(right)
    for start in sorted((true.keys() | found.keys()) - right):
        tally.misses.append(f"heading at {start}: {true.get(start)}, found {found.get(start)}")


def _judge_voices(label: Label, said: Answer, mapping: Mapping, tally: Tally) -> None:
    true = [replace(voice, start=mapping.place(voice.start)) for voice in label.voices]
    tally.counts["voices"] += max(len(true), len(said.voices))
    left = list(said.voices)
    for voice in true:
        same = [one for one in left if one.type is voice.type and _same_author(voice, one)]
        best = min(same, key=lambda one: abs(one.start - voice.start), default=None)
        if best is None:
            tally.misses.append(f"voice {voice}, found {said.voices}")
            continue
        left.remove(best)
        tally.counts["voices_right"] += 1
        if said.divided:
            tally.counts.update(starts=1, starts_right=int(best.start == voice.start))
            if best.start != voice.start:
                tally.misses.append(f"voice begins at {voice.start}, found {best.start}")
    tally.misses += [f"voice too many: {one}" for one in left]


def _same_author(voice: Speaker, found: Speaker) -> bool:
    """Whether the label's surname is one of the words that the program gives for the author."""
    given = (found.author or "").casefold()
    if voice.author is None:
        return not given or "curiam" in given
    return voice.author.casefold() in re.findall(r"[\w'\u2019]+", given)


def _judge_roles(label: Label, said: Answer, mapping: Mapping, tally: Tally) -> None:
    end = len(said.cleaned.text)
    starts = [mapping.place(stretch.start) for stretch in label.sections]
    own = [*(start for start, _ in said.roles[1:]), end]
    for stretch, start, stop in zip(label.sections, starts, [*starts[1:], end], strict=True):
        shares: Counter[SectionRole] = Counter()
        for (begin, role), finish in zip(said.roles, own, strict=True):
            shares[role] += max(0, min(stop, finish) - max(start, begin))
        right = sum(shares[role] for role in stretch.roles)
        tally.counts.update(letters=shares.total(), letters_right=right)
        fits = shares.most_common(1)[0][0] in stretch.roles
        tally.counts.update(sections=1, sections_right=int(fits))
        if not fits:
            wanted = "/".join(sorted(stretch.roles))
            tally.misses.append(f"role at {start} to {stop}: {wanted}, found {dict(shares)}")
