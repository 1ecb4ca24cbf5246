"""Enumerators of both forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lines import TextForm
from indexer.numbering import Series, parse_enumerator, roman_value

N, S = TextForm.NATURAL, TextForm.STRIPPED


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("i", 1), ("IV", 4), ("vi", 6), ("IX", 9), ("xiv", 14), ("XXXIX", 39)],
)
def test_roman_numerals(numeral: str, value: int) -> None:
    assert roman_value(numeral) == value


@pytest.mark.parametrize("text", ["", "iiii", "vx", "iix", "mix", "c", "xxxx", "vv"])
def test_not_roman(text: str) -> None:
    assert roman_value(text) is None


@given(st.integers(1, 39))
def test_every_roman_numeral_has_its_value(value: int) -> None:
    tens, ones = divmod(value, 10)
    numeral = "x" * tens + ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"][ones]
    assert roman_value(numeral) == value


@pytest.mark.parametrize(
    ("line", "form", "written", "title"),
    [
        ("II", N, "II", ""),
        ("II.", N, "II", ""),
        ("Ill.", N, "Ill", ""),
        ("II-A", N, "II-A", ""),
        ("III\u2013B", N, "III\u2013B", ""),
        ("A", N, "A", ""),
        ("12", N, "12", ""),
        ("Part II.", N, "II", ""),
        ("II. Discussion", N, "II", "Discussion"),
        ("3.Competitive Proximity", N, "3", "Competitive Proximity"),
        ("1) Standing", N, "1", "Standing"),
        ("(a) Standing", N, "(a)", "Standing"),
        ("IV CONCLUSION", N, "IV", "CONCLUSION"),
        ("iii.analysis", S, "iii", "analysis"),
        ("a.the police officers version", S, "a", "the police officers version"),
        ("ii.a.standing", S, "ii.a", "standing"),
        ("iv.", S, "iv", ""),
        ("ii", S, "ii", ""),
        ("ill.", S, "ill", ""),
    ],
)
def test_enumerators(line: str, form: TextForm, written: str, title: str) -> None:
    found = parse_enumerator(line, form)
    assert found is not None
    assert (found.written, found.title) == (written, title)


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("I think so", N),
        ("A search is unreasonable.", N),
        ("U.S. Supreme Court", N),
        ("J. D. Smith for the appellant", N),
        ("1983 was the year", N),
        ("(a", N),
        ("Section 2", N),
        ("0", N),
        ("u.s.attorney", S),
        ("id.at.", S),
        ("a search is unreasonable", S),
        ("qualified.standard of review", S),
    ],
)
def test_first_words_that_are_no_enumerators(line: str, form: TextForm) -> None:
    assert parse_enumerator(line, form) is None


def test_one_letter_may_be_a_numeral_or_a_letter() -> None:
    found = parse_enumerator("I", N)
    assert found is not None
    assert {mark.series: mark.value for mark in found.links[0][1]} == {
        Series.ROMAN: 1,
        Series.UPPER: 9,
    }


def test_a_chain_is_outermost_first() -> None:
    found = parse_enumerator("II-A-1", N)
    assert found is not None
    assert [text for text, _ in found.links] == ["II", "A", "1"]


@pytest.mark.parametrize("line", ["H \u2014 I", "I-H", "h-4 h-4 HH", "l \u2014 l", "HH", "n", "m"])
def test_what_scanners_make_of_a_numeral_may_be_the_second_or_the_third(line: str) -> None:
    found = parse_enumerator(line, TextForm.NATURAL)
    assert found is not None
    assert (found.written, found.title) == (line, "")
    assert {(mark.series, mark.value) for _, marks in found.links for mark in marks} == {
        (Series.ROMAN, 2),
        (Series.ROMAN, 3),
    }


@pytest.mark.parametrize("line", ["in", "In", "Hm", "m n", "t", "nothing", "Id."])
def test_short_words_are_no_misread_numerals(line: str) -> None:
    found = parse_enumerator(line, TextForm.NATURAL)
    marks = [mark for _, readings in found.links for mark in readings] if found else []
    assert not any(mark.series is Series.ROMAN for mark in marks)
