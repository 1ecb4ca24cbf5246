"""Absolute addresses of opinions and passages, which stay the same when the corpus is indexed again.

``{base}/o/{opinion id}`` is an opinion's reading view; ``#p{start}-{end}``, offsets in code points of
its cleaned text, opens it at a passage. Both name what was written, not where a build keeps it.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Protocol, TypeAlias
from urllib.parse import quote

from fastapi import Depends, Request

from indexer.records import Passage
from service.answers import Hit

DEFAULT_BASE: Final = "http://127.0.0.1:8000"
"""Where a service listens when nothing else is said: for callers that have no request."""


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses below one public address of the service."""

    base: str
    """Scheme, host and perhaps a path, without a slash at the end."""

    def opinion(self, opinion_id: str) -> str:
        """Return the address of an opinion's reading view."""
        return f"{self.base}/o/{quote(opinion_id, safe='')}"

    def passage(self, opinion_id: str, start: int, end: int) -> str:
        """Return the address of a stretch of an opinion: code points of its cleaned text."""
        return f"{self.opinion(opinion_id)}#p{start}-{end}"

    def span(self, opinion_id: str, span: _Spanned) -> str:
        """Return the address of a span of an opinion's cleaned text."""
        return self.passage(opinion_id, span.start, span.end)

    def of(self, passage: Passage) -> str:
        """Return the address of a passage."""
        return self.span(passage.opinion_id, passage.span)

    def hit(self, hit: Hit) -> str:
        """Return the address of a hit's passage."""
        return self.of(hit.stored.passage)


def links_at(public_url: str | None) -> Links:
    """Return the links below ``public_url``, or below `DEFAULT_BASE` where it is not set."""
    return Links((public_url or DEFAULT_BASE).rstrip("/"))


async def links_of(request: Request) -> Links:
    """Return the links below the setting ``public_url``; unset: below what the request was sent to."""
    public_url: str | None = getattr(request.state, "public_url", None)
    return links_at(public_url or str(request.base_url))


LinksDep: TypeAlias = Annotated[Links, Depends(links_of)]
"""In a handler: ``def answer(…, links: LinksDep)``."""
