"""How the log is written: one JSON object a line, or plain lines; never what was asked, unless told to."""

import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final

import orjson

from service.settings import LogFormat, Settings

REQUEST: Final[ContextVar[str | None]] = ContextVar("request", default=None)
"""The id of the request that is served here; copied into worker threads with the rest of the context."""
_ROOT: Final = Path(__file__).parents[1]
_FRAMES: Final = 12
_OURS: Final = ("service", "indexer", "models")


def configuration(settings: Settings) -> dict[str, Any]:
    """Return what `logging.config.dictConfig` and uvicorn take: every line to standard error."""
    kind = settings.log_format
    if kind is LogFormat.AUTO:
        kind = LogFormat.TEXT if sys.stderr.isatty() else LogFormat.JSON
    form = JsonLines if kind is LogFormat.JSON else PlainLines
    own = {"handlers": ["stderr"], "level": settings.log_level.upper(), "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": form, "with_words": settings.log_queries}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
            }
        },
        "loggers": dict.fromkeys((*_OURS, "uvicorn"), own),
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }


def log_fault(log: logging.Logger, what: str, error: BaseException) -> None:
    """Log a fault of ours: its kind, and where in the code. Its words may hold a query, or a path."""
    log.error("%s: %s", what, type(error).__qualname__, exc_info=error)


class _Lines(logging.Formatter):
    """Common to both forms: what is told of a record, and of an exception."""

    def __init__(self, *, with_words: bool = False) -> None:
        super().__init__()
        self.with_words = with_words

    def told(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return what a record says, in the order it is written in."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
            "request_id": REQUEST.get(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["errors"] = list(self._errors(record.exc_info[1]))
        fields = getattr(record, "fields", {})
        return {k: v for k, v in told.items() if v is not None} | fields

    def _errors(self, error: BaseException | None) -> Iterator[dict[str, Any]]:
        """Tell of an exception and its causes: kind and places in the code, no path of the machine.

        Its words may hold a query, so they are left out, unless queries are logged anyway.
        """
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            told: dict[str, Any] = {"type": type(error).__qualname__}
            if self.with_words:
                told["words"] = str(error)
            yield told | {"at": _places(error.__traceback__)}
            error = error.__cause__ or error.__context__


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return orjson.dumps(self.told(record), default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class PlainLines(_Lines):
    """Lines for people: time, weight, words, then the rest as ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        told = self.told(record)
        time, level, message = told.pop("time"), told.pop("level"), told.pop("message")
        told.pop("logger")
        errors = told.pop("errors", [])
        rest = "".join(f" {name}={_printable(value)}" for name, value in told.items())
        lines = [f"{time[11:19]} {level:<7} {_printable(message)}{rest}"]
        for error in errors:
            words = f": {_printable(error['words'])}" if "words" in error else ""
            lines.append(f"  {error['type']}{words}")
            lines += [f"    at {place}" for place in error["at"]]
        return "\n".join(lines)


def _printable(value: object) -> str:
    """Return it as it is, or quoted where it would begin a line of its own or tell a terminal what to do."""
    text = str(value)
    return text if text.isprintable() else repr(text)


def _places(trace: TracebackType | None) -> list[str]:
    """Return the last places an exception went through, as ``service/search.py:12 search``."""
    return [
        f"{_short(Path(frame.filename))}:{frame.lineno} {frame.name}"
        for frame in extract_tb(trace)[-_FRAMES:]
    ]


def _short(file: Path) -> str:
    if file.is_relative_to(_ROOT / ".venv") or not file.is_relative_to(_ROOT):
        return "/".join(file.parts[-2:])
    return str(file.relative_to(_ROOT))
