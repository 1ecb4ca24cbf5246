"""The setting that names a cluster: ``local:N``, or the address of a Dask scheduler."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from models.errors import ClusterAddressError

_FORM: Final = "local:N, or tls://HOST:8786?ca=FILE&cert=FILE&key=FILE"
_LOCAL: Final = re.compile(r"local:([1-9][0-9]?)")
_PORT: Final = 8786
_FILES: Final = frozenset(("ca", "cert", "key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWorkers:
    """Worker processes on this machine, for as long as they are needed."""

    workers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteScheduler:
    """A Dask scheduler that runs already."""

    url: str
    ca: str | None = None
    """Files of certificates, in PEM; `None`: a plain connection within this machine."""
    cert: str | None = None
    key: str | None = None


ClusterAddress: TypeAlias = LocalWorkers | RemoteScheduler


def parse_cluster(text: str) -> ClusterAddress:
    """Read the setting. Raises `ClusterAddressError`.

    Dask carries programs: whoever reaches a scheduler can run any on its workers, and on this machine. So
    a connection that leaves this machine is encrypted, and both ends show a certificate.
    """
    if found := _LOCAL.fullmatch(text):
        return LocalWorkers(workers=int(found[1]))
    parts = urlsplit(text)
    try:
        host, port = parts.hostname, parts.port or _PORT
    except ValueError as error:
        raise ClusterAddressError("its port is not a number to 65535") from error
    if parts.scheme not in ("tcp", "tls") or not host or parts.path or parts.username:
        raise ClusterAddressError(f"it is not {_FORM}")
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    url = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    if parts.scheme == "tcp":
        return _plain(url, host, given)
    if given.keys() != _FILES or not all(given.values()):
        raise ClusterAddressError(f"tls:// needs three files: {_FORM}")
    return RemoteScheduler(url=url, ca=given["ca"], cert=given["cert"], key=given["key"])


def _plain(url: str, host: str, given: dict[str, str]) -> RemoteScheduler:
    if given:
        raise ClusterAddressError("tcp:// takes nothing after ?; certificates go with tls://")
    if not _is_loopback(host):
        raise ClusterAddressError(
            "whoever reaches a scheduler by plain tcp:// can run programs on every worker, so it is for "
            f"this machine alone; for another: {_FORM}"
        )
    return RemoteScheduler(url=url)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
