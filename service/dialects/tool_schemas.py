"""The tools as files: for OpenAI's and Anthropic's way of calling, and as an OpenAPI document.

Made from the addresses themselves, so that they cannot say anything else. Every schema stands alone:
what reads them (Open WebUI among others) does not follow all references.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from service.dialects import tools
from service.dialects.finding import Json
from service.dialects.routing import dialect_router, json_of, own_words
from service.links import LinksDep
from service.routes_status import DESCRIPTION, VERSION

_JSON: Final = "application/json"
_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "What kind of error it is."},
                "message": {"type": "string", "description": "What happened and what to do."},
                "field": {"type": ["string", "null"], "description": "What it is about."},
            },
        }
    },
}
_DROPPED: Final = frozenset({"title", "examples", "default"})

router: Final[APIRouter] = dialect_router("/tools", tell=own_words)


@router.get("/openapi.json")
async def tool_server(links: LinksDep) -> Response:
    """Describe the tools as a server of them: what Open WebUI is given."""
    return json_of(tool_document(tools.router.routes, base=links.base))


@router.get("/openai.json")
async def openai_tools(links: LinksDep) -> Response:
    """Describe the tools as OpenAI's `tools` parameter wants them."""
    return json_of([_for_openai(tool) for tool in _tools(links.base)])


@router.get("/anthropic.json")
async def anthropic_tools(links: LinksDep) -> Response:
    """Describe the tools as Anthropic's `tools` parameter wants them."""
    return json_of([_for_anthropic(tool) for tool in _tools(links.base)])


def tool_document(routes: Sequence[BaseRoute], *, base: str) -> Json:
    """Return an OpenAPI document of ``routes`` alone, without references."""
    document = get_openapi(
        title="opinion-search", version=VERSION, description=DESCRIPTION, routes=routes
    )
    schemas = document.get("components", {}).get("schemas", {})
    paths = {
        path: {method: _operation(one, schemas) for method, one in methods.items()}
        for path, methods in document["paths"].items()
    }
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "servers": [{"url": base}],
        "paths": paths,
    }


def _operation(operation: Json, schemas: Mapping[str, Any]) -> Json:
    body = operation["requestBody"]["content"][_JSON]["schema"]
    return {
        "operationId": operation["operationId"],
        "summary": operation["summary"],
        "description": operation["description"],
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": _alone(body, schemas)}},
        },
        "responses": {
            "200": {
                "description": "What was found.",
                "content": {_JSON: {"schema": {"type": "object"}}},
            },
            "default": {
                "description": "What is wrong, and what to do.",
                "content": {_JSON: {"schema": _ERROR}},
            },
        },
    }


def _alone(schema: Any, schemas: Mapping[str, Any]) -> Any:
    """Return a schema without references, null alternatives and what only a reader of source needs."""
    if isinstance(schema, list):
        return [_alone(one, schemas) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        meant = schemas[schema["$ref"].rpartition("/")[2]]
        words = _without(meant, "description") if "enum" in meant else meant
        return _alone({**words, **_without(schema, "$ref")}, schemas)
    if "anyOf" in schema:
        return _alone({**_broadest(schema["anyOf"]), **_without(schema, "anyOf")}, schemas)
    return {
        name: _properties(value, schemas) if name == "properties" else _alone(value, schemas)
        for name, value in schema.items()
        if name not in _DROPPED
    }


def _properties(properties: Mapping[str, Any], schemas: Mapping[str, Any]) -> Json:
    return {name: _alone(one, schemas) for name, one in properties.items()}


def _broadest(alternatives: Sequence[Json]) -> Json:
    """Return the list where a value or a list of them will do; null is leaving the value out."""
    given = [one for one in alternatives if one.get("type") != "null"]
    lists = [one for one in given if one.get("type") == "array"]
    return (lists or given)[0]


def _without(schema: Json, name: str) -> Json:
    return {key: value for key, value in schema.items() if key != name}


def _tools(base: str) -> list[Json]:
    """Return name, description and schema of each tool; its address is its name behind ``/dialects/tools/``."""
    return [
        {
            "name": operation["operationId"],
            "description": " ".join(operation["description"].split()),
            "schema": operation["requestBody"]["content"][_JSON]["schema"],
        }
        for methods in tool_document(tools.router.routes, base=base)["paths"].values()
        for operation in methods.values()
    ]


def _for_openai(tool: Json) -> Json:
    return {
        "type": "function",
        "name": tool["name"],
        "description": tool["description"],
        "parameters": tool["schema"],
        "strict": False,
    }


def _for_anthropic(tool: Json) -> Json:
    return {
        "name": tool["name"],
        "description": tool["description"],
        "input_schema": tool["schema"],
    }
