"""Judges out of one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources.people import names_in


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Torruella, Boudin and Howard", ("Torruella", "Boudin", "Howard")),
        ("Roberts, C.J., Kennedy, J.", ("Roberts, C.J.", "Kennedy, J.")),
        ("Selya & Lipez; Smith, Jr.", ("Selya", "Lipez", "Smith, Jr.")),
        ("Breyer, Chief Judge, Selya, Circuit Judge", ("Breyer, Chief Judge", "Selya, Circuit Judge")),
        ("Kennedy, Souter, and Thomas", ("Kennedy", "Souter", "Thomas")),
        ("O'Connor", ("O'Connor",)),
        ("Anderson, Anderson", ("Anderson",)),
        ("Selya,\n  and\tLipez", ("Selya", "Lipez")),
        ("", ()),
        (" , ;", ()),
    ],
)  # fmt: skip
def test_names(line, names):
    assert names_in(line) == names


@given(st.lists(st.from_regex(r"[A-Z][a-z]{3,9}ez", fullmatch=True), unique=True, max_size=9))
def test_as_many_names_as_there_are(names):
    assert names_in(", ".join(names)) == tuple(names)


def test_white_space_of_any_length_takes_no_time():
    assert names_in("Selya" + "\n" * 200_000 + "Lipez") == ("Selya Lipez",)
