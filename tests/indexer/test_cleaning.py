"""The one cleaning: what goes, what is mended, and that nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean_text

LAW = "42 U.S.C. § 1983; ¶ 12 — “Muñoz” v. Peña’s † note*1 ½ 5 ³ ‡ …"


def test_characters_that_carry_law_stay():
    assert clean_text(LAW) == LAW


@pytest.mark.parametrize(
    ("delivered", "cleaned"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\ufeffOpinion\ufeff of", "Opinion of"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("page one\x0cpage two", "page one\npage two"),
        ("one\u2028two\u2029three", "one\ntwo\n\nthree"),
        ("a\tb", "a\tb"),
        ("dual one\x97whether", "dual one—whether"),
        ("the officer\x92s \x93search\x94", "the officer’s “search”"),
        ("\x85and", "…and"),
        ("undefined \x81 in cp1252", "undefined  in cp1252"),
    ],
)
def test_table(delivered, cleaned):
    assert clean_text(delivered) == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"])))
def test_text_without_controls_is_untouched(text):
    if "\ufeff" not in text:
        assert clean_text(text) == text


@given(st.binary(min_size=1).map(lambda raw: raw.decode("cp1252", errors="ignore")))
def test_windows_text_read_as_latin_1_is_mended(text):
    """A text that a converter decoded as Latin-1 though it was Windows-1252 reads as it should."""
    misread = text.encode("cp1252").decode("latin-1")
    assert clean_text(misread) == clean_text(text)
