"""What may open a footnote, and the runs that labels make."""

import pytest

from indexer.lines import read_lines
from indexer.note_labels import (
    Dress,
    Source,
    is_note_title,
    label_lines,
    note_of,
    resumes,
    runs_of,
    title_above,
)


def labels(text: str, dress: Dress) -> list[str]:
    return [label.label for label in label_lines(read_lines(text), dress)]


def runs(text: str, dress: Dress) -> list[list[str]]:
    lines = read_lines(text)
    return [[one.label for one in run.labels] for run in runs_of(label_lines(lines, dress), lines)]


@pytest.mark.parametrize(
    ("dress", "line", "label"),
    [
        (Dress.NAMED, "Footnote 3", "3"),
        (Dress.NAMED, "[ Footnote 12 ] See ante.", "12"),
        (Dress.NAMED, "Footnote *", "*"),
        (Dress.BRACKETED, "[3] Ibid.", "3"),
        (Dress.BRACKETED, "[1a] Ibid.", "1a"),
        (Dress.BRACKETED, "[†] Ibid.", "†"),
        (Dress.DOTTED, "3 . Ibid.", "3"),
        (Dress.DOTTED, "3 .Ibid.", "3"),
        (Dress.STARRED, "* Sitting by designation.", "*"),
        (Dress.ALONE, "14", "14"),
        (Dress.LEADING, "3See the record.", "3"),
        (Dress.LOOSE, "24 49 U.S.C. § 60101 defines it.", "24"),
    ],
)
def test_each_dress_is_known_by_its_look(dress: Dress, line: str, label: str) -> None:
    assert labels(f"Words.\n\n{line}\n\nWords.", dress) == [label]


@pytest.mark.parametrize(
    ("dress", "line"),
    [
        (Dress.NAMED, "Footnote 3 of the opinion says otherwise."),
        (Dress.BRACKETED, "[1964] Crim. L. Rev. 166."),
        (Dress.BRACKETED, "[T]he court erred."),
        (Dress.DOTTED, "179 ............ 34 07"),
        (Dress.DOTTED, "3. Damages"),
        (Dress.STARRED, "* * * The money of account."),
        (Dress.ALONE, "1984 and after"),
        (Dress.ALONE, "1984"),
        (Dress.LEADING, "28 U.S.C. § 1291."),
        (Dress.LOOSE, "11 U. S. C. § 722."),
        (Dress.LOOSE, "413 F.2d at 1286."),
    ],
)
def test_what_only_looks_alike_is_no_label(dress: Dress, line: str) -> None:
    assert labels(f"Words.\n\n{line}\n\nWords.", dress) == []


def test_a_star_that_a_publisher_numbered_is_a_star() -> None:
    (label,) = label_lines(read_lines("Footnote 1\n\n* Shortly after the decision."), Dress.NAMED)
    assert (label.label, label.heading) == ("*", "Footnote 1")


def test_a_run_ends_where_counting_begins_again() -> None:
    assert runs("[*] a\n[1] b\n[2] c\n[5] d\n[1] e\n[2] f", Dress.BRACKETED) == [
        ["*", "1", "2", "5"],
        ["1", "2"],
    ]


def test_a_title_begins_a_run() -> None:
    lines = read_lines("NOTES\n[3] a\n[4] b\nNOTES\n[5] c")
    found = runs_of(label_lines(lines, Dress.BRACKETED), lines)
    assert [[one.label for one in run.labels] for run in found] == [["3", "4"], ["5"]]
    assert all(run.title is not None for run in found)


@pytest.mark.parametrize("stray", ["[1] a\n[9] b\n[2] c", "[1] a\n[2] b\n[64] c"])
def test_a_number_that_does_not_go_on_is_a_word_of_its_note(stray: str) -> None:
    assert runs(stray, Dress.BRACKETED) == [["1", "2"]]


def test_letters_stand_beside_their_number() -> None:
    assert runs("[1] a\n[1a] b\n[1b] c\n[2] d\n[2] e", Dress.BRACKETED) == [["1", "1a", "1b", "2"]]


@pytest.mark.parametrize("words", ["NOTES", "FOOTNOTES", "Footnotes", "Notes:", "ENDNOTES"])
def test_titles_of_footnotes(words: str) -> None:
    assert is_note_title(words)
    assert not is_note_title(f"{words} ON THE STATUTE")


def test_an_appendix_ends_footnotes() -> None:
    assert resumes("APPENDIX A")
    assert resumes("Appendix to opinion of Souter, J.")
    assert not resumes("Appendix 4. See also the record; it says so.")


def test_the_first_note_under_a_title_holds_it() -> None:
    text = "Words.\n\nNOTES\n\n[1] a\n\n[2] b"
    lines = read_lines(text)
    source = Source(text, lines)
    first, second = label_lines(lines, Dress.BRACKETED)
    title = title_above(lines, first.line)
    notes = [
        note_of(source, first, second.line, title=title),
        note_of(source, second, 4, title=title),
    ]
    assert [text[note.start : note.end] for note in notes] == ["NOTES\n\n[1] a\n\n", "[2] b"]
    assert [note.title for note in notes] == ["NOTES", "NOTES"]
