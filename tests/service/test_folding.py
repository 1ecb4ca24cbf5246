"""One text is one hit, against a judge that compares letters by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.store.snapshot import Index
from service.answers import SearchQuery
from service.folding import Ranked, folded
from service.search import SearchEngine
from tests.indexer.store.making import opinion, record
from tests.service.asking import MODES, everywhere, questions
from tests.service.corpus import EMBEDDER, build_corpus

SAID = "The officer may stop and frisk a suspect whom he reasonably believes to be armed."


@settings(deadline=None)
@given(text=questions, k=st.integers(1, 40), mode=st.sampled_from(MODES))
def test_nothing_is_lost_and_nothing_is_twice(engine, judge, text, k, mode):
    answer = engine.search(SearchQuery(text=text, k=k, mode=mode))
    letters = [
        "".join(c for c in h.stored.passage.text.casefold() if c.isalnum()) for h in answer.hits
    ]
    assert len(set(letters)) == len(letters)
    alike = judge.alike(judge.ranking(text, mode))
    assert len(answer.hits) == min(k, len(alike))
    shown = everywhere(answer)
    assert len(set(shown)) == len(shown)


@settings(deadline=None)
@given(order=st.permutations(range(60)), k=st.integers(1, 70), named=st.integers(0, 5))
def test_the_places_of_a_text_are_listed_best_first(corpus, judge, order, k, named):
    scores = np.linspace(1, 0, len(order))
    shown = folded(corpus.passages, Ranked(np.array(order), scores, named), k)
    alike = judge.alike(order, named=named)[:k]
    assert [[s.passage.row for s in (one.stored, *one.also)] for one in shown] == alike
    best = [scores[min(order.index(row) for row in rows)] for rows in alike]
    assert [one.score for one in shown] == best


def test_many_copies_do_not_hide_what_comes_behind(tmp_path: Path):
    copies = [
        record(f"c{n:02}", opinion(f"c{n:02}/0", SAID, case_id=f"c{n:02}")) for n in range(60)
    ]
    other = record("z", opinion("z/0", "A suspect may leave.", case_id="z"))
    with build_corpus(tmp_path, [*copies, other]) as index:
        hits = SearchEngine(index, EMBEDDER).search(SearchQuery(text=SAID, k=2)).hits
    assert [hit.stored.case.id for hit in hits] == ["c00", "z"]
    assert [other.case_id for other in hits[0].also_quoted_in] == [f"c{n:02}" for n in range(1, 60)]


@pytest.fixture
def quoting(tmp_path: Path) -> Iterator[SearchEngine]:
    """The same words in three cases, once with other marks; the earliest is not the first row."""
    texts = {
        "late": (SAID, "2010"),
        "source": (SAID, "1968-06-10"),
        "typist": (SAID.upper().replace(" ", "  ").replace(".", " —"), "1999"),
        "undated": (SAID, None),
        "other": ("The dog bit a suspect.", "1950"),
    }
    records = [
        record(
            name, opinion(f"{name}/0", text, case_id=name), name=f"In re {name}", date_filed=date
        )
        for name, (text, date) in texts.items()
    ]
    index: Index
    with build_corpus(tmp_path, records) as index:
        yield SearchEngine(index, EMBEDDER)


def test_the_source_stands_first_and_the_others_are_listed(quoting):
    hits = quoting.search(SearchQuery(text=SAID, k=5)).hits
    first = hits[0]
    assert first.stored.case.id == "source"
    assert {other.case_id for other in first.also_quoted_in} == {"late", "typist", "undated"}
    for other in first.also_quoted_in:
        case = quoting.passage(other.passage_id).stored.case
        assert (other.case_id, other.case_name) == (case.id, case.name)
        assert other.cite == quoting.passage(other.passage_id).cite
    assert [hit.stored.case.id for hit in hits[1:]] == ["other"]


def test_a_case_that_is_named_stands_for_its_words(quoting):
    first = quoting.search(SearchQuery(text="In re late", k=5)).hits[0]
    assert first.stored.case.id == "late"
    assert "source" in {other.case_id for other in first.also_quoted_in}


def test_of_cases_only_their_own_words_are_folded(quoting):
    groups = quoting.search(SearchQuery(text=SAID, by_case=True)).groups
    assert {group.case.id for group in groups} >= {"late", "source", "typist", "undated"}
    assert all(hit.also_quoted_in == () for group in groups for hit in group.hits)
