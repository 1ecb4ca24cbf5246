"""Which heading stands under which."""

import pytest

from indexer.headings import find_headings
from indexer.lines import TextForm, read_lines, text_form
from indexer.outline import build_outline
from tests.indexer.texts import natural, stripped


def paths(text: str) -> list[str]:
    lines, form = read_lines(text), text_form(text)
    return [
        " > ".join(placed.path) for placed in build_outline(find_headings(lines, form), lines, form)
    ]


@pytest.mark.parametrize(
    ("lines", "outline"),
    [
        (
            ["-", "background", "-", "a.the police officers version", "-", "sample version", "-"],
            ["background", "background > a.the police officers version", "background > sample version"],
        ),
        (
            ["-", "i.facts", "-", "ii.discussion", "-", "a.search", "-", "b.arrest", "-", "iii.", "-"],
            ["i.facts", "ii.discussion", "ii.discussion > a.search", "ii.discussion > b.arrest", "iii."],
        ),
        (
            ["facts", "-", "standard of review", "-", "discussion", "-", "the search", "-", "conclusion", "-"],
            ["facts", "standard of review", "discussion", "discussion > the search", "conclusion"],
        ),
        (
            ["background", "factual background", "-", "procedural history", "-", "analysis", "-"],
            ["background", "background > factual background", "background > procedural history", "analysis"],
        ),
        (
            ["background", "-", "the plea", "-", "sufficiency of the evidence", "-", "conclusion", "-"],
            ["background", "background > the plea", "sufficiency of the evidence", "conclusion"],
        ),
        (
            ["-", "background", "-", "the district court decision", "-", "discussion", "-"],
            ["background", "background > the district court decision", "discussion"],
        ),
        (
            ["ii.discussion", "standard of review", "-", "merits of the claim", "-", "c.sentence", "-"],
            [
                "ii.discussion",
                "ii.discussion > standard of review",
                "ii.discussion > merits of the claim",
                "ii.discussion > c.sentence",
            ],
        ),
        (
            ["i.", "-", "ii.", "-", "compensatory damages", "-", "fees", "-", "conclusion", "-"],
            ["i.", "ii.", "ii. > compensatory damages", "ii. > fees", "conclusion"],
        ),
        (
            ["analysis", "a.search", "i.consent", "-", "ii.exigency", "-", "b.arrest", "-"],
            [
                "analysis",
                "analysis > a.search",
                "i.consent",
                "ii.exigency",
                "ii.exigency > b.arrest",
            ],
        ),
        (
            ["ii.analysis", "-", "a.search", "-", "i.consent", "-", "ii.exigency", "-", "b.arrest", "-", "iii.order", "-"],
            [
                "ii.analysis",
                "ii.analysis > a.search",
                "ii.analysis > a.search > i.consent",
                "ii.analysis > a.search > ii.exigency",
                "ii.analysis > b.arrest",
                "iii.order",
            ],
        ),
    ],
)  # fmt: skip
def test_outlines_of_the_stripped_form(lines: list[str], outline: list[str]) -> None:
    assert paths(stripped(*lines)) == outline


ANNOUNCING = (
    "we ask two things.first,we ask whether the search of the house was reasonable.second,we ask"
    " whether the arrest had a cause.\n"
)


def test_parts_that_a_section_announces_stand_under_it() -> None:
    text = "".join(
        [
            stripped("analysis", "jurisdiction", "-", "fourth amendment"),
            ANNOUNCING,
            stripped("reasonable search", "-", "cause of arrest", "-", "municipal liability", "-"),
        ]
    )
    assert paths(text)[1:] == [
        "analysis > jurisdiction",
        "analysis > fourth amendment",
        "analysis > fourth amendment > reasonable search",
        "analysis > fourth amendment > cause of arrest",
        "analysis > municipal liability",
    ]


def test_a_standard_of_review_announces_but_has_no_parts() -> None:
    text = "".join(
        [
            stripped("analysis", "standard of review"),
            ANNOUNCING,
            stripped("reasonable search", "-"),
        ]
    )
    assert paths(text)[-1] == "analysis > reasonable search"


