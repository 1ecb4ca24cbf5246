"""Documents as LangChain has them, for its remote retrievers: ``POST …/langchain/retrieve``.

langchain-ai/langchainjs ``langchain/src/retrievers/remote/remote-retriever.ts`` sends ``{message}`` and
reads ``response[].{page_content, metadata}``; with other keys set it can send ``query`` and read
``documents``. The answer is under the key that goes with the request's. Beside these the request may
have what any search of this service has: ``k``, ``filters``, ``min_score``, ``mode``. The documents are
those of ``langchain_core/documents/base.py``.
"""

from typing import Any, Final

from fastapi import Response

from service.answers import Hit
from service.dependencies import LiveDep
from service.dialects.attributes import attributes_of
from service.dialects.finding import Json, score_of
from service.dialects.routing import dialect_router, json_of, own_words
from service.errors import QueryError
from service.links import Links, LinksDep
from service.schemas_requests import SearchRequest, to_query

_KEYS: Final = {"query": "documents", "message": "response"}
"""The name of the question, and that of the answer."""
_NOT_OF_DOCUMENTS: Final = (
    "group_by", "lanes", "passages_per_group", "forum", "context", "explain", "fields"
)  # fmt: skip
"""What a search may have, and the documents of an answer have no place for."""

router: Final = dialect_router("/langchain", tell=own_words)


@router.post("/retrieve")
def retrieve(body: dict[str, Any], live: LiveDep, links: LinksDep) -> Response:
    """Answer with documents, best first."""
    asked = "message" if "message" in body and "query" not in body else "query"
    rest = {name: value for name, value in body.items() if name != asked}
    text = {"query": body[asked]} if asked in body else {}
    request = SearchRequest.model_validate({**rest, **text})
    for name in _NOT_OF_DOCUMENTS:
        if getattr(request, name) != SearchRequest.model_fields[name].default:
            raise QueryError(name, "is not for documents; leave it out, or ask /v1/search")
    with live.searcher() as searcher:
        hits = searcher.search(to_query(request)).hits
    return json_of({_KEYS[asked]: [_document(hit, links) for hit in hits]})


def _document(hit: Hit, links: Links) -> Json:
    known = attributes_of(hit, links)
    return {
        "id": hit.stored.passage.id,
        "page_content": hit.stored.passage.text,
        "metadata": {**known, "source": known["url"], "score": score_of(hit)},
        "type": "Document",
    }
