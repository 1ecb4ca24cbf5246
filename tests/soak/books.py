"""What stands in the builds that a soak swaps, read beside the service: answers are held against it."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from indexer.errors import NotInIndexError
from indexer.store.files import PASSAGES
from indexer.store.passages import PassageStore

_KEPT: Final = 1000
"""Texts of opinions in memory."""


class Book:
    """The words of one build."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a published build."""
        self.build_id = folder.name
        self._store = PassageStore.open(folder / PASSAGES)
        self._text = lru_cache(_KEPT)(self._read)

    def says(self, opinion_id: str, start: int, end: int, words: str) -> bool:
        """Return whether these words, and some at all, stand at that place (code points)."""
        text = self._text(opinion_id)
        return text is not None and end > start and text[start:end] == words

    def is_all_of(self, opinion_id: str, words: str) -> bool:
        """Return whether an opinion has these words and no others."""
        return self._text(opinion_id) == words

    def has(self, passage_id: str) -> bool:
        """Return whether the build has a passage of that id."""
        try:
            self._store.row_of(passage_id)
        except NotInIndexError:
            return False
        return True

    def close(self) -> None:
        self._store.close()

    def _read(self, opinion_id: str) -> str | None:
        try:
            return self._store.opinion(opinion_id).text
        except NotInIndexError:
            return None
