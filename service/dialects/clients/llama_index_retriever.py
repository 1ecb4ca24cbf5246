"""A LlamaIndex retriever: copy this file into a program that has `llama-index-core`.

    retriever = OpinionRetriever("http://127.0.0.1:8000", k=5, filters={"binding_on": "ca6"})
    nodes = retriever.retrieve("officer shot unarmed suspect mistaken belief")

Needs nothing else. `filters` are those of the service's own search.
"""

# mypy: disable-error-code="import-not-found,misc,no-any-unimported,untyped-decorator"
import json
from typing import Any
from urllib.request import Request, urlopen

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode


class OpinionRetriever(BaseRetriever):
    """Passages of court opinions as nodes; ``metadata`` has citation, link and the rest."""

    def __init__(
        self,
        url: str,
        *,
        k: int = 10,
        filters: dict[str, Any] | None = None,
        api_key: str | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        """``url`` is where the service is, without a path."""
        super().__init__()
        self._address = f"{url.rstrip('/')}/dialects/langchain/retrieve"
        self._asked = {"k": k, "filters": filters}
        self._headers = {"Content-Type": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._timeout_s = timeout_s

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        body = json.dumps({**self._asked, "query": query_bundle.query_str}).encode()
        request = Request(self._address, data=body, headers=self._headers)  # noqa: S310 - the user's own
        with urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
            found = json.load(answer)["documents"]
        return [_node(document) for document in found]


def _node(document: dict[str, Any]) -> NodeWithScore:
    metadata = dict(document["metadata"])
    score = metadata.pop("score")
    unseen = [name for name in metadata if name not in ("cite", "section_heading")]
    node = TextNode(
        id_=document["id"],
        text=document["page_content"],
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=unseen,
    )
    return NodeWithScore(node=node, score=score)
