"""The tools of `mcp_tools` over plain HTTP, one address each: arguments are the body.

Open WebUI takes them as a tool server, and `tool_schemas` describes them for OpenAI's and Anthropic's
way of calling; what is answered goes back to the model as it is.
"""

from collections.abc import Callable
from typing import Any, Final

from fastapi import Response

from service.dependencies import LiveDep
from service.dialects.mcp_answers import Desk
from service.dialects.mcp_tools import TOOLS, Tool
from service.dialects.routing import dialect_router, json_of, own_words
from service.links import LinksDep

_CONNECTORS: Final = frozenset({"search", "fetch"})
"""For ChatGPT's connectors, which want them by these names; other models have better ones."""

router: Final = dialect_router("/tools", tell=own_words)


def _handler(tool: Tool) -> Callable[..., Response]:
    def run(body: Any, live: LiveDep, links: LinksDep) -> Response:
        with live.searcher() as searcher:
            return json_of(tool.run(Desk(searcher, links), body))

    run.__annotations__["body"] = tool.arguments
    return run


for _tool in TOOLS.values():
    if _tool.name not in _CONNECTORS:
        router.add_api_route(
            f"/{_tool.name}",
            _handler(_tool),
            methods=["POST"],
            operation_id=_tool.name,
            summary=_tool.title,
            description=_tool.description,
            response_model=None,
        )
