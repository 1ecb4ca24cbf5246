"""The numbers that pages bear, read off heads and feet that are written here."""

import pytest

from indexer.sources.pdf_numbers import page_numbers


def alternating(name: str, first: int, count: int) -> list[list[str]]:
    """Return the heads of facing pages: the number outside, left and right by turns."""
    return [
        [f"{number} {name}" if number % 2 == 0 else f"Cite as: 596 U. S. ____ (2022) {number}"]
        for number in range(first, first + count)
    ]


@pytest.mark.parametrize(
    ("furniture", "numbers"),
    [
        ([[], [], []], "1 2 3"),
        ([["-1-"], ["-2-"], ["-3-"]], "1 2 3"),
        ([[], ["2"], ["3"], []], "1 2 3 4"),
        ([["398"], ["399"], ["400"]], "398 399 400"),
        ([["Page 7 of 9"], ["Page 8 of 9"], ["Page 9 of 9"]], "7 8 9"),
        (
            [
                [f"Case 1:20-cv-01234 Filed 01/02/21 Page {at} of 40", f"{at - 1}"]
                for at in (2, 3, 4)
            ],
            "1 2 3",
        ),
        ([[f"Case 1:20-cv-01234 Filed 01/02/21 Page {at} of 40"] for at in (1, 2, 3)], "1 2 3"),
        (alternating("ROE v. WADE", 4, 5), "4 5 6 7 8"),
        (
            [[], *alternating("Syllabus", 2, 2), [], *alternating("Opinion", 2, 3)],
            "1 2 3 1 2 3 4",
        ),
        ([["2022"], ["2022"], ["2022"]], "1 2 3"),
        ([["1999 TERM"], ["2000 TERM"], ["17"]], "1999 2000 2001"),
    ],
)
def test_page_numbers(furniture, numbers):
    assert page_numbers(furniture) == numbers.split()
