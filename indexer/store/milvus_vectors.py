"""The vectors of one build in its Milvus collection, asked over the network."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from math import ceil
from typing import Any, Final, Self

import grpc
import numpy as np
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from indexer.errors import EngineUnavailableError
from indexer.store.ranking import Ranking, Rows, Scores, best_first, is_in, products
from models.base import FloatMatrix, FloatVector

_AWAY: Final = frozenset(
    {2, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}
)  # 2: not connected
_ANSWER_S: Final = 5.0
_PROBE_S: Final = 2.0
_MOST: Final = 16_384
"""Hits that the server returns to one search at the most."""
_SPARE: Final = 1.25
_MARGIN: Final = 16
_MEASURED: Final = 141
"""Hits looked at for the 100 nearest, by which the effort was chosen."""
_LISTED: Final = 4_000
"""Rows named in one condition: 10 µs each. Chains of ranges take the server's parser minutes."""
_WIDE: Final = 2_000
"""Hits looked at, of all rows, for those that a filter admits: what naming `_LISTED` rows costs."""
_ALL_LISTS: Final = 65_536
"""Of an inverted file: with few rows named it costs little to look into each."""
_FARTHER: Final = 8
"""Times as far as without a condition: what found 99 of 100 with a fifth of the rows allowed."""
_FETCHED: Final = 1_000
_REMEMBERED: Final = 16_384
"""Vectors kept at hand: 25 MB of 384 numbers each."""


@contextmanager
def talking(uri: str) -> Iterator[None]:
    """Turn what the client raises about the server into `EngineUnavailableError`."""
    try:
        yield
    except MilvusException as error:
        if error.code in _AWAY:
            raise EngineUnavailableError(uri, "does not answer") from error
        told = " ".join(str(error.message).split())[:200]
        raise EngineUnavailableError(uri, f"refuses ({told})") from error
    except (grpc.RpcError, grpc.FutureTimeoutError, OSError) as error:
        raise EngineUnavailableError(uri, "does not answer") from error


