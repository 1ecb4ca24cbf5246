"""An opinion's own words and its footnotes, laid beside each other again so that both tile the text."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.lines import Line
from indexer.note_labels import Note


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: a footnote, or as much of a part of the outline as no footnote parts."""

    start: int
    """Code-point offset; the next piece's, or the end of the text, is its end."""
    part: int
    """Position of the part in the outline; of a footnote: of the part it stands in."""
    note: Note | None = None


def own_lines(text: str, lines: Sequence[Line], notes: Sequence[Note]) -> list[Line]:
    """Return the lines that are neither footnotes nor nothing but a mark that points to one."""
    if not notes:
        return list(lines)
    marks = {text.rfind("\n", 0, at) + 1: note.label for note in notes if (at := note.noted_at)}
    kept = []
    following = iter(notes)
    note: Note | None = next(following)
    for line in lines:
        while note is not None and note.end <= line.start:
            note = next(following, None)
        within = note is not None and note.start <= line.start
        if not within and marks.get(line.start) != line.text:
            kept.append(line)
    return kept


def lay_out(text: str, starts: Sequence[int], notes: Sequence[Note]) -> list[Piece]:
    """Return the pieces of a text that is not empty, in order, the first at 0.

    ``starts`` are those of the outline's parts, the first 0. A part goes on behind a footnote that
    stands amid its words; white space belongs to what it follows.
    """
    edges = [Piece(start, part) for part, start in enumerate(starts)]
    edges += [Piece(note.start, -1, note) for note in notes]
    edges += [Piece(note.end, -1) for note in notes if note.end < len(text)]
    edges.sort(key=lambda piece: (piece.start, piece.note is not None, piece.part))
    ends = [piece.start for piece in edges[1:]] + [len(text)]
    pieces: list[Piece] = []
    part = 0
    for edge, end in zip(edges, ends, strict=True):
        part = max(part, edge.part)
        if edge.note is not None or text[edge.start : end].strip():
            pieces.append(Piece(edge.start if pieces else 0, part, edge.note))
    return pieces or [Piece(0, 0)]


def words_of_parts(text: str, pieces: Sequence[Piece], parts: int) -> list[str]:
    """Return the text of each part of the outline without the footnotes in it."""
    words: list[list[str]] = [[] for _ in range(parts)]
    ends = [piece.start for piece in pieces[1:]] + [len(text)]
    for piece, end in zip(pieces, ends, strict=True):
        if piece.note is None:
            words[piece.part].append(text[piece.start : end])
    return ["".join(stretches) for stretches in words]
