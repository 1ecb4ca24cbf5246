"""The open levels of an outline while it is read line by line, and the rules that both forms of text share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.headings import Heading
from indexer.lines import Line
from indexer.numbering import Mark
from indexer.records import SectionRole
from indexer.roles import is_narrative, role_of_title

_MAX_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """A heading and its place."""

    heading: Heading
    path: tuple[str, ...]
    titles: tuple[str, ...]
    """The words along the path, enumerators left out."""


@dataclass(frozen=True, slots=True)
class OpenLevel:
    """One open level of the outline."""

    heading: Heading
    label: str
    """Its element of the path."""
    mark: Mark | None
    announced: bool = False
    """Whether the words of the section above announced it."""


class OutlineBuilder(ABC):
    """The open levels, outermost first, and the rules that both forms share."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.open: list[OpenLevel] = []
        self.last: Heading | None = None
        self.followers: dict[int, int] = {}
        """Line of a heading → line of the next."""

    def place(self, heading: Heading) -> Placed | None:
        """Put the next heading in its place, or refuse it."""
        if self.open and self._role(0) is SectionRole.FOOTNOTES:
            return None
        if self.last is not None:
            self.followers[self.last.line] = heading.line
        fits = (
            self._place_unnumbered(heading)
            if heading.enumerator is None
            else self._place_numbered(heading)
        )
        if not fits:
            return None
        self.last = heading
        return Placed(
            heading,
            tuple(entry.label for entry in self.open),
            tuple(entry.heading.title for entry in self.open),
        )

    @abstractmethod
    def _place_numbered(self, heading: Heading) -> bool:
        """Open the level of a heading with an enumerator; False where it cannot be one."""

    @abstractmethod
    def _place_unnumbered(self, heading: Heading) -> bool:
        """Open the level of a heading that only has words."""

    def _put(
        self, depth: int, heading: Heading, mark: Mark | None = None, *, announced: bool = False
    ) -> bool:
        """Close all levels from ``depth`` on, and open one there."""
        depth = min(depth, _MAX_DEPTH - 1)
        self.open[depth:] = [OpenLevel(heading, heading.text, mark, announced)]
        return True

    def _is_adjacent(self, heading: Heading) -> bool:
        return (
            self.last is not None
            and heading.line == self.last.line + 1
            and not self.last.is_document_title
            and bool(self.open)
        )

    def _find(self, mark: Mark, most: int) -> int | None:
        """Return the deepest open level that ``mark`` continues, at most ``most`` numbers after it."""
        for depth in reversed(range(len(self.open))):
            other = self.open[depth].mark
            if (
                other is not None
                and other.style == mark.style
                and 0 < mark.value - other.value <= most
            ):
                return depth
        return None

    def _role(self, depth: int) -> SectionRole | None:
        return role_of_title(self.open[depth].heading.title)

    def _under_facts(self) -> bool:
        return bool(self.open) and is_narrative(self._role(0))
