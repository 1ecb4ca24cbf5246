"""The numbers for Prometheus. Never in a worker thread: they are wanted most under load."""

from typing import Annotated, Any, Final, TypeAlias

from fastapi import APIRouter, Depends, Request, Response

from indexer.errors import IndexOpenError
from service.dependencies import LiveDep
from service.errors import NotReadyError
from service.keyring import Keyring
from service.metrics import CONTENT_TYPE, Metrics
from service.openapi import errors

router: Final = APIRouter(tags=["status"])
_TEXT: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "The numbers."}
}


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.state.metrics
    return metrics


async def _keyring(request: Request) -> Keyring | None:
    keyring: Keyring | None = request.state.keyring
    return keyring


async def _shows_key(request: Request) -> bool:
    """Whether the caller may learn the names of keys: who shows none sees open metrics only."""
    return getattr(request.state, "key", None) is not None


MetricsDep: TypeAlias = Annotated[Metrics, Depends(_metrics)]
KeyringDep: TypeAlias = Annotated[Keyring | None, Depends(_keyring)]
ShowsKeyDep: TypeAlias = Annotated[bool, Depends(_shows_key)]


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Numbers for Prometheus",
    response_class=Response,
    responses={**_TEXT, **errors(401, 403, 429)},
)
async def metrics(
    counted: MetricsDep, live: LiveDep, keyring: KeyringDep, shows_key: ShowsKeyDep
) -> Response:
    """Tell how many requests there were, how they were answered and how long they took.

    Prometheus's text form. Where keys are needed, one is needed here too, unless the service was
    told to answer this without; how often each key was used is then told to who shows one.
    """
    try:
        with live.searcher() as searcher:
            serving = searcher.index.manifest if live.reason_not_ready() is None else None
    except (NotReadyError, IndexOpenError):
        serving = None
    text = counted.render(
        serving,
        current_refused=live.problem is not None,
        keys_unread=keyring is not None and keyring.unread(),
        with_keys=shows_key,
    )
    return Response(text, media_type=CONTENT_TYPE)