@pytest.mark.parametrize(
    ("lines", "outline"),
    [
        (
            ["-", "I", "-", "II", "A", "-", "B", "-", "III", "-"],
            ["I", "II", "II > A", "II > B", "III"],
        ),
        (["-", "I", "-", "II-A", "-", "II-B", "-"], ["I", "II > A", "II > B"]),
        (["-", "I.", "-", "II.", "-", "Ill.", "-", "IV.", "-"], ["I.", "II.", "Ill.", "IV."]),
        (
            ["-", "I. Facts", "-", "II. Analysis", "A. Search", "1. Consent", "-", "2. Exigency", "-", "B. Arrest", "-"],
            [
                "I. Facts",
                "II. Analysis",
                "II. Analysis > A. Search",
                "II. Analysis > A. Search > 1. Consent",
                "II. Analysis > A. Search > 2. Exigency",
                "II. Analysis > B. Arrest",
            ],
        ),
        (
            ["BACKGROUND", "-", "DISCUSSION", "-", "Lost Profits", "-", "Legal Fees", "-", "CONCLUSION", "-"],
            ["BACKGROUND", "DISCUSSION", "DISCUSSION > Lost Profits", "DISCUSSION > Legal Fees", "CONCLUSION"],
        ),
        (
            ["OPINION", "-", "Background", "-", "Analysis", "-", "I. Search", "-", "II. Arrest", "-", "Conclusion", "-"],
            ["OPINION", "Background", "Analysis", "Analysis > I. Search", "Analysis > II. Arrest", "Conclusion"],
        ),
        (["-", "I.", "BACKGROUND", "-", "II.", "DISCUSSION", "-"], ["I.", "I. > BACKGROUND", "II.", "II. > DISCUSSION"]),
        (["-", "I", "-", "II", "-", "I", "-", "II", "-"], ["I", "II", "I", "II"]),
        (["-", "NOTES", "-", "I", "-", "II", "-"], ["NOTES"]),
        (["-", "I", "-", "H \u2014 I", "-", "m", "-", "IV", "-"], ["I", "H \u2014 I", "m", "IV"]),
        (["-", "II", "-", "III", "-"], ["II", "III"]),
        (["-", "I.", "-", "IL", "-", "A.", "-", "B.", "-", "IIL", "-"], ["I.", "IL", "IL > A.", "IL > B.", "IIL"]),
        (
            ["-", "FACTS", "-", "THE LEASE", "-", "THE DEPOSIT", "-", "CONCLUSION", "-"],
            ["FACTS", "THE LEASE", "THE DEPOSIT", "CONCLUSION"],
        ),
        (
            ["-", "FACTS", "-", "THE LEASE", "-", "DISCUSSION", "-", "CONCLUSION", "-"],
            ["FACTS", "FACTS > THE LEASE", "DISCUSSION", "CONCLUSION"],
        ),
        (
            ["-", "Findings of Fact", "-", "The Aircraft", "-", "Conclusions of Law", "-"],
            ["Findings of Fact", "Findings of Fact > The Aircraft", "Conclusions of Law"],
        ),
        (
            ["-", "I. Facts", "-", "II. Motion", "A. Legal Standard", "-", "III. Conclusion", "-"],
            ["I. Facts", "II. Motion", "II. Motion > A. Legal Standard", "III. Conclusion"],
        ),
        (
            ["-", "I. Facts", "-", "II. Motion", "Legal Standard", "-", "B. The Claim", "-", "III. Conclusion", "-"],
            ["I. Facts", "II. Motion", "II. Motion > Legal Standard", "II. Motion > B. The Claim", "III. Conclusion"],
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_outlines_of_natural_text(lines: list[str], outline: list[str], gap: str) -> None:
    assert paths(natural(*lines, gap=gap)) == outline


@pytest.mark.parametrize(
    "lines",
    [
        ["-", "I", "-"],
        ["-", "A", "-", "-"],
        ["-", "V", "-"],
        ["-", "1", "-", "2", "-", "3", "-"],
        ["-", "3. The Third", "-"],
        ["-", "m", "-", "n", "-"],
        ["-", "H \u2014 I", "-"],
    ],
)
def test_a_member_without_its_series_is_no_heading(lines: list[str]) -> None:
    assert paths(natural(*lines)) == []


def test_lone_numbers_that_run_on_across_headings_are_footnote_marks() -> None:
    marks = natural("-", "I", "A", "-", "1", "-", "2", "-", "B", "-", "3", "-", "II", "-")
    assert paths(marks) == ["I", "I > A", "I > B", "II"]
    heads = natural("-", "I", "A", "1", "-", "-", "2", "-", "-", "B", "-", "II", "-")
    assert paths(heads) == ["I", "I > A", "I > A > 1", "I > A > 2", "I > B", "II"]


def test_a_table_of_contents_is_no_outline() -> None:
    contents = ["I. Facts", "II. Standard of Review", "III. Search", "IV. Arrest", "V. Conclusion"]
    text = natural("-", *contents, "-", "I. Facts", "-", "II. Standard of Review", "-")
    assert paths(text) == ["I. Facts", "II. Standard of Review"]


def test_an_outline_has_a_depth_that_no_text_makes_grow() -> None:
    lines = read_lines(stripped(*["the claim", "a.search", "-"] * 40))
    placed = build_outline(find_headings(lines, TextForm.STRIPPED), lines, TextForm.STRIPPED)
    assert 1 < max(len(p.path) for p in placed) <= 8


def test_lone_numbers_that_count_on_under_the_next_heading_are_footnote_marks() -> None:
    two = ["-", "-", "-"]
    lines = ["-", "I", *two, "1", *two, "2", *two, "3", *two]
    assert paths(natural(*lines, "II", *two)) == ["I", "I > 1", "I > 2", "I > 3", "II"]
    assert paths(natural(*lines, "II", *two, "4", *two)) == ["I", "II"]
