# ruff: noqa: T201
# mypy: disable-error-code="import-not-found,misc,no-any-unimported"
"""The component in `service/dialects/clients`, run in a pipeline of `haystack` itself."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4] / "service" / "dialects" / "clients"))
from haystack import Pipeline
from haystack_retriever import OpinionRetriever

base, query = sys.argv[1:]
pipeline = Pipeline()
pipeline.add_component("opinions", OpinionRetriever(base, top_k=5, filters={"court": "ca6"}))
documents = pipeline.run({"opinions": {"query": query}})["opinions"]["documents"]
print(json.dumps({"found": [[one.content, one.score] for one in documents]}))
