"""Scores that mean the same for every query of one build: learnt from the build's own passages.

A sentence of a passage stands for a question. What speaks for the passages beside it in the same
opinion is what a near match looks like; what speaks for random passages of other cases, and for the
best passage found for a question about nothing legal, is what no match looks like. A logistic
curve through both turns evidence into 0..1.

Nothing answers a question that no passage means, unless a passage has its words: its best cosine is
less than halfway from what nearly all questions about nothing legal stay below to what nearly all of the
corpus's own sentences find (their own passage left out). Where those two overlap, the sentences have
the say. Meaning tells more here than both lanes together: a layman's question shares few words with its
answer, and one about something else often shares as many.
"""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.evidence import (
    Evidence,
    dense_evidence,
    hybrid_evidence,
    lexical_evidence,
    voice_prior,
)
from indexer.sentences import sentence_spans
from indexer.store.analysis import query_terms
from indexer.store.engine import Vectors, Words
from indexer.store.passages import PassageStore
from indexer.store.ranking import Rows
from models.base import Embedder, FloatVector

_Matrix = npt.NDArray[np.float64]
_SAMPLES: Final = 200
_FEWEST: Final = 20
"""With fewer pairs than this the default curves are steadier than a fit."""
_RIDGE: Final = np.array([1e-2, 0.0])
"""Of slope and intercept: a ridge on the intercept would tell near from far where nothing does."""
_STEADY: Final = np.array([0.0, 1e-12])
"""Keeps the steps finite where every pair is certain; it moves no optimum."""
_MOST_STEPS: Final = 100
_MOST_HALVINGS: Final = 60
_SMALL_GAIN: Final = 1e-12
_MIN_WORDS, _MAX_WORDS = 6, 40
_DEPTH: Final = 10
_AT_ONCE: Final = 8
_OFF_TOPIC_BELOW: Final = 0.95
_ANSWERED_BELOW: Final = 0.05
"""What "nearly all" means, as quantiles of the best cosines."""

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
        return _logistic(np.asarray(self.slope * evidence + self.intercept))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What one build learnt about its own scores."""

    hybrid: Curve
    dense: Curve
    lexical: Curve
    nothing_below: float
    """Where no passage has a cosine of this much, nothing in the corpus means what is asked."""
    pairs: int
    """How many pairs of question and passage the curves were fitted to; 0: the defaults."""

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that goes into the manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Calibration":
        """Read what `to_json` wrote.

        A key that is missing or unknown, or has something else than a finite number, raises `KeyError`,
        `TypeError` or `ValueError`.
        """
        curves = {
            lane: Curve(**{name: _number(value) for name, value in dict(raw[lane]).items()})
            for lane in ("hybrid", "dense", "lexical")
        }
        return cls(
            nothing_below=float(_number(raw["nothing_below"])), pairs=int(raw["pairs"]), **curves
        )


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{value!r} is not a number")
    if not abs(value) <= sys.float_info.max:
        raise ValueError(f"{value!r} is not finite")
    return value


DEFAULT: Final = Calibration(
    hybrid=Curve(slope=9.0, intercept=-2.0),
    dense=Curve(slope=6.0, intercept=-1.9),
    lexical=Curve(slope=13.0, intercept=-0.9),
    nothing_below=0.42,
    pairs=0,
)
"""For a corpus too small to learn from: the curves of the sample corpus, rounded."""


class Lanes(NamedTuple):
    """The parts of a build that give evidence."""

    passages: PassageStore
    vectors: Vectors
    lexical: Words


class _Question(NamedTuple):
    vector: FloatVector
    terms: tuple[str, ...]
    idf_sum: float


class _Pair(NamedTuple):
    dense: float
    lexical: float
    near: bool


def fit_curve(evidence: Evidence, near: npt.NDArray[np.bool_], *, default: Curve) -> Curve:
    """Return the curve of greatest likelihood, its slope held by a small ridge.

    ``evidence`` is 0 to 1, ``near`` of the same shape. Where the fit does not increase (the evidence
    does not tell near from far), or all are near, or none, the ``default`` is returned.
    """
    if not near.any() or near.all():
        return default
    share = float(near.mean())
    # From a level curve, where the likelihood bends most: from a steep one Newton's steps run away.
    weights = np.array([0.0, np.log(share / (1.0 - share))])
    design = np.column_stack([evidence, np.ones_like(evidence)])
    for _ in range(_MOST_STEPS):
        weights, gain = _step(design, near, weights)
        if gain <= _SMALL_GAIN:
            break
    slope, intercept = (round(float(w), 6) for w in weights)
    return Curve(slope=slope, intercept=intercept) if slope > 0 else default


def _step(
    design: _Matrix, near: npt.NDArray[np.bool_], weights: Evidence
) -> tuple[Evidence, float]:
    """Return the weights after one Newton step, halved until it pays, and what it gained."""
    p = _logistic(design @ weights)
    gradient = design.T @ (p - near) + _RIDGE * weights
    hessian = (design.T * (p * (1.0 - p))) @ design + np.diag(_RIDGE + _STEADY)
    step = np.linalg.solve(hessian, gradient)
    loss = _loss(design, near, weights)
    for halvings in range(_MOST_HALVINGS):
        tried = weights - step * 0.5**halvings
        gain = loss - _loss(design, near, tried)
        if gain > 0.0:
            return tried, gain
    return weights, 0.0


def _loss(design: _Matrix, near: npt.NDArray[np.bool_], weights: Evidence) -> float:
    z = design @ weights
    unlikely = np.logaddexp(0.0, z).sum() - z[near].sum()
    return float(unlikely + 0.5 * (_RIDGE * weights**2).sum())


def _logistic(z: Evidence) -> Evidence:
    """Return ``1 / (1 + exp(-z))``, which overflows nowhere."""
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def calibrate(lanes: Lanes, embedder: Embedder, *, seed: int = 0) -> Calibration:
    """Learn the curves of a build; equal builds give equal curves."""
    rng = np.random.default_rng(seed)
    pairs: list[_Pair] = []
    answered: list[float] = []
    total = len(lanes.vectors)
    sample = sampled_sentences(lanes.passages, total, _SAMPLES if total > 1 else 0, rng)
    questions = _ask(lanes, embedder, [sentence for _, sentence in sample])
    for (row, _), question in zip(sample, questions, strict=True):
        pairs += _near_and_far(lanes, question, row, rng)
        answered.append(_best(lanes, question, besides=row)[1])
    if len(pairs) < _FEWEST:
        return DEFAULT
    off_topic = [_best(lanes, question) for question in _ask(lanes, embedder, OFF_TOPIC)]
    pairs += [pair for pair, _ in off_topic]
    dense, lexical = (np.array([pair[lane] for pair in pairs]) for lane in (0, 1))
    near = np.array([pair.near for pair in pairs])
    nothing = float(np.quantile([cosine for _, cosine in off_topic], _OFF_TOPIC_BELOW))
    something = float(np.quantile(answered, _ANSWERED_BELOW))
    return Calibration(
        hybrid=fit_curve(hybrid_evidence(dense, lexical), near, default=DEFAULT.hybrid),
        dense=fit_curve(dense, near, default=DEFAULT.dense),
        lexical=fit_curve(lexical, near, default=DEFAULT.lexical),
        nothing_below=round(min((nothing + something) / 2.0, something), 6),
        pairs=len(pairs),
    )


def sampled_sentences(
    passages: PassageStore, total: int, samples: int, rng: np.random.Generator
) -> list[tuple[int, str]]:
    """Return the rows of a sample of the ``total`` passages, ascending, each with a sentence of it.

    The middle one of those that could stand as a question; a passage without any is left out.
    """
    rows = np.sort(rng.choice(total, size=min(samples, total), replace=False)).astype(np.int64)
    found = [(one.passage.row, _a_sentence(one.passage.text)) for one in passages.fetch(rows)]
    return [(row, sentence) for row, sentence in found if sentence is not None]


def _a_sentence(text: str) -> str | None:
    """Return the middle one of the text's sentences that could stand as a question."""
    sentences = [span.of(text).strip() for span in sentence_spans(text)]
    fitting = [s for s in sentences if _MIN_WORDS <= len(s.split()) <= _MAX_WORDS]
    return fitting[len(fitting) // 2] if fitting else None


def embedded_at_once(embedder: Embedder, texts: Sequence[str]) -> list[FloatVector]:
    """Return the vectors of ``texts``; several are made at once, one by one it takes twice the time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(embedder.embed_query, texts))


def _ask(lanes: Lanes, embedder: Embedder, texts: Sequence[str]) -> list[_Question]:
    """Return ``texts`` as questions."""
    vectors = embedded_at_once(embedder, texts)
    return [_question(lanes, text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _question(lanes: Lanes, text: str, vector: FloatVector) -> _Question:
    terms = query_terms(text)
    return _Question(vector, terms, sum(lanes.lexical.idf(term) for term in terms))


def _near_and_far(
    lanes: Lanes, question: _Question, row: int, rng: np.random.Generator
) -> list[_Pair]:
    """Pair a sentence of passage ``row`` with the passage beside it, and with one of another case."""
    before, after = lanes.passages.neighbours(row, 1)
    near = [*after, *before][:1]
    first, end = lanes.passages.case_rows(row)
    far = [int(one) for one in rng.integers(len(lanes.vectors), size=1) if not first <= one < end]
    if not near:
        return []
    dense, lexical = _of_rows(lanes, question, np.array([*near, *far], np.int64))
    return [
        _Pair(float(d), float(w), near=place < len(near))
        for place, (d, w) in enumerate(zip(dense, lexical, strict=True))
    ]


def _best(lanes: Lanes, question: _Question, *, besides: int = -1) -> tuple[_Pair, float]:
    """Return the passage that a search would put first, and the best cosine of any.

    The passage ``besides`` is left out of it: the one that the question was taken from.
    """
    found = np.concatenate(
        [
            lanes.vectors.nearest(question.vector, _DEPTH, None).rows,
            lanes.lexical.search(question.terms, _DEPTH, None).rows,
        ]
    )
    rows = np.unique(found[found != besides])
    dense, lexical = _of_rows(lanes, question, rows)
    evidence = hybrid_evidence(dense, lexical) * voice_prior(lanes.passages.types_of(rows))
    best = int(np.argmax(evidence))
    return _Pair(float(dense[best]), float(lexical[best]), near=False), float(dense.max())


def _of_rows(lanes: Lanes, question: _Question, rows: Rows) -> tuple[Evidence, Evidence]:
    scores = lanes.lexical.scores(question.terms, rows)
    return (
        dense_evidence(lanes.vectors.dots(question.vector, rows)),
        lexical_evidence(scores, idf_sum=question.idf_sum),
    )
