"""Opinion text → sections: the outline's parts, tiling the text."""

from collections.abc import Sequence

from indexer.end_caption import end_caption
from indexer.headings import find_headings
from indexer.lines import TextForm, read_lines, text_form
from indexer.note_labels import Note
from indexer.note_places import lay_out, own_lines, words_of_parts
from indexer.notes import find_notes
from indexer.open_levels import Placed
from indexer.outline import build_outline
from indexer.records import OpinionType, Section, SectionRole, Span
from indexer.section_roles import BESIDE, Part, assign_roles


def split_sections(
    text: str, *, opinion_type: OpinionType = OpinionType.COMBINED
) -> tuple[Section, ...]:
    """Cut an opinion at its outline marks.

    The spans tile ``text`` without gap or overlap, white space included; an empty text has no
    section. A heading without words of its own that has parts belongs to the span of its first
    part. Each footnote is a section; where one stands amid a section's words, that goes on behind
    it under the same heading. Time grows linearly with the text.
    """
    if not text:
        return ()
    parts, notes = _find_parts(text)
    pieces = lay_out(text, [part.start for part in parts], notes)
    ends = [piece.start for piece in pieces[1:]] + [len(text)]
    roles = assign_roles(parts, words_of_parts(text, pieces, len(parts)), opinion_type)
    headed = any(part.placed is not None for part in parts)
    return tuple(
        _section(parts[piece.part], Span(piece.start, end), roles[piece.part], headed=headed)
        if piece.note is None
        else _footnote(piece.note, Span(piece.start, end))
        for piece, end in zip(pieces, ends, strict=True)
    )


def _find_parts(text: str) -> tuple[list[Part], Sequence[Note]]:
    """Return the parts of the opinion's own words, the first at 0, and its footnotes."""
    form = text_form(text)
    lines = read_lines(text)
    notes = find_notes(text, lines) if form is TextForm.NATURAL else ()
    body = own_lines(text, lines, notes)
    below = end_caption(body) if form is TextForm.NATURAL else None
    caption = body[below].start if below is not None else len(text)
    body = body[:below]
    parts = _parts_of(build_outline(find_headings(body, form), body, form))
    if below is not None:
        parts = parts or [Part(0)]
        parts.append(Part(caption, role=SectionRole.CAPTION))
    return parts or [Part(0)], notes


def _parts_of(outline: Sequence[Placed]) -> list[Part]:
    """Join headings without words to their first part; the first part begins with the text."""
    parts: list[Part] = []
    if not outline or outline[0].heading.line > 0:
        parts.append(Part(0))
    pending: int | None = None
    for i, placed in enumerate(outline):
        start = placed.heading.start if pending is None else pending
        following = outline[i + 1] if i + 1 < len(outline) else None
        if following is not None and _leads_to(placed, following):
            pending = start
            continue
        parts.append(Part(start if parts else 0, placed))
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


def _section(part: Part, span: Span, role: SectionRole, *, headed: bool) -> Section:
    if part.placed is None:
        name = part.role or (SectionRole.INTRODUCTION if headed and role not in BESIDE else role)
        return Section(heading=name.value, path=(name.value,), number=None, role=role, span=span)
    heading = part.placed.heading
    number = heading.enumerator.written if heading.enumerator else None
    return Section(heading=heading.text, path=part.placed.path, number=number, role=role, span=span)


def _footnote(note: Note, span: Span) -> Section:
    role = SectionRole.FOOTNOTES
    return Section(
        heading=note.heading,
        path=(note.title or role.value, note.label),
        number=note.label,
        role=role,
        span=span,
        noted_at=note.noted_at,
    )
