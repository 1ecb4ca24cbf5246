"""Bad requests of Dify and OpenAI, whose searches have conditions."""

import json
from typing import Any, Final

from service.dialects.names import Dialect
from tests.service.dialects.bad import FORM, HUGE, JSON, LONG, NAN, SURROGATE, TEXT, Bad, raw

_DIFY: Final = "/dialects/dify/retrieval"
_OPENAI: Final = "/dialects/openai/v1/vector_stores/{store}/search"


def _dify(
    name: str, field: str | None, *words: str, status: int = 400, code: int = 400, **fields: Any
) -> Bad:
    body = json.dumps({"knowledge_id": "opinions", "query": "force", **fields}).encode()
    return Bad(f"Dify: {name}", Dialect.DIFY, status, code, field, words, _DIFY, body, JSON)


def _condition(name: str, comparison_operator: str, value: Any = None) -> dict[str, Any]:
    return {"name": name, "comparison_operator": comparison_operator, "value": value}


def _where(
    name: str, field: str, words: str, *conditions: dict[str, Any], joined: str = "and"
) -> Bad:
    asked = {"logical_operator": joined, "conditions": list(conditions)}
    return _dify(name, field, words, metadata_condition=asked)


_FIRST: Final = "metadata_condition.conditions.0"
_IS: Final = _condition("court_id", "is", "ca6")

DIFY_TABLE: Final = [
    _dify("no query", "query", "valid string", query=None),
    _dify("blank query", "query", "only white space", query=" \u3000"),
    _dify("query too long", "query", "at most 20000 characters", query=LONG),
    _dify("other collection", None, "there is no collection 'recipes'", status=404, code=2001,
          knowledge_id="recipes"),
    _dify("collection of 501 characters", "knowledge_id", "at most 500 characters", knowledge_id=TEXT),
    _dify("top_k of 0", "retrieval_setting.top_k", "greater than or equal to 1",
          retrieval_setting={"top_k": 0}),
    _dify("top_k of 64 bits", "retrieval_setting.top_k", "less than or equal to 100",
          retrieval_setting={"top_k": 2**63}),
    _dify("top_k of 100 bits", "retrieval_setting.top_k", retrieval_setting={"top_k": 2**100}),
    _dify("threshold of 1.5", "retrieval_setting.score_threshold", "less than or equal to 1",
          retrieval_setting={"score_threshold": 1.5}),
    _dify("threshold that is no number", "retrieval_setting.score_threshold", "finite number",
          retrieval_setting={"score_threshold": "nan"}),
    _dify("conditions that are a text", "metadata_condition.conditions", "must be a list",
          metadata_condition={"conditions": "court_id is ca6"}),
    _where("conditions joined by xor", "metadata_condition.logical_operator", "'and' or 'or'", _IS, joined="xor"),
    _where("65 conditions", "metadata_condition.conditions", "at most 64 items", *[_IS] * 65),
    _where("17 alternatives", "filters", "amount to 17 alternatives",
           *[_condition("year", "=", 1990 + n) for n in range(17)], joined="or"),
    _where("operator unknown", "court_id", "cannot be compared with 'resembles'", _condition("court_id", "resembles", "x")),
    _where("operator of 501 characters", f"{_FIRST}.comparison_operator", "at most 500 characters", _condition("court_id", TEXT, "x")),
    _where("field unknown", "colour", "no name that passages are filtered by", _condition("colour", "is", "x")),
    _where("field of 501 characters", f"{_FIRST}.name", "at most 500 characters", _condition(TEXT, "is", "x")),
    _where("no value", "court_id", "needs a value", _condition("court_id", "is")),
    _where("no value in a list", "judge", "needs a value", _condition("judge", "in", [])),
    _where("no court in a list", "binding_on", "needs a value", _condition("binding_on", "is", [])),
    _where("1001 values", f"{_FIRST}.value", "has 1001 values, more than 1000", _condition("case_id", "in", ["x"] * 1001)),
    _where("value of 501 characters", f"{_FIRST}.value", "more than 500 characters", _condition("case_name", "contains", TEXT)),
    _where("value of 501 characters in a list", f"{_FIRST}.value", "more than 500 characters", _condition("case_id", "in", ["x", TEXT])),
    _where("value that is an object", f"{_FIRST}.value", "must be a text, a number", _condition("court_id", "is", {"a": 1})),
    _where("value that is a list of lists", f"{_FIRST}.value", "must be a text, a number", _condition("court_id", "in", [["ca6"]])),
    _where("null in a list", f"{_FIRST}.value", "must be a text, a number", _condition("court_id", "in", ["ca6", None])),
    _where("two values in order", "year", "takes one value", _condition("year", ">", [1, 2])),
    _where("number that is a word", "year", "give a number", _condition("year", ">", "many")),
    _where("number that is none", "year", "give a number", _condition("year", "≥", "nan")),
    _where("number that is endless", "year", "give a number", _condition("year", "<", "inf")),
    _where("number of 400 digits", "year", "give a number", _condition("year", "<", HUGE)),
    _where("date that is a word", "date_filed", "give a date", _condition("date_filed", "after", "soon")),
    _where("date behind all calendars", "date_filed", "give a date", _condition("date_filed", "before", 10**18)),
    _where("court unknown", "filters.binding_on", "no court has the id 'nowhere'", _condition("binding_on", "is", "nowhere")),
    _where("two binding courts", "binding_on", "takes one court", _condition("binding_on", "in", ["ca6", "ca9"])),
    _where("judge without a letter", "filters.judge", "there is no word", _condition("judge", "is", "!!")),
    _where("judge denied", "judge", "can only be asked for", _condition("judge", "is not", "Kagan")),
    _where("judge twice", "judge", "stands twice", _condition("judge", "is", "Kagan"), _condition("judge", "is", "Fox")),
    _where("citation that is none", "filters.cites", "is not one citation", _condition("cites", "is", "x")),
    Bad("Dify: a list", Dialect.DIFY, 400, 400, None, ("the body: must be an object",), _DIFY, b"[]", JSON),
    Bad("Dify: a form", Dialect.DIFY, 415, 415, None, ("Content-Type: application/json",), _DIFY, b"query=x", FORM),
    raw(Dialect.DIFY, "Dify: lone surrogate", _DIFY, 400, 400, SURROGATE),
    raw(Dialect.DIFY, "Dify: NaN", _DIFY, 400, 400, NAN),
]  # fmt: skip


