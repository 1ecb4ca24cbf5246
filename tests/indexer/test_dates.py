"""Partial dates against the calendar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dates import date_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2005", (2005, None, None)),
        ("2005-05", (2005, 5, None)),
        ("2005-05-31", (2005, 5, 31)),
        ("1800-02-28", (1800, 2, 28)),
        ("2024-02-29", (2024, 2, 29)),
    ],
)
def test_dates_that_can_be(text, parts):
    assert date_parts(text) == parts


@pytest.mark.parametrize(
    "text", ["2024-13-45", "2023-02-29", "1900-02-29", "2024-00", "0000", "2024-04-31"]
)
def test_no_calendar_has_them(text):
    with pytest.raises(ValueError, match="impossible date"):
        date_parts(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "05",
        "2005-5",
        "2005/05/31",
        "31.05.2005",
        "2005-05-31T00:00",
        " 2005",
        "\uff12\uff10\uff10\uff15",
    ],
)
def test_not_iso(text):
    with pytest.raises(ValueError, match="not an ISO 8601 date"):
        date_parts(text)


@given(st.dates())
def test_every_day_is_read_back(day):
    assert date_parts(day.isoformat()) == (day.year, day.month, day.day)
