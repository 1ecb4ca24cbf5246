"""What every peer is given, and how it is measured; needs numpy alone, for environments of their own.

A folder holds `texts.json`, `vectors.npy`, `days.npy` (an integer of each passage, 20050531), `ask.json`
(questions; filters: ends of a period) and `questions.npy` (their vectors). Answers are rows.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Found: TypeAlias = Sequence[tuple[int, str]]
"""Rows with their texts, best first."""
Period: TypeAlias = tuple[int, int]
"""First and last day, both included."""

K: Final = 10
_WARM_UP: Final = 3
_PATIENCE_S: Final = 60.0
"""Questions are asked for so long at the most in each way; the figures say how many were."""


class Peer(Protocol):
    """A program that holds passages."""

    name: str
    default_model: str | None
    """What embeds a question where nobody says otherwise; `None`: it has none."""

    def fill(self, work: "Work") -> None:
        """Store all passages with their vectors and make what makes them searchable."""
        ...

    def by_vector(self, vector: npt.NDArray[np.float32], period: Period | None) -> Found:
        """Return the nearest `K` passages, of a period where one is given."""
        ...

    def by_text(self, text: str) -> Found:
        """Return the best `K` passages for a question, which it embeds itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Passages, and what is asked of them; row *i* of each belongs together."""

    folder: Path
    texts: list[str]
    vectors: npt.NDArray[np.float32]
    days: npt.NDArray[np.int64]
    questions: list[str]
    question_vectors: npt.NDArray[np.float32]
    filters: dict[str, list[Period]]
    """By the share of passages that they keep."""

    @classmethod
    def read(cls, folder: Path) -> "Work":
        """Read what `write` wrote."""
        asked = json.loads((folder / "ask.json").read_text("utf-8"))
        return cls(
            folder=folder,
            texts=json.loads((folder / "texts.json").read_text("utf-8")),
            vectors=np.load(folder / "vectors.npy"),
            days=np.load(folder / "days.npy"),
            questions=asked["questions"],
            question_vectors=np.load(folder / "questions.npy"),
            filters={
                name: [(since, until) for since, until in periods]
                for name, periods in asked["filters"].items()
            },
        )

    def write(self) -> None:
        """Write everything into the folder."""
        (self.folder / "texts.json").write_text(json.dumps(self.texts), encoding="utf-8")
        np.save(self.folder / "vectors.npy", self.vectors)
        np.save(self.folder / "days.npy", self.days)
        np.save(self.folder / "questions.npy", self.question_vectors)
        asked = {"questions": self.questions, "filters": self.filters}
        (self.folder / "ask.json").write_text(json.dumps(asked), encoding="utf-8")

    def right(self, vector: npt.NDArray[np.float32], period: Period | None) -> list[int]:
        """Return the nearest rows by plain products."""
        rows = np.arange(len(self.days))
        if period is not None:
            rows = rows[(self.days >= period[0]) & (self.days <= period[1])]
        products = self.vectors[rows].astype(np.float64) @ vector.astype(np.float64)
        best = np.lexsort((rows, -products))[:K]
        return [int(row) for row in rows[best]]


def measured(peer: Peer, work: Work, *, most: int = 60) -> dict[str, Any]:
    """Fill a peer and ask it; each way of asking in turn, ``most`` questions at the most."""
    start = time.perf_counter()
    peer.fill(work)
    found: dict[str, Any] = {"fill_s": round(time.perf_counter() - start, 2)}
    found["passages_per_s"] = round(len(work.texts) / found["fill_s"], 1)
    asked = list(zip(work.question_vectors, work.questions, strict=True))[: most + _WARM_UP]
    found["vector_given"] = _asked(
        [partial(peer.by_vector, v, None) for v, _ in asked],
        [work.right(v, None) for v, _ in asked],
    )
    if peer.default_model is not None:
        texts = _asked([partial(peer.by_text, t) for _, t in asked], None)
        found["text_given"] = {"embedded_by": peer.default_model, **texts}
    for name, periods in work.filters.items():
        if not periods:
            continue
        pairs = [(v, periods[place % len(periods)]) for place, (v, _) in enumerate(asked)]
        found[f"filter {name}"] = _asked(
            [partial(peer.by_vector, v, p) for v, p in pairs],
            [work.right(v, p) for v, p in pairs],
        )
    return found


def _asked(
    calls: Sequence[Callable[[], Found]], right: Sequence[list[int]] | None
) -> dict[str, Any]:
    took: list[float] = []
    shares: list[float] = []
    begun = time.perf_counter()
    for place, call in enumerate(calls):
        start = time.perf_counter()
        found = call()
        now = time.perf_counter()
        if any(not text for _, text in found):
            raise ValueError("an answer came without its text")
        if place < _WARM_UP:
            continue
        took.append((now - start) * 1e3)
        if right is not None and right[place]:
            shares.append(len({row for row, _ in found} & set(right[place])) / len(right[place]))
        if now - begun > _PATIENCE_S:
            break
    told: dict[str, Any] = {
        "p50_ms": round(float(np.median(took)), 3),
        "p95_ms": round(float(np.quantile(took, 0.95)), 3),
        "n": len(took),
    }
    return told | ({"recall_at_10": round(float(np.mean(shares)), 4)} if shares else {})
