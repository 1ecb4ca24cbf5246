"""Hyphens at line ends, decided by the words of the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.sources.pdf_lines import Line
from indexer.sources.pdf_paragraphs import Vocabulary, joined


def line(text: str) -> Line:
    return Line(text, 0, 0, 0.0, 0.0, 400.0, 700.0, 12.0, 20.0)


def vocabulary(*texts: str) -> Vocabulary:
    return Vocabulary.of([line(text) for text in texts])


@pytest.mark.parametrize(
    ("before", "after", "elsewhere", "whole"),
    [
        ("the govern-", "ment of", "a government is", "the government of"),
        ("the govern-", "ment of", "nothing of it", "the government of"),
        ("a well-", "known rule", "the well-known rule", "a well-known rule"),
        ("a well-", "known rule", "nothing of it", "a well-known rule"),
        ("a hand-", "held one", "held by the hand", "a hand-held one"),
        ("was try-", "ing it", "we try to [bring]ing it", "was trying it"),
        ("in 1861-", "65 he", "", "in 1861-65 he"),
        ("of Smith-", "Jones and", "", "of Smith-Jones and"),
        ("of AGRI-", "CULTURE and", "", "of AGRICULTURE and"),
        ("said so--", "that is", "", "said so--that is"),
        ("said so —", "that is", "", "said so —that is"),
        ("two words", "and more", "", "two words and more"),
        ('he wrote ("', "[e]very man", "", 'he wrote ("[e]very man'),
        ('he wrote "', "'every man", "", "he wrote \" 'every man"),
        ("law (1964)", "(en banc)", "", "law (1964) (en banc)"),
        ("a dash -", "and more", "", "a dash - and more"),
    ],
)
def test_joined(before, after, elsewhere, whole):
    kept, between = joined(before, after, vocabulary(elsewhere))
    assert f"{kept}{between}{after}" == whole


def test_the_halves_of_broken_words_are_no_words():
    words = vocabulary("the old govern-", "ment was there").words
    assert words == {"the", "old", "was", "there"}


@given(st.text(alphabet="abC-—' 1", max_size=12), st.text(alphabet="abC1", min_size=1, max_size=8))
def test_nothing_but_a_hyphen_goes(before, after):
    kept, between = joined(before, after, vocabulary())
    assert kept in (before, before[:-1])
    assert kept == before or before.endswith("-")
    assert between in ("", " ")
