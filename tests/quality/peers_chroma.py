"""Chroma, as it comes: one collection, its default index (HNSW), its embedding functions."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from models.base import FloatMatrix
from tests.quality.ranking_peers import Absent, Peer, PeerInput

_SAME = "Chroma, our vectors"
_OWN = "Chroma, its defaults"


class ChromaCollection:
    """The passages in one collection."""

    def __init__(self, name: str, given: PeerInput, embed: Any) -> None:
        """Add every passage; ``embed`` is a Chroma embedding function."""
        chromadb = import_module("chromadb")
        settings = chromadb.Settings(anonymized_telemetry=False)
        client = chromadb.PersistentClient(path=str(given.folder / name), settings=settings)
        self.name = name
        self._collection = client.create_collection("passages", embedding_function=embed)
        step = min(client.get_max_batch_size(), 1_000)
        for first in range(0, len(given.texts), step):
            texts = list(given.texts[first : first + step])
            ids = [str(row) for row in range(first, first + len(texts))]
            self._collection.add(ids=ids, documents=texts)

    def rows(self, text: str, k: int, /) -> Sequence[int]:
        """Return the rows of the ``k`` best passages, best first."""
        found = self._collection.query(query_texts=[text], n_results=k, include=[])
        return [int(row) for row in found["ids"][0]]


def chroma(given: PeerInput) -> Iterator[Peer | Absent]:
    """Fill Chroma with the passages, once with our vectors and once with its default model.

    Its own copy of that model (all-MiniLM-L6-v2 as ONNX) is downloaded when first used; where there
    is no network the published weights are run through its sentence-transformers function instead.
    """
    yield ChromaCollection(_SAME, given, _prepared(given))
    if given.own_model is None:
        yield Absent(name=_OWN, reason="not asked for (--own-defaults embeds every passage anew)")
        return
    functions = import_module("chromadb.utils.embedding_functions")
    embed = functions.SentenceTransformerEmbeddingFunction(model_name=str(given.own_model))
    yield ChromaCollection(_OWN, given, embed)


def _prepared(given: PeerInput) -> Any:
    """Return an embedding function that knows the passages' vectors and computes the queries'."""
    base: Any = import_module("chromadb").EmbeddingFunction
    known = dict(zip(given.texts, given.vectors, strict=True))

    class Prepared(base):  # type: ignore[misc]
        def __init__(self) -> None:
            pass

        def __call__(self, input: list[str]) -> list[FloatMatrix]:  # noqa: A002 - Chroma's name
            return [np.asarray(known[text]) for text in input]

        def embed_query(self, input: list[str]) -> list[Any]:  # noqa: A002
            return [given.embed_query(text) for text in input]

        @staticmethod
        def name() -> str:
            return "prepared"

        def get_config(self) -> dict[str, Any]:
            return {}

        @staticmethod
        def build_from_config(config: dict[str, Any]) -> "Prepared":
            return Prepared()

    return Prepared()
