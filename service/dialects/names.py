"""The dialects by name, and the collection that their requests may name."""

from enum import StrEnum
from typing import Final

from service.errors import ServiceError

COLLECTION: Final = "opinions"
"""What Dify's ``knowledge_id`` and OpenAI's ``vector_store_id`` name."""


class Dialect(StrEnum):
    """A contract that the service speaks beside its own; each can be left out."""

    DIFY = "dify"
    SEARXNG = "searxng"
    OPENWEBUI = "openwebui"
    OPENAI = "openai"
    LANGCHAIN = "langchain"
    COURTLISTENER = "courtlistener"
    MCP = "mcp"
    """At ``/mcp``."""
    TOOLS = "tools"


class NoCollectionError(ServiceError):
    """A request names a collection that there is not."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no collection {name!r}; name {COLLECTION!r}")


def require_collection(name: str) -> None:
    """Raise `NoCollectionError` for any name but that of the collection."""
    if name != COLLECTION:
        raise NoCollectionError(name)
