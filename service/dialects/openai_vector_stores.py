"""OpenAI's vector-store search: ``POST …/openai/v1/vector_stores/opinions/search``.

openai/openai-openapi ``openapi.yaml``, ``/vector_stores/{vector_store_id}/search``. A file is an opinion:
``file_id`` is its id, ``filename`` the ready citation, ``attributes`` what is known of the passage.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import Response
from pydantic import BaseModel, BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from service.answers import Hit
from service.dependencies import LiveDep
from service.dialects.attributes import attributes_of
from service.dialects.condition_fields import MOST_CONDITIONS, ShortText, Values
from service.dialects.conditions import AllOf, AnyOf, Condition, Known, Operator, Scalar, Wanted
from service.dialects.filtering import filters_for
from service.dialects.finding import ANY, LENIENT_SCORE, Json, Wish, find, score_of
from service.dialects.names import COLLECTION, require_collection
from service.dialects.routing import dialect_router, json_of, malformed
from service.links import Links, LinksDep
from service.problems import Problem
from service.request_fields import MinScore, QueryText

_OPERATORS: Final = {
    "eq": (Operator.IS, False),
    "ne": (Operator.IS, True),
    "gt": (Operator.GREATER, False),
    "gte": (Operator.AT_LEAST, False),
    "lt": (Operator.LESS, False),
    "lte": (Operator.AT_MOST, False),
    "in": (Operator.IN, False),
    "nin": (Operator.IN, True),
}
_ATTRIBUTES: Final = (
    "url", "cite", "case_name", "case_id", "citations", "court_id", "date_filed", "status",
    "opinion_type", "author", "section_role", "section_heading", "passage_id", "start", "end",
    "cited_by_count",
)  # fmt: skip
"""The contract admits sixteen."""
LONGEST_VALUE: Final = 512
_CUT: Final = "…"
_TYPES: Final = {429: "rate_limit_error", 401: "authentication_error", 403: "permission_error"}
_SERVER_FAULT: Final = 500
_DEEPEST: Final = 64
"""Filters in filters."""


class Comparison(BaseModel):
    """One comparison of an attribute."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: ShortText
    value: Values


class Compound(BaseModel):
    """Filters that must all hold, or of which one must."""

    type: Literal["and", "or"]
    filters: Annotated[list["Filter"], Field(min_length=1, max_length=MOST_CONDITIONS)]


def _kind(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return "compound" if kind in ("and", "or") else "comparison"


Filter = Annotated[
    Annotated[Compound, Tag("compound")] | Annotated[Comparison, Tag("comparison")],
    Discriminator(_kind),
]


def _few(filters: Any) -> Any:
    """Refuse too many comparisons, and those nested too deeply, before any is read."""
    waiting, comparisons = [(filters, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        inner = one.get("filters") if isinstance(one, dict) else None
        comparisons += not (isinstance(inner, list) and inner)
        if comparisons > MOST_CONDITIONS:
            raise PydanticCustomError(
                "too_many_filters",
                "hold more than {most} comparisons; ask for less at a time",
                {"most": MOST_CONDITIONS},
            )
        if depth > _DEEPEST:
            raise PydanticCustomError(
                "deep_filters",
                "are nested more than {most} deep; ask for less at a time",
                {"most": _DEEPEST},
            )
        if isinstance(inner, list):
            waiting += [(part, depth + 1) for part in inner[: MOST_CONDITIONS + 1]]
    return filters


def _one_or_more(query: Any) -> Any:
    if isinstance(query, str):
        return [query]
    if not isinstance(query, list):
        raise PydanticCustomError("no_text", "must be a text or a list of texts")
    return query


class RankingOptions(BaseModel):
    """How results are ranked: one way only, so ``ranker`` is left alone."""

    score_threshold: Annotated[MinScore, LENIENT_SCORE] = 0.0


class VectorStoreSearchRequest(BaseModel):
    """What OpenAI's clients send; queries are never rewritten."""

    query: Annotated[
        list[QueryText], Field(min_length=1, max_length=16), BeforeValidator(_one_or_more)
    ]
    max_num_results: Annotated[int, Field(ge=1, le=50)] = 10
    filters: Annotated[Filter, BeforeValidator(_few)] | None = None
    ranking_options: RankingOptions | None = None


def _tell(problem: Problem) -> tuple[int, Json]:
    status = malformed(problem.status)
    fault = "server_error" if status >= _SERVER_FAULT else "invalid_request_error"
    return status, {
        "error": {
            "message": problem.message,
            "type": _TYPES.get(status, fault),
            "param": problem.field,
            "code": problem.code,
        }
    }


router: Final = dialect_router("/openai/v1", tell=_tell)


@router.post("/vector_stores/{vector_store_id}/search")
def search(
    vector_store_id: str, body: VectorStoreSearchRequest, live: LiveDep, links: LinksDep
) -> Response:
    """Answer with one page: the best results, and never more pages."""
    require_collection(vector_store_id)
    with live.searcher() as searcher:
        store = searcher.index.passages
        wish = Wish(
            texts=tuple(body.query),
            k=body.max_num_results,
            filters=ANY if body.filters is None else filters_for(_wanted(body.filters), store),
            min_score=(body.ranking_options or RankingOptions()).score_threshold,
        )
        hits = find(searcher, wish)
    return json_of(
        {
            "object": "vector_store.search_results.page",
            "search_query": body.query,
            "data": [_result(hit, links) for hit in hits],
            "has_more": False,
            "next_page": None,
        }
    )


@router.get("/vector_stores/{vector_store_id}")
def retrieve(vector_store_id: str, live: LiveDep) -> Response:
    """Describe the collection as a vector store, which some clients ask for first."""
    require_collection(vector_store_id)
    with live.searcher() as searcher:
        manifest = searcher.index.manifest
    files = manifest.counts.opinions
    return json_of(
        {
            "id": COLLECTION,
            "object": "vector_store",
            "name": COLLECTION,
            "status": "completed",
            "created_at": 0,
            "last_active_at": None,
            "usage_bytes": 0,
            "file_counts": {
                "in_progress": 0, "completed": files, "failed": 0, "cancelled": 0, "total": files
            },
            "metadata": {"build_id": manifest.build_id, "as_of": manifest.created_at},
        }
    )  # fmt: skip


def _wanted(asked: Compound | Comparison) -> Wanted:
    if isinstance(asked, Compound):
        parts = tuple(_wanted(one) for one in asked.filters)
        return AllOf(parts) if asked.type == "and" else AnyOf(parts)
    operator, negated = _OPERATORS[asked.type]
    values = tuple(asked.value) if isinstance(asked.value, list) else (asked.value,)
    return Condition(asked.key, operator, values, negated)


def _result(hit: Hit, links: Links) -> Json:
    known = attributes_of(hit, links)
    return {
        "file_id": hit.stored.opinion.id,
        "filename": hit.cite,
        "score": score_of(hit),
        "attributes": {name: _flat(known[name]) for name in _ATTRIBUTES if name in known},
        "content": [{"type": "text", "text": hit.stored.passage.text}],
    }


def _flat(value: Known) -> Scalar:
    """Return what the contract admits: no lists, and texts of at most 512 characters, a cut shown."""
    if isinstance(value, tuple):
        value = "; ".join(value)
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return value[: LONGEST_VALUE - 1] + _CUT
    assert value is not None
    return value
