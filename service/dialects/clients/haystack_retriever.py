"""A Haystack component: copy this file into a program that has `haystack-ai`.

    retriever = OpinionRetriever("http://127.0.0.1:8000", top_k=5, filters={"binding_on": "ca6"})
    documents = retriever.run(query="officer shot unarmed suspect mistaken belief")["documents"]

Needs nothing else. `filters` are those of the service's own search.
"""

# mypy: disable-error-code="import-not-found,misc,no-any-unimported,untyped-decorator"
import json
from typing import Any
from urllib.request import Request, urlopen

from haystack import Document, component


@component
class OpinionRetriever:
    """Passages of court opinions as documents; ``meta`` has citation, link and the rest."""

    def __init__(
        self,
        url: str,
        *,
        top_k: int = 10,
        filters: dict[str, Any] | None = None,
        api_key: str | None = None,
        timeout_s: float = 30.0,
    ) -> None:
        """``url`` is where the service is, without a path."""
        self.url = url
        self.top_k = top_k
        self.filters = filters
        self.api_key = api_key
        self.timeout_s = timeout_s

    @component.output_types(documents=list[Document])
    def run(
        self, query: str, top_k: int | None = None, filters: dict[str, Any] | None = None
    ) -> dict[str, list[Document]]:
        """Return the documents that answer ``query``, best first."""
        asked = {"query": query, "k": top_k or self.top_k, "filters": filters or self.filters}
        headers = {"Content-Type": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        request = Request(  # noqa: S310 - the address is the user's own
            f"{self.url.rstrip('/')}/dialects/langchain/retrieve",
            data=json.dumps(asked).encode(),
            headers=headers,
        )
        with urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310
            found = json.load(answer)["documents"]
        return {"documents": [_document(one) for one in found]}


def _document(found: dict[str, Any]) -> Document:
    meta = dict(found["metadata"])
    score = meta.pop("score")
    return Document(id=found["id"], content=found["page_content"], meta=meta, score=score)
