"""A LangChain retriever: copy this file into a program that has `langchain-core`.

    retriever = OpinionRetriever(url="http://127.0.0.1:8000", k=5, filters={"binding_on": "ca6"})
    documents = retriever.invoke("officer shot unarmed suspect mistaken belief")

Needs nothing else. `filters`, `min_score` and `mode` are those of the service's own search.
"""

# mypy: disable-error-code="import-not-found,misc,no-any-unimported,untyped-decorator"
import json
from typing import Any
from urllib.request import Request, urlopen

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever


class OpinionRetriever(BaseRetriever):
    """Passages of court opinions as documents; ``metadata`` has citation, link, score and the rest."""

    url: str
    """Where the service is, without a path."""
    api_key: str | None = None
    k: int = 10
    filters: dict[str, Any] | None = None
    min_score: float = 0.0
    mode: str = "hybrid"
    timeout_s: float = 30.0

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the framework passes it
    ) -> list[Document]:
        asked = {
            "query": query,
            "k": self.k,
            "filters": self.filters,
            "min_score": self.min_score,
            "mode": self.mode,
        }
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
        return [Document(**document) for document in found]
