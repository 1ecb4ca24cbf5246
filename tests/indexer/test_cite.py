"""Citations as The Bluebook writes them; the expected ones are written by hand."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cite import page_range, pin_cite
from indexer.records import Case, OpinionHeader, OpinionType


@dataclass(frozen=True)
class Range:
    reporter: str
    first: str
    last: str


FLOYD = Case(
    id="f", name="Floyd v. City of Detroit", court_id="ca6", court="Court of Appeals for the Sixth Circuit",
    court_citation_string="6th Cir.", date_filed="2008", citations=("518 F.3d 398",),
)  # fmt: skip
GRAHAM = Case(
    id="g", name="Graham v. Connor", court_id="scotus", court_citation_string="U.S.", date_filed="1989-05-15",
    citations=("104 L. Ed. 2d 443", "109 S. Ct. 1865", "490 U.S. 386", "1989 U.S. LEXIS 2467"),
)  # fmt: skip
BABB = Case(
    id="b", name="Babb v. Wilkie", court_id="scotus", court_citation_string="U.S.",
    date_filed="2020-04-06", docket_number="18-882",
)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "pages", "cite"),
    [
        (FLOYD, [], "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)"),
        (FLOYD, [Range("518 F.3d", "407", "408")], "Floyd v. City of Detroit, 518 F.3d 398, 407-08 (6th Cir. 2008)"),
        (FLOYD, [Range("518 F.3d", "407", "")], "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)"),
        (FLOYD, [Range("999 F.3d", "1", "2")], "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)"),
        (GRAHAM, [Range("490 U.S.", "396", "397")], "Graham v. Connor, 490 U.S. 386, 396-97 (1989)"),
        (GRAHAM, [Range("109 S. Ct.", "1871", "1872")], "Graham v. Connor, 109 S. Ct. 1865, 1871-72 (1989)"),
        (BABB, [], "Babb v. Wilkie, No. 18-882 (U.S. Apr. 6, 2020)"),
        (replace(BABB, date_filed="2020-04"), [], "Babb v. Wilkie, No. 18-882 (U.S. Apr. 2020)"),
        (replace(BABB, date_filed="2020"), [], "Babb v. Wilkie, No. 18-882 (U.S. 2020)"),
        (replace(BABB, docket_number="No. 18-882"), [], "Babb v. Wilkie, No. 18-882 (U.S. Apr. 6, 2020)"),
        (
            replace(BABB, citations=("2020 WL 1668281",)),
            [],
            "Babb v. Wilkie, No. 18-882, 2020 WL 1668281 (U.S. Apr. 6, 2020)",
        ),
        (replace(FLOYD, date_filed=None), [], "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir.)"),
        (
            replace(FLOYD, court_citation_string=None),
            [],
            "Floyd v. City of Detroit, 518 F.3d 398 (Court of Appeals for the Sixth Circuit 2008)",
        ),
        (BABB, [Range("slip op.", "12", "12")], "Babb v. Wilkie, No. 18-882, slip op. at 12 (U.S. Apr. 6, 2020)"),
        (BABB, [Range("slip op.", "9", "12")], "Babb v. Wilkie, No. 18-882, slip op. at 9-12 (U.S. Apr. 6, 2020)"),
        (BABB, [Range("slip op.", "ii", "iv")], "Babb v. Wilkie, No. 18-882, slip op. at ii-iv (U.S. Apr. 6, 2020)"),
        (BABB, [Range("slip op.", "12", "")], "Babb v. Wilkie, No. 18-882 (U.S. Apr. 6, 2020)"),
        (
            replace(BABB, citations=("2020 WL 1668281",)),
            [Range("slip op.", "3", "4")],
            "Babb v. Wilkie, No. 18-882, 2020 WL 1668281, slip op. at 3-4 (U.S. Apr. 6, 2020)",
        ),
        (FLOYD, [Range("slip op.", "3", "4")], "Floyd v. City of Detroit, 518 F.3d 398 (6th Cir. 2008)"),
        (
            FLOYD,
            [Range("slip op.", "3", "4"), Range("518 F.3d", "400", "401")],
            "Floyd v. City of Detroit, 518 F.3d 398, 400-01 (6th Cir. 2008)",
        ),
        (Case(id="u", name="officer jason bailey…"), [], "officer jason bailey…"),
        (
            Case(id="c", name="People v. Cahan", court_id="cal", court_citation_string="Cal.",
                 date_filed="1955", citations=("44 Cal. 2d 434",)),
            [],
            "People v. Cahan, 44 Cal. 2d 434 (1955)",
        ),
    ],
)  # fmt: skip
def test_citations(case, pages, cite):
    assert pin_cite(case, pages) == cite


@pytest.mark.parametrize(
    ("kind", "author", "tail"),
    [
        (OpinionType.DISSENT, "Stevens", " (Stevens, J., dissenting)"),
        (OpinionType.CONCURRENCE, "MR. JUSTICE BLACK", " (Black, J., concurring)"),
        (OpinionType.CONCURRENCE_IN_PART, "Thomas", " (Thomas, J., concurring in part)"),
        (OpinionType.DISSENT, None, " (dissenting)"),
        (OpinionType.PLURALITY, "Alito", " (plurality opinion)"),
        (OpinionType.PER_CURIAM, "PER CURIAM", " (per curiam)"),
        (OpinionType.LEAD, "Rehnquist", ""),
        (OpinionType.COMBINED, None, ""),
    ],
)
def test_the_voice_of_a_separate_opinion(kind, author, tail):
    opinion = OpinionHeader(id="o", case_id="g", type=kind, author=author, source_sha256="0")
    assert pin_cite(GRAHAM, opinion=opinion) == f"Graham v. Connor, 490 U.S. 386 (1989){tail}"


@pytest.mark.parametrize(
    ("first", "last", "written"),
    [
        ("407", "407", "407"),
        ("407", "408", "407-08"),
        ("396", "397", "396-97"),
        ("5", "6", "5-6"),
        ("35", "36", "35-36"),
        ("98", "102", "98-102"),
        ("398", "402", "398-402"),
        ("1023", "1025", "1023-25"),
        ("1099", "1101", "1099-101"),
        ("1999", "2001", "1999-2001"),
        ("39", "4", "4, 39"),
        ("266", "266A", "266-266A"),
        ("xii", "xiv", "xii-xiv"),
    ],
)
def test_page_ranges_by_rule_3_2(first, last, written):
    assert page_range(first, last) == written


@given(st.integers(1, 99999), st.integers(1, 500))
def test_a_range_says_both_ends(first, length):
    """Filled up from the first page, the shortened last page is the last page again."""
    last = first + length
    start, short = page_range(str(first), str(last)).split("-")
    assert start == str(first)
    assert len(short) >= min(2, len(str(last)))
    assert int(str(last)[: len(str(last)) - len(short)] + short) == last
    if len(str(first)) == len(str(last)) > len(short):
        assert str(first).startswith(str(last)[: -len(short)])


@pytest.mark.parametrize(
    ("cited", "written"),
    [
        ("46 U.S. 504", "46 U.S. (5 How.) 504"),
        ("5 U.S. 137", "5 U.S. (1 Cranch) 137"),
        ("17 U.S. 316", "17 U.S. (4 Wheat.) 316"),
        ("2 U.S. 419", "2 U.S. (2 Dall.) 419"),
        ("32 U.S. 243", "32 U.S. (7 Pet.) 243"),
        ("67 U.S. 635", "67 U.S. (2 Black) 635"),
        ("83 U.S. 36", "83 U.S. (16 Wall.) 36"),
        ("90 U.S. 1", "90 U.S. (23 Wall.) 1"),
        ("91 U.S. 1", "91 U.S. 1"),
    ],
)
def test_early_volumes_name_their_reporter(cited, written):
    """Marbury, McCulloch, Chisholm, Barron, the Prize Cases, the Slaughter-House Cases."""
    case = Case(id="c", name="A v. B", court_id="scotus", date_filed="1850", citations=(cited,))
    series, _, page = cited.rpartition(" ")
    assert pin_cite(case) == f"A v. B, {written} (1850)"
    assert pin_cite(case, [Range(series, page, page)]) == f"A v. B, {written}, {page} (1850)"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ex Parte Quirin", "Ex parte Quirin"),
        ("In Re Gault", "In re Gault"),
        ("Morehead v. New York Ex Rel. Tipaldo", "Morehead v. New York ex rel. Tipaldo"),
        ("Mapp v. Ohio", "Mapp v. Ohio"),
        ("In Rem Inc. v. Expo", "In Rem Inc. v. Expo"),
        ("erie r co v tompkins", "Erie R Co v. Tompkins"),
        ("the tungus v. skovgaard", "The Tungus v. Skovgaard"),
        ("colorado nat bank of denver v bedford", "Colorado Nat Bank of Denver v. Bedford"),
        ("officer jason bailey", "officer jason bailey"),
    ],
)
def test_names_as_rule_10_2_writes_them(name, written):
    assert pin_cite(replace(GRAHAM, name=name)) == f"{written}, 490 U.S. 386 (1989)"
