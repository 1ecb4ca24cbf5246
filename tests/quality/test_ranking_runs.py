import numpy as np
import pytest

from indexer.filters import Filters
from indexer.store.analysis import query_terms
from service.answers import SearchQuery
from tests.quality.ranking_corpus import case_ids
from tests.quality.ranking_judged import JudgedQuery
from tests.quality.ranking_lanes import read_lanes
from tests.quality.ranking_runs import (
    DENSE,
    FLAT,
    OURS,
    RRF,
    WORDS,
    Found,
    Run,
    every_text,
    of_peer,
    ours,
    ours_flat,
    plain_lanes,
    run_all,
    without,
    without_rerank_reason,
)
from tests.quality.ranking_table import case_report, latencies, show_halves
from tests.service.corpus import EMBEDDER

TEXT = "stop and frisk a suspect on reasonable suspicion"


def query(name: str = "q", *relevant: str, exclude: tuple[str, ...] = ()) -> JudgedQuery:
    return JudgedQuery(
        id=name, text=TEXT, relevant=frozenset(relevant or ("case-00",)), exclude=frozenset(exclude)
    )


def test_what_is_left_out_makes_room_for_what_is_below():
    run = Run()
    cases = [f"c{n}" for n in range(12)]

    run.add(query(exclude=("c0", "c5")), Found(page=cases, far=cases * 10, seconds=0.5))

    assert run.page["q"] == ["c1", "c2", "c3", "c4", "c6", "c7", "c8", "c9", "c10", "c11"]
    assert len(run.far["q"]) == 100
    assert "c0" not in run.far["q"]
    assert without([], frozenset("x")) == []


def test_plain_lanes_rank_cases_by_their_best_passage(corpus):
    found = plain_lanes(corpus, EMBEDDER)(query())

    lanes = read_lanes(corpus, EMBEDDER, TEXT)
    stored = {
        WORDS: corpus.passages.fetch(lanes.words.rows),
        DENSE: corpus.passages.fetch(lanes.dense.rows),
        RRF: corpus.passages.fetch(lanes.fused.rows),
    }
    assert found.keys() == stored.keys()
    for name, passages in stored.items():
        best_first = list(dict.fromkeys(one.case.id for one in passages))
        assert list(found[name].page) == list(found[name].far) == best_first


def test_lanes_among_some_rows_rank_only_these(corpus):
    rows = corpus.passages.select(Filters(case_id=("case-02",)))

    lanes = read_lanes(corpus, EMBEDDER, TEXT, allowed=rows)

    assert sorted(lanes.dense.rows.tolist()) == rows.tolist()
    assert set(lanes.words.rows.tolist()) <= set(rows.tolist())
    assert set(lanes.fused.rows.tolist()) == set(rows.tolist())
    assert lanes.fused.seconds >= lanes.dense.seconds + lanes.words.seconds


def test_ours_is_what_the_product_answers(engine):
    found = {**ours(engine)(query()), **ours_flat(engine)(query())}

    groups = engine.search(SearchQuery(text=TEXT, by_case=True)).groups
    hits = engine.search(SearchQuery(text=TEXT, k=100)).hits
    assert list(found[OURS].page) == [group.case.id for group in groups]
    assert found[FLAT].page == list(dict.fromkeys(hit.stored.case.id for hit in hits))


def test_ours_asks_for_as_many_more_as_are_left_out(engine):
    run = run_all([query(exclude=("case-00", "case-01"))], [ours(engine)])[OURS]

    assert len(run.page["q"]) == 10
    assert not {"case-00", "case-01"} & set(run.page["q"])


def test_an_index_without_a_reranker_says_so(engine):
    reason = without_rerank_reason(engine)

    assert reason is None or "rerank" in reason


def test_texts_and_case_ids_are_in_the_order_of_the_build(corpus):
    texts = list(every_text(corpus))
    rows = np.arange(len(texts))
    ids = case_ids(corpus)

    stored = corpus.passages.fetch(rows)
    assert texts == [one.passage.text for one in stored]
    assert [ids[n] for n in corpus.passages.cases_of(rows)] == [one.case.id for one in stored]


class Backwards:
    """A peer that answers with the last rows."""

    name = "backwards"

    def __init__(self, size: int) -> None:
        self.size = size

    def rows(self, text: str, k: int, /) -> list[int]:
        return list(range(self.size - 1, max(-1, self.size - 1 - k), -1))


def test_a_peer_is_ranked_as_our_lanes_are(corpus):
    found = of_peer(corpus, Backwards(len(corpus.vectors)))(query())["backwards"]

    assert list(found.far) == case_ids(corpus)[::-1]


def test_the_report_is_of_each_half_and_all_configurations(engine, corpus):
    queries = [query(case, case) for case in case_ids(corpus)]

    report = case_report(queries, run_all(queries, [plain_lanes(corpus, EMBEDDER), ours(engine)]))

    sizes = [report[half]["queries"] for half in ("choosing", "reporting")]
    assert sum(sizes) == len(queries)
    assert report["in_neither"] == 0
    for half in ("choosing", "reporting"):
        assert list(report[half]["rows"]) == [WORDS, DENSE, RRF, OURS]
        assert list(report[half]["gains"]) == [f"{OURS} against {RRF}, nDCG@10"]
    assert sum(WORDS in line for line in show_halves(report)) == 2


def test_latencies_are_in_milliseconds():
    assert latencies([0.001] * 19 + [0.1]) == pytest.approx({"median_ms": 1.0, "p95_ms": 5.95})
    assert latencies([]) == {}


def test_terms_of_the_text_are_found_in_the_corpus(corpus):
    """The other tests would say little of a query without words in the corpus."""
    assert len(corpus.lexical.search(query_terms(TEXT), 5)) == 5
