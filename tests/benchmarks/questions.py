"""Questions to ask, no two the same, so that no cache of questions ever answers one."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from indexer.store.snapshot import Index
from tests.quality.ranking_judged import Half, half_of_all

_FEWEST_WORDS, _MOST_WORDS = 8, 30
_SENTENCES: Final = 2_000
_SEED: Final = 11


class Questions:
    """Hands out questions, the given ones first, then the beginning of one with the end of another.

    The latter have the lengths and the words of real ones, and there are millions of them.
    """

    def __init__(self, given: Sequence[str]) -> None:
        if len(given) < 2:
            raise ValueError("there must be two questions at least")
        self._rest = _distinct(list(dict.fromkeys(given)))

    def take(self, count: int) -> list[str]:
        """Return ``count`` questions that were not taken before."""
        return [next(self._rest) for _ in range(count)]


def read_questions(path: Path) -> list[str]:
    """Read a question a line: plain, or JSON with ``query``; judged ones of the choosing half only."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("{"):
            found.append(line.strip())
            continue
        asked = json.loads(line)
        if "relevant" not in asked or half_of_all(asked["relevant"]) is Half.CHOOSING:
            found.append(asked["query"])
    return [question for question in found if question]


def questions_of(index: Index) -> list[str]:
    """Make questions of sentences of an index: every third word left out, no marks."""
    drawn = random.Random(_SEED)
    total = index.manifest.counts.passages
    rows = sorted(drawn.sample(range(total), min(_SENTENCES, total)))
    found = []
    for stored in index.passages.fetch(rows):
        words = [word.strip(".,;:()\"'“”[]") for word in stored.passage.text.split()]
        words = [word for place, word in enumerate(words) if word and place % 3 != 2]
        length = drawn.randint(_FEWEST_WORDS, _MOST_WORDS)
        if len(words) >= length:
            found.append(" ".join(words[:length]).lower())
    return found


def _distinct(given: list[str]) -> Iterator[str]:
    drawn = random.Random(_SEED)
    drawn.shuffle(given)
    asked = set(given)
    yield from given
    while True:
        first, second = (drawn.choice(given).split() for _ in range(2))
        made = " ".join(first[: (len(first) + 1) // 2] + second[len(second) // 2 :])
        if made not in asked:
            asked.add(made)
            yield made
