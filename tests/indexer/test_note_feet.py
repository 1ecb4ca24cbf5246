"""Footnotes amid the text: at the feet of pages, and stars that stand alone."""

from indexer.lines import read_lines
from indexer.note_feet import notes_at_feet, starred_notes
from indexer.note_labels import Source
from tests.indexer.texts import natural


def source(text: str) -> Source:
    return Source(text, read_lines(text))


def feet(text: str) -> list[str]:
    return [text[note.start : note.end].strip() for note in notes_at_feet(source(text))]


def test_each_note_ends_where_the_page_does() -> None:
    text = natural(
        "He fled.1 The affidavit, dated",
        "1At the hearing.",
        "July 30, was read.2 He denied",
        "2The statute provides:",
        '"No one may flee."',
        "all of it.",
    )
    assert feet(text) == ["1At the hearing.", '2The statute provides:\n\n"No one may flee."']


def test_notes_of_one_page_follow_one_another() -> None:
    text = natural(
        "He fled.1 He fell.2 The", "1At the hearing.", "It was long.", "2Ibid.", "court held"
    )
    assert feet(text) == ["1At the hearing.\n\nIt was long.", "2Ibid."]


def test_a_mark_must_stand_before_its_note_and_near() -> None:
    assert feet(natural("1At the hearing he fled.1", "-", "2Then he fell.2", "-")) == []
    far = natural("He fled.1", *(["-"] * 60), "1At the hearing.", "-")
    assert feet(far) == []


def test_one_paragraph_alone_must_be_glued_to_its_number() -> None:
    assert feet(natural("He fled.1 He", "1See the record.", "fell.")) == ["1See the record."]
    assert feet(natural("He fled.1 He", "1 See the record.", "fell.")) == []


def test_a_judge_who_sits_by_designation() -> None:
    text = (
        "Before Ely,\n*\nCircuit Judge.\nMr. Hill, for Roe.\n* Hon. A. Ely, sitting by designation."
    )
    (note,) = starred_notes(source(text), ())
    assert text[note.start :] == "* Hon. A. Ely, sitting by designation."
    assert note.noted_at == text.index("*")


def test_a_star_that_nothing_points_to_is_no_note() -> None:
    assert starred_notes(source("Before Ely, Circuit Judge.\n* Hon. A. Ely."), ()) == ()
    assert starred_notes(source("* A list\n* Of things"), ()) == ()
