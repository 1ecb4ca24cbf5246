"""Everything that may differ between two deployments, read once at the entry point."""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from service.dialects.names import Dialect
from service.errors import SettingsError

PREFIX: Final = "OPINION_SEARCH_"
"""What the name of every setting begins with in the environment."""
_SPELT: Final = {"index_dir": "INDEX"}
"""Settings that are spelt as the option of the command line is: `--index`."""
_OTHER_COMMANDS: Final = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "CALIBRATE",
        "CLUSTER",
        "FILTER",
        "FORUM",
        "JOBS",
        "JSON",
        "K",
        "LANE",
        "RERANK",
        "PER_MINUTE",
        "TARGET",
    )
)
"""Options of other commands than `serve` that may stand in the same environment."""


def _comma_separated(value: object) -> object:
    """Turn ``"a, b"`` into its parts; leave what is already a sequence alone."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _none_or_comma_separated(value: object) -> object:
    return () if value == "none" else _comma_separated(value)


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    """Write each address as the network of which it is all, so that two spellings are one."""
    try:
        return tuple(str(ip_network(part)) for part in value)
    except ValueError:
        raise PydanticCustomError(
            "network", "each must be an address or a network, like 10.0.0.5 or 10.0.0.0/8"
        ) from None


class LogFormat(StrEnum):
    """How a line of the log is written."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least weight of what is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Settings(BaseModel):
    """One service's settings. Frozen; an unknown name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    index_dir: Annotated[Path, Field(description="Folder of the index: `builds/` and `CURRENT`.")]
    engine: Annotated[
        str,
        Field(
            description="Where the vectors are searched: `embedded`, in this process, or the server that "
            "the index was built with: `milvus+http://HOST:PORT/NAME`."
        ),
    ] = "embedded"
    host: Annotated[
        str, Field(min_length=1, description="Address to listen on; 0.0.0.0 for all.")
    ] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="TCP port; 0 takes any free one.")] = (
        8000
    )
    workers: Annotated[int, Field(ge=1, le=64, description="Processes that answer requests.")] = 1
    threads: Annotated[
        int | None,
        Field(ge=1, le=256, description="Threads of the model in each worker; unset: all cores."),
    ] = None
    model: Annotated[
        str | None,
        Field(description="Name or folder of the model; unset: the one the index was built with."),
    ] = None
    query_cache_size: Annotated[
        int,
        Field(
            ge=0,
            le=1_000_000,
            description="Questions whose vectors each worker remembers (by hashes, not by their words), "
            "some 2 KB each; 0: none.",
        ),
    ] = 4096
    poll_interval_s: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            allow_inf_nan=False,
            description="How often `CURRENT` is looked at for a new build, in seconds.",
        ),
    ] = 1.0
    max_body_bytes: Annotated[
        int,
        Field(
            ge=1024,
            description="Largest request body in bytes. The default holds the largest batch that the "
            "API admits: 64 queries of 20,000 characters, each written as two \\uXXXX escapes.",
        ),
    ] = 16 * 1024 * 1024
    max_concurrency: Annotated[
        int, Field(ge=1, le=1024, description="Requests worked on at once in each worker.")
    ] = 8
    searches_at_once: Annotated[
        int | None,
        Field(
            ge=1,
            le=1024,
            description="Searches computed at once in each worker, the others in the order in which they "
            "came; unset: one for each processor.",
        ),
    ] = None
    max_queue: Annotated[
        int,
        Field(
            ge=0,
            le=100_000,
            description="Requests that may wait in each worker; more are answered 503 at once.",
        ),
    ] = 64
    max_connections: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="Connections open at once in each worker, at most three quarters of the files it may "
            "have open; for one more, those that have kept it waiting longest are closed.",
        ),
    ] = 1000
    shutdown_timeout_s: Annotated[
        int, Field(ge=0, le=3600, description="Seconds that requests in flight get to finish.")
    ] = 30
    cors_origins: Annotated[
        tuple[str, ...],
        BeforeValidator(_comma_separated),
        Field(
            description="Origins whose pages may call the API, comma separated; `*` for any; "
            "unset: none but its own."
        ),
    ] = ()
    public_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^\s/?#]+(?:/[^\s?#]*)?$",
            description="Address under which users reach the service, for links in answers "
            "(https://opinions.example.org); unset: the one a request was sent to.",
        ),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        BeforeValidator(_comma_separated),
        AfterValidator(_networks),
        Field(
            description="Addresses or networks of proxies that are believed when they say for whom "
            "(`X-Forwarded-For`) and how (`X-Forwarded-Proto`) they ask, comma separated; unset: none."
        ),
    ] = ()
    dialects: Annotated[
        tuple[Dialect, ...],
        BeforeValidator(_none_or_comma_separated),
        Field(
            description="Contracts of front ends to speak under `/dialects/`, comma separated; `none` for "
            "no other than the service's own."
        ),
    ] = tuple(Dialect)

    keys_file: Annotated[
        Path | None,
        Field(
            description="File of API keys, as `opinion-search keys` writes it; a secret may be mounted "
            "there. With one, every request needs a key. Changes count within a second."
        ),
    ] = None
    keys: Annotated[
        tuple[str, ...],
        BeforeValidator(_comma_separated),
        Field(description="More keys, each `NAME:SHA256`, comma separated: hashes, not the keys."),
    ] = ()
    without_keys: Annotated[
        bool,
        Field(
            description="Answer everybody, also on an address that others reach. Without it and without "
            "keys only a loopback address is served."
        ),
    ] = False
    open_metrics: Annotated[
        bool, Field(description="Answer `/metrics` without a key, where keys are needed.")
    ] = False
    rate_per_minute: Annotated[
        int | None,
        Field(
            ge=1,
            le=1_000_000,
            description="Requests a minute of each key (without keys: of each address); more are "
            "answered 429. A batch counts as its searches. A key may have its own limit. Unset: "
            "no limit.",
        ),
    ] = None
    rate_burst: Annotated[
        int,
        Field(ge=1, le=100_000, description="Requests that may come at once within that limit."),
    ] = 20
    request_timeout_s: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            allow_inf_nan=False,
            description="Seconds a request may take, waiting included; then it is answered 503 and "
            "its work stops.",
        ),
    ] = 30.0
    canary_interval_s: Annotated[
        float,
        Field(
            ge=0,
            le=86_400,
            allow_inf_nan=False,
            description="Seconds between two canary queries on the build that is served; when they "
            "fail, `/readyz` is 503. 0: only when a build is opened.",
        ),
    ] = 60.0
    log_format: Annotated[
        LogFormat,
        Field(description="`json` lines, `text`, or `auto`: text on a terminal, else JSON."),
    ] = LogFormat.AUTO
    log_level: Annotated[LogLevel, Field(description="`debug`, `info`, `warning` or `error`.")] = (
        LogLevel.INFO
    )
    log_queries: Annotated[
        bool,
        Field(
            description="Log also what was asked: addresses, queries and the words of unforeseen errors. What "
            "a lawyer searches is privileged."
        ),
    ] = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read every ``OPINION_SEARCH_*`` key of ``environ``; an empty value counts as unset.

        Raises `SettingsError` for an unknown key (naming the nearest known one), a value that cannot
        be, or a missing ``OPINION_SEARCH_INDEX``. No message repeats a value.
        """
        names = {key_of(name): name for name in cls.model_fields}
        values: dict[str, Any] = {}
        for key, value in environ.items():
            if not key.startswith(PREFIX) or key in _OTHER_COMMANDS:
                continue
            if key not in names:
                raise SettingsError(_unknown(key, known=tuple(names)))
            if value.strip():
                values[names[key]] = value
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(_unreadable(error)) from None


def key_of(name: str) -> str:
    """Return the environment key of a setting: ``port`` is ``OPINION_SEARCH_PORT``."""
    return PREFIX + _SPELT.get(name, name.upper())


def _unknown(key: str, *, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"known settings: {', '.join(known)}"
    return f"there is no setting {key}; {advice}"


def _unreadable(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    key = key_of(str(first["loc"][0]))
    if first["type"] == "missing":
        return f"{key} is not set; name the folder of the index, as in {key}=data/index"
    return f"{key}: {first['msg']}; change or unset it"
