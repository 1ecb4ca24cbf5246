"""Scores that mean the same for every query of one build: learnt from the build's own passages.

A sentence of a passage stands for a question. What speaks for the passages beside it in the same
opinion is what a near match looks like; what speaks for random passages of other cases, and for the
best passage found for a question about nothing legal, is what no match looks like. A logistic
curve through both turns evidence into 0..1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from indexer.evidence import Evidence, dense_evidence, hybrid_evidence, lexical_evidence
from indexer.sentences import sentence_spans
from indexer.store.analysis import query_terms
from indexer.store.lexical import LexicalIndex
from indexer.store.passages import PassageStore
from indexer.store.ranking import Rows
from indexer.store.vectors import VectorIndex
from models.base import Embedder

_SAMPLES: Final = 200
_FEWEST: Final = 20
"""With fewer pairs than this the default curves are steadier than a fit."""
_RIDGE: Final = 1e-2
_MIN_WORDS, _MAX_WORDS = 6, 40
_DEPTH: Final = 10

OFF_TOPIC: Final[tuple[str, ...]] = (
    "how long to boil an egg so the yolk stays soft",
    "which hiking boots are good for wide feet",
    "recipe for sourdough bread without a mixer",
    "how to prune roses in early spring",
    "best beginner telescope to see the rings of Saturn",
    "why does my guitar go out of tune in winter",
    "chord progression for a slow blues in E",
    "when do swallows leave for the south",
    "how to knit a sweater with raglan sleeves",
    "difference between a latte and a flat white",
    "how deep is the Mariana trench",
    "training plan for a first half marathon",
    "what makes a sunset look red",
    "how to teach a puppy to walk on a leash",
    "most beautiful beaches of southern Portugal",
    "how do bees find their way back to the hive",
    "removing red wine stains from a wool carpet",
    "rules of the offside trap in football",
    "how to tune the derailleur of a mountain bike",
    "what is the melting point of aluminium",
    "plot of a film about two brothers on a submarine",
    "how to grow tomatoes on a balcony",
    "history of the bagpipes in Galicia",
    "calories in a bowl of oatmeal with banana",
    "how to fold a paper crane",
    "why do cats purr when they sleep",
    "quantum numbers of the electrons in a nitrogen atom",
    "how to sharpen a kitchen knife on a whetstone",
    "names of the moons of Uranus",
    "what to pack for a week of sailing",
)
"""Questions that no court opinion answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A logistic curve from evidence to a score."""

    slope: float
    """Positive, so that more evidence is never a lower score."""
    intercept: float

    def __call__(self, evidence: Evidence) -> Evidence:
        """Return ``1 / (1 + exp(-(slope * evidence + intercept)))``."""
        with np.errstate(over="ignore"):
            return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * evidence + self.intercept))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What one build learnt about its own scores."""

    hybrid: Curve
    dense: Curve
    lexical: Curve
    no_match_below: float
    """A best hybrid score under this means that nothing in the corpus answers."""
    pairs: int
    """How many pairs of question and passage the curves were fitted to; 0: the defaults."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that goes into the manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Calibration":
        """Read what `to_json` wrote; a missing or unknown key raises `TypeError` or `KeyError`."""
        curves = {lane: Curve(**raw[lane]) for lane in ("hybrid", "dense", "lexical")}
        return cls(no_match_below=float(raw["no_match_below"]), pairs=int(raw["pairs"]), **curves)


DEFAULT: Final = Calibration(
    hybrid=Curve(slope=18.0, intercept=-5.0),
    dense=Curve(slope=13.0, intercept=-5.0),
    lexical=Curve(slope=20.0, intercept=-3.0),
    no_match_below=0.4,
    pairs=0,
)
"""For a corpus too small to learn from: the curves of the sample corpus, rounded."""


class Lanes(NamedTuple):
    """The parts of a build that give evidence."""

    passages: PassageStore
    vectors: VectorIndex
    lexical: LexicalIndex


class _Pair(NamedTuple):
    dense: float
    lexical: float
    near: bool


def fit_curve(evidence: Evidence, near: np.ndarray, *, default: Curve) -> Curve:
    """Return the curve of greatest likelihood under a small ridge, by Newton's method.

    ``near`` is boolean, the same shape as ``evidence``. Where the fit is not increasing (the corpus
    does not tell near from far) the ``default`` is returned.
    """
    design = np.column_stack([evidence, np.ones_like(evidence)])
    weights = np.array([default.slope, default.intercept])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (p - near) + _RIDGE * weights
        hessian = (design.T * (p * (1 - p))) @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-9:
            break
    slope, intercept = (round(float(w), 6) for w in weights)
    return Curve(slope=slope, intercept=intercept) if slope > 0 else default


def calibrate(lanes: Lanes, embedder: Embedder, *, seed: int = 0) -> Calibration:
    """Learn the curves of a build; equal builds give equal curves."""
    pairs = [*_pairs(lanes, embedder, np.random.default_rng(seed))]
    if len(pairs) < _FEWEST:
        return DEFAULT
    off_topic = [_best(lanes, embedder, question) for question in OFF_TOPIC]
    pairs += off_topic
    dense = np.array([p.dense for p in pairs])
    lexical = np.array([p.lexical for p in pairs])
    near = np.array([p.near for p in pairs])
    hybrid = fit_curve(hybrid_evidence(dense, lexical), near, default=DEFAULT.hybrid)
    nothing = hybrid_evidence(*(np.array(column) for column in _columns(off_topic)))
    something = hybrid_evidence(dense, lexical)[near]
    limit = min(float(np.quantile(nothing, 0.95)), float(np.quantile(something, 0.25)))
    return Calibration(
        hybrid=hybrid,
        dense=fit_curve(dense, near, default=DEFAULT.dense),
        lexical=fit_curve(lexical, near, default=DEFAULT.lexical),
        no_match_below=round(float(hybrid(np.array(limit))), 6),
        pairs=len(pairs),
    )


def _columns(pairs: Sequence[_Pair]) -> tuple[list[float], list[float]]:
    return [p.dense for p in pairs], [p.lexical for p in pairs]


def _pairs(lanes: Lanes, embedder: Embedder, rng: np.random.Generator) -> list[_Pair]:
    total = len(lanes.vectors)
    if total < 2:
        return []
    rows = np.sort(rng.choice(total, size=min(_SAMPLES, total), replace=False)).astype(np.int64)
    found: list[_Pair] = []
    for stored in lanes.passages.fetch(rows):
        question = _a_sentence(stored.passage.text)
        before, after = lanes.passages.neighbours(stored.passage.row, 1)
        near = [*after, *before][:1]
        far = [int(rng.integers(total))]
        first, end = lanes.passages.opinion_rows(stored.opinion.id)
        far = [row for row in far if not first <= row < end]
        if question is not None and near:
            found += _evidence(lanes, embedder, question, near=near, far=far)
    return found


def _a_sentence(text: str) -> str | None:
    """Return the middle one of the text's sentences that could stand as a question."""
    sentences = [span.of(text).strip() for span in sentence_spans(text)]
    fitting = [s for s in sentences if _MIN_WORDS <= len(s.split()) <= _MAX_WORDS]
    return fitting[len(fitting) // 2] if fitting else None


def _evidence(
    lanes: Lanes, embedder: Embedder, question: str, *, near: Sequence[int], far: Sequence[int]
) -> list[_Pair]:
    rows = np.array([*near, *far], np.int64)
    dense, lexical = _of_rows(lanes, embedder, question, rows)
    return [
        _Pair(float(d), float(w), near=place < len(near))
        for place, (d, w) in enumerate(zip(dense, lexical, strict=True))
    ]


def _of_rows(
    lanes: Lanes, embedder: Embedder, question: str, rows: Rows
) -> tuple[Evidence, Evidence]:
    terms = query_terms(question)
    idf_sum = sum(lanes.lexical.idf(term) for term in terms)
    dense = dense_evidence(lanes.vectors.dots(embedder.embed_query(question), rows))
    return dense, lexical_evidence(lanes.lexical.scores(terms, rows), idf_sum=idf_sum)


def _best(lanes: Lanes, embedder: Embedder, question: str) -> _Pair:
    """Return the evidence of the best passage that both lanes find for an off-topic question."""
    vector = embedder.embed_query(question)
    found = [
        lanes.vectors.nearest(vector, _DEPTH, None).rows,
        lanes.lexical.search(query_terms(question), _DEPTH, None).rows,
    ]
    rows = np.unique(np.concatenate(found))
    dense, lexical = _of_rows(lanes, embedder, question, rows)
    best = int(np.argmax(hybrid_evidence(dense, lexical)))
    return _Pair(float(dense[best]), float(lexical[best]), near=False)
