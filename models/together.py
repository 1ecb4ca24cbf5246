"""Questions that wait are embedded along with one whose turn it is: the weights are read once for all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from threading import Event, Lock
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from models.base import FloatMatrix, FloatVector

Ids: TypeAlias = npt.NDArray[np.int64]
"""Token numbers of one text, shape ``(n,)``."""

MOST_TOGETHER: Final = 2
"""Questions in one batch. Two take 1.5 times as long as one; of four, which seldom meet, throughput and
99th percentile were the same, and each form of batch takes up to 5 MB for good."""


@dataclass(slots=True, eq=False)
class _Question:
    """One that was announced."""

    ids: Ids
    users: int = 0
    """How many wait for it: the same may be asked by several."""
    over: Event | None = None
    """Set once the batch that it is in has ended, well or not; `None` while it is in none."""
    vector: FloatVector | None = None


class Together:
    """Embeds questions one by one, and along with each those announced that make a batch with it.

    There is no timer and no thread: who asks, computes, at once; only what others have announced
    meanwhile joins. The texts of a batch have one padded length, so every vector is the same, bit for
    bit, in company and alone.
    """

    def __init__(
        self, infer: Callable[[Sequence[Ids]], FloatMatrix], *, length: Callable[[Ids], int]
    ) -> None:
        """``infer`` returns a row for each text of one padded ``length``; threads may share it."""
        self._infer = infer
        self._length = length
        self._lock = Lock()
        self._announced: dict[bytes, _Question] = {}

    @contextmanager
    def coming(self, ids: Ids) -> Iterator[None]:
        """Announce a question: inside the block, others may embed it along with theirs.

        Who leaves the block, for whatever reason, takes it back.
        """
        name = ids.tobytes()
        with self._lock:
            question = self._announced.setdefault(name, _Question(ids))
            question.users += 1
        try:
            yield
        finally:
            with self._lock:
                question.users -= 1
                if not question.users:
                    del self._announced[name]

    def embed(self, ids: Ids) -> FloatVector:
        """Return the vector of a question, announced or not."""
        if not self._announced:
            return self._alone(ids)
        with self._lock:
            own = self._announced.get(ids.tobytes())
            under_way = own.over if own is not None else None
            batch = self._begin(own or _Question(ids)) if under_way is None else []
        if own is not None and under_way is not None:
            under_way.wait()
            return self._alone(ids) if own.vector is None else own.vector
        try:
            return self._compute(batch)
        except RuntimeError:  # for the sake of another, or of the memory that two take
            if len(batch) == 1:
                raise
        return self._alone(ids)

    def _begin(self, own: _Question) -> list[_Question]:
        """Return the question and those that make a batch with it, longest announced first."""
        length = self._length(own.ids)
        others = (
            one
            for one in self._announced.values()
            if one is not own and one.over is None and self._length(one.ids) == length
        )
        found = [own, *islice(others, MOST_TOGETHER - 1)]
        batch = found[: 1 << (len(found).bit_length() - 1)]
        over = Event()
        for one in batch:
            one.over = over
        return batch

    def _compute(self, batch: list[_Question]) -> FloatVector:
        """Give each question of a batch its vector, and return that of the first."""
        try:
            rows = self._infer([one.ids for one in batch])
            for one, row in zip(batch, rows, strict=True):
                one.vector = row
        finally:
            for one in batch:
                assert one.over is not None
                one.over.set()
        first: FloatVector = rows[0]
        return first

    def _alone(self, ids: Ids) -> FloatVector:
        vector: FloatVector = self._infer([ids])[0]
        return vector
