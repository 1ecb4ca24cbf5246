# ruff: noqa: T201
# mypy: disable-error-code="import-not-found,misc,no-any-unimported"
"""The retriever in `service/dialects/clients`, run by `llama-index-core` itself."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "service" / "dialects" / "clients"))
from llama_index_retriever import OpinionRetriever

base, query = sys.argv[1:]
nodes = OpinionRetriever(base, k=5, filters={"court": "ca6"}).retrieve(query)
print(json.dumps({"found": [[one.node.get_content(), one.score] for one in nodes]}))
