"""Captions below opinions: who, how it came, and nothing of the opinion's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.end_caption import end_caption
from indexer.lines import read_lines
from tests.indexer.texts import PROSE

ORDER = "The judgment is affirmed. It is so ordered."
CERTIORARI = "on writ of certiorari to the court of appeals of doe"
DATE = "[May 1, 2001]"


def below(*lines: str) -> int | None:
    return end_caption(read_lines("\n\n".join([PROSE, *lines])))


@pytest.mark.parametrize(
    "caption",
    [
        ["DOE, PETITIONER v. ROE", CERTIORARI, DATE],
        ["U.S. Supreme Court", "No. 96-976", "JOHN DOE AND MARY DOE, PETITIONERS v. ROE", CERTIORARI],
        ["Sotomayor, J., concurring", "572 U. S. ____ (2014)", "No. 12-9012", "DOE v. ROE", DATE],
        ["DOE, ATTORNEY GENERAL OF MISSOURI, PETITIONER", "02-1238 v.", "ROE LEAGUE et al.", "ROE COMPANY, PETITIONER", CERTIORARI],
        ["MICHIGAN v. DOE", "on petition for writ of certiorari to the court of appeals of michigan", "No. 09-91. Decided December 7, 2009"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [[ORDER], [PROSE, "Affirmed."], [PROSE]])
def test_a_caption_begins_after_the_last_words_of_the_opinion(
    before: list[str], caption: list[str]
) -> None:
    assert below(*before, *caption) == 1 + len(before)


@pytest.mark.parametrize(
    "lines",
    [
        ["DOE v. ROE"],
        [DATE],
        ["See Doe v. Roe, 1 U.S. 1.", DATE],
        ["IT IS SO ORDERED.", "Decided May 1, 2001"],
        ["DOE v. ROE", "The table that follows gives the rates.", "No. 12"],
        ["the cases are many, and they begin with", "DOE v. ROE", DATE],
        [],
    ],
)
def test_other_last_lines_are_no_caption(lines: list[str]) -> None:
    assert below(ORDER, *lines) is None


def test_a_caption_alone_stands_below_nothing() -> None:
    assert end_caption(read_lines(f"DOE v. ROE\n{CERTIORARI}\n{DATE}")) is None


@given(st.lists(st.sampled_from(["DOE v. ROE", CERTIORARI, DATE, ORDER, PROSE, "No. 12", "x"])))
def test_what_is_found_ends_the_text_and_stands_below_a_full_stop(blocks: list[str]) -> None:
    lines = read_lines("\n\n".join(blocks))
    found = end_caption(lines)
    if found is not None:
        assert 0 < found < len(lines)
        assert lines[found - 1].text[-1] in '.")]'
        assert not any(line.text in (ORDER, PROSE) for line in lines[found:])
