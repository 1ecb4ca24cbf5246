"""Open WebUI: its external web search and its external reranker; `tools` is its tool server.

open-webui/open-webui: ``backend/open_webui/retrieval/web/external.py``,
``backend/open_webui/retrieval/models/external.py``. The reranker has the shape that Jina gave it, so LibreChat (danny-avila/agents ``src/tools/search/rerankers.ts``) and
others can be pointed at it as well.
"""

from typing import Annotated, Any, Final

import numpy as np
from fastapi import Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from models.base import Embedder, FloatMatrix
from service.dependencies import LiveDep
from service.dialects.finding import Json, Wish, find, score_of
from service.dialects.query_filters import AddressFiltersDep
from service.dialects.routing import dialect_router, json_of, own_words
from service.links import LinksDep
from service.model_names import public_name
from service.request_fields import QueryText
from service.work import current_work

MOST_DOCUMENTS: Final = 1_000
LONGEST_DOCUMENT: Final = 20_000
MOST_CHARACTERS: Final = 1_000_000
"""Of all documents together: some thirty seconds of a processor."""
_AT_ONCE: Final = 16
"""Short texts that are embedded before a look at whether anybody still waits."""


class WebSearchRequest(BaseModel):
    """What Open WebUI's external web search sends."""

    query: QueryText
    count: Annotated[int, Field(ge=1, le=100)] = 10


def text_of(document: Any) -> Any:
    """Return the words of a document, which some clients wrap in an object."""
    return document["text"] if isinstance(document, dict) and "text" in document else document


def _not_too_much(documents: list[str]) -> list[str]:
    if sum(map(len, documents)) > MOST_CHARACTERS:
        raise PydanticCustomError(
            "too_much_text",
            "have more than {most} characters together; send fewer at a time",
            {"most": MOST_CHARACTERS},
        )
    return documents


class RerankRequest(BaseModel):
    """Texts to be ordered by how well they answer a query; ``model`` is left alone: there is one."""

    query: QueryText
    documents: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_DOCUMENT), BeforeValidator(text_of)]],
        Field(max_length=MOST_DOCUMENTS),
        AfterValidator(_not_too_much),
    ]
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
    texts = body.documents
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
    return json_of({"model": public_name(embedder.spec.name), "results": results})


def _vectors(embedder: Embedder, texts: list[str]) -> FloatMatrix:
    """Embed texts of any length: what is longer than the window is read in parts, as a query is.

    A few at a time, like-sized ones together, so that others have their turns between them and the
    work ends soon after nobody waits for it any more: `AbandonedError`.
    """
    work = current_work()
    tokens = []
    for text in texts:
        work.check()
        tokens.append(len(embedder.token_spans(text)))
    found = np.zeros((len(texts), embedder.spec.dim), np.float32)
    places = sorted(range(len(texts)), key=tokens.__getitem__)
    short = [place for place in places if tokens[place] <= embedder.spec.passage_budget]
    for start in range(0, len(short), _AT_ONCE):
        some = short[start : start + _AT_ONCE]
        found[some] = embedder.embed_passages([texts[place] for place in some])
    for place in places[len(short) :]:
        found[place] = embedder.embed_query(texts[place])
    return found
