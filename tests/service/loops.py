"""An event loop whose clock a test puts on: nothing is late because the machine is slow, and nothing has to be waited for."""

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any, Final

PATIENCE_S: Final = 60.0
_ROUNDS: Final = 30
"""Of the loop, which are enough for all that was due."""


class Loop(asyncio.SelectorEventLoop):
    """Its time goes by as ever, and leaps when it is told to."""

    ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s


async def put_on(seconds: float) -> None:
    """Let so much time have gone by; return when what was due in it has been done."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Loop)
    loop.ahead_s += seconds
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for it, or fail; by a clock that nobody puts on."""
    end = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < end
        await asyncio.sleep(0.005)


def in_a_loop(run: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a coroutine as a test of its own."""

    def wrapped() -> None:
        with asyncio.Runner(loop_factory=Loop) as runner:
            runner.run(run())

    wrapped.__name__, wrapped.__doc__ = run.__name__, run.__doc__
    return wrapped
