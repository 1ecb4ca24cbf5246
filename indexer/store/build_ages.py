"""When a build was made: by its manifest, if that is sound and its own, else by its name.

By this the builds of an index are ordered. A manifest can be torn, and a folder be a copy of another: its
name still tells, where it is an id that this program gave.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

MANIFEST: Final = "manifest.json"
CHECKSUM: Final = "manifest_sha256"
"""Key of a manifest: the checksum of all its others. Builds made before it was written have none."""

_ID: Final = "%Y%m%dT%H%M%S.%fZ"
_TICK: Final = timedelta(microseconds=1)


def checksum_of(raw: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of all keys and values of a manifest but `CHECKSUM`, whatever their order."""
    others = {key: value for key, value in raw.items() if key != CHECKSUM}
    return hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()


def is_sound(raw: Mapping[str, Any]) -> bool:
    """Say whether a manifest has the checksum that it names; where it names none, it has."""
    try:
        return CHECKSUM not in raw or raw[CHECKSUM] == checksum_of(raw)
    except RecursionError:  # nested so deeply that it could just be read
        return False


def created_at(folder: Path) -> str:
    """Return when a build was made, in ISO 8601; "" where no sound manifest of its own tells."""
    try:
        raw = json.loads((folder / MANIFEST).read_bytes())
        own = isinstance(raw, dict) and raw.get("build_id") == folder.name and is_sound(raw)
    except (OSError, ValueError, RecursionError):
        return ""
    made = raw.get("created_at") if own else None
    return made if isinstance(made, str) else ""


def age_of(folder: Path) -> str:
    """Return what builds are ordered by, to the second; "", older than any, where nothing tells."""
    if made := created_at(folder):
        return made
    named = _time_in(folder.name)
    return named.isoformat(timespec="seconds") if named else ""


def id_at(moment: datetime) -> str:
    """Return the id of a build that begins then, in UTC: such ids sort by time."""
    return moment.strftime(_ID)


def next_moment(folders: Iterable[Path]) -> datetime:
    """Return the time now, in UTC; or, where a clock was set back, one after that of all ``folders``."""
    told = [time + _TICK for folder in folders for time in _times_of(folder)]
    return max([datetime.now(UTC), *told])


def _times_of(folder: Path) -> Iterable[datetime]:
    both = (_time_in(folder.name), _parsed(created_at(folder)))
    return [time for time in both if time is not None]


def _time_in(name: str) -> datetime | None:
    try:
        return datetime.strptime(name, _ID).replace(tzinfo=UTC)
    except ValueError:
        return None


def _parsed(told: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(told)
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
