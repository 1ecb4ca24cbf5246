"""How far a mark is believed; judged by where the same words stand in a text with labelled notes."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.page_reach import UNKNOWN_PAGE, believed, page_number
from indexer.records import PageMark

PAGE = "word " * 400
CLOSINGS = [
    "The judgment is\n\nAffirmed.",
    "It is so ordered.\n\nMr. Justice Rehnquist took no part in the consideration of this case.",
    "Accordingly, I respectfully dissent from the judgment in No. 95-345.",
    "I would affirm the judgment below.",
]


def mark(page: str, start: int) -> PageMark:
    return PageMark(reporter="1 U.S.", page=page, start=start)


def page_at(marks: Sequence[PageMark], offset: int) -> str:
    return [one.page for one in marks if one.start <= offset][-1]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_notes_behind_the_last_words_are_on_no_known_page(closing):
    body = f"{PAGE}\n\n{closing}"
    text = f"{body}\n\nSee the other case.\n\nAnd this note runs on to the next."
    found = believed(text, [mark("5", 0)], 2000, notes_labelled=False)
    assert page_at(found, len(body) - 2) == "5"
    assert page_at(found, text.index("See the")) == UNKNOWN_PAGE
    assert believed(text, [mark("5", 0)], 2000, notes_labelled=True) == [mark("5", 0)]


def test_a_mark_in_a_note_holds_to_the_end_of_that_note_or_to_the_next_page():
    notes = ["first note", "second runs", "on. End", "third", "fourth runs", "on. End", "fifth"]
    text = f"{PAGE}\n\nAffirmed.\n\n" + "\n\n".join(notes)
    torn, again = text.index("on. End"), text.rindex("on. End")
    near = believed(
        text, [mark("9", 0), mark("4", torn), mark("5", again)], 2000, notes_labelled=False
    )
    far = believed(
        text, [mark("9", 0), mark("4", torn), mark("7", again)], 2000, notes_labelled=False
    )
    for found in (near, far):
        assert page_at(found, text.index("first note")) == UNKNOWN_PAGE
        assert page_at(found, torn + 5) == "4"
        assert page_at(found, text.index("fifth")) == UNKNOWN_PAGE
    assert page_at(near, text.index("third")) == "4"
    assert page_at(far, text.index("third")) == UNKNOWN_PAGE


def test_without_last_words_a_mark_before_notes_holds_for_its_paragraph():
    text = "so it goes on\n\nA note.\n\nIts rest"
    found = believed(text, [mark("9", 3), mark("4", text.index("Its"))], 2000, notes_labelled=False)
    assert page_at(found, 10) == "9"
    assert page_at(found, text.index("A note")) == UNKNOWN_PAGE


def test_figures_of_a_label():
    assert [page_number(one) for one in ("331", "266A", "", "xii")] == [331, 266, -1, -1]


@given(
    st.text(alphabet="ab. \n", max_size=300),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), max_size=8),
    st.booleans(),
)
def test_a_page_is_that_of_the_mark_before_or_unknown(text, places, labelled):
    marks = sorted(
        (mark(str(page), min(at, len(text))) for page, at in places), key=lambda m: m.start
    )
    found = believed(text, marks, 50, notes_labelled=labelled)
    assert [one.start for one in found] == sorted(one.start for one in found)
    for offset in range(len(text)):
        before = [one.page for one in marks if one.start <= offset]
        now = [one.page for one in found if one.start <= offset]
        assert (now[-1:] or [""])[0] in {before[-1] if before else "", UNKNOWN_PAGE}
