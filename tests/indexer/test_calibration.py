"""Calibration: the fit is the best there is, it never falls, and it comes to an end; what a build learns."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import exp, log1p
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.build import BuildOptions, build
from indexer.calibration import (
    DEFAULT,
    OFF_TOPIC,
    Calibration,
    Curve,
    Lanes,
    calibrate,
    fit_curve,
)
from indexer.records import CaseRecord
from indexer.sources import read_sources
from indexer.store.snapshot import Index
from models.base import Embedder
from models.load import load_embedder
from service.answers import SearchQuery
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import build_small, case, cases
from tests.indexer.store.making import opinion, record

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
ELSE = Curve(slope=12.5, intercept=-3.25)
SHARES = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 1.0, 5e-324, 1e-300, 1 - 2**-53, 0.5, 0.5 + 2**-53])
)
PAIRS = st.lists(st.tuples(SHARES, st.booleans()), max_size=120)


def fit(evidence, near) -> Curve:
    return fit_curve(np.array(evidence, float), np.array(near, bool), default=ELSE)


def drawn(seed: int, *, near: int = 100, far: int = 100, apart: float = 0.3, width: float = 0.1):
    rng = np.random.default_rng(seed)
    spoken = np.concatenate(
        [rng.normal(0.3 + apart, width, near), rng.normal(0.3, width, far)]
    ).clip(0, 1)
    return spoken, np.arange(near + far) < near


def penalised_loss(slope: float, intercept: float, evidence, near) -> float:
    """Negative log-likelihood and half a ridge of 0.01 on the slope, term by term."""
    total = 0.005 * slope**2
    for x, is_near in zip(evidence.tolist(), near.tolist(), strict=True):
        z = (slope * x + intercept) * (1 if is_near else -1)
        total += log1p(exp(-z)) if z > 0 else log1p(exp(z)) - z
    return total


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(100, 100, 0.3, 0.1), (5, 300, 0.2, 0.05), (190, 210, 0.1, 0.2)])
def test_no_other_curve_fits_better(seed, shape) -> None:
    near, far, apart, width = shape
    evidence, is_near = drawn(seed, near=near, far=far, apart=apart, width=width)
    curve = fit(evidence, is_near)
    best = penalised_loss(curve.slope, curve.intercept, evidence, is_near)
    for reach in (1e-3, 0.1, 3.0, 30.0):
        for angle in np.linspace(0, 2 * np.pi, 16, endpoint=False):
            slope = curve.slope + reach * np.cos(angle)
            intercept = curve.intercept + reach * np.sin(angle)
            assert best <= penalised_loss(slope, intercept, evidence, is_near) + 1e-9


@given(PAIRS)
def test_the_gradient_is_zero_or_the_default_is_due(pairs) -> None:
    evidence = np.array([one for one, _ in pairs])
    near = np.array([two for _, two in pairs], dtype=bool)
    curve = fit(evidence, near)
    if curve == ELSE:
        rises = len(set(near.tolist())) == 2 and np.cov(evidence, near)[0, 1] > 1e-6
        assert not rises
        return
    missing = 1 / (1 + np.exp(-(curve.slope * evidence + curve.intercept))) - near
    assert missing.sum() == pytest.approx(0, abs=1e-3)
    assert missing @ evidence + 0.01 * curve.slope == pytest.approx(0, abs=1e-3)


@given(PAIRS)
def test_a_fitted_curve_never_falls(pairs) -> None:
    curve = fit([one for one, _ in pairs], [two for _, two in pairs])
    assert curve.slope > 0
    assert np.isfinite([curve.slope, curve.intercept]).all()


def test_a_known_curve_is_found_again() -> None:
    rng = np.random.default_rng(3)
    truth = Curve(slope=9.0, intercept=-4.0)
    evidence = rng.random(20_000)
    found = fit(evidence, rng.random(20_000) < truth(evidence))
    assert found.slope == pytest.approx(truth.slope, rel=0.05)
    assert found.intercept == pytest.approx(truth.intercept, rel=0.05)


@pytest.mark.parametrize("gap", [0.5, 0.05])
def test_what_can_be_told_apart_is_told_apart_by_a_finite_curve(gap) -> None:
    evidence = np.concatenate([np.full(150, 0.4 + gap), np.full(150, 0.4)])
    curve = fit(evidence, np.arange(300) < 150)
    assert 0 < curve.slope < 1_000
    assert curve(np.array(0.4)) < 0.5 < curve(np.array(0.4 + gap))


@pytest.mark.parametrize(
    ("evidence", "near"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([0.1, 0.9], [True, True], id="all near"),
        pytest.param([0.1, 0.9], [False, False], id="none near"),
        pytest.param([0.0] * 40, [True] * 30 + [False] * 10, id="no evidence at all"),
        pytest.param([0.7] * 40, [True] * 30 + [False] * 10, id="constant"),
        pytest.param([0.1] * 20 + [0.9] * 20, [True] * 20 + [False] * 20, id="the wrong way round"),
    ],
)
def test_what_tells_nothing_gives_the_default(evidence, near) -> None:
    assert fit(evidence, near) == ELSE


def test_one_stray_pair_among_certain_ones_does_not_run_away() -> None:
    evidence = np.concatenate([np.zeros(200), np.ones(200), [1.0]])
    near = np.concatenate([np.zeros(200), np.ones(200), [0]]).astype(bool)
    assert 0 < fit(evidence, near).slope < 100


@given(st.floats(0.001, 1e4), st.floats(-1e4, 1e4), st.lists(SHARES, min_size=2, max_size=20))
def test_a_curve_lies_within_0_and_1_and_follows_the_evidence(slope, intercept, shares) -> None:
    scores = Curve(slope=slope, intercept=intercept)(np.array(sorted(shares)))
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0
    assert np.all(np.diff(scores) >= -1e-15)


def test_a_curve_is_the_logistic_function_of_its_line() -> None:
    curve = Curve(slope=4.0, intercept=-1.0)
    evidence = np.linspace(0, 1, 11)
    assert curve(evidence) == pytest.approx([1 / (1 + exp(1 - 4 * x)) for x in evidence])


def test_a_calibration_survives_json() -> None:
    learnt = replace(DEFAULT, hybrid=Curve(slope=1 / 3, intercept=-2.0), pairs=7)
    assert Calibration.from_json(json.loads(json.dumps(learnt.to_json()))) == learnt


@pytest.mark.parametrize("lane", ["hybrid", "dense", "lexical", "nothing_below", "pairs"])
def test_a_torn_calibration_is_refused(lane) -> None:
    raw = DEFAULT.to_json()
    del raw[lane]
    with pytest.raises(KeyError, match=lane):
        Calibration.from_json(raw)


@pytest.mark.parametrize("value", ["9.0", None, True, [1.0], float("nan"), float("inf"), 10**400])
@pytest.mark.parametrize("place", [("dense", "slope"), ("hybrid", "intercept"), ("nothing_below",)])
def test_what_is_no_finite_number_is_refused(place, value) -> None:
    raw = DEFAULT.to_json()
    inner = raw
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises((TypeError, ValueError)):
        Calibration.from_json(raw)


@pytest.mark.parametrize("value", [None, 3, "steep", [1, 2], [[1, 2]]])
def test_what_is_no_curve_is_refused(value) -> None:
    with pytest.raises((TypeError, ValueError)):
        Calibration.from_json({**DEFAULT.to_json(), "dense": value})


def test_a_calibration_of_another_time_is_refused() -> None:
    raw = DEFAULT.to_json()
    raw["dense"]["bend"] = 1.0
    with pytest.raises(TypeError, match="bend"):
        Calibration.from_json(raw)


@contextmanager
def lanes_of(root: Path, records: list[CaseRecord]) -> Iterator[Lanes]:
    build_small(records, root)
    with Index.open(root) as index:
        yield Lanes(index.passages, index.vectors, index.lexical)


def learnt(root: Path, records: list[CaseRecord], **seed: int) -> Calibration:
    with lanes_of(root, records) as lanes:
        return calibrate(lanes, WordHashEmbedder(), **seed)


@pytest.fixture(scope="module")
def taught(tmp_path_factory) -> Iterator[Lanes]:
    with lanes_of(tmp_path_factory.mktemp("index"), cases(12, sentences_each=24)) as lanes:
        yield lanes


def test_equal_builds_learn_equal_curves(taught, tmp_path) -> None:
    first = calibrate(taught, WordHashEmbedder())
    assert first == calibrate(taught, WordHashEmbedder())
    assert first == learnt(tmp_path, cases(12, sentences_each=24))
    assert first != calibrate(taught, WordHashEmbedder(), seed=1)


def test_the_build_keeps_what_it_learnt(tmp_path) -> None:
    records = cases(6)
    report = build_small(records, tmp_path)
    kept = Calibration.from_json(report.manifest.calibration)
    assert kept.pairs > 0
    assert kept == learnt(tmp_path, records)


def test_evidence_for_a_passages_own_neighbour_scores_above_that_for_a_stranger(taught) -> None:
    found = calibrate(taught, WordHashEmbedder())
    for fitted, default in (
        (found.hybrid, DEFAULT.hybrid),
        (found.dense, DEFAULT.dense),
        (found.lexical, DEFAULT.lexical),
    ):
        assert fitted != default
        assert fitted(np.array(0.05)) < 0.5 < fitted(np.array(0.9))


def nearest(lanes: Lanes, question: str) -> float:
    """The best cosine of all passages."""
    rows = np.arange(len(lanes.vectors), dtype=np.int64)
    return float(lanes.vectors.dots(WordHashEmbedder().embed_query(question), rows).max())


def test_the_limit_parts_questions_about_nothing_from_the_corpuss_own_words(taught) -> None:
    learnt = calibrate(taught, WordHashEmbedder())
    strange = [nearest(taught, question) for question in OFF_TOPIC]
    assert np.mean(np.array(strange) < learnt.nothing_below) >= 0.9
    rows = range(0, len(taught.vectors), 3)
    own = [nearest(taught, stored.passage.text) for stored in taught.passages.fetch(rows)]
    assert min(own) > learnt.nothing_below


def test_a_sentence_is_not_its_own_answer(tmp_path) -> None:
    """Where no passage has a word of another, no sentence finds more than a stranger does."""
    rng = np.random.default_rng(0)
    words = [f"w{n}" for n in rng.permutation(4_000)]
    lines = [" ".join(words[at : at + 10]).capitalize() + "." for at in range(0, 2_000, 10)]
    alone = record("c", opinion("o", "\n\n".join(lines), case_id="c"))
    found = learnt(tmp_path, [alone])
    assert found.pairs > 30
    assert found.nothing_below < 0.3


def test_few_passages_get_the_default(tmp_path) -> None:
    assert learnt(tmp_path / "one", [case("a", sentences_each=2)]) == DEFAULT
    assert learnt(tmp_path / "few", [case("a", sentences_each=20)]) == DEFAULT


def test_passages_without_neighbours_get_the_default(tmp_path) -> None:
    lonely = [case(f"c{at}", sentences_each=2, topic=at) for at in range(40)]
    assert learnt(tmp_path, lonely) == DEFAULT


def test_a_dissent_is_no_stranger_to_its_own_case(tmp_path) -> None:
    with lanes_of(tmp_path, [case("only", sentences_each=80, voices=2)]) as lanes:
        near = len(lanes.vectors)
        assert near >= 20
        assert calibrate(lanes, WordHashEmbedder()).pairs == near + len(OFF_TOPIC)


@pytest.mark.parametrize("seed", range(2, 6))
def test_every_sample_of_a_corpus_gives_curves_that_rise(taught, seed) -> None:
    found = calibrate(taught, WordHashEmbedder(), seed=seed)
    assert min(found.hybrid.slope, found.dense.slope, found.lexical.slope) > 0
    assert 0 < found.nothing_below < 1


READ = {
    "ca6-2005-sample-v-bailey",
    "ca6-2008-floyd-v-detroit",
    "scotus-fl-75",
    "scotus-fl-1422",
}
STRANGE = (
    "how do I get candle wax out of a tablecloth",
    "best way to train for swimming a mile",
    "what do hedgehogs eat in the wild",
    "how to make a good risotto with mushrooms",
    "which paint to use for a wooden fence",
    "learn to play the violin as an adult",
    "how to write a haiku",
    "cheap flights to Iceland in May",
    "how to clean a coffee machine",
    "how to plant tulip bulbs",
)
LEGAL = (
    "when may officers be sued for using too much force during an arrest",
    "qualified immunity when the right was clearly established",
    "police shot a man who was unarmed and had surrendered",
    "arrested because of a mistaken identity",
    "what must be shown to win summary judgment",
    "hitting a suspect who was no longer resisting",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Iterator[SearchEngine]:
    """The two seeds and two short cases, read by the model that comes with the program."""
    root = tmp_path_factory.mktemp("index")
    embedder: Embedder = load_embedder(threads=2)
    records = [
        one for one in read_sources([SAMPLE]) if isinstance(one, CaseRecord) and one.case.id in READ
    ]
    build(records, root, embedder=embedder, options=BuildOptions())
    with Index.open(root) as index:
        yield SearchEngine(index, embedder)


@pytest.mark.slow
def test_nothing_in_court_opinions_answers_a_question_about_something_else(engine) -> None:
    told = {question: engine.search(SearchQuery(text=question)).no_match for question in STRANGE}
    assert sum(told.values()) >= 0.9 * len(STRANGE), told


@pytest.mark.slow
def test_court_opinions_answer_questions_about_their_subjects(engine) -> None:
    told = {question: engine.search(SearchQuery(text=question)).no_match for question in LEGAL}
    assert not any(told.values()), told
