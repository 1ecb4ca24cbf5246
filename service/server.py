"""Runs the application: one process, or several that share a port."""

import asyncio
import errno
import logging
import os
import resource
import socket
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

import uvicorn
from fastapi import FastAPI

from service.access import require_keys
from service.app import OpenLive, create_app
from service.connections import Bounds, Connections
from service.errors import ListenError, SettingsError
from service.heap import bound_arenas
from service.logs import configuration
from service.metrics import SHARED
from service.protocol import BoundedProtocol
from service.settings import Settings
from service.workers import Workers

_log: Final = logging.getLogger("uvicorn.error")
_BACKLOG: Final = 2048
_NOT_HERE: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""What a machine says that lacks one of the kinds of address a name stands for."""


def serve(settings: Settings, open_live: OpenLive) -> None:
    """Serve until a signal: on SIGTERM and SIGINT, requests in flight are finished first.

    With several workers each gets ``settings`` and ``open_live`` pickled, so ``open_live`` has to be
    a function that can be imported; no environment and no global carries them. Raises `ListenError`
    before anything is opened when the address cannot be had, and `SettingsError` or `KeysError` when
    others can reach it without a key that was not declared needless.
    """
    sockets = listen(settings.host, settings.port)
    try:
        require_keys(settings, [one.getsockname()[0] for one in sockets])
        if settings.workers == 1:
            config = configured(settings, open_live)
            _tell(sockets)
            uvicorn.Server(config).run(sockets)
            return
        with _shared_folder() as folder:
            os.environ[SHARED] = folder  # prometheus-client reads it in the processes to come
            config = configured(settings, open_live, shared=Path(folder))
            _tell(sockets)
            Workers(config, sockets).run()
    finally:
        for one in sockets:
            one.close()


def configured(
    settings: Settings,
    open_live: OpenLive,
    *,
    shared: Path | None = None,
    connections: Connections | None = None,
) -> uvicorn.Config:
    """Return what uvicorn is told, and set up the log; ``connections`` with other bounds are for tests."""
    if connections is None:
        connections = Connections(Bounds(connections=_most_connections(settings)))
    return uvicorn.Config(
        partial(_application, settings, open_live, shared),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", partial(BoundedProtocol, connections)),
        ws="none",
        lifespan="on",
        log_config=configuration(settings),
        access_log=False,  # its lines would hold queries
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
    )


def _most_connections(settings: Settings) -> int:
    """Return how many there may be, so that a quarter of the files that may be open is left for others."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return settings.max_connections
    return max(1, min(settings.max_connections, files * 3 // 4))


def _shared_folder() -> TemporaryDirectory[str]:
    """Make the folder in which workers count together; raises `SettingsError` where none can be made."""
    try:
        return TemporaryDirectory(prefix="opinion-search-")
    except OSError as error:
        raise SettingsError(
            "several workers count together in a temporary folder, and none can be made; set TMPDIR to "
            "a folder that can be written to, or OPINION_SEARCH_WORKERS to 1"
        ) from error


def _tell(sockets: list[socket.socket]) -> None:
    for one in sockets:
        _log.info("listening on %s (Ctrl-C stops it)", _url(one))


def _application(settings: Settings, open_live: OpenLive, shared: Path | None) -> FastAPI:
    """Make what a process serves, in that process, before it has threads."""
    bound_arenas()
    return create_app(settings, open_live=open_live, shared=shared)


def listen(host: str, port: int, *, tries: int = 5) -> list[socket.socket]:
    """Return listening sockets for each address that ``host`` stands for; port 0 takes a free one.

    One that is free at the first address may be taken at the next: then there are so many ``tries``.
    Raises `ListenError` when one is taken, or when there is none.
    """
    sockets: list[socket.socket] = []
    failure: OSError | None = None
    try:
        for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            chosen = sockets[0].getsockname()[1] if sockets else port
            try:
                sockets.append(_bound(family, (address[0], chosen, *address[2:])))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                failure = error
        if not sockets and failure is not None:
            raise failure
    except (OSError, UnicodeError) as error:
        for one in sockets:
            one.close()
        if port == 0 and tries > 1 and getattr(error, "errno", None) == errno.EADDRINUSE:
            return listen(host, port, tries=tries - 1)
        raise ListenError(host, port, _reason(error)) from error
    return sockets


def _bound(family: int, address: tuple[object, ...]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(_BACKLOG)
        one.set_inheritable(True)
    except BaseException:
        one.close()
        raise
    return one


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):  # no name can be like `a..b`
        return "there is no such address"
    return os.strerror(error.errno).lower() if error.errno else str(error)


def _url(one: socket.socket) -> str:
    host, port = one.getsockname()[:2]
    return f"http://[{host}]:{port}" if one.family == socket.AF_INET6 else f"http://{host}:{port}"
