"""Evidence becomes a score: the curves of one build, and what a score says in a word."""

from typing import Final

from indexer.calibration import Calibration, Curve
from indexer.errors import IndexCorruptError
from indexer.store.snapshot import Index
from service.answers import Confidence, Mode
from service.retrieval import Candidates

HIGH: Final = 0.8
"""Scores from here on are of high confidence."""
_MEDIUM: Final = 0.5
_MOST_WORDS: Final = 0.5
"""Of what the words of a question could give at the most (`indexer.evidence.lexical_evidence`)."""


class Scoring:
    """What one build learnt about its own scores."""

    def __init__(self, index: Index) -> None:
        """Read the build's calibration; `IndexCorruptError` when it cannot be read."""
        try:
            self._calibration = Calibration.from_json(index.manifest.calibration)
        except (KeyError, TypeError, ValueError) as error:
            raise IndexCorruptError(index.folder, "its calibration cannot be read") from error

    def curve(self, mode: Mode) -> Curve:
        """Return the curve from the evidence of ``mode`` to scores."""
        curve: Curve = getattr(self._calibration, mode.value)
        return curve

    def nothing(self, found: Candidates) -> bool:
        """Say whether what was found means that nothing that was searched answers.

        It does where no passage is near enough in meaning, unless one has most of the words; where
        words alone were asked for, where its score is low.
        """
        if len(found.rows) == 0:
            return True
        if found.dense is None:
            return float(self.curve(Mode.LEXICAL)(found.evidence[0])) < _MEDIUM
        nearest = float(found.dense.scores[0]) if len(found.dense) else 0.0
        return nearest < self._calibration.nothing_below and found.best_words < _MOST_WORDS


def confidence(score: float) -> Confidence:
    """Return a score in a word."""
    if score >= HIGH:
        return Confidence.HIGH
    return Confidence.MEDIUM if score >= _MEDIUM else Confidence.LOW
