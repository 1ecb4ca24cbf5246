"""A case's name before its citation, against names as they stand in well known citations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citation_names import find_name

NAMES = [
    "Graham v. Connor",
    "United States v. Leon",
    "Brown v. Board of Ed. of Topeka",
    "Adarand Constructors, Inc. v. Pe\u00f1a",
    "Skidmore, Owings & Merrill v. Smith",
    "United States ex rel. Knauff v. Shaughnessy",
    "Florida Dept. of Revenue v. Piccadilly Cafeterias, Inc.",
    "Citizens to Preserve Overton Park, Inc. v. Volpe",
    "Committee for Public Ed. & Religious Liberty v. Nyquist",
    "Young v. American Mini Theatres, Inc.",
    "Morrison v. National Australia Bank Ltd.",
    "Myers v. Internat. Trust Co.",
    "Swann v. Charlotte-Mecklenburg Bd. of Ed.",
    "T. I. M. E., Inc. v. United States",
    "New Jersey v. T. L. O.",
    "44 Liquormart, Inc. v. Rhode Island",
    "In re Winship",
    "Ex parte Milligan",
    "Bd. of Trustees v. Garrett",
    "Doe ex rel. Doe v. Roe",
    "G.M.A.C. v. Bell (In re Bell)",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "before",
    ["", "See ", "See also ", "But see, e.g., ", "The officer fired. ", "as we held in ", "(quoting ", "; ", "1983). ",
     "the act of Congress. ", "In ", "Cf. ", "said “so.” ", "enacted in 1990, and "],
)  # fmt: skip
def test_a_name_begins_behind_what_leads_to_it(before, name):
    text = f"{before}{name}, 490 U.S. 386"
    found = find_name(text, text.index("490 U.S."), 0)
    assert found is not None
    assert (found.text, found.start, found.has_parties) == (name, len(before), True)


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Graham v. Connor (D. C.) ", "Graham v. Connor"),
        ("Graham v. Connor (1989) ", "Graham v. Connor"),
        ("Graham v. Connor, No. 87-6571, ", "Graham v. Connor"),
        ("Graham v.\nConnor,\n", "Graham v. Connor"),
        ("Graham v. [*388] Connor, ", "Graham v. Connor"),
        ("Graham v. Connor,\n\n", "Graham v. Connor"),
        ("Graham vs. Connor, ", "Graham vs. Connor"),
        ("See See v. City of Seattle, ", "See v. City of Seattle"),
        ("the Ninth Circuit. See Graham v Connor, ", "Graham v Connor"),
    ],
)
def test_what_stands_between_name_and_citation_is_left_out(before, name):
    found = find_name(before + "490 U.S. 386", len(before), 0)
    assert found is not None
    assert found.text == name


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("Graham, ", "Graham"),
        ("See Wong Sun, ", "Wong Sun"),
        ("Under Graham, ", "Graham"),
        ("In Graham, ", "Graham"),
    ],
)
def test_a_short_name_needs_its_comma(before, name):
    found = find_name(before + "490 U.S., at 396", len(before), 0)
    assert found is not None
    assert (found.text, found.has_parties) == (name, False)
    bare = before.replace(",", "")
    assert find_name(bare + "490 U.S., at 396", len(bare), 0) is None
    assert find_name(bare + "supra", len(bare), 0, loose=True) is not None


@pytest.mark.parametrize(
    "before", ["", "the rule of ", "See ", "it was so held, ", "in 1990, ", "(", "cert. denied, "]
)
def test_words_that_name_nobody_are_no_name(before):
    assert find_name(before + "490 U.S. 386", len(before), 0) is None


def test_a_name_does_not_reach_over_the_citation_before_it():
    text = "Graham v. Connor, 490 U.S. 386, 109 S.Ct. 1865"
    assert find_name(text, text.index("109"), text.index(", 109")) is None


@given(st.text("Av. ,()“”\n*1&inre;", max_size=120))
def test_a_name_is_made_of_the_words_where_it_begins(text):
    found = find_name(text, len(text), 0)
    if found is not None:
        first = found.text.split()[0]
        assert text.startswith(first, found.start)
        assert found.start + len(first) <= len(text)
