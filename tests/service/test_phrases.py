"""Quoted phrases: in every hit, word for word."""

import pytest

from indexer.store.analysis import exact_words
from service.answers import SearchQuery
from tests.service.asking import everywhere, rows


@pytest.mark.parametrize("quotes", ['"{}"', "“{}”", '“{}"', "”{}“"])
@pytest.mark.parametrize("phrase", ["Stop  and frisk", "§ 1983", "señora muñoz", "non-violent"])
def test_a_quoted_phrase_stands_in_every_hit(engine, judge, quotes, phrase):
    answer = engine.search(SearchQuery(text=f"officer {quotes.format(phrase)} city", k=100))
    holding = {
        s.passage.id
        for s in judge.stored
        if f" {' '.join(exact_words(phrase))} " in f" {' '.join(exact_words(s.passage.text))} "
    }
    assert set(everywhere(answer)) == holding != set()


def test_two_phrases_both_stand_in_every_hit(engine, judge):
    text = '"stop and frisk" "the judgment below"'
    for hit in engine.search(SearchQuery(text=text, k=100)).hits:
        assert "stop and frisk" in hit.stored.passage.text
        assert "the judgment below" in hit.stored.passage.text


@pytest.mark.parametrize(
    "text", ['officer "stop and frisk', 'frisk"', '"', "“”", '""', '"…" frisk']
)
def test_a_quote_without_its_other_or_a_word_is_an_ordinary_character(engine, text):
    plain = text.replace('"', " ").replace("“", " ").replace("”", " ").replace("…", " ")
    assert rows(engine.search(SearchQuery(text=text, k=50))) == rows(
        engine.search(SearchQuery(text=plain, k=50))
    )
