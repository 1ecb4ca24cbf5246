"""The build that is being served: opened, proven by a canary query, and swapped for the next one."""

from contextlib import AbstractContextManager
from typing import Protocol

from indexer.store.snapshot import Index
from models.base import Embedder
from service.answers import Answer, Hit, SearchQuery


class Searcher(Protocol):
    """Answers questions from one open build; may be called from several threads at once."""

    @property
    def index(self) -> Index:
        """The build that every answer of this searcher comes from."""
        ...

    @property
    def embedder(self) -> Embedder:
        """The model that questions are embedded with."""
        ...

    def search(self, query: SearchQuery, /) -> Answer:
        """Return the ranked answer to ``query``."""
        ...

    def similar(self, passage_id: str, /, *, k: int, same_case: bool = False) -> tuple[Hit, ...]:
        """Return the ``k`` passages nearest to one passage, itself left out.

        They are from other cases unless ``same_case``. Raises `NotInIndexError` for an unknown id.
        """
        ...

    def passage(self, passage_id: str, /, *, context: int = 0) -> Hit:
        """Return one passage with ``context`` neighbours each side, without rank and score.

        Raises `NotInIndexError` for an unknown id.
        """
        ...


class Live(Protocol):
    """Hands out the searcher of the build that is current now."""

    def searcher(self) -> AbstractContextManager[Searcher]:
        """Lend the current searcher; its build stays open until it is given back.

        Also when a new build is swapped in meanwhile. Raises `NotReadyError` while there is none.
        """
        ...

    def reason_not_ready(self) -> str | None:
        """Say why no question can be answered now, or `None` when all is well."""
        ...

    @property
    def problem(self) -> str | None:
        """Why the build that `CURRENT` names is not served, though another one may be; or `None`."""
        return None

    def close(self) -> None:
        """Stop watching and close what is open."""
        ...
