"""Dify's External Knowledge API: ``POST …/dialects/dify/retrieval``.

langgenius/dify-docs, ``en/self-host/use-dify/knowledge/external-knowledge-api.mdx``; what Dify sends
and reads is in ``api/services/external_knowledge_service.py``. Lenient in what it takes (null and
missing thresholds, a null ``metadata_condition``), strict in what it gives.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import Response
from pydantic import BaseModel, BeforeValidator, Field

from service.dependencies import LiveDep
from service.dialects.attributes import attributes_of
from service.dialects.condition_fields import MOST_CONDITIONS, ShortText, Values
from service.dialects.conditions import AllOf, AnyOf, Condition, Operator, Scalar, Wanted
from service.dialects.filtering import filters_for
from service.dialects.finding import ANY, LENIENT_SCORE, Json, Wish, find, score_of
from service.dialects.names import require_collection
from service.dialects.routing import dialect_router, json_of, malformed
from service.errors import QueryError
from service.links import LinksDep
from service.problems import Problem
from service.request_fields import MinScore, QueryText

OPERATORS: Final = {
    "contains": (Operator.CONTAINS, False),
    "not contains": (Operator.CONTAINS, True),
    "start with": (Operator.STARTS, False),
    "end with": (Operator.ENDS, False),
    "is": (Operator.IS, False),
    "is not": (Operator.IS, True),
    "in": (Operator.IN, False),
    "not in": (Operator.IN, True),
    "empty": (Operator.EMPTY, False),
    "not empty": (Operator.EMPTY, True),
    "=": (Operator.IS, False),
    "≠": (Operator.IS, True),
    ">": (Operator.GREATER, False),
    "<": (Operator.LESS, False),
    "≥": (Operator.AT_LEAST, False),
    "≤": (Operator.AT_MOST, False),
    "before": (Operator.LESS, False),
    "after": (Operator.GREATER, False),
}
"""The contract's eighteen, each as an operator that is perhaps negated."""
_ERROR_CODES: Final = {401: 1001, 403: 1002}
_BAD_KEY: Final = 1002
_NO_COLLECTION: Final = 2001


class RetrievalSetting(BaseModel):
    """How much is wanted."""

    top_k: Annotated[int, Field(ge=1, le=100), BeforeValidator(lambda v: 4 if v is None else v)] = 4
    score_threshold: Annotated[MinScore, LENIENT_SCORE] = 0.0


class MetadataFilter(BaseModel):
    """One comparison."""

    name: ShortText
    comparison_operator: ShortText
    value: Values | None = None


class MetadataCondition(BaseModel):
    """Comparisons that must all hold, or of which one must."""

    logical_operator: Literal["and", "or"] | None = "and"
    conditions: Annotated[list[MetadataFilter], Field(max_length=MOST_CONDITIONS)] | None = None


class RetrievalRequest(BaseModel):
    """What Dify sends; other fields are for other services, and left alone."""

    knowledge_id: ShortText
    query: QueryText
    retrieval_setting: RetrievalSetting | None = None
    metadata_condition: MetadataCondition | None = None


def _tell(problem: Problem) -> tuple[int, Json]:
    if problem.code == "unknown_collection":
        return problem.status, {"error_code": _NO_COLLECTION, "error_msg": problem.message}
    status = malformed(problem.status)
    shown = any("invalid_token" in value for _, value in problem.headers)
    return status, {
        "error_code": _BAD_KEY if shown else _ERROR_CODES.get(status, status),
        "error_msg": problem.message,
    }


router: Final = dialect_router("/dify", tell=_tell)


@router.post("/retrieval")
def retrieval(body: RetrievalRequest, live: LiveDep, links: LinksDep) -> Response:
    """Answer Dify's retrieval."""
    require_collection(body.knowledge_id)
    setting = body.retrieval_setting or RetrievalSetting()
    with live.searcher() as searcher:
        wanted = _wanted(body.metadata_condition)
        wish = Wish(
            texts=(body.query,),
            k=setting.top_k,
            filters=ANY if wanted is None else filters_for(wanted, searcher.index.passages),
            min_score=setting.score_threshold,
        )
        records = [
            {
                "content": hit.stored.passage.text,
                "score": score_of(hit),
                "title": hit.cite,
                "metadata": attributes_of(hit, links),
            }
            for hit in find(searcher, wish)
        ]
    return json_of({"records": records})


def _wanted(condition: MetadataCondition | None) -> Wanted | None:
    if condition is None or not condition.conditions:
        return None
    parts = tuple(condition_of(one) for one in condition.conditions)
    return AnyOf(parts) if condition.logical_operator == "or" else AllOf(parts)


def condition_of(asked: MetadataFilter) -> Condition:
    """Return one comparison; `QueryError` for an operator or a value that cannot be."""
    known = OPERATORS.get(asked.comparison_operator.strip().casefold())
    if known is None:
        raise QueryError(
            asked.name, f"cannot be compared with {asked.comparison_operator!r}; use one of "
            + ", ".join(OPERATORS)
        )  # fmt: skip
    operator, negated = known
    return Condition(asked.name, operator, _values(asked.value, operator), negated)


def _values(value: Any, operator: Operator) -> tuple[Scalar, ...]:
    """Return the values to compare with; `in` also takes a text of several, parted by commas."""
    if value is None or operator is Operator.EMPTY:
        return ()
    if isinstance(value, list):
        return tuple(value)
    if operator is Operator.IN and isinstance(value, str):
        parts = tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(dict.fromkeys((value, *parts)))
    return (value,)
