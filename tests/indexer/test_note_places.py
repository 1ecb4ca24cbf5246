"""Parts and footnotes laid beside each other tile the text."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from indexer.lines import read_lines
from indexer.note_labels import Note
from indexer.note_places import Piece, lay_out, own_lines, words_of_parts


def note(start: int, end: int, at: int | None = None) -> Note:
    return Note(start=start, end=end, label="1", heading="1", title=None, noted_at=at)


def test_a_part_goes_on_behind_a_note() -> None:
    text = "aaaa 1bb cccc dddd"
    foot = note(5, 9)
    pieces = lay_out(text, [0, 14], [foot])
    assert pieces == [Piece(0, 0), Piece(5, 0, foot), Piece(9, 0), Piece(14, 1)]
    assert words_of_parts(text, pieces, 2) == ["aaaa cccc ", "dddd"]


def test_white_space_behind_a_note_belongs_to_it() -> None:
    foot = note(5, 8)
    assert lay_out("aaaa 1bb  \ndddd", [0, 11], [foot]) == [
        Piece(0, 0), Piece(5, 0, foot), Piece(11, 1),
    ]  # fmt: skip


def test_a_text_may_begin_with_a_note() -> None:
    foot = note(1, 4)
    assert lay_out(" 1bb aa", [0], [foot]) == [Piece(0, 0, foot), Piece(4, 0)]


def test_a_text_of_white_space_is_one_piece() -> None:
    assert lay_out(" \n", [0], []) == [Piece(0, 0)]


def test_lines_of_notes_and_of_nothing_but_their_marks_are_left_out() -> None:
    text = "The court\n 1\nheld so.\n2\n1 See a.\nMore."
    kept = own_lines(text, read_lines(text), [note(text.index("1 See"), len(text), at=11)])
    assert [line.text for line in kept] == ["The court", "held so.", "2"]


@given(st.data())
def test_pieces_tile_the_text_and_keep_every_note(data: st.DataObject) -> None:
    text = data.draw(st.text("ab \n", min_size=1, max_size=60))
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=12)))
    notes = [note(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    free = [i for i in range(len(text)) if not any(n.start <= i < n.end for n in notes)]
    more = data.draw(st.sets(st.sampled_from(free), max_size=4)) if free else set()
    starts = sorted({0, *more})
    pieces = lay_out(text, starts, notes)
    assert pieces[0].start == 0
    assert all(a.start < b.start for a, b in pairwise(pieces))
    assert [piece.note for piece in pieces if piece.note] == notes
    assert [piece.part for piece in pieces] == sorted(piece.part for piece in pieces)
