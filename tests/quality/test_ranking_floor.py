"""Ranking as it is shipped, on the sample and questions in plain words: it must not fall.

The questions avoid the opinions' own words; whoever wrote them had read the cases' facts, not the
engine's answers. Measured when they were written (MRR@10): words alone .64, dense alone .76, plain
fusion .81, ours .90. The floor is above all but ours, so that a lane that breaks is noticed, and a
little under ours, so that what wins on other corpora may cost a place here.
"""

from pathlib import Path

import pytest

from indexer.store.snapshot import Index
from models.load import load_embedder
from service.search import SearchEngine
from tests.quality.ranking_judged import read_judged
from tests.quality.ranking_metrics import DEEP_RECALL, MRR, RECALL, evaluate, mean
from tests.quality.ranking_runs import OURS, Run, ours, run_all

QUESTIONS = read_judged(Path(__file__).with_name("sample_questions.jsonl"))
JUDGED = {query.id: query.relevant for query in QUESTIONS}
FLOOR = 0.83


@pytest.fixture(scope="module")
def answers(sample_index: Path) -> Run:
    embedder = load_embedder()
    with Index.open(sample_index, expect_model=embedder.spec) as index:
        return run_all(QUESTIONS, [ours(SearchEngine(index, embedder))])[OURS]


@pytest.mark.slow
def test_the_right_case_is_near_the_top(answers):
    found = evaluate(JUDGED, answers.page, (MRR, RECALL))

    missed = [query for query, value in found[MRR].items() if value < 0.5]
    assert mean(found[MRR]) >= FLOOR, missed
    assert mean(found[RECALL]) >= 0.96


@pytest.mark.slow
def test_every_right_case_is_found_somewhere(answers):
    assert mean(evaluate(JUDGED, answers.far, (DEEP_RECALL,))[DEEP_RECALL]) == 1.0
