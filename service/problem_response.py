"""The answer that tells of a problem, and leaves its code for who counts and logs."""

from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.problems import Problem, problem_of

PROBLEM: Final = "problem"
"""Where the code stands in the scope's state."""


class ProblemResponse(Response):
    """One problem in the one shape of errors."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            problem.body(),
            status_code=problem.status,
            media_type="application/json",
            headers=dict(problem.headers),
        )
        self.code = problem.code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        scope.setdefault("state", {})[PROBLEM] = self.code
        await super().__call__(scope, receive, send)


def refusal(error: Exception) -> Response:
    """Answer an error of the table."""
    return ProblemResponse(problem_of(error))
