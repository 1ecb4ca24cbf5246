"""Which heading stands under which, in natural text."""

from collections.abc import Sequence
from typing import Final

from indexer.headings import Dress, Heading
from indexer.lines import Line
from indexer.numbering import Mark, Series
from indexer.open_levels import OpenLevel, OutlineBuilder
from indexer.records import SectionRole
from indexer.roles import is_matter_of_law, is_narrative, role_of_title

_ENDING: Final = frozenset(
    {SectionRole.DISPOSITION, SectionRole.APPENDIX, SectionRole.FOOTNOTES, SectionRole.SYLLABUS}
)

_INNER: Final = frozenset(
    {SectionRole.STANDARD_OF_REVIEW, SectionRole.JURISDICTION, SectionRole.ISSUE}
)
"""Roles of well-known parts that stand under other parts as often as beside them."""


class NaturalOutline(OutlineBuilder):
    """Enumerators are all there, so the outline follows them; words alone count for less."""

    def __init__(self, lines: Sequence[Line], headings: Sequence[Heading]) -> None:
        super().__init__(lines)
        self._last_discussion = max((h.line for h in headings if _discusses(h)), default=-1)
        """Line of the last heading that opens the court's reasons."""

    def _place_numbered(self, heading: Heading) -> bool:
        assert heading.enumerator is not None
        links = heading.enumerator.links
        mark, depth = self._locate(links[0][1], heading)
        if depth is None:
            return False
        if len(links) == 1:
            return self._put(depth, heading, mark)
        same = depth < len(self.open) and self.open[depth].mark == mark
        if not same:
            self.open[depth:] = [OpenLevel(heading, links[0][0], mark)]
        for level, (label, readings) in enumerate(links[1:], depth + 1):
            self.open[level:] = [OpenLevel(heading, label, readings[0])]
        return True

    def _locate(self, readings: tuple[Mark, ...], heading: Heading) -> tuple[Mark, int | None]:
        """Return the reading that fits best, and the level it opens: None where none fits."""
        assert heading.enumerator is not None
        chained = len(heading.enumerator.links) > 1
        again = [(d, e.mark) for d, e in enumerate(self.open) if chained and e.mark in readings]
        for depth, open_mark in again[-1:]:
            if open_mark is not None:
                return open_mark, depth
        most = 2 if heading.is_bare else 3
        found = [(self._step(mark, most), mark) for mark in readings]
        (step, depth), mark = min(found, key=lambda one: (*one[0], one[1].series))
        if step <= most:
            return mark, depth
        return readings[0], self._begin(readings[0], heading, chained=chained)

    def _step(self, mark: Mark, most: int) -> tuple[int, int]:
        """Return how far ``mark`` is from the open level it continues, and that level; beyond ``most`` there is none."""
        depth = self._find(mark, most)
        if depth is None:
            return most + 1, 0
        before = self.open[depth].mark
        return mark.value - (before.value if before else 0), depth

    def _begin(self, mark: Mark, heading: Heading, *, chained: bool) -> int | None:
        """Where a series begins (again), or None where it cannot."""
        if mark.value != 1 and not _may_begin_late(mark, heading, chained=chained):
            return None
        styles = [e.mark.style if e.mark else None for e in self.open]
        again = styles.index(mark.style) if mark.style in styles else None
        if mark.value > 1 and again is not None and heading.is_bare and not chained:
            return None
        if mark.series is Series.ROMAN:
            return self._roman_depth(heading) if again is None else again
        if again is not None and not self._is_adjacent(heading):
            return again
        if self.open and self.open[-1].heading.is_document_title:
            return 0
        if mark.value == 1:
            return len(self.open)
        if len(self.open) > 1 and self.open[-1].mark is None and self.open[-2].mark is not None:
            return len(self.open) - 1  # the first member's enumerator was lost
        smaller = (
            d for d, e in enumerate(self.open) if e.mark is not None and e.mark.series > mark.series
        )
        return next(smaller, len(self.open))

    def _roman_depth(self, heading: Heading) -> int:
        """Under an unnumbered main part, unless the numeral heads a main part itself."""
        if not self.open or self.open[0].mark is not None or self.open[0].heading.is_document_title:
            return 0
        if self._is_adjacent(heading) or self._role(0) is SectionRole.ANALYSIS:
            return 1
        holds = is_narrative(self._role(0)) and not heading.is_bare and not heading.is_well_known
        return 1 if holds else 0

    def _place_unnumbered(self, heading: Heading) -> bool:
        role = role_of_title(heading.title)
        if self._is_adjacent(heading) and self.open[-1].heading.is_bare:
            return self._put(len(self.open), heading)
        if not self.open or heading.is_document_title or role in _ENDING:
            return self._put(0, heading)
        if self._is_adjacent(heading) and self.open[-1].heading.dress is not heading.dress:
            return self._put(len(self.open), heading)
        sibling = self._like(heading)
        if sibling is not None:
            return self._put(sibling, heading)
        if self.open[0].heading.is_document_title:
            return self._put(0, heading)
        if self.open[0].mark is None and (
            heading.is_well_known or not self._may_hold(role) or self._stands_beside(heading)
        ):
            return self._put(0, heading)
        return self._put(len(self.open), heading)

    def _like(self, heading: Heading) -> int | None:
        """Return the deepest open unnumbered level of the same dress and rank."""
        top = self.open[0].heading
        if (
            heading.is_well_known
            and top.is_well_known
            and (top.enumerator, top.dress) == (None, heading.dress)
            and role_of_title(heading.title) not in _INNER
        ):
            return 0
        for depth in reversed(range(len(self.open))):
            other = self.open[depth].heading
            if (
                other.enumerator is None
                and other.dress is heading.dress
                and (depth > 0 or other.is_well_known == heading.is_well_known)
                and not other.is_document_title
            ):
                return depth
        return None

    def _may_hold(self, role: SectionRole | None) -> bool:
        own = self._role(0)
        return own is SectionRole.ANALYSIS or (is_narrative(own) and not is_matter_of_law(role))

    def _stands_beside(self, heading: Heading) -> bool:
        """Whether it is set like the facts' heading, and no discussion comes that would part them from the reasons."""
        return (
            is_narrative(self._role(0))
            and self.open[0].heading.dress is heading.dress is Dress.CAPITALS
            and self._last_discussion < heading.line
        )


def _discusses(heading: Heading) -> bool:
    return heading.is_well_known and role_of_title(heading.title) is SectionRole.ANALYSIS


def _may_begin_late(mark: Mark, heading: Heading, *, chained: bool) -> bool:
    """Whether a series may be met first at its second member: a scanner may have lost the first."""
    if mark.value != 2 or mark.wrapped or mark.series > Series.UPPER:
        return False
    if heading.text.rstrip(".") == "II":
        return True
    return chained or (not heading.is_bare and heading.dress is not Dress.PLAIN)
