"""Open WebUI: its external web search and its external reranker; `tools` is its tool server.

open-webui/open-webui: ``backend/open_webui/retrieval/web/external.py``,
``backend/open_webui/retrieval/models/external.py``. The reranker has the shape that Jina gave it, so LibreChat (danny-avila/agents ``src/tools/search/rerankers.ts``) and
others can be pointed at it as well.
"""

from typing import Annotated, Any, Final

import numpy as np
from fastapi import Response
from pydantic import BaseModel, Field

from models.base import Embedder, FloatMatrix
from service.dependencies import LiveDep
from service.dialects.finding import Json, Wish, find, score_of
from service.dialects.query_filters import AddressFiltersDep
from service.dialects.routing import dialect_router, json_of, own_words
from service.links import LinksDep
from service.request_fields import QueryText


class WebSearchRequest(BaseModel):
    """What Open WebUI's external web search sends."""

    query: QueryText
    count: Annotated[int, Field(ge=1, le=100)] = 10


class RerankRequest(BaseModel):
    """Texts to be ordered by how well they answer a query; ``model`` is left alone: there is one."""

    query: QueryText
    documents: Annotated[list[str | dict[str, Any]], Field(max_length=1000)]
    top_n: Annotated[int, Field(ge=0)] | None = None
    return_documents: bool = False


router: Final = dialect_router("/openwebui", tell=own_words)


@router.post("/search")
def search(
    body: WebSearchRequest, filters: AddressFiltersDep, live: LiveDep, links: LinksDep
) -> Response:
    """Answer with a bare array, best first."""
    with live.searcher() as searcher:
        hits = find(searcher, Wish(texts=(body.query,), k=body.count, filters=(filters,)))
    return json_of(
        [
            {
                "link": links.hit(hit),
                "title": hit.cite,
                "snippet": hit.stored.passage.text,
                "score": score_of(hit),
            }
            for hit in hits
        ]
    )


@router.post("/rerank")
def rerank(body: RerankRequest, live: LiveDep) -> Response:
    """Score texts by the cosine of their vectors with the query's, best first; below 0 counts as 0."""
    texts = [text_of(document) for document in body.documents]
    with live.searcher() as searcher:
        embedder = searcher.embedder
        scores = _vectors(embedder, texts) @ embedder.embed_query(body.query)
    scores = np.clip(scores, 0.0, 1.0)
    order = np.argsort(-scores, kind="stable")[: body.top_n]
    results: list[Json] = [
        {"index": int(place), "relevance_score": float(scores[place])} for place in order
    ]
    if body.return_documents:
        results = [{**one, "document": {"text": texts[one["index"]]}} for one in results]
    return json_of({"model": embedder.spec.name, "results": results})


def text_of(document: str | dict[str, Any]) -> str:
    """Return the words of a document, which some clients wrap in an object."""
    return document if isinstance(document, str) else str(document.get("text", ""))


def _vectors(embedder: Embedder, texts: list[str]) -> FloatMatrix:
    """Embed texts of any length: what is longer than the window is read in parts, as a query is."""
    found = np.zeros((len(texts), embedder.spec.dim), np.float32)
    budget = embedder.spec.passage_budget
    short = [place for place, text in enumerate(texts) if len(embedder.token_spans(text)) <= budget]
    found[short] = embedder.embed_passages([texts[place] for place in short])
    for place in sorted(set(range(len(texts))) - set(short)):
        found[place] = embedder.embed_query(texts[place])
    return found
