"""Captions as courts and publishers set them; what each says is read by hand."""

import pytest

from indexer.sources.caption import Caption, citations_in, read_caption
from indexer.sources.caption_name import one_line_name

RULE = """
          United States Court of Appeals
                      For the First Circuit
No. 09-1364
         JESSICA C. RULE, individually and on behalf of
                 all others similarly situated,
                      Plaintiff, Appellant,
                                v.
                 FORT DODGE ANIMAL HEALTH, INC.,
                      Defendant, Appellee.
          APPEAL FROM THE UNITED STATES DISTRICT COURT
                FOR THE DISTRICT OF MASSACHUSETTS
         [Hon. Douglas P. Woodlock, U.S. District Judge]
                              Before
                  Torruella, Boudin and Howard,
                         Circuit Judges.
                           June 2, 2010
"""
GRAHAM = """
490 U.S. 386 (1989)
GRAHAM
v.
CONNOR ET AL.
No. 87-6571.
Supreme Court of United States.
Argued February 21, 1989.
Decided May 15, 1989.
CERTIORARI TO THE UNITED STATES COURT OF APPEALS FOR THE FOURTH CIRCUIT.
"""
DISTRICT = """
UNITED STATES DISTRICT COURT
EASTERN DISTRICT OF MICHIGAN
SOUTHERN DIVISION
JANE DOE, )
Plaintiff, )
) Case No. 2:20-cv-01234-ABC
v. )
) Hon. Ann B. Clark
ACME CORP., et al., )
Defendants. )
OPINION AND ORDER GRANTING DEFENDANTS' MOTION TO DISMISS
"""
STATE = """
IN THE SUPREME COURT OF THE STATE OF OREGON
STATE OF OREGON, Respondent on Review, v. JOHN Q. SMITH, Petitioner on Review.
(CC 12345; CA A123456; SC S061234)
Argued and submitted May 3, 2014, decided June 12, 2015
"""
ORDINARY = """
The plaintiff filed this case on May 3, 1999 in the district court.
As in Smith v. Jones, 12 U.S. 34, 36 (1810), decided May 4, 1810, we affirm.
"""


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        (
            RULE,
            Caption(name="Jessica C. Rule v. Fort Dodge Animal Health, Inc.", court_id="ca1",
                    date_filed="2010-06-02", docket_number="09-1364"),
        ),
        (
            GRAHAM,
            Caption(name="Graham v. Connor", court_id="scotus", date_filed="1989-05-15",
                    docket_number="87-6571", citations=("490 U.S. 386",)),
        ),
        (
            DISTRICT,
            Caption(name="Jane Doe v. Acme Corp.", court_id="mied", docket_number="2:20-cv-01234-ABC"),
        ),
        (
            STATE,
            Caption(name="State of Oregon v. John Q. Smith", court_id="or", date_filed="2015-06-12"),
        ),
        (ORDINARY, Caption()),
        ("", Caption()),
    ],
)  # fmt: skip
def test_captions(text, caption):
    assert read_caption(text.splitlines()) == caption


def test_stamps_are_asked_last():
    stamps = ["Case 1:20-cv-01234-ABC Document 45 Filed 01/02/21 Page 1 of 9"]
    assert read_caption([], stamps) == Caption(
        docket_number="1:20-cv-01234-ABC", date_filed="2021-01-02"
    )
    assert read_caption(GRAHAM.splitlines(), stamps).docket_number == "87-6571"


def test_only_what_is_known_is_a_field():
    assert Caption().fields() == {}
    assert Caption(docket_number="1", citations=("1 U.S. 2",)).fields() == {
        "docket_number": "1",
        "citations": ["1 U.S. 2"],
    }


@pytest.mark.parametrize(
    ("line", "citations"),
    [
        ("490 U.S. 386, 109 S.Ct. 1865, 104 L.Ed.2d 443 (1989)", ("490 U.S. 386", "109 S. Ct. 1865", "104 L. Ed. 2d 443")),
        ("Cite as 518 F.3d 398 (6th Cir. 2008)", ("518 F.3d 398",)),
        ("Cite as: 596 U. S. ____ (2022)", ()),
        ("373 U.S. 83 (1963), holds that the State must disclose it.", ()),
        ("in 12 U.S. 34", ()),
    ],
)  # fmt: skip
def test_a_citation_fills_its_line(line, citations):
    assert citations_in([line]) == citations


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("GRAHAM v. CONNOR ET AL.", "Graham v. Connor"),
        ("Graham v. Connor", "Graham v. Connor"),
        ("United States of America, Appellee, v. David JACKSON, Defendant, Appellant", "United States of America v. David Jackson"),
        ("IN RE WINSHIP", "In Re Winship"),
        ("In the Matter of Samuel Winship", "In the Matter of Samuel Winship"),
        ("Ex parte Young", "Ex parte Young"),
        ("MCDONALD'S CORP. V. O'BRIEN", "McDonald's Corp. v. O'Brien"),
        ("Opinion of the Court", None),
        ("In re-reading the statute we see that it was filed in 1999", None),
        ("v.", None),
    ],
)  # fmt: skip
def test_names(line, name):
    assert one_line_name(line) == name
