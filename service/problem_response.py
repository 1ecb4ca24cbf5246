"""The answer that tells of a problem, and leaves its code for who counts and logs."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.problems import Problem, problem_of

PROBLEM: Final = "problem"
"""Where the code stands in the scope's state."""

Tell: TypeAlias = Callable[[Problem], tuple[int, Any]]
"""A problem to the status and the JSON that a contract has for it."""


class ProblemResponse(Response):
    """One problem in the one shape of errors, or as the contract of the address has it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            problem.body(),
            status_code=problem.status,
            media_type="application/json",
            headers=dict(problem.headers),
        )
        self.problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        scope.setdefault("state", {})[PROBLEM] = self.problem.code
        tell = _told_by(scope)
        if tell is not None:
            self.status_code, content = tell(self.problem)
            self.body = orjson.dumps(content)
            self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def refusal(error: Exception) -> Response:
    """Answer an error of the table."""
    return ProblemResponse(problem_of(error))


def speak(app: Starlette, tells: Mapping[str, Tell]) -> None:
    """Let problems at addresses that begin with a key of ``tells`` be told as it has them.

    Whatever refuses a request: the check of keys, a limit, the router or the handler.
    """
    app.state.tells = tells


def _told_by(scope: Scope) -> Tell | None:
    tells: Mapping[str, Tell] = getattr(scope["app"].state, "tells", {}) if "app" in scope else {}
    for prefix, tell in tells.items():
        if scope["path"].startswith(f"{prefix}/"):
            return tell
    return None
