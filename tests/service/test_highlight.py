"""Marks, against what plain analysis and arithmetic say."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.sentences import sentence_spans
from indexer.store.analysis import analyse, query_terms
from service.answers import HighlightKind
from service.highlight import Highlighter
from tests.service.corpus import SENTENCES

texts = st.lists(st.sampled_from((*SENTENCES, "\n\n", " ", "12", "—")), max_size=9).map(" ".join)
questions = st.lists(st.sampled_from(" ".join(SENTENCES).split()), min_size=1, max_size=7).map(
    " ".join
)


def idf(term: str) -> float:
    """Any weight will do that is no rounder than a real one."""
    return math.sqrt(2 + sum(map(ord, term)) % 7)


def mark(question: str, text: str):
    marks = Highlighter(query_terms(question), idf).mark(text)
    spans = {
        kind: [h.span for h in marks.highlights if h.kind is kind]
        for kind in (HighlightKind.SENTENCE, HighlightKind.TERM)
    }
    return marks, spans[HighlightKind.SENTENCE], spans[HighlightKind.TERM]


@settings(deadline=None)
@given(questions, texts)
def test_the_marked_sentence_holds_the_greatest_weight(question, text):
    marks, sentences, _ = mark(question, text)
    terms = set(query_terms(question))
    weights = []
    for span in sentence_spans(text):
        inside = {
            t.term
            for t in analyse(text)
            if t.term in terms and span.start <= t.start and t.end <= span.end
        }
        weights.append(math.fsum(idf(term) for term in inside))
    if not marks.matched:
        assert marks.highlights == ()
        return
    (marked,) = sentences
    best = max(weights)
    first = next(i for i, weight in enumerate(weights) if weight > best - 1e-9)
    assert marked.of(text) == sentence_spans(text)[first].of(text).strip()


@settings(deadline=None)
@given(questions, texts)
def test_marked_terms_are_words_that_the_question_has(question, text):
    marks, _, spans = mark(question, text)
    terms = set(query_terms(question))
    for span in spans:
        assert terms & {term.term for term in analyse(span.of(text))}
    covered = {at for span in spans for at in range(span.start, span.end)}
    found = [term for term in analyse(text) if term.term in terms]
    assert covered == {at for term in found for at in range(term.start, term.end)}
    assert marks.matched == tuple(
        term for term in query_terms(question) if term in {t.term for t in found}
    )


@settings(deadline=None)
@given(questions, texts)
def test_marks_of_terms_are_in_order_and_do_not_overlap(question, text):
    marks, sentences, spans = mark(question, text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert len(sentences) == bool(spans)
    if marks.highlights:
        assert marks.highlights[0].kind is HighlightKind.SENTENCE
    assert Highlighter(query_terms(question), idf).mark(text) == marks


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("non-violent", "A non-violent man.", ["non-violent"]),
        ("violent", "A non-violent man.", ["violent"]),
        ("490 U.S. 386", "See 490 U. S. 386, and 386.", ["490 U. S. 386", "386"]),
        ("§ 1983", "Under § 1983 and 1983.", ["1983", "1983"]),
        ("frisked", "Frisking; frisks.", ["Frisking", "frisks"]),
        ("muñoz", "Mun\u0303oz and Munoz’s", ["Mun\u0303oz", "Munoz’s"]),
        ("dog", "No cat.", []),
        ("", "No cat.", []),
        ("dog", "", []),
    ],
)
def test_what_is_marked(question, text, marked):
    _, _, spans = mark(question, text)
    assert [span.of(text) for span in spans] == marked


def test_a_term_counts_once_a_sentence_and_the_first_of_equals_wins():
    text = "A dog, a dog, a dog. A cat saw a dog. A dog saw a cat."
    _, (sentence,), _ = mark("dog cat", text)
    assert sentence.of(text) == "A cat saw a dog."


@settings(deadline=None)
@given(questions, texts)
def test_told_where_sentences_begin_it_marks_the_same(question, text):
    highlighter = Highlighter(query_terms(question), idf)
    starts = tuple(span.start for span in sentence_spans(text))
    assert highlighter.mark(text, starts) == highlighter.mark(text)


def test_it_goes_by_the_sentences_that_it_is_told():
    text = "The suspect was armed. The officer was not."
    marks = Highlighter(query_terms("officer"), idf).mark(text, (0, 4))
    (whole, *_) = marks.highlights
    assert whole.span.of(text) == "suspect was armed. The officer was not."
