"""Passages: they tile their section, hold whole sentences, and never more tokens than the window."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import RecordError
from indexer.passages import cut_passages
from indexer.records import (
    Opinion,
    OpinionHeader,
    Passage,
    PassageLimits,
    Section,
    SectionRole,
    Span,
)
from indexer.sections import split_sections
from indexer.sentences import sentence_spans
from models.base import TokenSpans
from tests.indexer.texts import PARAGRAPH, PROSE, natural
from tests.indexer.tokens import halves, words

LIMITS = PassageLimits(max_tokens=60, target_tokens=48)


def opinion(text: str) -> Opinion:
    return Opinion(header=OpinionHeader(id="o", case_id="c", source_sha256=""), text=text)


def cut(
    text: str,
    *,
    limits: PassageLimits = LIMITS,
    token_spans: Callable[[str], TokenSpans] = words,
    start: int = 0,
) -> list[Passage]:
    section = Section(
        heading="h", path=("h",), number=None, role=SectionRole.OTHER, span=Span(start, len(text))
    )
    return cut_passages(
        opinion(text), section, position=2, first_row=7, token_spans=token_spans, limits=limits
    )


def sentence(tokens: int, *, end: str = ".") -> str:
    return " ".join(["Word", *["word"] * (tokens - 2)]) + end


def test_passages_say_where_they_are() -> None:
    text = "before " + " ".join([sentence(30)] * 5)
    passages = cut(text, start=7)
    assert [p.row for p in passages] == [7, 8, 9]
    assert {(p.opinion_id, p.section) for p in passages} == {("o", 2)}
    assert passages[0].span.start == 7
    assert all(p.text == p.span.of(text) for p in passages)


def test_a_section_that_fits_is_one_passage() -> None:
    text = " ".join([sentence(20)] * 3)
    (passage,) = cut(text)
    assert (passage.text, passage.tokens) == (text, 60)


def test_no_small_rest_is_left() -> None:
    passages = cut(" ".join([sentence(10)] * 7))
    assert sorted(p.tokens for p in passages) == [30, 40]


def test_passages_end_at_paragraphs_where_they_can() -> None:
    text = "\n".join([" ".join([sentence(11)] * 4)] * 4)
    assert [p.text.rstrip("\n") for p in cut(text)] == text.split("\n")


def test_a_quotation_stays_with_the_words_that_lead_to_it() -> None:
    text = "\n".join([sentence(30), sentence(20, end=":"), sentence(25), sentence(30)])
    led = next(p for p in cut(text) if ":" in p.text)
    assert led.text.count("Word") >= 2
    assert not led.text.rstrip().endswith(":")


def test_a_quotation_stays_with_the_line_below_that_credits_it() -> None:
    cited = "Smith v. Jones, 490 U.S. 386, 396."
    text = "\n\n".join([sentence(25), sentence(20), cited, sentence(40)])
    assert next(p for p in cut(text) if "Smith" in p.text).text.startswith("Word")


def test_a_heading_stays_with_the_words_below_it() -> None:
    text = "background \n" + "\n".join([sentence(58).lower()] * 2)
    assert cut(text)[0].text.startswith("background \nword word")


def test_a_citation_stays_with_the_sentence_it_supports() -> None:
    cited = " See Smith v. Jones, 490 U.S. 386."
    text = sentence(20) + " " + sentence(25) + cited + " " + sentence(40)
    assert next(p for p in cut(text) if "See" in p.text).text.startswith("Word")


def test_a_long_sentence_is_cut_at_a_clause_and_nothing_of_it_is_lost() -> None:
    clause = " ".join(["word"] * 24) + ", "
    text = clause * 6
    passages = cut(text)
    assert "".join(p.text for p in passages) == text
    assert len(passages) >= 3
    assert all(p.text.endswith(", ") for p in passages)


def test_text_without_stops_spaces_or_headings_is_cut_all_the_same() -> None:
    spans = np.array([(i, i + 3) for i in range(0, 3000, 3)], dtype=np.int64)

    def triples(text: str) -> TokenSpans:
        return spans[: len(text) // 3]

    passages = cut("abc" * 1000, token_spans=triples)
    assert all(p.tokens <= 60 and p.tokens >= 30 for p in passages)
    assert sum(p.tokens for p in passages) == 1000


def test_white_space_alone_is_a_passage_of_no_tokens() -> None:
    (passage,) = cut(" \n \t")
    assert (passage.text, passage.tokens) == (" \n \t", 0)


def test_tokens_are_counted_on_the_passage_itself() -> None:
    """A tokenizer that counts two more at the start of each text than inside of it."""

    def greedy(text: str) -> TokenSpans:
        inner = words(text)
        first = inner[:1]
        return np.concatenate([first, first, inner]) if len(inner) else inner

    text = " ".join([sentence(10)] * 40)
    passages = cut(text, limits=PassageLimits(max_tokens=60, target_tokens=60), token_spans=greedy)
    assert all(p.tokens == len(greedy(p.text)) <= 60 for p in passages)
    assert "".join(p.text for p in passages) == text


def test_a_character_of_more_tokens_than_the_window_is_refused_with_advice() -> None:
    def many(text: str) -> TokenSpans:
        return np.array([(0, 1)] * 9, dtype=np.int64)

    with pytest.raises(RecordError, match="larger window"):
        cut("x", limits=PassageLimits(max_tokens=4, target_tokens=4), token_spans=many)


@pytest.mark.parametrize(("most", "target"), [(0, 0), (10, 0), (10, 11)])
def test_limits_that_cannot_be(most: int, target: int) -> None:
    with pytest.raises(ValueError, match="target_tokens must be"):
        PassageLimits(max_tokens=most, target_tokens=target)


def test_the_default_target_is_about_four_fifths_of_the_window() -> None:
    assert PassageLimits.for_window(254) == PassageLimits(max_tokens=254, target_tokens=203)


def test_tokenizing_and_searching_do_not_grow_faster_than_the_text() -> None:
    """Counts calls and characters, not seconds."""
    seen: list[int] = []

    def counting(text: str) -> TokenSpans:
        seen.append(len(text))
        return words(text)

    for size in (50, 500):
        seen.clear()
        cut(f"{PROSE}\n" * size, token_spans=counting)
        assert sum(seen) == 2 * (len(PROSE) + 1) * size


TEXTS = st.lists(
    st.sampled_from(
        ["background \n", PARAGRAPH + "\n", PROSE + "\n\n", "Yes. ", "word, ", "II\n\n", "  ", "x" * 50, "the court held that \n", "\u00a7 5"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("token_spans", [words, halves])
@given(text=TEXTS, most=st.integers(4, 90))
def test_passages_tile_sections_and_fit(
    token_spans: Callable[[str], TokenSpans], text: str, most: int
) -> None:
    limits = PassageLimits.for_window(most)
    row = 0
    for position, section in enumerate(split_sections(text)):
        passages = cut_passages(
            opinion(text),
            section,
            position=position,
            first_row=row,
            token_spans=token_spans,
            limits=limits,
        )
        row += len(passages)
        assert "".join(p.text for p in passages) == section.span.of(text)
        assert all(p.text == p.span.of(text) for p in passages)
        assert all(p.tokens == len(token_spans(p.text)) <= most for p in passages)
    assert row > 0 or not text


@given(text=TEXTS, most=st.integers(20, 90))
def test_sentences_stay_whole_unless_longer_than_the_window(text: str, most: int) -> None:
    if not text:
        return
    edges = {p.span.start for p in cut(text, limits=PassageLimits.for_window(most))}
    for span in sentence_spans(text) if len(words(text)) > most else ():
        inside = [edge for edge in edges if span.start < edge < span.end]
        assert not inside or len(words(span.of(text))) > most


def test_a_natural_opinion_from_end_to_end() -> None:
    text = natural("-", "I. Facts", "-", "-", "II. Conclusion", "-")
    rows = [
        passage.row
        for position, section in enumerate(split_sections(text))
        for passage in cut_passages(
            opinion(text),
            section,
            position=position,
            first_row=10 * position,
            token_spans=words,
            limits=LIMITS,
        )
    ]
    assert rows == [0, 10, 11, 20]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(2, 60), min_size=1, max_size=14), st.sampled_from((" ", "\n\n", "\n")))
def test_sentences_begin_where_those_of_the_section_do(lengths: list[int], between: str) -> None:
    text = "before " + between.join(sentence(length) for length in lengths)
    firsts = [7 + one.start for one in sentence_spans(text[7:])]
    for passage in cut(text, start=7):
        assert passage.sentences is not None
        start, *others = passage.sentences
        assert start == 0
        inside = [one for one in firsts if passage.span.start < one < passage.span.end]
        assert [passage.span.start + other for other in others] == inside
