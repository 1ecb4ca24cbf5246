"""The engine with the model that comes with the program, on real opinions."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build
from indexer.filters import Filters
from indexer.records import CaseRecord
from indexer.sources import read_sources
from indexer.store.snapshot import Index
from models.load import load_embedder
from service.answers import Mode, SearchQuery
from service.canary import prove
from service.search import SearchEngine

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SCOTUS = ("Terry v. Ohio", "Kyllo v. United States", "Caniglia v. Strom")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    root = tmp_path_factory.mktemp("real")
    embedder = load_embedder(threads=2)
    scotus = (
        one
        for one in read_sources([SAMPLE / "scotus.jsonl"])
        if isinstance(one, CaseRecord) and one.case.name in SCOTUS
    )
    build([*read_sources([SAMPLE / "ca6"]), *scotus], root, embedder=embedder)
    with Index.open(root) as index:
        yield SearchEngine(index, embedder)


def test_the_build_is_proven(engine):
    prove(engine)


@pytest.mark.parametrize(
    ("question", "case"),
    [
        (
            "may police pat down a person for weapons without probable cause to arrest",
            "Terry v. Ohio",
        ),
        (
            "heat detector aimed at a house to find lamps for growing marijuana",
            "Kyllo v. United States",
        ),
        ("officers took guns from a home while caring for a suicidal man", "Caniglia v. Strom"),
        ("shots fired at an unarmed man whose hands were raised", "Floyd v. City of Detroit"),
        ("burglar crawling out of a cabinet was shot", "Sample v. Bailey"),
    ],
)
@pytest.mark.parametrize("by_case", [False, True])
def test_a_question_in_other_words_finds_its_case(engine, question, case, by_case):
    answer = engine.search(SearchQuery(text=question, by_case=by_case))
    best = answer.groups[0].hits[0] if by_case else answer.hits[0]
    assert best.stored.case.name == case
    assert not answer.no_match


def test_a_question_about_nothing_legal_has_no_match(engine):
    answer = engine.search(SearchQuery(text="how long should sourdough rise before it is baked"))
    assert answer.no_match


@pytest.mark.parametrize("text", ["seizure of the person", "heat " * 4_000, "§", "🚓", "搜查令"])
def test_the_nearest_are_those_of_brute_force(engine, text):
    index = engine.index
    rows = np.arange(len(index.vectors))
    query = engine.embedder.embed_query(text[:20_000]).astype(np.float64)
    cosines = (index.vectors.vectors(rows).astype(np.float64) @ query).round(9).clip(0, 1)
    expected = sorted(rows.tolist(), key=lambda row: (-cosines[row], row))
    found = engine.search(SearchQuery(text=text[:20_000], mode=Mode.DENSE, k=40))
    texts = (letters(one.passage.text) for one in index.passages.fetch(expected))
    assert [letters(hit.stored.passage.text) for hit in found.hits] == list(dict.fromkeys(texts))[
        :40
    ]


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def test_a_filter_keeps_the_sixth_circuit(engine):
    asked = SearchQuery(text="stop and frisk", filters=Filters(court=("ca6",)), k=100)
    hits = engine.search(asked).hits
    assert {hit.stored.case.court_id for hit in hits} == {"ca6"}
    every = engine.index.passages.select(Filters(court=("ca6",)))
    assert every is not None
    assert sorted(hit.stored.passage.row for hit in hits) == every.tolist()[:100]


def test_a_pin_cite_brings_the_page_and_the_rest_of_the_question_ranks_it(engine):
    answer = engine.search(SearchQuery(text="392 U.S. at 27 reasonably prudent man", k=1))
    (hit,) = answer.hits
    assert "reasonably prudent man" in hit.stored.passage.text
    assert hit.cite.startswith("Terry v. Ohio, 392 U.S. 1, 2")
