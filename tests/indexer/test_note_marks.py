"""Marks: what may be one, and which label each belongs to."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.note_marks import Mark, Style, in_order, marks_in, match_marks
from tests.indexer.growth import grows_like_the_text

ALL = frozenset(str(number) for number in range(1, 100)) | {"*", "†"}


def marked(text: str, style: Style) -> list[str]:
    return [mark.label for mark in marks_in(text, style, ALL)]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (Style.RUN_IN, "the statute.3 It"),
        (Style.RUN_IN, "the “statute.”3\n\nIt"),
        (Style.RUN_IN, "the statute3 says"),
        (Style.RUN_IN, "(the statute)3 says"),
        (Style.RUN_IN, "it said so,3 and"),
        (Style.BRACKETED, "the statute.[3] It"),
        (Style.BRACKETED, "the statute [3] says"),
        (Style.RAISED, "the statute.³ It"),
        (Style.ALONE, "the court\n3\nheld"),
        (Style.SPACED, "the statute. 3 It"),
        (Style.SPACED, "the statute. 3\n\nIt"),
        (Style.BEHIND_NUMBER, "§ 1983.3 It"),
    ],
)
def test_a_mark_in_each_style(style: Style, text: str) -> None:
    assert marked(text, style) == ["3"]


@pytest.mark.parametrize(
    "text",
    ["see Part 3 and", "under § 3 it", "in F.3d 22", "No.3 is", "see p.3 of", "costs $3 now",
     "in 1983 it", "a 3.5 share", "U. S. 3 (1997)", "June 3, 1997", "said (3) that"],
)  # fmt: skip
def test_other_numbers_are_no_marks(text: str) -> None:
    found = [marked(text, style) for style in Style]
    assert found == [[]] * len(Style)


def test_stars_are_marks_where_words_end() -> None:
    assert marked("the Court.* It, the State† and *331 or * * * so", Style.RUN_IN) == ["*", "†"]


def test_a_mark_is_told_from_its_like_by_the_order_of_all() -> None:
    text = "One.1 Two.7 Three.2 Four.3 Five.9 Six.4"
    found = match_marks(text, [["1", "2", "3", "4"]], [])
    assert {label: text[at - 4 : at] for (_, label), at in found.items()} == {
        0: "One.", 1: "ree.", 2: "our.", 3: "Six.",
    }  # fmt: skip


def test_a_mark_that_may_stand_in_two_places_is_not_told() -> None:
    assert set(match_marks("One.1 Two.2 Again.2 Three.3", [["1", "2", "3"]], [])) == {
        (0, 0),
        (0, 2),
    }


def test_notes_of_another_writing_before_ones_own_are_left_alone() -> None:
    text = "One.1 Two.2"
    found = match_marks(text, [["1", "2", "3", "4"], ["1", "2"]], [])
    assert set(found) == {(1, 0), (1, 1)}


def test_two_writings_in_one_text_have_their_marks_in_turn() -> None:
    text = "One.1 Two.2 Three.3 I dissent.1 So.2"
    found = match_marks(text, [["1", "2", "3"], ["1", "2"]], [])
    assert found[1, 0] == text.index("1 So")
    assert len(found) == 5


def test_no_mark_is_looked_for_in_the_notes() -> None:
    text = "One.1 Two.2\n1 See Three.2"
    assert match_marks(text, [["1", "2"]], [(12, len(text))])[0, 1] == text.index("2\n")


def test_a_lone_likeness_to_one_of_many_labels_is_not_believed() -> None:
    assert match_marks("One.4", [[str(number) for number in range(1, 9)]], []) == {}


def test_another_style_fills_what_is_left_between_two() -> None:
    text = "One.1 Under § 1983.2 It is so.3"
    assert match_marks(text, [["1", "2", "3"]], [])[0, 1] == text.index("2 It")


def _longest(labels: list[str], marks: list[Mark]) -> int:
    """The length of a longest common subsequence, by its textbook definition."""
    table = [[0] * (len(marks) + 1) for _ in range(len(labels) + 1)]
    for i, j in itertools.product(range(len(labels)), range(len(marks))):
        table[i + 1][j + 1] = (
            table[i][j] + 1
            if labels[i] == marks[j].label
            else max(table[i][j + 1], table[i + 1][j])
        )
    return table[-1][-1]


@given(
    st.lists(st.sampled_from("1234"), max_size=12), st.lists(st.sampled_from("12345"), max_size=14)
)
def test_as_many_labels_as_can_be_are_matched_in_order(labels: list[str], given: list[str]) -> None:
    marks = [Mark(at, label) for at, label in enumerate(given)]
    found = in_order(labels, marks)
    assert len(found) == _longest(labels, marks)
    assert all(labels[place] == mark.label for place, mark in found)
    assert all(a[0] < b[0] and a[1].at < b[1].at for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("words", ["word.1 ", "word.[1] ", "word. 1 The ", "so.1 so.2 so.3 "])
def test_time_does_not_grow_faster_than_the_text(words: str) -> None:
    runs = [["1", "2", "3"]] * 9
    grows_like_the_text(lambda times: match_marks(words * times, runs, []), 1_000)
