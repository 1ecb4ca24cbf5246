"""Whom a misread name stands for depends on who sat then."""

import pytest

from indexer.justices import JUSTICES, chief_justice, surname


@pytest.mark.parametrize(
    ("written", "date", "meant"),
    [
        ("HaelaN", "1896-03-02", "Harlan"),
        ("Haelax", "1884", "Harlan"),
        ("Bbennan", "1976-06-25", "Brennan"),
        ("Buackmun", "1975-06-16", "Blackmun"),
        ("Shirks", "1895-03-04", "Shiras"),
        ("Cllfeord", "1879-10", "Clifford"),
        ("Brand\u00e9is", "1927-01-03", "Brandeis"),
        ("Clark", "1918-01-07", "Clarke"),
        ("Clark", "1958-06-30", "Clark"),
        ("M\u2019KENNA", "1915-02-23", "McKenna"),
        ("McREYNOLDS", "1926-04-12", "McReynolds"),
        ("HABLAN", None, "Harlan"),
    ],
)
def test_a_misread_name_is_the_justice_s_who_sat_then(
    written: str, date: str | None, meant: str
) -> None:
    assert surname(written, justice=True, date=date) == meant


@pytest.mark.parametrize(
    ("written", "date"),
    [("House", "1936-03-02"), ("Kaufman", "1964-05-01"), ("Black", "1920-01-05")],
)
def test_a_name_that_is_like_no_sitting_justice_s_stays(written: str, date: str) -> None:
    assert surname(written, justice=True, date=date) == written


def test_other_judges_are_never_taken_for_justices() -> None:
    assert surname("HABLAN", date="1896-03-02") == "Hablan"


@pytest.mark.parametrize("date", ["", "19", "unknown"])
def test_without_a_year_anybody_may_have_sat(date: str) -> None:
    assert surname("HABLAN", justice=True, date=date) == "Harlan"


def test_nobody_sits_before_he_comes_and_every_chief_has_sat() -> None:
    assert all(first < last for terms in JUSTICES.values() for first, last in terms)
    assert all(
        any(first < year <= last + 1 for first, last in JUSTICES[str(chief_justice(str(year)))])
        for year in range(1802, 2024)
    )


def test_nine_sit_and_a_tenth_where_one_follows_another() -> None:
    for year in range(1870, 2024):
        sat = sum(first <= year <= last for terms in JUSTICES.values() for first, last in terms)
        assert 8 <= sat <= 12, year
