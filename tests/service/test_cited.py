"""Questions that name a case: its passages first, the rest as without it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from indexer.calibration import Curve
from indexer.filters import Filters
from indexer.records import CaseRecord
from indexer.sources import read_sources
from indexer.store.snapshot import Index
from service.answers import Confidence, Mode, SearchQuery
from service.cited import cited_rows, evidence_at, lifted
from service.search import SearchEngine
from tests.service.corpus import EMBEDDER, build_corpus

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MODES = tuple(Mode)
NAMES = ("Terry v. Ohio", "Katz v. United States")


def rows(answer) -> list[int]:
    return [hit.stored.passage.row for hit in answer.hits]


def rows_of(judge, case_id: str) -> list[int]:
    return [s.passage.row for s in judge.stored if s.case.id == case_id]


# what a question names; case-01 is 301 U.S. 101 and has the pages 101 to 106


@pytest.mark.parametrize(
    ("text", "case", "page", "rest"),
    [
        ("301 U.S. 101", "case-01", None, ""),
        ("301 U. S. 101", "case-01", None, ""),
        ("see 301 US 101 on frisks", "case-01", None, "see   on frisks"),
        ("301 U.S. 101, 103", "case-01", 103, ""),
        ("301 U.S. 101, at 103-04 frisk", "case-01", 103, "frisk"),
        ("301 U.S. at 103", "case-01", 103, ""),
        ("301 U. S., at 103", "case-01", 103, ""),
        ("301 U.S. 103", "case-01", 103, ""),
        ("301 U.S. 101, 103 (1999)", "case-01", 103, ""),
        ("301\nU.S.\n101 (6th Cir. 1999)", "case-01", None, ""),
        ("Graham v. Connor, 301 U.S. 101, 103 (1989)", "case-01", 103, ""),
        ("Graham v. Connor, 301 U.S. 101, 2 Ohio Op. 2d 8 (1989)", "case-01", None, ""),
        ("301 U.S. 101, 20 L. Ed. 2d 889", "case-01", None, "20 L. Ed. 2d 889"),
        ("2 Ohio Op. 2d 8 frisk", "case-01", None, "frisk"),
        ("graham v connor", "case-01", None, ""),
        ("Kisela v. Hughes", "case-02", None, ""),
        ("In 1968 the 4 officers of 301 U.S. 101", "case-01", None, "In 1968 the 4 officers of"),
    ],
)
def test_a_citation_names_a_case_and_a_page(corpus, judge, text, case, page, rest):
    cited = cited_rows(text, corpus.passages.finder)
    assert cited is not None
    assert cited.rows.tolist() == rows_of(judge, case)
    assert " ".join(cited.rest.split()) == " ".join(rest.split())
    on_page = [
        s.passage.row
        for s in judge.stored
        if s.case.id == case
        and any(int(p.first) <= page <= int(p.last) for p in s.pages if page is not None)
    ]
    assert cited.on_page.tolist() == on_page
    assert bool(on_page) == (page is not None)


@pytest.mark.parametrize(
    "text",
    [
        "frisk",
        "301 U.S.",
        "301 U.S. 107",  # behind the last page that is marked
        "304 U.S. 402",  # of a case without marks nobody knows the end
        "999 U.S. 101",
        "in 301 cases 101 officers",
        '"301 U.S. 101"',
        '"Graham v. Connor"',
        'Graham v. Connor "frisk"',
        "Graham v. Connor frisk",
        "Harris v. Canton",  # a name that was only inferred
        "301 U.S. 101x",
        "1301 U.S. 101",
    ],
)
def test_what_names_no_case_lifts_none(corpus, text):
    assert cited_rows(text, corpus.passages.finder) is None


def test_two_cases_are_named_by_two_citations(corpus, judge):
    cited = cited_rows("301 U.S. 101; 302 U.S. at 203, and frisks", corpus.passages.finder)
    assert cited is not None
    both = [*rows_of(judge, "case-01"), *rows_of(judge, "case-02")]
    assert cited.rows.tolist() == sorted(both)
    assert set(cited.on_page.tolist()) <= set(rows_of(judge, "case-02"))
    assert cited.rest.split() == ["and", "frisks"]


@given(st.text(st.sampled_from('301 U.S.at,v"()-\n'), max_size=40))
def test_any_text_may_be_looked_through(corpus, text):
    cited = cited_rows(text, corpus.passages.finder)
    assert cited is None or set(cited.on_page) <= set(cited.rows)


# the evidence


floats = st.floats(0, 1, allow_subnormal=False)


@given(arrays(np.float64, st.integers(1, 8), elements=floats), floats, st.integers(0, 255))
def test_lifting_keeps_the_order_and_the_distances(evidence, above, bits):
    first = np.array([bool(bits >> i & 1) for i in range(len(evidence))])
    raised = lifted(evidence, first, above=above)
    assert raised.min() >= above
    for group in (first, ~first):
        if group.any():
            assert np.ptp(raised[group] - evidence[group]) < 1e-12
    if first.any() and not first.all():
        assert raised[first].min() >= raised[~first].max()
    if not first.any() or first.all():
        assert raised.min() == pytest.approx(above)


@given(floats.filter(lambda s: 0.01 < s < 0.99), st.floats(0.1, 30), st.floats(-9, 9))
def test_evidence_at_is_the_curve_turned_round(score, slope, intercept):
    curve = Curve(slope=slope, intercept=intercept)
    assert curve(np.array(evidence_at(score, curve))) == pytest.approx(score)


# the ranking


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rest", ["", "stop and frisk a suspect", "police dog"])
def test_the_named_case_comes_first_then_the_ranking_without_it(engine, judge, mode, rest):
    text = f"301 U.S. 101, 103 {rest}"
    answer = engine.search(SearchQuery(text=text, mode=mode, k=100))

    own = rows_of(judge, "case-01")
    on_page = [r for r in own if any(p.first <= "103" <= p.last for p in judge.stored[r].pages)]
    others = [row for row in own if row not in on_page]
    order = (lambda some: judge.ranking(rest, Mode.DENSE, some)) if rest else sorted
    if rest and mode is not Mode.DENSE:
        evidence = judge.evidence(rest, mode).round(9)

        def order(some):
            return sorted(some, key=lambda row: (-evidence[row], row))

    behind = [row for row in judge.ranking(text, mode) if row not in own]
    every = [*order(on_page), *order(others), *behind]
    assert rows(answer) == judge.shown(every, named=len(own))[:100]
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    first = len(judge.shown(own))
    assert all(hit.confidence is Confidence.HIGH for hit in answer.hits[:first])
    alike = judge.alike(every, named=len(own))
    tail = judge.scores(text, mode)[alike[first]].max() if len(alike) > first else 0
    assert len(alike) == first or answer.hits[first].score == pytest.approx(tail)
    assert not answer.no_match


@pytest.mark.parametrize("mode", MODES)
def test_a_named_case_is_the_first_group(engine, mode):
    for name, case in (("Terry v. Ohio", "case-00"), ("People v. Muñoz", "case-07")):
        answer = engine.search(SearchQuery(text=name, mode=mode, by_case=True, k=13))
        assert answer.groups[0].case.id == case
        scores = [group.score for group in answer.groups]
        assert scores == sorted(scores, reverse=True)
        assert len({group.case.id for group in answer.groups}) == len(answer.groups)


@pytest.mark.parametrize("text", ["301 U.S. 101", "graham v. connor"])
def test_a_named_case_is_a_match_however_strict_the_build(corpus, text):
    strict = {**corpus.manifest.calibration, "nothing_below": 0.999}
    engine = SearchEngine(
        replace(corpus, manifest=replace(corpus.manifest, calibration=strict)), EMBEDDER
    )
    assert not engine.search(SearchQuery(text=text)).no_match
    assert engine.search(SearchQuery(text="301 U.S.")).no_match


def test_filters_hold_for_a_named_case_too(engine):
    without = Filters(case_id=("case-03", "case-04"))
    answer = engine.search(SearchQuery(text="301 U.S. 101", filters=without, k=50))
    assert {hit.stored.case.id for hit in answer.hits} == {"case-03", "case-04"}
    page = Filters(case_id=("case-01",), cites=("490 U.S. 386",))
    answer = engine.search(SearchQuery(text="301 U.S. 101", filters=page, k=50))
    assert answer.hits
    assert all("490 U.S. 386" in hit.stored.passage.text for hit in answer.hits)


def test_min_score_keeps_the_named_case(engine, judge):
    answer = engine.search(SearchQuery(text="graham v. connor", k=100, min_score=0.79))
    assert rows(answer)[: len(rows_of(judge, "case-01"))] == rows_of(judge, "case-01")


# real pages


@pytest.fixture(scope="module")
def terry(tmp_path_factory: pytest.TempPathFactory) -> Index:
    records = [
        one
        for one in read_sources([SAMPLE / "scotus.jsonl"])
        if isinstance(one, CaseRecord) and one.case.name in NAMES
    ]
    return build_corpus(tmp_path_factory.mktemp("terry"), records)


@pytest.mark.parametrize(
    "text",
    ["392 U.S. 1, 27", "392 U.S., at 27", "392 U.S. 27", "Terry v. Ohio, 392 U. S. 1, 27 (1968)"],
)
def test_a_pin_cite_brings_the_page(terry, text):
    answer = SearchEngine(terry, EMBEDDER).search(SearchQuery(text=text, k=30))
    on_page = [
        any(
            p.reporter == "392 U.S." and int(p.first) <= 27 <= int(p.last) for p in hit.stored.pages
        )
        for hit in answer.hits
    ]
    assert on_page == sorted(on_page, reverse=True)
    words = " ".join(hit.stored.passage.text for hit in answer.hits[: sum(on_page)])
    assert "whether a reasonably prudent man in the circumstances" in " ".join(words.split())


def test_the_name_brings_the_case(terry):
    engine = SearchEngine(terry, EMBEDDER)
    for text in ("terry v ohio", "Terry v. Ohio", "88 S. Ct. 1868", "44 Ohio Op. 2d 383"):
        assert engine.search(SearchQuery(text=text)).hits[0].stored.case.name == "Terry v. Ohio"
    assert engine.search(SearchQuery(text="katz v us")).hits[0].stored.case.id == "cl-107564"
