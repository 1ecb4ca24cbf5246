"""Cases cut in their order: in this process, or by helper processes a few cases ahead."""

import pickle
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from subprocess import PIPE, Popen
from typing import Final, TypeAlias

from indexer.cut_worker import PICKLE
from indexer.cutting import CutCase
from indexer.errors import HelperError
from indexer.records import CaseRecord
from indexer.sources.refused import Refused

_AHEAD: Final = 2
"""Cases for each helper that may be under way or wait to be taken."""
_START: Final = "import sys; sys.path[:] = {path!r}; from indexer.cut_worker import main; main()"

Cut: TypeAlias = CutCase | Refused
Cuts: TypeAlias = Callable[[CaseRecord], Cut]
"""A `Cutter`, or its method: what can be pickled and is the same in every process."""


def cut_all(
    records: Iterable[CaseRecord | Cut], cutter: Cuts, *, helpers: int = 0
) -> Generator[Cut, None, None]:
    """Yield what ``cutter`` makes of each record, in their order; what is cut, or refused, as it is.

    With ``helpers`` it is pickled and sent to as many processes, and the few cases that they are
    ahead are in memory; the answers are the same. A helper ends with the generator, or when this
    process dies, however it does. Raises `HelperError` when a helper died, and what ``records``
    raise.
    """
    if not helpers:
        for given in records:
            yield cutter(given) if isinstance(given, CaseRecord) else given
        return
    with ExitStack() as stack:
        idle: SimpleQueue[_Helper] = SimpleQueue()
        pool = stack.enter_context(ThreadPoolExecutor(helpers, thread_name_prefix="cut"))
        for _ in range(helpers):
            helper = _Helper(cutter)
            stack.callback(helper.stop)
            idle.put(helper)
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)

        def cut(record: CaseRecord) -> Cut:
            helper = idle.get()
            try:
                return helper.cut(record)
            finally:
                idle.put(helper)

        yield from _in_order(records, lambda record: pool.submit(cut, record), helpers * _AHEAD)


def _in_order(
    records: Iterable[CaseRecord | Cut],
    submit: Callable[[CaseRecord], "Future[Cut]"],
    ahead: int,
) -> Generator[Cut, None, None]:
    waiting: deque[Future[Cut] | Cut] = deque()
    for given in records:
        waiting.append(submit(given) if isinstance(given, CaseRecord) else given)
        while len(waiting) > ahead:
            yield _answer(waiting.popleft())
    while waiting:
        yield _answer(waiting.popleft())


def _answer(one: "Future[Cut] | Cut") -> Cut:
    return one.result() if isinstance(one, Future) else one


class _Helper:
    """A process that cuts cases, one at a time.

    It is a fresh interpreter, not a fork: this process has threads. It reads from a pipe of which
    nobody else holds the end, so that it sees the pipe close when this process is killed; it is in
    a process group of its own, so that Ctrl-C reaches only this process, which then stops it.
    """

    def __init__(self, cutter: Cuts) -> None:
        command = [sys.executable, "-c", _START.format(path=sys.path)]
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, process_group=0)  # noqa: S603 - our own
        self._send(cutter)

    def cut(self, record: CaseRecord) -> Cut:
        """Return what it makes of ``record``; `HelperError` when it died over it."""
        self._send(record)
        assert self._process.stdout
        try:
            made: Cut = pickle.load(self._process.stdout)  # noqa: S301 - our own process
        except (EOFError, pickle.UnpicklingError) as error:
            raise HelperError(self._process.wait()) from error
        return made

    def stop(self) -> None:
        """End it; what it is at is lost."""
        self._process.kill()
        with suppress(BrokenPipeError), self._process:  # closes the pipes and waits
            pass

    def _send(self, value: object) -> None:
        assert self._process.stdin
        try:
            pickle.dump(value, self._process.stdin, PICKLE)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise HelperError(self._process.wait()) from error
