import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.analysis import exact_words, query_terms
from service.question import Question, without_quoted

words = st.text(st.characters(exclude_characters='"“”'), max_size=8)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("no quotes", ()),
        ('a "clearly established" right', ("clearly established",)),
        ('“curly ones” and "straight ones"', ("curly ones", "straight ones")),
        ('”turned around“ and “mixed"', ("turned around", "mixed")),
        ('"  spaces go  "', ("spaces go",)),
        ('"twice" and "twice"', ("twice",)),
        ('"the of" counts too', ("the of",)),
        ('"¶" and "§" are words here', ("¶", "§")),
        ('"one" left over"', ("one",)),
        ('"…" "" " " "—"', ()),
        ('"" "an empty pair goes first"', ("an empty pair goes first",)),
        ("the officer's 'single' quotes", ()),
        ('"over\na line"', ("over\na line",)),
    ],
)
def test_what_is_quoted_is_a_phrase(text, phrases):
    assert Question.parse(text).phrases == phrases


@given(st.lists(words, min_size=1, max_size=7), st.sampled_from(['"', "“", "”"]))
def test_every_second_stretch_between_quotes_is_one(parts, quote):
    text = quote.join(parts)
    quoted = [part.strip() for part in parts[1::2]]
    if len(parts) % 2 == 0:
        quoted = quoted[:-1]  # its closing quote is missing
    expected = dict.fromkeys(part for part in quoted if exact_words(part))
    assert Question.parse(text).phrases == tuple(expected)


@given(st.text(st.sampled_from('ab §"“”\n1'), max_size=30))
def test_the_text_stays_and_its_terms_are_those_of_all_of_it(text):
    question = Question.parse(text)
    assert question.text == text
    assert question.terms == query_terms(text)
    assert all(phrase in text for phrase in question.phrases)


@given(st.text(st.sampled_from('ab "“”\n1'), max_size=30))
def test_blanks_take_the_place_of_what_is_quoted(text):
    bare = without_quoted(text)
    assert len(bare) == len(text)
    assert all(new in (old, " ") for old, new in zip(text, bare, strict=True))
    assert Question.parse(bare).phrases == ()


def test_what_is_not_quoted_stays_in_its_place():
    assert without_quoted('see "392 U.S. 1" at “x” y') == "see              at     y"
