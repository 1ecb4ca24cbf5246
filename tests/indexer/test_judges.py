"""Judges as sources write them, and as a citation does."""

import pytest

from indexer.judges import cited_judge


@pytest.mark.parametrize(
    ("author", "cited"),
    [
        ("Stevens", "Stevens, J."),
        ("MR. JUSTICE BLACK", "Black, J."),
        ("Mr. Chief Justice Warren", "Warren, C.J."),
        ("SUTTON, Circuit Judge.", "Sutton, J."),
        ("RUTH BADER GINSBURG, Circuit Judge:", "Ginsburg, J."),
        ("McKEOWN, Circuit Judge:", "McKeown, J."),
        ("O’SCANNLAIN, Circuit Judge:", "O’Scannlain, J."),
        ("O'Connor", "O'Connor, J."),
        ("Thomas'", "Thomas, J."),
        ("Scalia's", "Scalia, J."),
        ("Cox, C.J.", "Cox, C.J."),
        ("BROWN, J.", "Brown, J."),
        ("Van Devanter", "Van Devanter, J."),
        ("PER CURIAM.", None),
        ("Justice", None),
    ],
)
def test_surname_and_office(author, cited):
    assert cited_judge(author) == cited


@pytest.mark.parametrize(
    ("author", "court_id", "date", "office"),
    [
        ("Rehnquist", "scotus", "1985-06-01", "J."),
        ("Rehnquist", "scotus", "1997-06-26", "C.J."),
        ("Rehnquist", "scotus", "1986", "J."),
        ("Roberts", "scotus", "2014", "C.J."),
        ("Roberts", "scotus", "1936-01-06", "J."),
        ("Roberts", "scotus", None, "J."),
        ("Roberts", "ca6", "2014", "J."),
    ],
)
def test_chief_justices_by_their_time(author, court_id, date, office):
    assert cited_judge(author, court_id=court_id, date=date) == f"{author}, {office}"
