"""One question to an index folder from the command line, answered as over HTTP."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from indexer.store.snapshot import Index
from models.load import load_embedder
from service.errors import QueryError
from service.hit_fields import Selection
from service.problems import problem_of
from service.schemas_requests import SearchRequest, to_query
from service.search import SearchEngine
from service.wire import search_response


def ask(query: str, *, index: Path, k: int, filters: Sequence[str]) -> bytes:
    """Return the answer as JSON. Raises `QueryError` for a value out of its range."""
    try:
        request = SearchRequest.model_validate(
            {"query": query, "k": k, "filters": parse_filters(filters)}
        )
    except ValidationError as error:
        problem = problem_of(error)
        field = problem.field or "query"
        raise QueryError(field, problem.message.removeprefix(f"{field}: ")) from error
    with Index.open(index) as snapshot:
        embedder = load_embedder(snapshot.manifest.model.name)
        engine = SearchEngine(snapshot, embedder)
        answer = engine.search(to_query(request))
        response = search_response(answer, snapshot.manifest)
        return response.model_dump_json(include=Selection().of_answer()).encode()


def parse_filters(given: Sequence[str]) -> dict[str, Any]:
    """Turn ``name=value`` pairs into the filters object; a name may be repeated.

    ``date_filed.gte`` and ``date_filed.lte`` are the ends of the period.
    """
    filters: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise QueryError("filter", f"{pair!r} is not NAME=VALUE; write --filter court=ca6")
        name, dot, end = name.partition(".")
        if dot:
            filters.setdefault(name, {})[end] = value
        elif name == "binding_on":
            filters[name] = value
        else:
            filters.setdefault(name, []).append(value)
    return filters
