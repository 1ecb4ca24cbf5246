"""Runs the application: one process, or several that share a port."""

from functools import partial

import uvicorn
from uvicorn.supervisors import Multiprocess

from service.app import OpenLive, create_app
from service.settings import Settings


def serve(settings: Settings, open_live: OpenLive) -> None:
    """Serve until a signal: on SIGTERM and SIGINT, requests in flight are finished first.

    With several workers each gets ``settings`` and ``open_live`` pickled, so ``open_live`` has to be
    a function that can be imported; no environment and no global carries them.
    """
    config = uvicorn.Config(
        partial(create_app, settings, open_live=open_live),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,  # its lines would hold queries
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_timeout_s,
        timeout_worker_healthcheck=30,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run()
    else:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
