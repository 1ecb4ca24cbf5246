# ruff: noqa: T201
# mypy: disable-error-code="import-not-found,misc,no-any-unimported"
"""The retriever in `service/dialects/clients`, run by `langchain-core` itself; and SearXNG's wrapper."""

import asyncio
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "service" / "dialects" / "clients"))
from langchain_community.utilities import SearxSearchWrapper
from langchain_core.documents import Document
from langchain_retriever import OpinionRetriever

base, query = sys.argv[1:]
retriever = OpinionRetriever(url=base, k=5, filters={"court": "ca6"})
documents = retriever.invoke(query)
assert all(isinstance(one, Document) for one in documents)
assert asyncio.run(retriever.ainvoke(query)) == documents
searx = SearxSearchWrapper(searx_host=f"{base}/dialects/searxng/search?court=ca6")
print(
    json.dumps(
        {
            "found": [[one.page_content, one.metadata["score"]] for one in documents],
            "ids": [one.id for one in documents],
            "searx": [one["snippet"] for one in searx.results(query, num_results=5)],
        }
    )
)
