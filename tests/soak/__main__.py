"""The service for an hour at 80% of what it can do while builds are swapped, then a minute at ten times that.

    python -m tests.soak --index DIR --minutes 60 --server-cores 0 --client-cores 1 --out FILE

The server is the real one, in a process of its own. Exit code 1: an answer was wrong or not wholly of one
build, a build was not served or not given back, the memory or the latency grew, a refusal did not say how long
to wait, or it did not recover. Exit code 2: none of that, but something could not be judged, as the latency where
other work had the machine in nearly every minute.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from indexer.store.files import BUILDS, current_build
from tests.soak.process import serve
from tests.soak.soak import Soak
from tests.soak.twin import Shelf, twin_of


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Soak and overload the service.")
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, default=Path(".soak"),
                        help="where the second build is made, and kept for the next time")  # fmt: skip
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--swap-minutes", type=float, default=3, help="between two swaps; 0: none")
    parser.add_argument("--share", type=float, default=0.8, help="of what it can do")
    parser.add_argument("--times", type=float, default=10, help="of what it can do, at the end")
    parser.add_argument("--overload-s", type=float, default=60)
    parser.add_argument("--after-s", type=float, default=120)
    parser.add_argument("--step-s", type=float, default=10,
                        help="of each rate that is tried to learn what it can do")  # fmt: skip
    parser.add_argument("--rate", type=float, help="requests a second it can do; unset: measured")
    parser.add_argument("--clients", type=int, default=8, help="while the highest is looked for")
    parser.add_argument("--server-cores", help="as in 0 or 0,1; unset: any")
    parser.add_argument("--client-cores", help="as in 1; unset: any")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting of the service, without OPINION_SEARCH_")  # fmt: skip
    parser.add_argument("--log", type=Path, default=Path("soak.log"), help="of the server")
    parser.add_argument("--out", type=Path, help="the figures as JSON; unset: printed only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commit", default="")
    return parser.parse_args(arguments)


def main() -> int:
    """Run, print what does not hold."""
    given = options()
    twin = twin_of(given.index, given.scratch / "twin")
    shelf = Shelf(given.scratch / "index", given.index / BUILDS / current_build(given.index), twin)
    with serve(shelf.root, given.log, cores=given.server_cores, settings=given.set) as server:
        if given.client_cores:
            os.sched_setaffinity(0, {int(core) for core in given.client_cores.split(",")})
        soak = Soak(given, server, shelf)
        asyncio.run(soak.run())
        failed, not_judged = soak.judge(server.stop())
    return 1 if failed else 2 if not_judged else 0


if __name__ == "__main__":
    sys.exit(main())
