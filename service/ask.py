"""One question to an index folder from the command line, answered as over HTTP."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from indexer.store.engine_url import engine_at
from indexer.store.manifest import read
from indexer.store.snapshot import Index, build_folder
from models.load import load_embedder
from service.admission import require_forum
from service.errors import QueryError
from service.problems import problem_of
from service.schemas_requests import SearchRequest, forum_of, to_query
from service.search import SearchEngine
from service.wire_hits import search_json

_PERIOD: Final = ("date_filed.gte", "date_filed.lte")


def ask(
    query: str,
    *,
    index: Path,
    k: int,
    filters: Sequence[str],
    forum: str | None = None,
    lanes: Sequence[str] = (),
    rerank: bool | None = None,
    engine: str = "embedded",
) -> bytes:
    """Return the answer as JSON.

    Raises `QueryError` for a value out of its range, an `IndexOpenError` for an index that cannot be
    asked, `ModelMismatchError` among them when the model is not the one it was built with.
    """
    if not query.strip():
        raise QueryError("QUERY", "is empty; write what you are looking for")
    try:
        request = SearchRequest.model_validate(
            {
                "query": query,
                "k": k,
                "filters": parse_filters(filters),
                "forum": forum,
                "lanes": list(lanes),
                "rerank": rerank,
            }
        )
    except ValidationError as error:
        problem = problem_of(error)
        field = problem.field or "query"
        raise QueryError(
            _option(field),
            problem.message.removeprefix(f"{field}: "),
        ) from error
    embedder = load_embedder(read(build_folder(index, None)).model.name)
    where = engine_at(engine)
    with Index.open(index, expect_model=embedder.spec, engine=where) as snapshot:
        searcher = SearchEngine(snapshot, embedder)
        require_forum(request.forum, snapshot.passages)
        answer = searcher.search(to_query(request))
        return search_json(answer, snapshot.manifest, forum=forum_of(request))


def _option(field: str) -> str:
    """Return what a field of a request is called on the command line."""
    if field.startswith("lanes"):
        return "--lane"
    name = field.removeprefix("filters.")
    return field if name == field else f"--filter {name}"


def parse_filters(given: Sequence[str]) -> dict[str, Any]:
    """Turn ``name=value`` pairs into the filters object.

    A name may be repeated where a filter takes several values. ``date_filed.gte`` and
    ``date_filed.lte`` are the ends of the period. Raises `QueryError` for anything else.
    """
    filters: dict[str, Any] = {}
    for pair in given:
        name, _, value = (part.strip() for part in pair.partition("="))
        if not name or not value:
            raise QueryError("--filter", f"{pair!r} is not NAME=VALUE; write --filter court=ca6")
        if name in _PERIOD:
            field, end = name.split(".")
            _set_once(filters.setdefault(field, {}), end, value, pair)
        elif name.startswith("date_filed"):
            raise QueryError(
                "--filter", f"{pair!r} is no period; write date_filed.gte=, date_filed.lte= or both"
            )
        elif name == "binding_on":
            _set_once(filters, name, value, pair)
        else:
            filters.setdefault(name, []).append(value)
    return filters


def _set_once(filters: dict[str, Any], name: str, value: str, pair: str) -> None:
    if name in filters:
        raise QueryError("--filter", f"{pair!r} is the second of its name; give it once")
    filters[name] = value
