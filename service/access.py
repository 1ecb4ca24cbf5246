"""Who may ask: the check of API keys, before anything of a request is read."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from service.errors import SettingsError
from service.keyring import Keyring
from service.keys import Key
from service.middleware import Refuse
from service.settings import Settings

API_KEY: Final = "X-API-Key"
METRICS: Final = "/metrics"
_OPEN: Final = frozenset({"/", "/healthz", "/readyz", "/openapi.json", "/embed.js", "/corpus"})
_OPEN_FOLDERS: Final = ("/static/", "/o/")
"""The second is the reading view, one page for all: its script asks for the opinion with a key."""
_SCHEMES: Final = frozenset({"bearer", "token"})
"""The second is what clients of CourtListener send."""
_NO_KEY: Final = {"WWW-Authenticate": 'Bearer realm="opinion-search"'}
_UNKNOWN_KEY: Final = {"WWW-Authenticate": 'Bearer realm="opinion-search", error="invalid_token"'}
"""RFC 6750, section 3.1: whether a key was shown at all."""


def is_open(path: str) -> bool:
    """Whether an address holds nothing of the corpus: no key is needed there."""
    return path in _OPEN or path.startswith(_OPEN_FOLDERS)


def require_keys(settings: Settings, addresses: Sequence[str]) -> None:
    """Refuse to serve the network without a key, unless the settings say so.

    ``addresses`` are those listened on. Raises `SettingsError` when one can be reached by others
    and there is no good key, and `KeysError` when the keys cannot be read.
    """
    keyring = Keyring.of(settings)
    outward = [address for address in addresses if not _is_loopback(address)]
    if not outward or settings.without_keys or (keyring is not None and keyring.good()):
        return
    having = "no key is set" if keyring is None else "every key is revoked"
    raise SettingsError(
        f"{outward[0]} can be reached by others, and {having}; make a key with `opinion-search keys new "
        "NAME --keys-file FILE` and set OPINION_SEARCH_KEYS_FILE to that file, or serve 127.0.0.1 "
        "only, or, to answer everybody, set OPINION_SEARCH_WITHOUT_KEYS=true"
    )


class RequireKey:
    """Lets in who shows a good key; all others learn what to do, and nothing else.

    The key of who was let in is in the scope's state as ``key``. Metrics that are open are told to
    anybody; who shows a good key there too is known by it.
    """

    def __init__(
        self, app: ASGIApp, *, keyring: Keyring, open_metrics: bool, refuse: Refuse
    ) -> None:
        self.app = app
        self.keyring = keyring
        self.open_metrics = open_metrics
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        found = self._key(Headers(scope=scope))
        if isinstance(found, Key):
            scope.setdefault("state", {})["key"] = found
        elif not (self.open_metrics and scope["path"] == METRICS):
            await self.refuse(found)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _key(self, headers: Headers) -> Key | HTTPException:
        text = shown(headers)
        key = self.keyring.find(text) if text else None
        if key is None:
            return HTTPException(401, headers=_UNKNOWN_KEY if text else _NO_KEY)
        return key if key.revoked is None else HTTPException(403)


def shown(headers: Headers) -> str:
    """Return the key that a request shows, or nothing: never from its address, which is logged."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() in _SCHEMES and text.strip():
        return text.strip()
    return headers.get(API_KEY, "").strip()


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback
