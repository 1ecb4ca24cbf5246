"""Whose a run of footnotes is: told by marks in order, by the whole block, and by nothing less than sure."""

import pytest

from indexer.note_owners import NoteRun, Writing, owners, split_runs
from tests.indexer.growth import grows_like_the_text

SYLLABUS = Writing("Held: so.1 And so.2 And so.3", is_voice=False)


def words(*marks: str, own: str = "He said so") -> Writing:
    """A writing with these marks, each run in with a sentence."""
    return Writing(" ".join(f"{own}.{mark}" for mark in marks) if marks else f"{own}.")


def runs(*labels: str) -> list[NoteRun]:
    """``1-3`` and ``*``, each a run."""
    return [NoteRun(_labels(one), titled=False) for one in labels]


def _labels(one: str) -> tuple[str, ...]:
    first, dash, last = one.partition("-")
    return tuple(str(n) for n in range(int(first), int(last) + 1)) if dash else (one,)


TITLED = [*runs("1-3", "*"), NoteRun(("1", "2"), titled=True)]


def counted(first: int, last: int) -> list[str]:
    return [str(n) for n in range(first, last + 1)]


@pytest.mark.parametrize(
    ("labels", "titled", "expected"),
    [
        ("1 2 3 1 2", "", ["1 2 3", "1 2"]),
        ("* 1 2 * 1", "", ["*", "1 2", "*", "1"]),
        ("* † 1", "", ["* †", "1"]),
        ("* *", "", ["*", "*"]),
        ("1 2 3", "2", ["1", "2 3"]),
        ("1 1a 2 5", "", ["1 1a 2 5"]),
        ("2 2", "", ["2", "2"]),
    ],
)
def test_labels_are_divided_where_another_writing_may_begin(
    labels: str, titled: str, expected: list[str]
) -> None:
    found = split_runs(labels.split(), [label == titled for label in labels.split()])
    assert [" ".join(run.labels) for run in found] == expected
    assert [run.titled for run in found] == [titled != "" and one[0] == titled for one in expected]


def test_no_labels_make_no_runs_and_no_owners() -> None:
    assert split_runs([], []) == []
    assert owners([], [words(), words()]) == []


def test_runs_go_to_the_writings_that_point_to_them() -> None:
    writings = [SYLLABUS, words(*counted(1, 4)), words(), words("1", "2")]
    assert owners(runs("1-4", "1-2"), writings) == [1, 3]


def test_runs_of_equal_length_go_in_the_order_of_the_writings() -> None:
    writings = [words("1", "2"), words("1", "2"), words("1", "2")]
    assert owners(runs("1-2", "1-2", "1-2"), writings) == [0, 1, 2]


def test_the_last_keeps_a_run_that_several_may_have() -> None:
    assert owners(runs("1-2"), [words("1", "2"), words("1", "2")]) == [1]


def test_a_run_whose_marks_several_others_have_is_nobodys() -> None:
    assert owners(runs("1-2"), [words("1", "2"), words("1", "2"), words()]) == [None]


def test_the_last_keeps_its_only_run_where_no_text_has_marks() -> None:
    assert owners(runs("1-3"), [words(), words()]) == [1]
    assert owners(runs("1-30"), [words(), words()]) == [1]


def test_the_last_does_not_keep_a_run_of_which_it_has_few_marks() -> None:
    """A block in two parts: the lead's later notes stand before its earlier ones."""
    lead, last = words(*counted(1, 20)), words("2", "5")
    assert owners(runs("10-20", "1-9"), [lead, words(), last]) == [0, None]


def test_one_note_is_moved_if_it_has_its_mark_there_and_none_here() -> None:
    assert owners(runs("1"), [words("1"), words()]) == [0]
    assert owners(runs("1"), [words("1"), words("1")]) == [1]


def test_a_writing_that_has_marks_to_more_notes_is_not_that_of_a_shorter_run() -> None:
    assert owners(runs("1-2"), [words(*counted(1, 9)), words("1", "2")]) == [1]
    assert owners(runs("1-2"), [words(*counted(1, 9)), words()]) == [None]


def test_most_labels_must_have_marks() -> None:
    two_of_six = words("2", "5")
    assert owners(runs("1-6", "1-3"), [two_of_six, words("1", "2", "3")]) == [None, 1]
    four_of_six = words("1", "2", "4", "5")
    assert owners(runs("1-6", "1-3"), [four_of_six, words("1", "2", "3")]) == [0, 1]


def test_half_of_the_labels_are_enough_where_no_other_has_any() -> None:
    half = words("1", "3", "4", "8")
    assert owners(runs("1-8"), [half, words()]) == [0]


def test_the_order_settles_a_star_whose_mark_is_lost() -> None:
    writings = [words(*counted(1, 3)), words(), words("1", "2")]
    assert owners(TITLED, writings) == [0, 1, 2]
    assert owners(runs("1-3", "*", "1-2"), writings) == [0, None, 2]  # or of the last, as its first


def test_the_order_settles_nothing_where_two_are_left() -> None:
    writings = [words(*counted(1, 3)), words(), words(), words("1", "2")]
    assert owners(TITLED, writings) == [0, None, 3]


def test_the_order_gives_nothing_to_what_has_notes_of_its_own() -> None:
    full = Writing("He said so.", has_notes=True)
    writings = [words(*counted(1, 3)), full, words("1", "2")]
    assert owners(TITLED, writings) == [0, None, 2]


def test_a_star_stands_before_the_numbers_of_the_same_writing() -> None:
    writings = [words("*", "1", "2"), words("1")]
    assert owners(runs("*", "1-2", "1"), writings) == [0, 0, 1]


def test_a_note_before_all_is_nobodys_where_no_mark_points_to_it() -> None:
    assert owners(runs("*", "1-2", "1"), [words("1", "2"), words("1")]) == [None, 0, 1]


def test_numbers_that_go_on_may_be_of_the_same_writing() -> None:
    writings = [words(*counted(1, 9)), words("1", "2")]
    gap = [NoteRun(("1", "2", "3"), titled=False), NoteRun(("7", "8", "9"), titled=False)]
    assert owners([*gap, *runs("1-2")], writings) == [0, 0, 1]


def test_neither_a_syllabus_nor_what_has_notes_gets_any() -> None:
    full = Writing("He said so.1 And so.2 And so.3", has_notes=True)
    assert owners(runs("1-3"), [SYLLABUS, full, words()]) == [2]


@pytest.mark.parametrize("mark", ["[{}]", "{}", " {} He", "\n{}\n"])
def test_marks_of_any_style_tell(mark: str) -> None:
    lead = Writing(" ".join(f"He said so.{mark.format(n)}" for n in range(1, 6)) + " He went.")
    assert owners(runs("1-5"), [lead, words()]) == [0]


def test_time_grows_like_the_text() -> None:
    def work(times: int) -> object:
        lead = words(*(str(n % 40 + 1) for n in range(times)))
        return owners(runs("1-40", "1-3"), [lead, words("1", "2", "3")])

    grows_like_the_text(work, 3_000)
