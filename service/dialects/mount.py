"""Which routers serve which dialects."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fastapi import APIRouter

from service.dialects import (
    courtlistener,
    dify,
    langchain,
    mcp_http,
    openai_vector_stores,
    openwebui,
    searxng,
    tool_schemas,
    tools,
)
from service.dialects.names import Dialect
from service.dialects.routing import DialectRouter
from service.problem_response import Tell

_ROUTERS: Final[Mapping[Dialect, tuple[APIRouter, ...]]] = {
    Dialect.DIFY: (dify.router,),
    Dialect.SEARXNG: (searxng.router,),
    Dialect.OPENWEBUI: (openwebui.router,),
    Dialect.OPENAI: (openai_vector_stores.router,),
    Dialect.LANGCHAIN: (langchain.router,),
    Dialect.COURTLISTENER: (courtlistener.router,),
    Dialect.MCP: (mcp_http.router,),
    Dialect.TOOLS: (tools.router, tool_schemas.router),
}


def routers(dialects: Sequence[Dialect]) -> Iterator[APIRouter]:
    """Yield the routers of ``dialects``, each once."""
    for dialect in dict.fromkeys(dialects):
        yield from _ROUTERS[dialect]


def tells(dialects: Sequence[Dialect]) -> Mapping[str, Tell]:
    """Return by the beginning of its addresses how each of ``dialects`` tells of problems."""
    return {one.prefix: one.tell for one in routers(dialects) if isinstance(one, DialectRouter)}
