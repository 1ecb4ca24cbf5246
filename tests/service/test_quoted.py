"""Quotations as lawyers alter them, against the words themselves."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.filters import Filters
from indexer.store.analysis import exact_words
from service.admission import Admission
from service.answers import Mode, SearchQuery
from service.quoted import fragments, phrase_rows
from service.search import SearchEngine
from service.wire_hits import search_json
from tests.service.asking import everywhere, rows
from tests.service.corpus import SENTENCES, Judge


def holding(judge: Judge, *parts: str) -> list[int]:
    def words(text: str) -> str:
        return f" {' '.join(exact_words(text))} "

    return [
        s.passage.row for s in judge.stored if all(words(p) in words(s.passage.text) for p in parts)
    ]


@pytest.mark.parametrize(
    ("phrase", "left"),
    [
        ("[i]n the circumstances of the case", ["the circumstances of the case"]),
        ("the officer[s] acted … in good faith", ["in good faith"]),
        ("the right[s] of [the accused] are not lost", ["are not lost"]),
        ("a warrant . . . must describe a place", ["a warrant", "must describe a place"]),
        ("a reasonable officer. . . . [W]e ask no more", ["a reasonable officer", "ask no more"]),
        ("he was seized * * * without cause", ["he was seized", "without cause"]),
        ("[T]he [C]ourt", []),
        ("as it was written, e.g. here", []),
        ("an open [ bracket is no alteration", []),
    ],
)
def test_what_is_left_are_the_courts_own_words_in_a_row(phrase, left):
    assert [" ".join(exact_words(part)) for part in fragments(phrase)] == left


@given(st.text(st.sampled_from("ab [].…*'’_\n"), max_size=60))
def test_no_fragment_holds_an_alteration(phrase):
    for part in fragments(phrase):
        assert len(part.split()) > 1 or len(exact_words(part)) > 1
        assert not re.search(r"\[[^\[\]]*\]|…|\.\s*\.\s*\.|\*\s*\*\s*\*", part)
        assert part in phrase


def test_twenty_thousand_odd_characters_take_no_time():
    for text in ("a" * 20_000, "[" * 20_000, "a'" * 10_000 + "]", ". " * 10_000, "[a" * 10_000):
        fragments(text)


@given(
    sentence=st.sampled_from(SENTENCES),
    drawn=st.data(),
)
def test_an_altered_quotation_finds_what_was_quoted(corpus, judge, sentence, drawn):
    words = sentence.split()
    start = drawn.draw(st.integers(0, len(words) - 4))
    cut = words[start:]
    cut[0] = f"[{cut[0][0].swapcase()}]{cut[0][1:]}"
    end = drawn.draw(st.integers(4, len(cut)))
    dropped = drawn.draw(st.sampled_from(["", ". . .", "…", "[the officer]"]))
    phrase = " ".join([*cut[:end], dropped])
    found = phrase_rows(phrase, corpus.lexical, None)
    expected = holding(judge, " ".join(words[start + 1 : start + end]))
    if not holding(judge, phrase):
        assert found.tolist() == expected


def test_what_is_there_as_written_is_not_sought_otherwise(corpus, judge):
    literal = phrase_rows("stop and frisk", corpus.lexical, None)
    assert literal.tolist() == holding(judge, "stop and frisk") != []
    two = phrase_rows("stop and … reasonable suspicion", corpus.lexical, None)
    assert two.tolist() == holding(judge, "stop and", "reasonable suspicion") != []
    among = two[::2]
    assert phrase_rows("stop and … on reasonable", corpus.lexical, among).tolist() == among.tolist()


# phrases that nothing has


def test_a_phrase_that_nothing_has_is_told_and_its_words_are_sought(engine: SearchEngine):
    text = 'taser "fired upon the motorist" driver'
    answer = engine.search(SearchQuery(text=text, k=50))
    assert answer.phrases_not_found == ("fired upon the motorist",)
    assert rows(answer) == rows(engine.search(SearchQuery(text=text.replace('"', " "), k=50)))


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('"no such words at all"', True),
        ('"no such words at all" — “nor these” …', True),
        ('"no such words at all" "stop and frisk"', False),
        ('the officer may stop and frisk a suspect on reasonable suspicion "no such words"', False),
        ('"stop and frisk"', False),
        ('quantum numbers of the moons "no such words at all"', True),
    ],
)
def test_a_question_of_nothing_but_missing_phrases_has_no_match(engine, judge, text, lost):
    answer = engine.search(SearchQuery(text=text))
    weak = judge.cosines(text).max() < judge.calibration.nothing_below
    weak &= judge.evidence(text, Mode.LEXICAL).max() < 0.5
    said = '"stop and frisk"' in text
    assert answer.no_match == (lost or (weak and not said))


def test_only_the_phrase_that_nothing_has_is_given_up(engine, judge):
    asked = SearchQuery(text='"stop and frisk" "no such words at all"', k=100)
    answer = engine.search(asked)
    assert answer.phrases_not_found == ("no such words at all",)
    ids = {judge.stored[row].passage.id for row in holding(judge, "stop and frisk")}
    assert set(everywhere(answer)) == ids


def test_phrases_that_stand_apart_are_not_said_to_be_missing(engine, judge):
    one, other = "Señora Muñoz", "inventory search"
    apart = Filters(case_id=("case-03",))
    within = [row for row in holding(judge, one, other) if judge.stored[row].case.id == "case-03"]
    answer = engine.search(SearchQuery(text=f'"{one}" "{other}"', filters=apart, k=100))
    missing = [
        phrase
        for phrase in (one, other)
        if not any(judge.stored[row].case.id == "case-03" for row in holding(judge, phrase))
    ]
    assert list(answer.phrases_not_found) == missing
    if not missing:
        assert set(rows(answer)) <= set(within)


def test_it_is_the_admitted_passages_that_have_a_phrase_or_not(corpus, judge):
    have = {judge.stored[row].case.id for row in holding(judge, "the inventory search")}
    without = next(s.case.id for s in judge.stored if s.case.id not in have)
    admission = Admission(corpus)
    phrases = ("the inventory search",)
    assert admission.admit(Filters(), phrases).phrases_not_found == ()
    rows, missing = admission.admit(Filters(case_id=(without,)), phrases)
    assert rows is not None
    assert {judge.stored[row].case.id for row in rows} == {without}
    assert missing == phrases
    rows, missing = admission.admit(Filters(case_id=("nowhere",)), phrases)
    assert rows is not None
    assert (len(rows), missing) == (0, ())


def test_the_wire_says_it(engine):
    answer = engine.search(SearchQuery(text='"no such words at all"'))
    told = json.loads(search_json(answer, engine.index.manifest))
    assert told["phrases_not_found"] == ["no such words at all"]
