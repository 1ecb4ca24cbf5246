"""Pin cites and parentheticals, after rules 3.2, 5.2 and 10.6 of the Bluebook."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.citation_tails import read_brackets, read_pin, slip_pin
from indexer.records import Span


@pytest.mark.parametrize(
    ("behind", "pin"),
    [
        (", 396 (1989)", "396"),
        (", 396-97 (1989)", "396-97"),
        (", 396–97.", "396–97"),
        (", at 396.", "396"),
        (" at 396, 398-99, 400 (1989)", "396, 398-99, 400"),
        (", 396 & n.10 (1989)", "396 & n.10"),
        (", 396, and n. 10.", "396, and n. 10"),
        (", 396 n.10;", "396 n.10"),
        (" at *5 (D. Mass.)", "*5"),
        (" at ¶ 12.", "¶ 12"),
        (",\n396 (1989)", "396"),
        (", 396, 109 S.Ct. 1865 (1989)", "396"),
        (", 109 S.Ct. 1865 (1989)", None),
        (" (1989)", None),
        (", held that 12 men", None),
        (", 12 men", None),
        (", ____ (2009) (slip op., at 5)", None),
    ],
)
def test_a_pin_ends_where_the_next_citation_begins(behind, pin):
    text = "490 U.S. 386" + behind
    found = read_pin(text, 12)
    assert found.text == pin
    if pin is not None:
        assert " ".join(text[12 : found.end].split()).endswith(pin)


EXPLAINING = [
    "holding that the Fourth Amendment governs",
    "noting split (collecting cases)",
    "“The calculus of reasonableness must embody allowance.”",
    "school desegregation",
    "rejecting the argument of Justice's counsel",
    "discussing § 1983",
    "finding that parents were citizens",
]
NOT_EXPLAINING = [
    "1989",
    "2d Cir. 1989",
    "CA9 1989",
    "D. Mass. Jan. 5, 2009",
    "en banc",
    "per curiam",
    "plurality opinion",
    "mem.",
    "Stevens, J., dissenting",
    "STEVENS, J., concurring in judgment",
    "Roberts, C. J., concurring in part and dissenting in part",
    "opinion of Powell, J.",
    "joint opinion of O'Connor, Kennedy, and Souter, JJ.",
    "citations omitted",
    "internal quotation marks omitted",
    "internal quotation marks and citations omitted",
    "citation and footnote omitted",
    "emphasis added",
    "emphasis in original",
    "original emphasis",
    "alteration in original",
    "brackets in original",
    "cleaned up",
    "quoting Terry v. Ohio, 392 U.S. 1, 27 (1968)",
    "citing Terry v. Ohio, 392 U.S. 1, 27 (1968)",
    "hereinafter Graham I",
    "“Graham I”",
    "slip op., at 5",
    "5-4 decision",
    "dictum",
    "same",
    "No. 08-1234",
    "unpublished",
]


@pytest.mark.parametrize("words", EXPLAINING)
def test_a_parenthetical_that_explains_is_found_behind_others(words):
    text = f"396 (1989) (en banc) ({words}). Next"
    found = read_brackets(text, 3)
    assert found.explanatory is not None
    assert found.explanatory.of(text) == words
    assert text[found.end :] == ". Next"


@pytest.mark.parametrize("words", NOT_EXPLAINING)
def test_the_weight_and_the_state_of_a_quotation_explain_nothing(words):
    text = f"396 ({words}). Next"
    found = read_brackets(text, 3)
    assert found.explanatory is None
    assert text[found.end :] == ". Next"


@pytest.mark.parametrize(
    ("words", "quotes"),
    [
        ("quoting Terry v. Ohio, 392 U.S. 1 (1968)", True),
        ("internal quotation marks omitted", True),
        ("emphasis added", True),
        ("cleaned up", True),
        ("“the calculus of reasonableness”", True),
        ("citing Terry v. Ohio, 392 U.S. 1 (1968)", False),
        ("holding that force is judged", False),
        ("en banc", False),
    ],
)
def test_brackets_tell_that_words_are_quoted(words, quotes):
    assert read_brackets(f"396 ({words})", 3).quotes is quotes


@pytest.mark.parametrize(
    ("behind", "year"),
    [
        (" (1989)", 1989),
        (" (2d Cir. 1974)", 1974),
        (" (Feb. 2, 1811) (x)", 1811),
        (" (CA9)", None),
        ("", None),
    ],
)
def test_the_year_is_that_of_the_date(behind, year):
    assert read_brackets("396" + behind, 3).year == year


def test_one_bracket_that_quotes_is_enough():
    found = read_brackets("396 (“the calculus of reasonableness”) (Stevens, J., dissenting)", 3)
    assert found.quotes
    assert found.explanatory is not None


def test_a_bracket_left_open_is_no_parenthetical():
    found = read_brackets("396 (holding that (as it were", 3)
    assert (found.explanatory, found.end) == (None, 3)


def test_slip_pages_are_told_from_those_of_the_reporter():
    text = "556 U. S. ____ (2009) (slip op., at 5)"
    assert slip_pin(text, 14, len(text)) == "slip op., at 5"
    assert slip_pin("490 U.S. 386 (1989)", 12, 19) is None


@given(st.text("()[]“” ,.0123456789abc\n", max_size=80), st.integers(0, 80))
def test_nothing_is_read_past_the_end(text, at):
    at = min(at, len(text))
    assert at <= read_pin(text, at).end <= len(text)
    found = read_brackets(text, at)
    assert at <= found.end <= len(text)
    assert found.explanatory is None or found.explanatory.end < found.end
    assert found.explanatory is None or isinstance(found.explanatory, Span)
