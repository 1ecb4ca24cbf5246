"""Citations by volume, reporter and page: eyecite's own reading is the judge."""

from itertools import pairwise
from typing import Any

import pytest
from eyecite import get_citations
from eyecite.models import FullCaseCitation, ShortCaseCitation
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.citation_reporters import find_references

WRITTEN = [
    "490 U.S. 386",
    "490 U. S. 386",
    "109 S.Ct. 1865",
    "104 L.Ed.2d 443",
    "104 L. Ed. 2d 443",
    "518 F.3d 398",
    "27 F. Supp. 2d 12",
    "12 F. Cas. 3",
    "54 Cal. 2d 846",
    "54 Cal.App.4th 846",
    "120 N. Y. S. 2d 5",
    "12 Wall. 457",
    "3 Cranch 5",
    "46 B.R. 91",
    "24 I & N Dec. 602",
    "293 A.D.2d 739",
    "160 So. 2d 12",
    "5 Mass. App. Ct. 12",
    "2009 WL 1234567",
    "55 Ark. 510",
    "37 Mont. 264",
    "914 S.W.2d 602",
    "28 Misc. 3d 12",
    "90 Harv. L. Rev. 123",
    "100 Stat. 3207",
]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_reporter_is_read_as_eyecite_reads_it(written):
    text = f"See {written} (1990)."
    [mine] = find_references(text)
    theirs: Any
    [theirs] = get_citations(text)
    assert text[mine.start : mine.end] == theirs.matched_text() == written
    assert mine.is_case == isinstance(theirs, FullCaseCitation)
    if mine.is_case:
        assert mine.citation(1990) == theirs.corrected_citation()


@pytest.mark.parametrize(
    "written", ["490 U.S. at 396", "490 U. S., at 396", "54 Cal. 2d at p. 846", "518 F.3d, at 401"]
)
def test_a_short_form_gives_the_page_cited(written):
    [mine] = find_references(f"See {written}.")
    [theirs] = get_citations(f"See {written}.")
    assert isinstance(theirs, ShortCaseCitation)
    assert mine.short
    assert (mine.volume, mine.page) == (theirs.groups["volume"], theirs.groups["page"])


@pytest.mark.parametrize("gap", ["\n", "  ", "\n  "])
def test_white_space_in_a_citation_changes_nothing(gap):
    text = f"490{gap}U.S.{gap}386."
    [mine] = find_references(text)
    assert (mine.citation(None), text[mine.start : mine.end]) == ("490 U.S. 386", text[:-1])


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("556 U. S. ____ (2009)", None),
        ("___ U.S. ___", None),
        ("5 U.S. (1 Cranch) 137", "5 U.S. 137"),
        ("2015-Ohio-1234", "2015-Ohio-1234"),
        ("T. C. Memo. 1990-123", "T.C. Memo. 1990-123"),
    ],
)
def test_unusual_shapes(text, citation):
    [mine] = find_references(text)
    assert mine.is_case
    assert mine.citation(None) == citation


@pytest.mark.parametrize(
    "text", ["", "1990", "12 Members 5", "a490 U.S. 386b", "490 U.S.", "U.S. 386", "0 U.S. 1"]
)
def test_no_citation_is_made_up(text):
    assert find_references(text) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*WRITTEN, "the", "(1990);", "490", "U.S.", ","]), max_size=12).map(
        " ; ".join
    )
)
def test_they_come_in_order_and_apart(text):
    found = find_references(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[one.start : one.end].startswith(one.volume) for one in found)