def _openai(
    name: str,
    param: str | None,
    *words: str,
    status: int = 400,
    code: str = "invalid_value",
    store: str = "opinions",
    **fields: Any,
) -> Bad:
    given = {"query": "force", **fields}
    body = json.dumps({key: value for key, value in given.items() if value != "(none)"}).encode()
    path = _OPENAI.format(store=store)
    return Bad(f"OpenAI: {name}", Dialect.OPENAI, status, code, param, words, path, body, JSON)


def _compared(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


def _joined(kind: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "filters": list(filters)}


def deep(levels: int) -> dict[str, Any]:
    made = _compared("eq", "court_id", "ca6")
    for _ in range(levels - 1):
        made = _joined("and", made)
    return made


_EQUAL: Final = _compared("eq", "court_id", "ca6")

OPENAI_TABLE: Final = [
    _openai("no query", "query", "is required", code="missing_field", query="(none)"),
    _openai("null for a query", "query", "must be a text or a list of texts", query=None),
    _openai("query too long", "query.0", "at most 20000 characters", query=LONG),
    _openai("no queries", "query", "at least 1 item", query=[]),
    _openai("17 queries", "query", "at most 16 items", query=["x"] * 17),
    _openai("blank query among others", "query.1", "only white space", query=["x", " "]),
    _openai("other store", None, "there is no collection 'recipes'", status=404,
            code="unknown_collection", store="recipes"),
    _openai("51 results", "max_num_results", "less than or equal to 50", max_num_results=51),
    _openai("-1 results", "max_num_results", "greater than or equal to 1", max_num_results=-1),
    _openai("results of 64 bits", "max_num_results", "less than or equal to 50", max_num_results=2**63),
    _openai("threshold that is no number", "ranking_options.score_threshold", "finite number",
            ranking_options={"score_threshold": "nan"}),
    _openai("filter unknown", "filters.comparison.type", "'nin'", filters=_compared("like", "court_id", "x")),
    _openai("filters that are a list", "filters.comparison", "must be an object", filters=[_EQUAL]),
    _openai("key unknown", "colour", "no name that passages are filtered by", filters=_compared("eq", "colour", "x")),
    _openai("key of 501 characters", "filters.comparison.key", "at most 500 characters", filters=_compared("eq", TEXT, "x")),
    _openai("no value", "filters.comparison.value", "is required", code="missing_field", filters={"type": "eq", "key": "judge"}),
    _openai("null for a value", "filters.comparison.value", "must be a text, a number", filters=_compared("eq", "judge", None)),
    _openai("no judge in a list", "judge", "needs a value", filters=_compared("in", "judge", [])),
    _openai("no court in a list", "binding_on", "needs a value", filters=_compared("eq", "binding_on", [])),
    _openai("no court in a list to leave out", "court_id", "needs a value", filters=_compared("nin", "court_id", [])),
    _openai("1001 values", "filters.comparison.value", "has 1001 values, more than 1000", filters=_compared("in", "case_id", ["x"] * 1001)),
    _openai("200,000 values", "filters.comparison.value", "has 200000 values", filters=_compared("in", "case_id", ["x"] * 200_000)),
    _openai("value of 501 characters", "filters.comparison.value", "more than 500 characters", filters=_compared("ne", "case_name", TEXT)),
    _openai("value that is an object", "filters.comparison.value", "must be a text, a number", filters=_compared("eq", "judge", {"a": 1})),
    _openai("two values in order", "year", "takes one value", filters=_compared("gte", "year", [1, 2])),
    _openai("number that is none", "year", "give a number", filters=_compared("lt", "year", "nan")),
    _openai("number of 400 digits", "cited_by_count", "give a number", filters=_compared("lt", "cited_by_count", HUGE)),
    _openai("65 filters", "filters", "more than 64 comparisons", filters=_joined("and", *[_EQUAL] * 65)),
    _openai("100,000 filters", "filters", "more than 64 comparisons", filters=_joined("or", *[_EQUAL] * 100_000)),
    _openai("72 filters in groups", "filters", "more than 64 comparisons",
            filters=_joined("and", *[_joined("or", *[_EQUAL] * 9)] * 8)),
    _openai("filters 65 deep", "filters", "nested more than 64 deep", filters=deep(65)),
    _openai("filters 200 deep", "filters", "nested more than 64 deep", filters=deep(200)),
    _openai("group of nothing", "filters.compound.filters", "at least 1 item", filters=_joined("and")),
    _openai("17 alternatives", "filters", "amount to 17 alternatives",
            filters=_joined("or", *[_compared("eq", "year", 1990 + n) for n in range(17)])),
    raw(Dialect.OPENAI, "OpenAI: lone surrogate", _OPENAI.format(store="opinions"), 400, "malformed_body", SURROGATE),
    raw(Dialect.OPENAI, "OpenAI: NaN", _OPENAI.format(store="opinions"), 400, "malformed_body", NAN),
]  # fmt: skip
