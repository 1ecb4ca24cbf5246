"""Marks lifted out of a text: the words whole again, and nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.page_map import Lifted, lift_marks, restore
from indexer.star_pages import Reading, best_run, read_marks


def lift(text: str, first: int = 300) -> Lifted:
    return lift_marks(text, best_run(read_marks(text), first=first).marks)


LONG = "The question presented is whether the officer's conduct, taken as a whole, violated the"


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("power of *331 the Court", "power of the Court"),
        ("an injunction.[3]*331 The appeal", "an injunction.[3] The appeal"),
        ("is he not *331bound to pursue", "is he not bound to pursue"),
        ("in frank recogni*331tion of", "in frank recognition of"),
        ("in frank [*331] recognition", "in frank recognition"),
        ("the Government and the Govern-*331ment again", "the Government and the Government again"),
        (
            "a self-incrimination, self-*331incrimination",
            "a self-incrimination, self-incrimination",
        ),
        ("none of the Govern-*331merit’s business", "none of the Govern-merit’s business"),
        ("juris- *331 diction; jurisdiction", "jurisdiction; jurisdiction"),
        ("counsel.\n\n*331 MR. JUSTICE STONE", "counsel.\n\nMR. JUSTICE STONE"),
        (f"{LONG}\n\n*331\n\nConstitution of the", f"{LONG} Constitution of the"),
        ("conduct\n\n*331during or following", "conduct during or following"),
        ("It is so ordered.\n\n*331\n\nJUSTICE WHITE", "It is so ordered.\n\nJUSTICE WHITE"),
        (f"{LONG} bill.21\n\n*331The opinion", f"{LONG} bill.21\n\nThe opinion"),
        (f"{LONG.upper()}\n\n*331 Mr. Adams", f"{LONG.upper()}\n\nMr. Adams"),
        ("II\n\n*331The facts are", "II\n\nThe facts are"),
        ("*331Justice Rehnquist delivered", "Justice Rehnquist delivered"),
        ("the end *331", "the end "),
    ],
)
def test_words_are_whole_again(marked, words):
    lifted = lift(marked)
    assert lifted.text == words
    assert restore(lifted.text, lifted.edits) == marked


def test_a_page_begins_where_its_first_word_does():
    lifted = lift("one *331 two three*332fold\n\n*333 Four")
    assert [lifted.text[start:][:4] for start in lifted.starts] == ["two ", "fold", "Four"]


PIECE = st.text(alphabet="abC -.\n[3]“§", max_size=25)


@given(
    st.lists(PIECE, min_size=1, max_size=8),
    st.lists(st.sampled_from(["", " ", "\n\n"]), min_size=16, max_size=16),
)
def test_nothing_is_lost_wherever_the_marks_stand(pieces, spaces):
    text, marks = pieces[0], []
    for at, piece in enumerate(pieces[1:]):
        text += spaces[2 * at]
        number = f"*{331 + at}"
        marks.append(Reading(len(text), len(text) + len(number), 1, 331 + at))
        text += number + spaces[2 * at + 1] + piece

    lifted = lift_marks(text, marks)

    assert restore(lifted.text, lifted.edits) == text
    assert list(lifted.starts) == sorted(lifted.starts)
    assert all(0 <= start <= len(lifted.text) for start in lifted.starts)
    assert "*" not in lifted.text
    left = "".join(lifted.text.split()).replace("-", "")
    assert left == "".join("".join(pieces).split()).replace("-", "")
