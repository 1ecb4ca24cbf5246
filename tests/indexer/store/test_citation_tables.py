"""The rows of citations: each in the passage in which it begins, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import Citation, Span
from indexer.store.citation_tables import authority_rows, citation_rows
from tests.indexer.store.citing import FULL, GRAHAM, cite
from tests.indexer.store.making import cut, opinion

TEXT = "abcdefghij" * 10


def at(start: int, end: int, **given: object) -> Citation:
    fields: dict[str, object] = {
        "span": Span(start, end), "kind": FULL, "cited": None, "name": None, "pin": None,
        "quoted": False, "parenthetical": None,
    }  # fmt: skip
    return Citation(**{**fields, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cited", "series", "page"),
    [
        (GRAHAM, "490_us", 386),
        ("518 F.3d 398", "518_f3d", 398),
        ("5 U.S. (1 Cranch) 137", "5_us", 137),
        ("565 U.S. ___", None, None),
        ("1 U.S. 9999999999", None, None),
        ("nonsense", None, None),
    ],
)
def test_an_authority_is_found_by_its_page(cited, series, page):
    twice = [cite(TEXT, "abc", FULL, cited), cite(TEXT, "abc"), cite(TEXT, "bcd", FULL, cited)]
    assert list(authority_rows(twice)) == [(cited, series, page)]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 100)), max_size=8), st.integers(1, 40))
def test_a_citation_stands_in_the_passage_in_which_it_begins(drawn, size):
    words = opinion("o", TEXT)
    _, passages = cut(words, 7, section=120, passage=size)
    cited = [at(start, min(100, start + length)) for start, length in drawn]
    rows = list(citation_rows(3, words, cited, passages))
    assert [row[:5] for row in rows] == [
        (7 + one.span.start // size, place, 3, one.span.start, one.span.end)
        for place, one in enumerate(cited)
    ]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (at(95, 101), "not in its text"),
        (at(4, 4), "not in its text"),
        (at(4, 8, parenthetical=Span(90, 101)), "not in its text"),
        (at(10, 12), "no passage has its citation at 10"),
    ],
)
def test_what_cannot_be_is_refused(one, reason):
    words = opinion("o", TEXT)
    _, passages = cut(words, 0, section=120, passage=10)
    with pytest.raises(ValueError, match=reason):
        list(citation_rows(0, words, [one], [passages[0], *passages[2:]]))


def test_an_empty_parenthetical_says_nothing():
    words = opinion("o", TEXT)
    _, passages = cut(words, 0, section=120, passage=10)
    (row,) = citation_rows(0, words, [at(4, 8, parenthetical=Span(9, 9))], passages)
    assert row[-2:] == (None, None)


def test_an_opinion_without_passages_has_no_citations():
    words = opinion("o", "")
    assert list(citation_rows(0, words, [], [])) == []
    with pytest.raises(ValueError, match="not in its text"):
        list(citation_rows(0, words, [at(0, 1)], []))
