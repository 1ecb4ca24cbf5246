"""The pages for a browser: search, the reading view, and the files that they are made of.

They hold nothing of the corpus and so need no key: their scripts ask the API as anybody would.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

_FOLDER: Final = Path(__file__).with_name("web")
_KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_BASE: Final = b"{base}"
"""Stands in a page for the way from its address to the service's root."""

_DEEPEST: Final = 64
"""Slashes in an address of the reading view, whose page names the way back for each of them."""
_NO_ESCAPE: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")

_ELEMENT: Final = "opinion-search.js"
"""What pages of other origins load: `security_headers` lets them."""

router: Final = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    kind: str

    def respond(self, request: Request) -> Response:
        """Answer with the file, or with 304 to a browser that has it."""
        tag = f'"{sha256(self.body).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(
                status_code=304, media_type=self.kind, headers=headers
            )  # its policy, too
        return Response(self.body, media_type=self.kind, headers=headers)


_FILES: Final[Mapping[str, _File]] = {
    path.name: _File(path.read_bytes(), _KINDS[path.suffix])
    for path in sorted(_FOLDER.iterdir())
    if path.suffix in _KINDS
}
"""By name; what is not here is not served, whatever an address says."""


def wants_page(request: Request) -> bool:
    """Whether who asks is a browser: it names HTML among what it takes, a program does not."""
    return "text/html" in request.headers.get("accept", "").lower()


def search_page(request: Request) -> Response:
    """Answer with the search page."""
    return _FILES["index.html"].respond(request)


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """Answer with a script, the style sheet or the icon."""
    file = _FILES.get(name)
    if file is None or file.kind.startswith("text/html"):
        raise HTTPException(404)
    response = file.respond(request)
    if name == _ELEMENT:  # as a module, too
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@router.get("/embed.js")
async def element(request: Request) -> Response:
    """Answer with the element that other pages embed."""
    return await static(_ELEMENT, request)


@router.get("/corpus")
async def corpus_page(request: Request) -> Response:
    """Answer with the page that shows the corpus at a glance."""
    return _FILES["corpus.html"].respond(request)


@router.get("/o/{opinion_id:path}")
async def reading_view(opinion_id: str, request: Request) -> Response:
    """Answer with the reading view, whatever the id: its script asks for the opinion, with the key.

    An id with slashes may stand in the address as it is, or with ``%2F``.
    """
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    written = raw.partition(b"?")[0]
    depth = written.count(b"/")
    if not opinion_id or depth > _DEEPEST or not _is_text(written):
        raise HTTPException(404)
    base = b"../" * (depth - 1)
    page = _FILES["opinion.html"]
    return _File(page.body.replace(_BASE, base), page.kind).respond(request)


def _is_text(written: bytes) -> bool:
    """Say whether the page's script can read the id out of an address: escapes of UTF-8 and no others."""
    try:
        unquote_to_bytes(written).decode()
    except UnicodeDecodeError:
        return False
    return _NO_ESCAPE.search(written) is None
