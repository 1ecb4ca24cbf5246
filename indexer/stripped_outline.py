"""Which heading stands under which, in the stripped form."""

import re
from collections.abc import Sequence
from typing import Final

from indexer.headings import Heading
from indexer.lines import Line
from indexer.numbering import Mark, Series
from indexer.open_levels import OutlineBuilder
from indexer.records import SectionRole
from indexer.roles import is_matter_of_law, is_narrative, role_of_title

_NEVER_ANNOUNCE: Final = frozenset(
    {
        SectionRole.STANDARD_OF_REVIEW,
        SectionRole.JURISDICTION,
        SectionRole.FACTS,
        SectionRole.PROCEDURAL_HISTORY,
        SectionRole.INTRODUCTION,
        SectionRole.DISPOSITION,
    }
)
_ORDINAL: Final = re.compile(r"(?:the )?(?:first|second|third|fourth)(?:ly)?\b")
_NOT_TELLING_WORDS: Final = "the a an of to in and or for on by with whether claim issue analysis under as is was did that his her their at from"
_NOT_TELLING: Final = frozenset(_NOT_TELLING_WORDS.split())


class StrippedOutline(OutlineBuilder):
    """Enumerators are often lost, and the outline must come from words and neighbours too."""

    def __init__(self, lines: Sequence[Line]) -> None:
        super().__init__(lines)
        self._parts: dict[int, list[frozenset[str]]] = {}

    def _place_numbered(self, heading: Heading) -> bool:
        assert heading.enumerator is not None
        links = heading.enumerator.links
        outer = self._choose(links[0][1], heading)
        if outer is None:
            return False
        self._put(self._depth_of(outer, heading), heading, outer)
        return True

    def _choose(self, readings: tuple[Mark, ...], heading: Heading) -> Mark | None:
        """Return the reading that continues an open level, else the one that begins the outermost series."""
        letters = [mark for mark in readings if mark.series is Series.UPPER]
        for mark in letters:
            if len(readings) > 1 and self._find(mark, 1) is not None:
                return mark
        inner = [mark for mark in readings if mark.series is Series.LOWER_ROMAN]
        for mark in inner:
            open_inner = self._find(mark, 1) is not None
            if open_inner or (mark.value == 1 and self._may_begin_inner(heading)):
                return mark
        first = next(iter(readings))
        return first if first.value <= 12 else None

    def _may_begin_inner(self, heading: Heading) -> bool:
        """Whether an ``i.`` here is the first part of a lettered one, not of the opinion."""
        has_letter = any(e.mark is not None and e.mark.series is Series.UPPER for e in self.open)
        has_roman = any(e.mark is not None and e.mark.series is Series.ROMAN for e in self.open)
        return has_letter and has_roman and not heading.is_well_known

    def _depth_of(self, mark: Mark, heading: Heading) -> int:
        if mark.series is Series.ROMAN:
            return 0
        continued = self._find(mark, 4)
        if continued is not None:
            return continued
        if mark.series is Series.LOWER_ROMAN or self._is_adjacent(heading):
            return len(self.open)
        return min(1, len(self.open))

    def _place_unnumbered(self, heading: Heading) -> bool:
        role = role_of_title(heading.title)
        if not self.open:
            return self._put(0, heading)
        if self._is_adjacent(heading):
            return self._put(len(self.open), heading)
        if self._returns_to_top(heading, role):
            return self._put(0, heading)
        parent = self._announcer(heading)
        if parent is not None:
            return self._put(parent + 1, heading, announced=True)
        depth = len(self.open)
        while depth > 1 and self.open[depth - 1].announced:
            depth -= 1
        if depth == 1:
            return self._put(1 if self._may_hold(role) else 0, heading)
        return self._put(depth - 1, heading)

    def _returns_to_top(self, heading: Heading, role: SectionRole | None) -> bool:
        if self._under_facts():
            beside_facts = len(self.open) > 1 and is_narrative(self._role(len(self.open) - 1))
            return is_matter_of_law(role) or (
                heading.is_well_known and not (is_narrative(role) and beside_facts)
            )
        if self.open[0].heading.is_bare:
            return role is SectionRole.DISPOSITION
        inner = role in (
            SectionRole.STANDARD_OF_REVIEW,
            SectionRole.JURISDICTION,
            SectionRole.ISSUE,
        )
        return heading.is_well_known and not inner

    def _may_hold(self, role: SectionRole | None) -> bool:
        """Whether the one open part, which has words of its own, is of a kind that has parts."""
        own = self._role(0)
        if self.open[0].heading.is_bare:
            return True
        if own is SectionRole.ANALYSIS:
            return self.open[0].heading.is_well_known
        return own is SectionRole.FACTS and not is_matter_of_law(role)

    def _announcer(self, heading: Heading) -> int | None:
        """Return the innermost open section whose own words announce this heading as one of its parts."""
        for depth in reversed(range(1, len(self.open))):
            if self._role(depth) not in _NEVER_ANNOUNCE and self._announces(
                self.open[depth].heading, heading
            ):
                return depth
        return None

    def _announces(self, above: Heading, heading: Heading) -> bool:
        """Whether one paragraph above counts its parts (``first,we … . second,we …``), and this is one."""
        wanted = _stems(heading.title) - _stems(above.title)
        if above.line not in self._parts:
            self._parts[above.line] = self._count_parts(above)
        return bool(wanted) and any(wanted <= part for part in self._parts[above.line])

    def _count_parts(self, above: Heading) -> list[frozenset[str]]:
        """Return the words of each part that a section's own words count."""
        parts: list[frozenset[str]] = []
        for line in self.lines[above.line + 1 : self.followers.get(above.line, above.line + 1)]:
            sentences = re.split(r"[.?!;]\s*", line.text)
            counted = [_stems(s) for s in sentences if _ORDINAL.match(s)]
            parts.extend(counted if len(counted) > 1 else [])
        return parts


def _stems(words: str) -> frozenset[str]:
    return frozenset(
        w[:7] for w in re.findall(r"[a-z]+", words.lower()) if len(w) > 1 and w not in _NOT_TELLING
    )