class _Remembered:
    """Vectors fetched lately, by row; the build never changes, so they stay true."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, FloatVector] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, rows: list[int]) -> dict[int, FloatVector]:
        with self._lock:
            found = {row: self._known[row] for row in rows if row in self._known}
            for row in found:
                self._known.move_to_end(row)
        return found

    def keep(self, given: Mapping[int, FloatVector]) -> None:
        with self._lock:
            self._known.update(given)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


class MilvusVectors:
    """The vectors of one build; any number of threads may ask.

    While the last probe (`reason_not_ready`) failed, questions fail at once instead of waiting.
    """

    def __init__(self, client: MilvusClient, name: str, *, uri: str, dim: int, count: int) -> None:
        """Take a loaded collection; see `MilvusEngine.open`."""
        self._client = client
        self._name = name
        self._uri = uri
        self._dim = dim
        self._count = count
        self._params: Mapping[str, int] = {}
        self._reach = 0
        self._exact = False
        self._remembered = _Remembered()
        self._down = threading.Event()

    def following(self, params: Mapping[str, int], reach: int, *, exact: bool) -> Self:
        """Return the same vectors, searched otherwise."""
        other = copy(self)
        other._params, other._reach, other._exact = params, reach, exact
        return other

    def __len__(self) -> int:
        return self._count

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    @property
    def is_exact(self) -> bool:
        """Whether the server looks at every vector."""
        return self._exact

    def nearest(self, query: FloatVector, k: int, allowed: Rows | None = None) -> Ranking:
        """Return the ``k`` rows nearest to ``query``; see `engine.Vectors`.

        Up to `_FETCHED` rows allowed are all fetched and looked at; of more, the server proposes.
        """
        asked = np.ascontiguousarray(query, dtype=np.float32)
        if asked.shape != (self._dim,):
            raise ValueError(f"the query has the shape {asked.shape}, not ({self._dim},)")
        if allowed is not None and len(allowed) <= max(k, _FETCHED):
            return best_first(allowed, self.dots(asked, allowed), k)
        rows = self._scan(asked, k) if allowed is None else self._among(asked, k, allowed)
        return best_first(rows, self.dots(asked, rows), k, exact=self._exact)

    def dots(self, query: FloatVector, rows: Rows) -> Scores:
        """Return the products with ``rows``, in their order: bit for bit the embedded engine's."""
        return products(query, self.vectors(rows))

    def vectors(self, rows: Rows) -> FloatMatrix:
        """Return the vectors of ``rows``, in their order; `IndexError` for a row that is not there."""
        wanted = rows.tolist()
        if len(rows) and not 0 <= min(wanted) <= max(wanted) < self._count:
            raise IndexError(f"rows {min(wanted)} to {max(wanted)} of {self._count}")
        known = self._remembered.take(wanted)
        missing = sorted(set(wanted) - known.keys())
        for start in range(0, len(missing), _FETCHED):
            known |= self._fetch(missing[start : start + _FETCHED])
        made = np.empty((len(wanted), self._dim), dtype=np.float32)
        for place, row in enumerate(wanted):
            made[place] = known[row]
        return made

    def counted(self) -> int:
        """Ask the server how many rows the collection holds, all of them being searched."""
        with talking(self._uri):
            found = self._client.query(
                self._name,
                filter="",
                output_fields=["count(*)"],
                consistency_level="Strong",
                timeout=_ANSWER_S * 6,
            )
        return int(found[0]["count(*)"])

    def reason_not_ready(self) -> str | None:
        """Have the server search once, and remember whether it did."""
        try:
            vector = np.zeros(self._dim, dtype=np.float32)
            vector[0] = 1.0
            hits = self._search(vector, 1, timeout=_PROBE_S)
        except EngineUnavailableError:
            hits = None
        if hits is None or (self._count and not len(hits)):
            self._down.set()
            return (
                "the server that holds the vectors does not answer; it is asked again every second"
            )
        self._down.clear()
        return None

    def close(self) -> None:
        """Leave the connection to the engine, which other builds share."""

    def _scan(self, query: FloatVector, k: int) -> Rows:
        """Go down the proposals until no tie is cut."""
        limit = ceil(k * _SPARE) + _MARGIN
        while True:
            limit = min(limit, _MOST, self._count)
            rows, scores = self._hits(query, limit, whole=limit <= _FETCHED)
            if len(rows) < limit or limit in {_MOST, self._count}:
                return rows
            if scores[-1] < scores[k - 1] - self._rounding:
                return rows
            limit *= 4

    def _among(self, query: FloatVector, k: int, allowed: Rows) -> Rows:
        """Return proposals that are allowed: of the nearest of all, or of the rows named."""
        wanted = ceil(k * _SPARE) + _MARGIN
        wide = ceil(wanted * _SPARE * self._count / len(allowed))
        if wide <= min(_WIDE * ceil(len(allowed) / _LISTED), _MOST):
            rows, _ = self._hits(query, wide)
            found = rows[is_in(rows, allowed)]
            if len(found) >= wanted:
                return found
        parts = []
        for start in range(0, len(allowed), _LISTED):
            named = allowed[start : start + _LISTED]
            rows, _ = self._hits(query, min(wanted, len(named)), f"row in {named.tolist()}")
            parts.append(rows if len(rows) >= min(k, len(named)) else named)
        return np.unique(np.concatenate(parts))

    @property
    def _rounding(self) -> float:
        return self._dim * float(np.finfo(np.float32).eps)

    def _hits(
        self, query: FloatVector, limit: int, condition: str = "", *, whole: bool = False
    ) -> tuple[Rows, Scores]:
        """Return proposals; with ``whole`` their vectors come along, and are remembered."""
        if not limit:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        hits = self._search(query, limit, condition, whole=whole)
        if whole:
            self._remembered.keep(
                {hit["id"]: np.array(hit["entity"]["vector"], dtype=np.float32) for hit in hits}
            )
        rows = np.array([hit["id"] for hit in hits], dtype=np.int64)
        return rows, np.array([hit["distance"] for hit in hits], dtype=np.float64)

    def _search(
        self,
        query: FloatVector,
        limit: int,
        condition: str = "",
        *,
        timeout: float | None = None,
        whole: bool = False,
    ) -> list[Any]:
        if timeout is None and self._down.is_set():
            raise EngineUnavailableError(self._uri, "did not answer when it was last asked")
        params = self._effort(limit, named=bool(condition))
        with talking(self._uri):
            found = self._client.search(
                self._name,
                data=[query],
                limit=limit,
                filter=condition,
                output_fields=["vector"] if whole else [],
                search_params={"metric_type": "IP", "params": params},
                consistency_level="Eventually",
                timeout=timeout or _ANSWER_S,
            )
        return list(found[0])

    def _effort(self, limit: int, *, named: bool) -> dict[str, int]:
        """Return how far to look for so many hits, of all rows or of those named."""
        params = dict(self._params)
        if "ef" in params:  # the last proposals are lost first
            params["ef"] = min(max(params["ef"], 4 * limit), _MOST)
            if named:  # the graph is followed through rows that are not allowed, too
                params["ef"] = min(params["ef"] * _FARTHER, _MOST)
        elif named and params:
            params["nprobe"] = _ALL_LISTS
        elif params:  # what was measured holds for as many hits as were measured
            params["nprobe"] = min(ceil(params["nprobe"] * max(1, limit / _MEASURED)), _ALL_LISTS)
        return params

    def _fetch(self, rows: list[int]) -> dict[int, FloatVector]:
        if self._down.is_set():
            raise EngineUnavailableError(self._uri, "did not answer when it was last asked")
        with talking(self._uri):
            found = self._client.query(
                self._name,
                filter=f"row in {rows}",
                output_fields=["vector"],
                consistency_level="Eventually",
                timeout=_ANSWER_S,
            )
        made = {int(one["row"]): np.array(one["vector"], dtype=np.float32) for one in found}
        if len(made) != len(rows):
            raise EngineUnavailableError(
                self._uri, f"returned {len(made)} of {len(rows)} vectors of {self._name}"
            )
        self._remembered.keep(made)
        return made
