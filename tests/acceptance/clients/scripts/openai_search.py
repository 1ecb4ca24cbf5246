# ruff: noqa: T201
# mypy: disable-error-code="import-not-found,misc,no-any-unimported"
"""The `openai` package searches a vector store."""

import json
import sys

import openai

base, query = sys.argv[1:]
client = openai.OpenAI(base_url=f"{base}/dialects/openai/v1", api_key="any", max_retries=0)
page = client.vector_stores.search(
    "opinions",
    query=query,
    max_num_results=5,
    filters={"type": "and", "filters": [{"type": "eq", "key": "court_id", "value": "ca6"}]},
    ranking_options={"ranker": "auto", "score_threshold": 0.01},
)
refused = []
for store, count in (("vs_none", 5), ("opinions", 51)):
    try:
        client.vector_stores.search(store, query=query, max_num_results=count)
    except openai.APIStatusError as error:
        refused.append([type(error).__name__, error.status_code, error.type])
print(
    json.dumps(
        {
            "found": [[one.content[0].text, one.score] for one in page],
            "courts": [one.attributes["court_id"] for one in page.data],
            "more": page.has_next_page(),
            "store": client.vector_stores.retrieve("opinions").status,
            "refused": refused,
        }
    )
)
