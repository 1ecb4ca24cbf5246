"""What lies around the application, in the order in which a request passes it."""

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from service.access import API_KEY, RequireKey
from service.deadline import Deadline
from service.keyring import Keyring
from service.metrics import Metrics
from service.middleware import REQUEST_ID, BodyLimit, HeadAsGet, RequestId
from service.observe import Observe
from service.overload import RefuseEarly
from service.problem_response import refusal
from service.rate_limits import LimitRates, RateLimits
from service.security_headers import SecurityHeaders
from service.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the layers share with the rest of the application."""

    settings: Settings
    keyring: Keyring | None
    limits: RateLimits
    metrics: Metrics


def surround(app: FastAPI, given: Surroundings) -> None:
    """Wrap the application; the layer added last sees a request first.

    A request is named, then observed, so that everything after is counted; a page's preflight needs
    no key; who has no key costs no more than that; and only what is let in may hold memory or time.
    """
    settings = given.settings
    app.add_middleware(Deadline, limit_s=settings.request_timeout_s, refuse=refusal)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, refuse=refusal)
    app.add_middleware(RefuseEarly, refuse=refusal)
    app.add_middleware(LimitRates, limits=given.limits, settings=settings, refuse=refusal)
    if given.keyring is not None:
        app.add_middleware(
            RequireKey, keyring=given.keyring, open_metrics=settings.open_metrics, refuse=refusal
        )
    app.add_middleware(HeadAsGet)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", API_KEY, REQUEST_ID],
            expose_headers=[REQUEST_ID, "Retry-After"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observe, metrics=given.metrics, log_queries=settings.log_queries)
    app.add_middleware(RequestId)
