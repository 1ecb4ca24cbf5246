"""What each part of an opinion does: said by its heading, else by its place and its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.open_levels import Placed
from indexer.records import OpinionType, SectionRole
from indexer.roles import (
    argues,
    disposes,
    is_caption,
    is_narrative,
    role_of_path,
    role_of_title,
    role_of_type,
    tells_a_story,
)

_R = SectionRole


@dataclass(frozen=True, slots=True)
class Part:
    """A section to be: where it starts, and what heads it."""

    start: int
    placed: Placed | None = None
    """None where the court wrote no heading."""
    role: SectionRole | None = None
    """Known from the place alone."""

    @property
    def path(self) -> tuple[str, ...]:
        """Headings from the outermost on; empty where there is none."""
        return self.placed.path if self.placed else ()

    @property
    def is_titled(self) -> bool:
        """Whether the document's own title (``OPINION``) heads it."""
        return self.placed is not None and self.placed.heading.is_document_title


BESIDE: Final = frozenset({_R.FOOTNOTES, _R.APPENDIX, _R.SYLLABUS, _R.CAPTION})
"""Roles of what stands beside an opinion's own words."""
_LONGEST_HEAD: Final = 1_500
"""Characters above the document's title that are the head of the report."""
_INTRODUCES: Final = 0.6
"""Share of the text that words before the first heading may be at the most to be an introduction."""
_HOLDS_ALL: Final = 0.5
"""Share of the text from which on a statement of facts or issues that argues is the court's reasons too."""
_TELLS_ALL: Final = 1_200
"""Characters from which on an introduction that narrates is the statement of facts, if there is no other."""


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is asked of all the parts of an opinion together."""

    said: Sequence[SectionRole | None]
    own: Sequence[int]
    """Which parts are the opinion's own words."""
    first: str | None
    """The outermost heading of the first headed part."""
    first_is_bare: bool
    """Whether nothing but its number heads that part."""
    opens_with_facts: bool
    """Whether the words above it tell what happened, and none below does."""
    total: int
    """Characters of the whole text."""


def assign_roles(
    parts: Sequence[Part], texts: Sequence[str], opinion_type: OpinionType
) -> list[SectionRole]:
    """Return the role of each part; ``texts`` are their words, in the same order."""
    by_type = role_of_type(opinion_type)
    if by_type is not None:
        return [by_type for _ in parts]
    whole = _whole(parts, texts)
    roles: list[SectionRole] = []
    for i, (part, text) in enumerate(zip(parts, texts, strict=True)):
        said = whole.said[i]
        if said is None and opinion_type is OpinionType.OTHER and _is_front(part, text):
            roles.append(_R.CAPTION)
        elif said is None and _leads_up(part, text, whole):
            roles.append(_R.FACTS if whole.opens_with_facts else _R.INTRODUCTION)
        else:
            roles.append(said or _role_by_words(i, part, text, whole))
    return roles


def _whole(parts: Sequence[Part], texts: Sequence[str]) -> _Whole:
    said = [part.role or _role_said(parts, i, texts) for i, part in enumerate(parts)]
    own = [i for i, role in enumerate(said) if role not in BESIDE]
    headed = [i for i, part in enumerate(parts) if part.placed and not part.is_titled]
    first = parts[headed[0]].path[0] if headed else None
    of_first = [texts[i] for i in headed if parts[i].path[0] == first]
    opening = texts[own[0]] if own and own[0] not in headed else ""
    return _Whole(
        said=said,
        own=own,
        first=first,
        first_is_bare=any(not p.placed.titles[0] for p in parts if p.placed and p.path[0] == first),
        opens_with_facts=len(opening) > _TELLS_ALL
        and not any(map(is_narrative, said))
        and tells_a_story(opening)
        and not tells_a_story("\n".join(of_first)),
        total=sum(map(len, texts)),
    )


def _role_said(parts: Sequence[Part], position: int, texts: Sequence[str]) -> SectionRole | None:
    """Return the role that the place or the heading says, or the nearest heading above it that says one."""
    part = parts[position]
    if part.placed is None:
        titled = position == 0 and len(parts) > 1 and parts[1].is_titled
        return _R.CAPTION if titled and len(texts[0]) <= _LONGEST_HEAD else None
    if part.is_titled and not any(p.placed and not p.is_titled for p in parts[:position]):
        return None
    role = role_of_path(part.placed.titles)
    if not is_narrative(role) and role is not _R.ISSUE:
        return role
    inherited = role_of_title(part.placed.titles[-1]) is None
    holds_all = len(texts[position]) > _HOLDS_ALL * sum(map(len, texts))
    return _R.ANALYSIS if (inherited or holds_all) and argues(texts[position]) else role


def _is_front(part: Part, text: str) -> bool:
    return part.placed is None and is_caption(text)


def _leads_up(part: Part, text: str, whole: _Whole) -> bool:
    """Whether these words under no heading, or under the document's title, lead up to the headed parts."""
    if part.placed is not None and (not part.is_titled or whole.first is None):
        return False
    return len(whole.own) > 1 and len(text) <= _INTRODUCES * whole.total


def _role_by_words(position: int, part: Part, text: str, whole: _Whole) -> SectionRole:
    """Where no heading tells: the first part may be the facts, a short last one the order."""
    if not text.strip():
        return _R.OTHER
    if whole.own[-1] == position and disposes(text):
        return _R.DISPOSITION
    in_first = part.placed is not None and part.path[0] == whole.first and len(whole.own) > 1
    return _R.FACTS if in_first and _is_of_facts(text, whole) else _R.ANALYSIS


def _is_of_facts(text: str, whole: _Whole) -> bool:
    """Whether words of the first headed part are: a number alone heads the facts unless they are told above it."""
    expected = whole.first_is_bare and not whole.opens_with_facts
    return tells_a_story(text) or (expected and not argues(text, times=2))
