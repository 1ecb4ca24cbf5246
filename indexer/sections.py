"""Opinion text → sections: the outline's parts, tiling the text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.headings import find_headings
from indexer.lines import TextForm, read_lines, text_form
from indexer.open_levels import Placed
from indexer.outline import build_outline
from indexer.plausible import notes_begin
from indexer.records import OpinionType, Section, SectionRole, Span
from indexer.roles import (
    disposes,
    is_caption,
    role_of_path,
    role_of_type,
    tells_a_story,
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A section to be: where it starts, and what heads it."""

    start: int
    placed: Placed | None = None
    """None where the court wrote no heading."""
    role: SectionRole | None = None
    """Known from the place alone."""


_BESIDE: Final = frozenset(
    {SectionRole.FOOTNOTES, SectionRole.APPENDIX, SectionRole.SYLLABUS, SectionRole.CAPTION}
)
"""Roles of what stands beside an opinion's own words."""


_INTRODUCES: Final = 0.6
"""Share of the text that words before the first heading may be at the most to be an introduction."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a section stands among those that are the opinion's own words."""

    alone: bool
    last: bool
    in_first: bool
    """Whether it belongs to the first headed part."""
    total: int
    """Characters of the whole text."""


def split_sections(
    text: str, *, opinion_type: OpinionType = OpinionType.COMBINED
) -> tuple[Section, ...]:
    """Cut an opinion at its outline marks.

    The spans tile ``text`` without gap or overlap, white space included; an empty text has no
    section. A heading without words of its own that has parts belongs to the span of its first
    part. Time grows linearly with the text.
    """
    if not text:
        return ()
    parts = _find_parts(text)
    ends = [part.start for part in parts[1:]] + [len(text)]
    spans = [Span(part.start, end) for part, end in zip(parts, ends, strict=True)]
    roles = _assign_roles(parts, [span.of(text) for span in spans], opinion_type)
    headed = any(part.placed is not None for part in parts)
    described = zip(parts, spans, roles, strict=True)
    return tuple(_section(part, span, role, headed=headed) for part, span, role in described)


def _find_parts(text: str) -> list[_Part]:
    form = text_form(text)
    lines = read_lines(text)
    notes = notes_begin(lines) if form is TextForm.NATURAL else None
    body = lines if notes is None else lines[:notes]
    parts = _parts_of(build_outline(find_headings(body, form), body, form))
    if notes is not None:
        parts.append(_Part(lines[notes].start, role=SectionRole.FOOTNOTES))
    return parts or [_Part(0)]


def _parts_of(outline: Sequence[Placed]) -> list[_Part]:
    """Join headings without words to their first part; the first part begins with the text."""
    parts: list[_Part] = []
    if not outline or outline[0].heading.line > 0:
        parts.append(_Part(0))
    pending: int | None = None
    for i, placed in enumerate(outline):
        start = placed.heading.start if pending is None else pending
        following = outline[i + 1] if i + 1 < len(outline) else None
        if following is not None and _leads_to(placed, following):
            pending = start
            continue
        parts.append(_Part(start if parts else 0, placed))
        pending = None
    return parts


def _leads_to(placed: Placed, following: Placed) -> bool:
    """Whether a heading has no words of its own, and the next is its part (or it only names the document)."""
    if following.heading.line != placed.heading.line + 1:
        return False
    is_part = following.path[: len(placed.path)] == placed.path and len(following.path) > len(
        placed.path
    )
    return is_part or placed.heading.is_document_title


def _section(part: _Part, span: Span, role: SectionRole, *, headed: bool) -> Section:
    if part.placed is None:
        name = part.role or (SectionRole.INTRODUCTION if headed and role not in _BESIDE else role)
        return Section(heading=name.value, path=(name.value,), number=None, role=role, span=span)
    heading = part.placed.heading
    number = heading.enumerator.written if heading.enumerator else None
    return Section(heading=heading.text, path=part.placed.path, number=number, role=role, span=span)


def _assign_roles(
    parts: Sequence[_Part], texts: Sequence[str], opinion_type: OpinionType
) -> list[SectionRole]:
    by_type = role_of_type(opinion_type)
    if by_type is not None:
        return [by_type for _ in parts]
    said = [part.role or _role_said(part, i) for i, part in enumerate(parts)]
    own = [i for i, role in enumerate(said) if role not in _BESIDE]
    first = next((part.placed.path[0] for part in parts if part.placed is not None), None)
    total = sum(map(len, texts))
    roles: list[SectionRole] = []
    for i, (part, text) in enumerate(zip(parts, texts, strict=True)):
        role = said[i]
        if role is None or (own == [i] and role is SectionRole.INTRODUCTION):
            in_first = part.placed is not None and part.placed.path[0] == first
            role = _role_by_words(
                text, part, opinion_type, _Place(own == [i], own[-1] == i, in_first, total)
            )
        roles.append(role)
    return roles


def _role_said(part: _Part, position: int) -> SectionRole | None:
    """Return the role that the heading says, or the nearest heading above it that says one."""
    if part.placed is None:
        return None
    if part.placed.heading.is_document_title and position == 0:
        return SectionRole.INTRODUCTION
    return role_of_path(part.placed.titles)


def _role_by_words(text: str, part: _Part, opinion_type: OpinionType, place: _Place) -> SectionRole:
    """Where no heading tells: the first part may be the facts, a short last one the order."""
    if not text.strip():
        return SectionRole.OTHER
    if part.placed is None and opinion_type is OpinionType.OTHER and is_caption(text):
        return SectionRole.CAPTION
    if part.placed is None and not place.alone and len(text) <= _INTRODUCES * place.total:
        return SectionRole.INTRODUCTION
    if place.last and disposes(text):
        return SectionRole.DISPOSITION
    tells = place.in_first and not place.alone and tells_a_story(text)
    return SectionRole.FACTS if tells else SectionRole.ANALYSIS
