"""The MCP server over the tools: the official SDK speaks the protocol, all its revisions.

No exception of a tool reaches the SDK, which tells the words of those that it does not know.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from importlib.metadata import version
from typing import Any, Final

import mcp_types as types
import orjson
from anyio.to_thread import run_sync
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from service.dialects.mcp_answers import Desk
from service.dialects.mcp_arguments import input_schema
from service.dialects.mcp_tools import INSTRUCTIONS, TOOLS, Tool
from service.errors import AbandonedError, is_fault
from service.links import Links
from service.live import Live
from service.logs import log_fault
from service.problems import INTERNAL, Problem, problem_of
from service.work import Told, current_work

_log: Final = logging.getLogger(__name__)
_READ_ONLY: Final = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_LIST_LASTS_MS: Final = 3_600_000
_LONGEST_NAME: Final = 100
"""Characters of an unknown name that are repeated."""

Enter = Callable[[], AbstractContextManager[None]]
"""Takes a place among the requests worked on; raises when there is none."""
LinksFor = Callable[[Any], Links]
"""The links of a request of the transport; of `None` where there is none."""


def make_server(live: Live, *, enter: Enter, links_for: LinksFor) -> Server[Any]:
    """Return the server; it holds nothing between two calls."""
    logging.getLogger("mcp").setLevel(logging.WARNING)

    async def list_tools(
        _: ServerRequestContext[Any], __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS.values()])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = TOOLS.get(params.name)
        if tool is None:
            unknown, known = params.name[:_LONGEST_NAME], ", ".join(TOOLS)
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {unknown!r}; known: {known}")
        links = partial(links_for, context.request)
        return await _answer(enter, partial(_run, live, links, tool, params.arguments or {}))

    server: Server[Any] = Server(
        "opinion-search",
        title="Court opinions",
        version=version("opinion-search"),
        instructions=INSTRUCTIONS,
        cache_hints={"tools/list": CacheHint(ttl_ms=_LIST_LASTS_MS, scope="public")},
        get_tool_input_schema=lambda name: (
            input_schema(TOOLS[name].arguments) if name in TOOLS else None
        ),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()  # the SDK's tracing, which would note what was asked
    return server


async def _answer(enter: Enter, run: Callable[[], dict[str, Any]]) -> types.CallToolResult:
    """Return what a tool answers, or an error that tells nothing of the inside of the service."""
    try:
        with enter():
            answer = await run_sync(run)
        text = orjson.dumps(answer).decode()
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=answer
        )
    except AbandonedError:
        return _failed("nobody waits for this answer any more")
    except BaseException as error:
        if not is_fault(error):
            raise
        return _failed(_words(_problem(error)))


def _run(
    live: Live, links: Callable[[], Links], tool: Tool, arguments: dict[str, Any]
) -> dict[str, Any]:
    given = tool.arguments.model_validate(arguments)
    with live.searcher() as searcher:
        return tool.run(Desk(searcher, links()), given)


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.arguments),
        annotations=_READ_ONLY.model_copy(update={"title": tool.title}),
    )


def _problem(error: BaseException) -> Problem:
    """Return what the caller is told, noted for the log and for who counts, as the answer is a 200."""
    problem = problem_of(error) if isinstance(error, Exception) else INTERNAL
    if problem is INTERNAL:
        log_fault(_log, "a call of a tool failed", error)
    current_work().told = Told(problem.status, problem.code)
    return problem


def _words(problem: Problem) -> str:
    """Return its message; a call has no headers, so what they would say stands in it."""
    seconds = dict(problem.headers).get("Retry-After")
    if seconds is None:
        return problem.message
    return problem.message.replace("as long as Retry-After says", f"{seconds} seconds")


def _failed(message: str) -> types.CallToolResult:
    """Return an error that the model reads, so that it can put its arguments right."""
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=message)], is_error=True
    )
