"""Footnotes: found by their dress and their marks, bounded by the next; lists are not footnotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lines import read_lines
from indexer.note_labels import Note
from indexer.notes import find_notes
from tests.indexer.growth import grows_like_the_text
from tests.indexer.texts import PROSE, natural


def notes(text: str) -> tuple[Note, ...]:
    return find_notes(text, read_lines(text))


def read(text: str) -> list[tuple[str, str, str | None]]:
    """Label, words, and the words before the mark, of each note."""
    return [
        (n.label, text[n.start : n.end].strip(), _before(text, n.noted_at)) for n in notes(text)
    ]


def _before(text: str, at: int | None) -> str | None:
    return None if at is None else text[:at].split()[-1]


def test_named_footnotes() -> None:
    text = natural("He fled.1 He fell.2", "FOOTNOTES", "Footnote 1", "Tr. 4.", "Footnote 2", "Id.")
    assert read(text) == [
        ("1", "FOOTNOTES\n\nFootnote 1\n\nTr. 4.", "fled."),
        ("2", "Footnote 2\n\nId.", "fell."),
    ]
    assert [note.heading for note in notes(text)] == ["Footnote 1", "Footnote 2"]


def test_named_footnotes_in_brackets_and_marks_between_words() -> None:
    text = natural("He fled. 1 He fell. 2", "-", "[ Footnote 1 ] Tr. 4.", "[ Footnote 2 ] Id.")
    assert [(label, before) for label, _, before in read(text)] == [("1", "fled."), ("2", "fell.")]


def test_bracketed_footnotes_under_their_title() -> None:
    text = natural("Held.[*] So.[1] Yes.[1a]", "NOTES", "[*] No. 5.", "[1] Tr. 4.", "[1a] Id.", "-")
    found = read(text)
    assert [(label, before) for label, _, before in found] == [
        ("*", "Held."),
        ("1", "So."),
        ("1a", "Yes."),
    ]
    assert found[-1][1] == f"[1a] Id.\n\n{PROSE}"


def test_dotted_footnotes_and_marks_on_lines_of_their_own() -> None:
    text = "The court\n1\nheld so.\n2\nWe agree.\n1 . See Part 2.\nIt has more.\n2 .Id."
    assert read(text) == [
        ("1", "1 . See Part 2.\nIt has more.", "court"),
        ("2", "2 .Id.", "so."),
    ]


def test_paragraphs_behind_numbered_paragraphs() -> None:
    body = [line for n in range(1, 12) for line in (str(n), f"{PROSE}{n if n < 3 else ''}")]
    text = natural(*body, "1", "Tr. 4", "2", "Id.")
    first, second = notes(text)
    assert (text[first.start : first.end], first.label) == ("1\n\nTr. 4\n\n", "1")
    assert second.noted_at == text.index(f"{PROSE}2") + len(PROSE)


def test_paragraphs_that_a_number_leads_behind_lone_marks() -> None:
    text = "He fled\n1\nto Ohio,\n2\nand so on.\nAffirmed.\n1 City of Erie.\n2 49 U.S.C. § 1.\n11 U.S.C. § 2."
    assert read(text) == [
        ("1", "1 City of Erie.", "fled"),
        ("2", "2 49 U.S.C. § 1.\n11 U.S.C. § 2.", "Ohio,"),
    ]


def test_paragraphs_that_a_number_leads_behind_the_last_mark() -> None:
    text = natural("A.1 Ably.1 But.2 Cats.3", "Affirmed.", "1See a.", "2See b.", "3See c.")
    assert [(label, before) for label, _, before in read(text)] == [
        ("1", None),
        ("2", "But."),
        ("3", "Cats."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        natural("-", "1. The motion is granted.", "2. The complaint is dismissed.", "-"),
        natural("The rules are these:", "1", "Be fair.", "2", "Be brief.", "-"),
        natural("I", "-", "1", "-", "2", "-", "II", "-", "1", "-", "2", "-"),
        natural("He said:", "[1] It is so.", "[2] It is not.", "-"),
        natural("-", "28 U.S.C. § 1291 gives us the power.", "-"),
        natural("-", "179 . . . . 34 07", "180 . . . . 34 08"),
        natural("* * *", "-", "* * * The money of account."),
    ],
)
def test_lists_headings_and_quotations_are_not_footnotes(text: str) -> None:
    assert notes(text) == ()


def test_an_appendix_behind_footnotes_is_none_of_them() -> None:
    text = natural("He fled.1", "FOOTNOTES", "Footnote 1", "Tr. 4.", "APPENDIX", "-")
    assert read(text) == [("1", "FOOTNOTES\n\nFootnote 1\n\nTr. 4.", "fled.")]


def test_a_mark_behind_its_note_is_none() -> None:
    assert [n.noted_at for n in notes("NOTES\n\n[1] Tr. 4.\n\nAPPENDIX\n\nIt is so.[1]")] == [None]


LINES = st.sampled_from(
    ["1 . See a.", "2 . See b.", "[1] c", "[2] d", "NOTES", "Footnote 1", "Footnote 2", "3", "1", "2",
     "He fled.1 He fell.2", "Then.[1] Now.[2]", "1See e.", "2See f.", "* Sitting by designation.",
     "Before Ely,* Judge.", "APPENDIX", "", "I", "Words of the court."]
)  # fmt: skip


@given(st.lists(LINES, max_size=30), st.sampled_from(["\n", "\n\n"]))
def test_notes_are_in_order_apart_and_behind_their_marks(lines: list[str], gap: str) -> None:
    text = gap.join(lines)
    at = 0
    for note in notes(text):
        assert at <= note.start < note.end <= len(text)
        assert note.label in text[note.start : note.end]
        if note.noted_at is not None:
            assert note.noted_at < note.start
            assert text[note.noted_at :].lstrip("[").startswith(note.label)
        at = note.end


@pytest.mark.parametrize(
    "piece",
    [
        "1 . a\n",
        "word.1 ",
        "[1] a\n",
        "[*] a\n",
        "Footnote 1\n",
        "1\n",
        "1See a.1\n\n",
        "* A\n",
        "NOTES\n",
    ],
)
def test_time_does_not_grow_faster_than_the_text(piece: str) -> None:
    def work(times: int) -> None:
        text = f"He fled.1 He fell.*\n\n{piece * times}"
        find_notes(text, read_lines(text))

    grows_like_the_text(work, 1_000)
