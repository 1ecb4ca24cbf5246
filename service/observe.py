"""Counts, times and logs every request, by its route: an address may hold what somebody searched."""

import logging
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.keys import Key
from service.metrics import Metrics
from service.problem_response import PROBLEM
from service.work import Told, Work

_log: Final = logging.getLogger("service.requests")
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines."""
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE: Final = "none"
_NO_ANSWER: Final = 499
"""What is logged and counted as the status where the caller went away."""
_REFUSED: Final = frozenset({401, 403, 408, 413, 429, 503})


class Observe:
    """Sees a request first and its answer last. Puts a `Work` into the scope's state."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, log_queries: bool) -> None:
        self.app = app
        self.metrics = metrics
        self.log_queries = log_queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        work = Work()
        scope.setdefault("state", {})["work"] = work
        start, status, sent = perf_counter(), 0, 0

        async def send_seen(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_seen)
            status = status or _NO_ANSWER
        finally:
            self._note(scope, work, status or 500, perf_counter() - start, sent)

    def _note(self, scope: Scope, work: Work, status: int, seconds: float, sent: int) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.metrics.requests.labels(route, method, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        told = work.told or Told(status, scope["state"].get(PROBLEM))
        problem = work.abandoned or told.code
        if route not in _QUIET and (work.abandoned or told.status in _REFUSED):
            self.metrics.refused.labels(problem or str(status)).inc()
        key: Key | None = scope["state"].get("key")
        if key is not None:
            self.metrics.keys.labels(key.name).inc()
        level = logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
        if _log.isEnabledFor(level):
            line = {
                "route": route,
                "method": method,
                "status": status,
                "ms": round(seconds * 1e3, 1),
                "bytes": sent,
                "key": key.name if key else None,
                "problem": problem,
                **_found(work),
                **({"path": scope["path"], "query": work.query} if self.log_queries else {}),
            }
            fields = {name: value for name, value in line.items() if value is not None}
            _log.log(level, "request", extra={"fields": fields})


def _found(work: Work) -> dict[str, object]:
    if not work.searches:
        return {}
    return {
        "searches": work.searches,
        "hits": work.hits,
        "no_match": work.no_match,
        "build_id": work.build_id,
    }


def route_of(scope: Scope) -> str:
    """Return the pattern of the address that was found, such as ``/v1/cases/{id}``."""
    path = getattr(scope.get("route"), "path_format", None)
    return path if isinstance(path, str) else _NO_ROUTE
