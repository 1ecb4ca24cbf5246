"""Examples for a given time, each of them watched: a crash, a hang or a broken promise ends the run."""

import faulthandler
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

_T = TypeVar("_T")
_ROUND: Final = 40
FEW: Final = 20
"""Examples where no time is given: what a run finds then, every run finds, however fast the machine is."""
LONGEST_S: Final = 20.0
"""Seconds of processor time that one example may take: a thousand times what it should."""
WAITS_S: Final = 120.0
"""Seconds by the clock, for one that waits for what never comes."""
STUCK_S: Final = 180.0
"""Seconds by the clock, after which an example that no signal stops ends the process."""
_SHOWN: Final = 5000
STANDARD_ERROR: Final = 2


class HungError(AssertionError):
    """One example took far longer than its length explains."""


class _EndedError(BaseException):
    """Ends a search for smaller examples: each of them would take as long."""


@contextmanager
def watched(
    most_s: float = LONGEST_S,
    *,
    waits_s: float = WAITS_S,
    stuck_s: float = STUCK_S,
    stderr: int = STANDARD_ERROR,
) -> Iterator[None]:
    """Raise `HungError` where the body takes more than ``most_s`` of the processor, or ``waits_s`` in all.

    Python heeds a signal between two of its own steps, so neither stops a call of C that does not return:
    after ``stuck_s`` a thread that needs no Python writes to ``stderr`` where it is, and ends the process.
    """

    over = False

    def stop(number: int, _frame: FrameType | None) -> None:
        if over:
            return
        used = number == signal.SIGVTALRM
        raise HungError(
            f"more than {most_s} s of the processor" if used else f"more than {waits_s} s"
        )

    clocks = (
        (signal.SIGVTALRM, signal.ITIMER_VIRTUAL, most_s),
        (signal.SIGALRM, signal.ITIMER_REAL, waits_s),
    )
    before = [signal.signal(number, stop) for number, _, _ in clocks]
    faulthandler.dump_traceback_later(stuck_s, exit=True, file=stderr)
    try:
        for _, clock, seconds in clocks:
            signal.setitimer(clock, seconds)
        yield
    finally:
        over = True  # a clock that runs out from here on must not keep the others running
        for _, clock, _ in clocks:
            signal.setitimer(clock, 0)
        faulthandler.cancel_dump_traceback_later()
        for (number, _, _), handler in zip(clocks, before, strict=True):
            signal.signal(number, handler)


def run_examples(
    check: Callable[[_T], Any],
    strategy: SearchStrategy[_T],
    *,
    seconds: float | None,
    few: int = FEW,
    stderr: int = STANDARD_ERROR,
    waits_s: float = WAITS_S,
) -> int:
    """Call ``check`` with examples of ``strategy`` for so many seconds; return how many they were, one at least.

    Without a time there are ``few``. The examples are the same in every run, as far as it comes. The smallest
    one that fails is shown; of those that hang the first.
    """
    ends = None if seconds is None else monotonic() + seconds
    tried = number = 0
    failed = False

    def is_over() -> bool:
        return tried >= few if ends is None else tried > 0 and monotonic() > ends

    def one(example: _T) -> None:
        nonlocal tried, failed
        if is_over() and not failed:
            return
        tried += 1
        try:
            with watched(waits_s=waits_s, stderr=stderr):
                check(example)
        except HungError as error:
            raise _EndedError(f"{error}, with {example!r}"[:_SHOWN]) from error
        except BaseException:
            failed = True  # the search for a smaller one goes on after the time is over
            raise

    try:
        while not is_over():
            number += 1
            run = settings(
                max_examples=_ROUND if ends else min(_ROUND, few),
                database=None,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )(given(strategy)(one))
            seed(number)(run)()
    except _EndedError as ended:
        raise HungError(str(ended)) from ended
    return tried
