"""A build in a process of its own, to be killed on its way: the far side of test_build_killed.py.

    python -m tests.indexer.killing ROOT LOG [MOMENT]

Says when it begins. Kills itself at the MOMENT-th time that it is about to touch the index folder or
tells of its progress; without one it says at the end how many moments there were. The hash of every
text is in LOG once the model has embedded it.
"""

import hashlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from time import sleep
from typing import Final

from indexer.records import CaseRecord
from models.base import FloatMatrix
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import build_small, cases

BLOCK: Final = 4
_SECONDS_A_TEXT: Final = 0.003


def before() -> list[CaseRecord]:
    """Return the corpus of the build that is there before."""
    return cases(4)


def after() -> list[CaseRecord]:
    """Return the corpus of the build that is killed: one case less, one changed, eight new."""
    kept = before()[2:]
    return [*kept, *cases(1, sentences_each=30), *cases(8, prefix="new")]


class Moments:
    """Counts moments, and kills the process at one of them."""

    def __init__(self, root: Path, last: int | None) -> None:
        self._root = str(root)
        self._last = last
        self.passed = 0

    def audit(self, _event: str, details: tuple[object, ...]) -> None:
        """Take whatever Python is about to do with a path in the index folder for a moment."""
        if details and isinstance(details[0], (str, Path)) and self._root in str(details[0]):
            self.tick()

    def tick(self, _: object = None) -> None:
        """Let a moment pass, or die."""
        if self.passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


class Slow(WordHashEmbedder):
    """Takes its time, and writes down what it has done."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        sleep(_SECONDS_A_TEXT * len(texts))
        vectors = super().embed_passages(texts)
        with self._log.open("a") as log:
            log.writelines(f"{hashlib.sha256(text.encode()).hexdigest()}\n" for text in texts)
        return vectors


def main(root: Path, log: Path, last: int | None) -> None:
    """Build the corpus of `after`."""
    print("begin", flush=True)  # noqa: T201  # the parent waits for it
    moments = Moments(root, last)
    sys.addaudithook(moments.audit)
    build_small(after(), root, embedder=Slow(log), block=BLOCK, on_progress=moments.tick)
    print(moments.passed, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
