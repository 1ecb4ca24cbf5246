"""Where citations are looked for: the marks of a text, by hand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citation_marks import Kind, find_marks


def marked(text: str) -> list[tuple[Kind, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find_marks(text)]


def test_marks_come_in_text_order():
    text = "Graham v. Connor, 490 U.S. 386. Id. at 390. See § 1983. Graham, supra, at 391. Ibid."
    assert marked(text) == [
        (Kind.REFERENCE, "490 U.S. 386"),
        (Kind.ID, "Id."),
        (Kind.OTHER, "§"),
        (Kind.SUPRA, "supra"),
        (Kind.ID, "Ibid."),
    ]


@pytest.mark.parametrize(
    "text",
    ["Id. at 5", "(id. at 5)", "“Id.”", "see id., at 5", "id.\nat 5", "ID. at 5", "Ibid.", "Id.—"],
)
def test_id_is_told_whatever_stands_around_it(text):
    assert [kind for kind, _ in marked(text)] == [Kind.ID]


@pytest.mark.parametrize(
    "text",
    [
        "did. So",
        "Idaho",
        "95 Id. 123",
        "idea",
        "valid.",
        "Madrid. It",
        "Supranational",
        "infrasupra",
    ],
)
def test_parts_of_words_are_no_marks(text):
    assert marked(text) == []


@pytest.mark.parametrize(
    "text",
    ["§ 1983", "Pub. L. 99-570", "U.S. Const. art. I", "Fed. R. Evid. 403", "Brief for Respondent 5", "Tr. of Oral Arg. 12",
     "App. to Pet. for Cert. 5a", "ante, at 5", "post, at 6", "(1998)", "(3d ed. 1976)", "(1994 ed.)", "J. A. 12", "Cong. Rec. 12"],
)  # fmt: skip
def test_what_is_no_case_is_marked_too(text):
    assert marked(text)[0][0] is Kind.OTHER


@given(st.text("Iid. §(1998)490U.S386supra,\n", max_size=150))
def test_marks_never_overlap(text):
    found = find_marks(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all((one.reference is not None) == (one.kind is Kind.REFERENCE) for one in found)
