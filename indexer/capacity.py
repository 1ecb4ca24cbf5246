"""The arithmetic of a search cluster, from what one machine measured; and the tail of a fan-out.

A question goes to every shard and waits for the slowest. Where a shard has replicas, a second one can be
asked as well when the first is late (a hedge).
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt

_HOUR_S: Final = 3600.0
Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantisation:
    """How a vector is kept in memory."""

    name: str
    bytes_a_number: float
    links: int = 0
    """Links of a node of the graph; twice as many on its lowest level, 4 bytes each."""

    def bytes_a_vector(self, dim: int) -> float:
        """Return what one vector takes in the memory of a query node, the row's key included."""
        return dim * self.bytes_a_number + 2 * self.links * 4 * 1.05 + 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What one machine does: measured, not promised."""

    memory_bytes: float
    filled: float = 0.6
    """Share of the memory that vectors may take; a load of the next build needs the rest."""
    embedded_a_second: float
    indexed_a_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a corpus needs."""

    vectors_bytes: float
    nodes: int
    build_hours: float
    """Embedding everything and indexing it, on all nodes."""
    delta_hours: float
    """Embedding a day's new passages, and indexing the whole again: a build is one collection."""
    local_bytes: float
    """On the disk of every replica of the service: texts, filters and words."""


def plan(passages: int, *, dim: int, kept: Quantisation, machine: Machine, sizes: "Sizes") -> Plan:
    """Return what ``passages`` need; each in memory ``sizes.replicas`` times."""
    needed = passages * kept.bytes_a_vector(dim) * sizes.replicas
    nodes = max(1, ceil(needed / (machine.memory_bytes * machine.filled)))
    embedding = passages / machine.embedded_a_second / nodes
    indexing = passages / machine.indexed_a_second / nodes
    fresh = sizes.new_a_day / machine.embedded_a_second / nodes
    return Plan(
        vectors_bytes=needed,
        nodes=nodes,
        build_hours=(embedding + indexing) / _HOUR_S,
        delta_hours=(fresh + indexing) / _HOUR_S,
        local_bytes=passages * sizes.local_bytes_a_passage,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSearch:
    """What searching one segment of a collection costs: measured on one."""

    rows: int
    """Passages of a segment."""
    seconds: float
    """Of one core, for one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """What a question costs the nodes together."""

    segments: int
    seconds: float
    """Until the slowest node is done, with nothing else to do: its cores share its segments."""
    answers_a_second: float
    """When every core is busy."""


def answering(
    passages: int, *, nodes: int, replicas: int, cores: int, segment: SegmentSearch
) -> Answering:
    """Return what a question over ``passages`` costs; each replica lies on an equal part of ``nodes``."""
    segments = ceil(passages / segment.rows)
    each = ceil(segments / max(1, nodes // replicas))
    return Answering(
        segments=segments,
        seconds=ceil(each / cores) * segment.seconds,
        answers_a_second=nodes * cores / (segments * segment.seconds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What does not depend on the machine."""

    replicas: int = 2
    new_a_day: int = 100_000
    local_bytes_a_passage: float


def fan_out(
    one: Seconds, shards: int, *, questions: int, seed: int = 0, hedge_at: float | None = None
) -> Seconds:
    """Return how long each of ``questions`` waits, shape ``(questions,)``, drawing from ``one``.

    ``one`` are measured times of one shard. With ``hedge_at``, a share such as 0.95, another replica is
    asked when the first has taken as long as that share of the measured times, and the sooner counts.
    """
    rng = np.random.default_rng(seed)
    first = rng.choice(one, size=(questions, shards))
    if hedge_at is not None:
        patience = float(np.quantile(one, hedge_at))
        second = patience + rng.choice(one, size=(questions, shards))
        first = np.where(first > patience, np.minimum(first, second), first)
    waited: Seconds = first.max(axis=1)
    return waited
