"""One case cut: rows, words and true counts of tokens."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.build import merged
from indexer.cutting import CutCase, Cutter
from indexer.records import CaseRecord
from indexer.sources import Refused
from indexer.store.analysis import analyse, exact_words
from models.base import TokenSpans
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import LIMITS, build_small, cases, sentences
from tests.indexer.store.making import opinion, record

MODEL = WordHashEmbedder()
CUTTER = Cutter(token_spans=MODEL.token_spans, limits=LIMITS)


def cut(given: CaseRecord, cutter: Cutter = CUTTER) -> CutCase:
    made = cutter(given)
    assert isinstance(made, CutCase)
    return made


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("ab .\n§IVX1", max_size=200), min_size=1, max_size=3))
def test_all_tokens_are_counted_and_all_of_them_are_embedded(texts: list[str]) -> None:
    words = [opinion(f"o{at}", text, case_id="c") for at, text in enumerate(texts)]
    made = cut(record("c", *words))
    assert made.tokens_total == sum(len(MODEL.token_spans(text)) for text in texts)
    assert made.tokens_embedded == made.tokens_total
    rows = [passage.row for passages in made.passages for passage in passages]
    assert rows == list(range(len(made.words)))


def test_tokens_of_a_passage_that_the_model_does_not_read_whole_are_not_embedded(
    monkeypatch,
) -> None:
    made = cut(cases(1)[0])
    too_long = [replace(made.passages[0][0], tokens=LIMITS.max_tokens + 1)]
    monkeypatch.setattr("indexer.cutting.cut_passages", lambda *_, **__: too_long)
    again = cut(cases(1)[0])
    assert again.tokens_total == made.tokens_total
    assert again.tokens_embedded == 0


def test_the_words_of_a_passage_are_those_of_the_analysis() -> None:
    made = cut(cases(2)[1])
    passages = [passage for one in made.passages for passage in one]
    for passage, words in zip(passages, made.words, strict=True):
        assert sorted(words.stems.split()) == sorted(term.term for term in analyse(passage.text))
        assert words.exact.split() == exact_words(passage.text)


def test_placed_passages_differ_in_their_rows_alone() -> None:
    made = cut(cases(2)[1])
    assert made.placed(0) == made.passages
    for before, after in zip(made.passages, made.placed(70), strict=True):
        assert [passage.row + 70 for passage in before] == [passage.row for passage in after]
        assert [passage.text for passage in before] == [passage.text for passage in after]


def test_each_text_is_read_once() -> None:
    asked: list[str] = []

    def spans(text: str) -> TokenSpans:
        asked.append(text)
        return MODEL.token_spans(text)

    text = sentences(40, seed="long", topic=0)
    cut(record("c", opinion("o", text, case_id="c")), Cutter(token_spans=spans, limits=LIMITS))
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("text", ["?", "Held here. ?"])
def test_a_case_that_cannot_be_cut_is_refused_with_its_id(text: str) -> None:
    def spans(text: str) -> TokenSpans:
        found = MODEL.token_spans(text)
        return found.repeat(100, axis=0) if text.strip() == "?" else found.repeat(20, axis=0)

    refused = Cutter(token_spans=spans, limits=LIMITS)(record("c", opinion("o", text, case_id="c")))
    assert isinstance(refused, Refused)
    assert (refused.case_id, refused.place) == ("c", "c")
    assert "100 tokens" in refused.reason


@pytest.mark.parametrize("error", [ValueError, RecursionError, OverflowError])
def test_a_case_that_cutting_stumbles_over_is_refused_by_the_type_of_it(error) -> None:
    def spans(text: str) -> TokenSpans:
        raise error(text)

    given = cases(1)[0]
    refused = Cutter(token_spans=spans, limits=LIMITS)(given)
    reason = (
        f"a {error.__name__} that this program did not foresee; leave the record out, and report it"
    )
    assert refused == Refused(place=given.case.id, reason=reason, case_id=given.case.id)


def test_a_case_that_cannot_be_divided_by_voice_is_refused_wherever_that_is_done(
    tmp_path, monkeypatch
) -> None:
    """In a build, in one that knows what was cut before, and where cases are added to an index."""
    old, first, bad, last = cases(4)
    build_small([old], tmp_path)

    def stumbling(given: CaseRecord) -> CaseRecord:
        if given.case.id == bad.case.id:
            raise RecursionError
        return given

    monkeypatch.setattr("indexer.cutting.return_notes", stumbling)
    assert isinstance(CUTTER(bad), Refused)
    report = build_small([first, bad, last], tmp_path / "built")
    assert [one.case_id for one in report.refused] == [bad.case.id]
    added = list(merged(tmp_path, [first, bad, last], replaced=frozenset()))
    kept = [one.case.id for one in added if isinstance(one, CaseRecord)]
    assert kept == [old.case.id, first.case.id, last.case.id]
    assert [one.case_id for one in added if isinstance(one, Refused)] == [bad.case.id]
