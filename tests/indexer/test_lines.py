"""Lines, and the form of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lines import TextForm, read_lines, text_form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("the court held.we affirm.\n", TextForm.STRIPPED),
        ("iii.analysis \njurisdiction \nas a matter of law,we affirm.", TextForm.STRIPPED),
        ("The court held. We affirm.", TextForm.NATURAL),
        ("I\n\nthe rest is in lower case, but for one letter", TextForm.NATURAL),
        ("", TextForm.NATURAL),
        ("1234 § 5", TextForm.NATURAL),
    ],
)
def test_form_of_a_text(text: str, form: TextForm) -> None:
    assert text_form(text) is form


@given(st.text(alphabet="ab \n\t.", max_size=60))
def test_lines_are_where_they_say(text: str) -> None:
    lines = read_lines(text)
    assert [line.text for line in lines] == [s.strip() for s in text.split("\n") if s.strip()]
    for line in lines:
        assert text[line.start :].lstrip().startswith(line.text)
        assert line.start == 0 or text[line.start - 1] == "\n"


def test_where_blank_lines_part_paragraphs_a_line_in_a_paragraph_is_not_alone() -> None:
    text = "First.\n\nOne line\nof two.\n\nLast.\n\nEnd."
    assert [(line.text, line.alone) for line in read_lines(text)] == [
        ("First.", True),
        ("One line", False),
        ("of two.", False),
        ("Last.", True),
        ("End.", True),
    ]


def test_where_newlines_part_paragraphs_every_line_is_alone() -> None:
    assert all(line.alone for line in read_lines("One.\nTwo.\nThree.\nFour."))
