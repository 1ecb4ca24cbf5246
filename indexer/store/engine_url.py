"""The setting that names an engine: ``embedded``, or the address of a server."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from indexer.errors import EngineUrlError
from indexer.store.engine import EMBEDDED, VectorEngine

_FORM: Final = "embedded, or milvus+http://HOST:PORT/NAME"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")
_KINDS: Final = ("hnsw", "ivf_sq8", "flat")
_SCHEMES: Final = {"milvus+http": "http", "milvus+https": "https"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MilvusAddress:
    """A Milvus server, and what the collections of one corpus are called there."""

    uri: str
    token: str = ""
    name: str = "opinions"
    """The alias of the current build's collection, and how the names of all begin."""
    kind: str = "hnsw"
    """How vectors are indexed: `_KINDS`."""
    replicas: int = 1
    """Copies in memory, on as many query nodes."""


def parse_engine(url: str) -> MilvusAddress | None:
    """Read the setting; `None` for the embedded engine. `EngineUrlError` never repeats a password."""
    if url == "embedded":
        return None
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise EngineUrlError(f"it is not {_FORM}")
    try:
        port = parts.port or 19530
    except ValueError as error:
        raise EngineUrlError("its port is not a number to 65535") from error
    name = parts.path.strip("/") or "opinions"
    if not _NAME.fullmatch(name):
        raise EngineUrlError("its NAME is not up to 40 letters and digits, a letter first")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    kind, replicas = given.pop("index", "hnsw"), given.pop("replicas", "1")
    if given or kind not in _KINDS or not re.fullmatch("[1-9][0-9]?", replicas):
        raise EngineUrlError(
            f"after ? only index={'|'.join(_KINDS)} and replicas=1 to 99 may stand"
        )
    token = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return MilvusAddress(
        uri=f"{_SCHEMES[parts.scheme]}://{_host(parts.hostname)}:{port}",
        token="" if token == ":" else token,  # noqa: S105 - a name without a password
        name=name,
        kind=kind,
        replicas=int(replicas),
    )


def _host(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def engine_at(url: str) -> VectorEngine:
    """Return the engine that the setting names; nothing is connected yet.

    `EngineUrlError` for a setting that cannot be, or where the extra that it needs is not installed.
    """
    address = parse_engine(url)
    if address is None:
        return EMBEDDED
    try:
        from indexer.store.milvus_engine import MilvusEngine
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("pymilvus"):
            raise
        raise EngineUrlError(
            "pymilvus is not installed; `pip install opinion-search[milvus]`"
        ) from error
    return MilvusEngine(address)
