"""The far side of `indexer.cut_ahead`: a process that cuts the cases it is sent, until there are no more."""

import os
import pickle
import select
from threading import Thread
from typing import BinaryIO, Final

PICKLE: Final = 5
"""The protocol both sides speak."""


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Take a `Cutter`, then cases, and answer each; return when whoever asks is gone."""
    try:
        cut = pickle.load(asked)  # noqa: S301 - from the process that started this one
        while True:
            made = cut(pickle.load(asked))  # noqa: S301 - the same
            pickle.dump(made, answers, PICKLE)
            answers.flush()
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        return


def main() -> None:
    """Serve on standard input and output; what anything prints goes to standard error."""
    asked, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    Thread(target=_end_with, args=[asked], daemon=True).start()
    serve(os.fdopen(asked, "rb"), os.fdopen(answers, "wb"))


def _end_with(asked: int) -> None:
    """End this process, whatever it is at, when the far end of the pipe ``asked`` closes."""
    watch = select.poll()
    watch.register(asked, 0)  # a closed far end is told of unasked
    watch.poll()
    os._exit(0)
