"""The vectors of builds in a Milvus server: one collection a build, an alias for the current one.

A build's collection never changes once it is published, so the loosest consistency is right, and a tight
one costs 0.4 s a search. Milvus only proposes candidates; their vectors are fetched and ranked by the same
products in double precision as in the embedded engine. Nothing else imports pymilvus.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from indexer.errors import (
    EngineNameTakenError,
    EngineUnavailableError,
    IndexCorruptError,
    IndexOpenError,
)
from indexer.store.engine import EMBEDDED, Vectors, Written
from indexer.store.engine_url import MilvusAddress
from indexer.store.files import VECTORS
from indexer.store.least_reach import least_reach
from indexer.store.manifest import MILVUS, Manifest, VectorSearch
from indexer.store.milvus_vectors import MilvusVectors, talking
from indexer.store.vectors import VectorIndex

_log: Final = logging.getLogger(__name__)
_LINKS: Final = 16
_EF_CONSTRUCTION: Final = 200
_LISTS_A_ROOT: Final = 4
"""Lists of an inverted file: so many times the square root of the rows."""
_KINDS: Final[Mapping[str, str]] = {"hnsw": "HNSW", "ivf_sq8": "IVF_SQ8", "flat": "FLAT"}
_LADDER: Final = (50, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400)
"""How far a search may reach: candidates in a graph, or eighths of that many lists."""
_WANTED: Final = 0.99
"""Recall at 10, and at 100, against every vector looked at."""
_QUESTIONS: Final = 80
"""Asked at the least to measure recall, where there are so many."""
_BATCH: Final = 2_000
"""Rows sent at a time: 3 MB of 384 numbers each."""
_NO_ALIAS: Final = 1600
"""``milvus:pkg/util/merr/errors.go``, `ErrAliasNotFound`."""
_PATIENCE_S: Final = 10.0
_SLICE_S: Final = 30
"""How long one call may wait for what takes long; whole, or pymilvus waits for an index for ever."""


class MilvusEngine:
    """Keeps the vectors of every kept build in one server."""

    def __init__(self, address: MilvusAddress) -> None:
        """Connect to nothing yet."""
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it says is raised as well
        self._address = address
        self._client: MilvusClient | None = None

    def take(self, written: Written) -> VectorSearch:
        """Send the vectors of a build, have them indexed and loaded, and measure what is found.

        A collection of that name is from a build that died: it goes first. Raises
        `EngineUnavailableError`, after which nothing is left that `prune` would not remove; and
        `EngineNameTakenError` where another index keeps its builds under the same name.
        """
        vectors = VectorIndex.open(written.stage / VECTORS)
        name = self._collection(written.build_id)
        with talking(self._address.uri):
            client = self._connected()
            self._require_own(client, written.siblings)
            client.drop_collection(name, timeout=_PATIENCE_S)
            self._send(client, name, vectors)
            self._index(client, name, len(vectors))
            self._load(client, name)
        opened = self._vectors(name, dim=vectors.dim, count=len(vectors), reach=0)
        try:
            return self._measured(opened, vectors, written.questions())
        finally:
            opened.close()

    def open(self, folder: Path, manifest: Manifest) -> Vectors:
        """Open the collection of a build; one of the embedded engine is opened as such.

        `IndexCorruptError` where the collection is not there or holds another number of rows.
        """
        count, dim, search = manifest.counts.passages, manifest.model.dim, manifest.vectors
        if search is None or search.kind != MILVUS:
            return EMBEDDED.open(folder, manifest)
        name = self._collection(manifest.build_id)
        with talking(self._address.uri):
            client = self._connected()
            if not client.has_collection(name, timeout=_PATIENCE_S):
                raise IndexCorruptError(
                    folder, f"the search server has no collection {name} with its vectors"
                )
            self._load(client, name)
        opened = self._vectors(name, dim=dim, count=count, reach=search.ef_search)
        found = opened.counted()
        if found != count:
            opened.close()
            raise IndexCorruptError(folder, f"{name} holds {found} vectors instead of {count}")
        return opened

    def settle(self, stage: Path) -> None:
        """Remove the local file of vectors: the server has them."""
        (stage / VECTORS).unlink()

    def publish(self, build_id: str) -> None:
        """Let the alias name the build; a question goes by CURRENT, so failing is only told."""
        name = self._collection(build_id)
        try:
            with talking(self._address.uri):
                client = self._connected()
                known = {"collection_name": name, "alias": self._address.name}
                try:
                    client.alter_alias(**known, timeout=_PATIENCE_S)
                except MilvusException:
                    client.create_alias(**known, timeout=_PATIENCE_S)
        except EngineUnavailableError as error:
            _log.warning("the alias %s does not name %s: %s", self._address.name, name, error)

    def prune(self, kept: Sequence[str]) -> None:
        """Drop the collections of this corpus that are of no build ``kept``; failing is only told."""
        names = {self._collection(build_id) for build_id in kept}
        try:
            with talking(self._address.uri):
                client = self._connected()
                for name in client.list_collections(timeout=_PATIENCE_S):
                    if name.startswith(f"{self._address.name}_") and name not in names:
                        client.drop_collection(name, timeout=_PATIENCE_S)
        except EngineUnavailableError as error:
            _log.warning("collections of builds that are gone stay: %s", error)

    def _connected(self) -> MilvusClient:
        if self._client is None:
            given = {"token": self._address.token} if self._address.token else {}
            self._client = MilvusClient(uri=self._address.uri, timeout=_PATIENCE_S, **given)
        return self._client

    def _require_own(self, client: MilvusClient, siblings: Sequence[str] | None) -> None:
        """See that the name is free or of this index: `prune` will drop what it does not know."""
        if siblings is None:
            return
        try:
            found = client.describe_alias(self._address.name, timeout=_PATIENCE_S)
        except MilvusException as error:
            if error.code == _NO_ALIAS:
                return
            raise
        current = str(found["collection_name"])
        if current not in {self._collection(one) for one in siblings}:
            raise EngineNameTakenError(self._address.name, current)

    def _collection(self, build_id: str) -> str:
        plain = "".join(letter if letter.isalnum() else "_" for letter in build_id)
        return f"{self._address.name}_{plain}"

    def _vectors(self, name: str, *, dim: int, count: int, reach: int) -> MilvusVectors:
        found = MilvusVectors(self._connected(), name, uri=self._address.uri, dim=dim, count=count)
        return found.following(self._params(reach), reach, exact=self._address.kind == "flat")

    def _params(self, reach: int) -> dict[str, int]:
        if self._address.kind == "flat":
            return {}
        if self._address.kind == "hnsw":
            return {"ef": reach}
        return {"nprobe": max(1, reach // 8)}

    def _send(self, client: MilvusClient, name: str, vectors: VectorIndex) -> None:
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.dim)
        client.create_collection(
            name, schema=schema, consistency_level="Bounded", timeout=_PATIENCE_S
        )
        for start in range(0, len(vectors), _BATCH):
            block = vectors.matrix[start : start + _BATCH]
            rows = [{"row": start + at, "vector": one} for at, one in enumerate(block)]
            client.insert(name, rows, timeout=_PATIENCE_S * 6)
        _patiently(client, lambda: client.flush(name, timeout=_SLICE_S))

    def _index(self, client: MilvusClient, name: str, count: int) -> None:
        made: dict[str, int] = {}
        if self._address.kind == "hnsw":
            made = {"M": _LINKS, "efConstruction": _EF_CONSTRUCTION}
        elif self._address.kind == "ivf_sq8":
            made = {"nlist": max(1, min(65_536, int(_LISTS_A_ROOT * count**0.5)))}
        params = client.prepare_index_params()
        params.add_index(
            "vector", index_type=_KINDS[self._address.kind], metric_type="IP", params=made
        )
        _patiently(client, lambda: client.create_index(name, params, timeout=_SLICE_S))

    def _load(self, client: MilvusClient, name: str) -> None:
        copies = self._address.replicas
        _patiently(
            client,
            lambda: client.load_collection(name, replica_number=copies, timeout=_SLICE_S),
        )

    def _measured(
        self, opened: MilvusVectors, local: VectorIndex, asked: np.ndarray[Any, Any]
    ) -> VectorSearch:
        """Return the least reach that finds enough of what looking at every vector finds."""
        if not len(asked):  # a corpus without a sentence
            asked = local.matrix
        asked = asked[:: max(1, len(asked) // _QUESTIONS)]
        truth = [local.nearest(one, 100).scores for one in asked]
        exact = self._address.kind == "flat"

        def tried(reach: int) -> tuple[bool, VectorSearch | None]:
            trial = opened.following(self._params(reach), reach, exact=exact)
            few, many = _recalls(trial, asked, truth, bound=local.rounding)
            if min(few, many) < _WANTED:
                return False, None
            return True, replace(
                self._described(len(asked)),
                ef_search=reach,
                recall_at_10=few,
                recall_at_100=many,
            )

        found = least_reach(_LADDER[:1] if exact else _LADDER, tried)
        if found is None:
            raise IndexOpenError(
                f"the search server does not find {_WANTED:.0%} of the nearest with index="
                f"{self._address.kind}; use index=hnsw or index=flat in OPINION_SEARCH_ENGINE"
            )
        return found

    def _described(self, measured: int) -> VectorSearch:
        graph = self._address.kind == "hnsw"
        return VectorSearch(
            kind=MILVUS,
            links=_LINKS if graph else 0,
            ef_construction=_EF_CONSTRUCTION if graph else 0,
            ef_search=0,
            recall_at_10=1.0,
            recall_at_100=1.0,
            measured_queries=measured,
            queries="sentences of its passages, as questions",
            added=0,
            removed=0,
        )


def _patiently(client: MilvusClient, step: Callable[[], object]) -> None:
    """Do what may take hours and may be begun twice, while the server answers anything at all."""
    while True:
        began = monotonic()
        try:
            step()
        except MilvusException:
            if monotonic() - began < _SLICE_S - 1:
                raise  # it was refused
            client.list_collections(timeout=_PATIENCE_S)
        else:
            return


def _recalls(
    trial: MilvusVectors, asked: Any, truth: Sequence[Any], *, bound: float
) -> tuple[float, float]:
    """Return recall at 10 and at 100, by nearness: of equal passages any is right."""
    found = [trial.nearest(one, 100).scores for one in asked]
    shares = []
    for depth in (10, 100):
        right = [
            np.count_nonzero(mine[:depth] >= best[:depth][-1] - bound) / len(best[:depth])
            for mine, best in zip(found, truth, strict=True)
            if len(best)
        ]
        shares.append(round(float(np.mean(right)) if right else 1.0, 4))
    return shares[0], shares[1]
