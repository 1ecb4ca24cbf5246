"""Other programs, each as its documentation shows it: python -m … NAME FOLDER writes its figures.

Runs in an environment of its own; imports a program only when it is asked for.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tests.benchmarks.peer_work import Found, K, Peer, Period, Work, measured
from tests.benchmarks.torch_rate import model_folder

Vector = npt.NDArray[np.float32]

_TORCH: Final = "all-MiniLM-L6-v2 by sentence-transformers on torch"
_BATCH: Final = 2_000


class Torch:
    """The model that the peers name as their default, from a folder instead of a hub."""

    def __init__(self) -> None:
        models = import_module("sentence_transformers")
        self._model = models.SentenceTransformer(str(model_folder()), device="cpu")

    def __call__(self, text: str) -> Vector:
        return np.asarray(self._model.encode(text, normalize_embeddings=True), np.float32)


class Chroma:
    """One persistent collection, its default index (HNSW)."""

    name = "Chroma"
    default_model: str | None = _TORCH

    def __init__(self) -> None:
        functions = import_module("chromadb.utils.embedding_functions")
        self._chromadb = import_module("chromadb")
        self._embed = functions.SentenceTransformerEmbeddingFunction(model_name=str(model_folder()))

    def fill(self, work: Work) -> None:
        settings = self._chromadb.Settings(anonymized_telemetry=False)
        client = self._chromadb.PersistentClient(
            path=str(work.folder / "chroma"), settings=settings
        )
        self._collection = client.create_collection(
            "passages",
            embedding_function=self._embed,
            configuration={"hnsw": {"space": "cosine"}},
        )
        step = min(client.get_max_batch_size(), _BATCH)
        for first in range(0, len(work.texts), step):
            rows = range(first, min(first + step, len(work.texts)))
            self._collection.add(
                ids=[str(row) for row in rows],
                documents=work.texts[rows.start : rows.stop],
                embeddings=work.vectors[rows.start : rows.stop],
                metadatas=[{"day": int(work.days[row])} for row in rows],
            )

    def by_vector(self, vector: Vector, period: Period | None) -> Found:
        where = period and {"$and": [{"day": {"$gte": period[0]}}, {"day": {"$lte": period[1]}}]}
        found = self._collection.query(
            query_embeddings=[vector], n_results=K, where=where or None, include=["documents"]
        )
        return _pairs(found["ids"][0], found["documents"][0])

    def by_text(self, text: str) -> Found:
        found = self._collection.query(query_texts=[text], n_results=K, include=["documents"])
        return _pairs(found["ids"][0], found["documents"][0])


class Txtai:
    """One `Embeddings` with content; dense, or with its switch for words as well."""

    default_model: str | None = _TORCH

    def __init__(self, *, hybrid: bool = False) -> None:
        self.name = "txtai hybrid" if hybrid else "txtai"
        self._hybrid = hybrid
        self._txtai = import_module("txtai")
        self._torch = Torch()
        self._asked: dict[str, Vector] = {}

    def fill(self, work: Work) -> None:
        known = dict(zip(work.texts, work.vectors, strict=True))

        def embed(texts: list[str]) -> Any:
            return np.stack([
                known[text] if text in known else self._asked.get(text, _NOTHING) for text in texts
            ])  # fmt: skip

        self._embeddings = self._txtai.Embeddings(
            method="external", transform=embed, content=True, hybrid=self._hybrid
        )
        rows = zip(work.texts, work.days.tolist(), strict=True)
        self._embeddings.index(
            (row, {"text": text, "day": day}, None) for row, (text, day) in enumerate(rows)
        )

    def by_vector(self, vector: Vector, period: Period | None) -> Found:
        return self._search(f"vector {vector[:4].tobytes().hex()}", vector, period)

    def by_text(self, text: str) -> Found:
        return self._search(text, self._torch(text), None)

    def _search(self, text: str, vector: Vector, period: Period | None) -> Found:
        self._asked = {text: vector}
        since, until = period or (0, 99999999)
        where = f" AND day >= {since} AND day <= {until}" if period else ""
        found = self._embeddings.search(
            f"SELECT id, text FROM txtai WHERE similar(:asked){where} LIMIT {K}",
            parameters={"asked": text},
        )
        return [(int(one["id"]), one["text"]) for one in found]


class Lance:
    """One table: as it comes (every vector is looked at), or with the index its pages show first."""

    default_model: str | None = _TORCH

    def __init__(self, *, indexed: bool = False) -> None:
        self.name = "LanceDB, IVF_PQ" if indexed else "LanceDB"
        self._indexed = indexed
        self._arrow, self._lancedb = import_module("pyarrow"), import_module("lancedb")
        self._torch = Torch()

    def fill(self, work: Work) -> None:
        arrow = self._arrow
        flat = arrow.array(work.vectors.ravel())
        table = arrow.table({
            "row": arrow.array(np.arange(len(work.texts))),
            "text": arrow.array(work.texts),
            "day": arrow.array(work.days),
            "vector": arrow.FixedSizeListArray.from_arrays(flat, work.vectors.shape[1]),
        })  # fmt: skip
        base = self._lancedb.connect(str(work.folder / self.name.replace(", ", "-")))
        self._table = base.create_table("passages", table)
        if self._indexed:
            self._table.create_index(metric="cosine")

    def by_vector(self, vector: Vector, period: Period | None) -> Found:
        asked = (
            self._table.search(vector)
            .distance_type("cosine")
            .select(["row", "text", "_distance"])
            .limit(K)
        )
        if period:
            asked = asked.where(f"day >= {period[0]} AND day <= {period[1]}", prefilter=True)
        return [(one["row"], one["text"]) for one in asked.to_list()]

    def by_text(self, text: str) -> Found:
        return self.by_vector(self._torch(text), None)


class Qdrant:
    """Its local mode, on disk: no server."""

    name = "Qdrant, local mode"
    default_model: str | None = _TORCH

    def __init__(self) -> None:
        self._torch = Torch()
        self._module = import_module("qdrant_client")
        self._models = self._module.models

    def fill(self, work: Work) -> None:
        self._client = self._module.QdrantClient(path=str(work.folder / "qdrant"))
        size = work.vectors.shape[1]
        self._client.create_collection(
            "passages",
            vectors_config=self._models.VectorParams(
                size=size, distance=self._models.Distance.COSINE
            ),
        )
        rows = range(len(work.texts))
        self._client.upload_collection(
            "passages",
            vectors=work.vectors,
            ids=rows,
            payload=[{"text": work.texts[row], "day": int(work.days[row])} for row in rows],
        )

    def by_vector(self, vector: Vector, period: Period | None) -> Found:
        models = self._models
        condition = period and models.Filter(
            must=[
                models.FieldCondition(key="day", range=models.Range(gte=period[0], lte=period[1]))
            ]
        )
        found = self._client.query_points(
            "passages", query=vector, query_filter=condition or None, limit=K, with_payload=True
        )
        return [(one.id, one.payload["text"]) for one in found.points]

    def by_text(self, text: str) -> Found:
        return self.by_vector(self._torch(text), None)


class Faiss:
    """Vectors alone, texts in a list: the limit of what any program can reach."""

    default_model: str | None = _TORCH

    def __init__(self, *, graph: bool = False) -> None:
        self.name = "FAISS, HNSW32" if graph else "FAISS, flat"
        self._graph = graph
        self._faiss = import_module("faiss")
        self._torch = Torch()

    def fill(self, work: Work) -> None:
        self._work = work
        size = work.vectors.shape[1]
        if self._graph:
            self._index = self._faiss.IndexHNSWFlat(size, 32, self._faiss.METRIC_INNER_PRODUCT)
            self._index.hnsw.efSearch = 128
        else:
            self._index = self._faiss.IndexFlatIP(size)
        self._index.add(work.vectors)

    def by_vector(self, vector: Vector, period: Period | None) -> Found:
        kind = self._faiss.SearchParametersHNSW if self._graph else self._faiss.SearchParameters
        parameters = kind(efSearch=128) if self._graph else kind()
        if period:
            days = self._work.days
            bits = np.packbits((days >= period[0]) & (days <= period[1]), bitorder="little")
            chosen = self._faiss.IDSelectorBitmap(len(bits), self._faiss.swig_ptr(bits))
            parameters.sel = chosen
        _, rows = self._index.search(vector[np.newaxis], K, params=parameters)
        return [(int(row), self._work.texts[row]) for row in rows[0] if row >= 0]

    def by_text(self, text: str) -> Found:
        return self.by_vector(self._torch(text), None)


_NOTHING: Final = np.zeros(384, np.float32)
PROGRAMS: Final[dict[str, tuple[Callable[[], Peer], tuple[str, ...]]]] = {
    "chroma": (Chroma, ("chromadb",)),
    "txtai": (Txtai, ("txtai", "faiss-cpu")),
    "txtai-hybrid": (lambda: Txtai(hybrid=True), ("txtai", "faiss-cpu")),
    "lancedb": (Lance, ("lancedb",)),
    "lancedb-ivfpq": (lambda: Lance(indexed=True), ("lancedb",)),
    "qdrant": (Qdrant, ("qdrant-client",)),
    "faiss-flat": (Faiss, ("faiss-cpu",)),
    "faiss-hnsw": (lambda: Faiss(graph=True), ("faiss-cpu",)),
}
"""What makes each, and the packages whose versions its figures hold for."""


def _pairs(ids: list[str], texts: list[str]) -> Found:
    return [(int(row), text) for row, text in zip(ids, texts, strict=True)]


def main() -> None:
    """Measure the program that is named."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    make, packages = PROGRAMS[sys.argv[1]]
    peer = make()
    figures = measured(peer, Work.read(Path(sys.argv[2])), most=int(sys.argv[3]))
    about = {"name": peer.name, "versions": {name: version(name) for name in packages}}
    sys.stdout.write("\n" + json.dumps(about | figures) + "\n")
    sys.stdout.flush()
    os._exit(0)  # some leave threads behind that never end


if __name__ == "__main__":
    main()
