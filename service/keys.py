"""API keys: made once, kept as hashes, named, revoked by name.

A key is 256 random bits, so one round of SHA-256 keeps it as safe as a slow hash keeps a password. A
file of keys holds a JSON object a line; lines are added and changed, never taken away, so that a
revoked key is told apart from one that never was.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson

from models.disk import sync
from service.errors import KeysError

PREFIX: Final = "osk_"
"""What every key begins with, so that scanners for leaked secrets find it."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NAME_RULE: Final = "a name is 1 to 64 letters, digits, dots, hyphens or underscores"
_LONGEST: Final = 512
"""Characters of a key that are looked at; ours have 47."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is kept of a key: enough to know it again, not enough to use it."""

    name: str
    sha256: str
    """Of the whole key, in hexadecimal digits."""
    created: str | None = None
    """ISO 8601, UTC."""
    revoked: str | None = None
    """Since when it is refused; `None` while it is good."""
    per_minute: int | None = None
    """Its own limit of requests a minute; `None`: the setting's."""

    @classmethod
    def of_hash(cls, text: str) -> "Key":
        """Read ``NAME:SHA256``, the form of the environment. Raises `ValueError` without the text."""
        name, _, digest = text.partition(":")
        return cls(name=name, sha256=digest.lower()).checked()

    def checked(self) -> "Key":
        """Return it, or raise `ValueError` when a value cannot be."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(_NAME_RULE)
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError("a key is kept as its SHA-256, 64 hexadecimal digits")
        if self.per_minute is not None and self.per_minute < 1:
            raise ValueError("a limit is at least 1 request a minute; leave it out for none")
        return self


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and what is kept of it; the only moment when both are there."""

    text: str
    kept: Key


def hash_of(text: str) -> str:
    """Return what is kept of a key: its SHA-256 in hexadecimal digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def make(name: str, *, per_minute: int | None = None) -> NewKey:
    """Make a key of 256 random bits. Raises `KeysError` for a name that cannot be."""
    text = PREFIX + secrets.token_urlsafe(32)
    kept = Key(name=name, sha256=hash_of(text), created=_now(), per_minute=per_minute)
    try:
        return NewKey(text, kept.checked())
    except ValueError as error:
        raise KeysError(repr(name), str(error)) from None


def find(keys: Iterable[Key], text: str) -> Key | None:
    """Return the key that ``text`` is, revoked or not; `None` when there is none.

    Takes the same time whichever it is: every hash is compared, each in constant time.
    """
    if len(text) > _LONGEST:
        return None
    given, found = hash_of(text), None
    for key in keys:
        if compare_digest(given, key.sha256):
            found = key
    return found


def read(path: Path) -> tuple[Key, ...]:
    """Read a file of keys. Raises `KeysError` naming the line, never what stands in it."""
    with _refusals(path, "cannot be read"):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise KeysError(
                str(path),
                f"there is no such file; make it with: opinion-search keys new NAME --keys-file {path}",
            ) from None
    return _parsed(content, path)


def add(path: Path, key: Key) -> None:
    """Add a key to a file of keys, making the file where there is none.

    Raises `KeysError` when the name is taken, also by a revoked key, or when it cannot be written.
    """
    with _refusals(path, "cannot be written"):
        _followed(path).parent.mkdir(parents=True, exist_ok=True)
    with _alone(path) as file:
        known = read(path) if file.exists() else ()
        if any(one.name == key.name for one in known):
            raise KeysError(
                f"{path}: {key.name}", "there is a key of this name already; choose another name"
            )
        _write(file, [*known, key])


def revoke(path: Path, name: str) -> Key:
    """Mark the key of that name as revoked; revoking it again changes nothing.

    Raises `KeysError` when there is none of that name, or when the file cannot be written.
    """
    read(path)  # where there is nothing to revoke there may be no folder to lock
    with _alone(path) as file:
        known = list(read(path))
        for place, key in enumerate(known):
            if key.name == name:
                if key.revoked is None:
                    known[place] = replace(key, revoked=_now())
                    _write(file, known)
                return known[place]
    raise KeysError(
        f"{path}: {name}", "there is no key of this name; see: opinion-search keys list"
    )


def _parsed(content: bytes, path: Path) -> tuple[Key, ...]:
    known: dict[str, Key] = {}
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            key = _key_of(orjson.loads(line))
        except (TypeError, ValueError) as error:
            reason = "is not JSON" if isinstance(error, orjson.JSONDecodeError) else str(error)
            raise KeysError(f"{path}, line {number}", f"{reason}; correct or remove it") from None
        if key.name in known:
            raise KeysError(f"{path}, line {number}", "its name stands twice; rename one of them")
        known[key.name] = key
    return tuple(known.values())


def _key_of(given: Any) -> Key:
    if not isinstance(given, dict):
        raise TypeError("is not a JSON object")
    names = {field.name for field in fields(Key)}
    if not {"name", "sha256"} <= set(given) <= names:
        raise ValueError(f"needs name and sha256, and knows besides {', '.join(sorted(names))}")
    texts = [given.get(name) for name in ("name", "sha256", "created", "revoked")]
    if not all(isinstance(text, str) or text is None for text in texts) or None in texts[:2]:
        raise TypeError("has a value that is not text")
    if type(given.get("per_minute")) not in (int, type(None)):
        raise TypeError("per_minute is not a whole number")
    return Key(**given).checked()


@contextmanager
def _alone(path: Path) -> Iterator[Path]:
    """Let nobody else change the files of its folder meanwhile, so that no key is lost.

    Yields the file itself, which ``path`` may only be a link to; its folder must be there. `KeysError` for
    what the disk refuses.
    """
    with _refusals(path, "cannot be written"):
        file = _followed(path)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            with _refusals(path, "its folder cannot be locked"):
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(folder)


def _followed(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:
        raise KeysError(str(path), "is a link that leads round in a circle; name a file") from error


def _write(file: Path, keys: Sequence[Key]) -> None:
    """Replace the file whole or not at all, for good; whose it is and who may read it stay. Only within `_alone`."""
    _remove_what_the_dead_left(file)
    part = file.with_name(f".{file.name}.{uuid4().hex}.part")  # same file system as the target
    lines = b"".join(orjson.dumps(asdict(key)) + b"\n" for key in keys)
    before = file.stat() if file.exists() else None
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:  # noqa: PTH123 - of a descriptor
            made.write(lines)
            made.flush()
            _make_like(made.fileno(), before, file)
            os.fsync(made.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync(file.parent)  # else a power cut may undo what was told as done


def _remove_what_the_dead_left(file: Path) -> None:
    """Remove unfinished files of ours: only who has the folder to itself writes one.

    What the disk does not let go of stays, and harms nobody.
    """
    ours = re.compile(rf"\.{re.escape(file.name)}\.[0-9a-f]{{32}}\.part")
    for part in file.parent.iterdir():
        if ours.fullmatch(part.name):
            with suppress(OSError):
                part.unlink()


def _make_like(handle: int, before: os.stat_result | None, file: Path) -> None:
    """Give a new file owner and mode of the old one: the service that reads it may be another user."""
    now = os.fstat(handle)
    if before is not None and (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except OSError as error:
            raise KeysError(
                str(file),
                f"is of user {before.st_uid}, group {before.st_gid}, and would not be any more, so nothing "
                "was changed; do this as that user, or as root",
            ) from error
    os.fchmod(handle, 0o600 if before is None else before.st_mode & 0o777)


@contextmanager
def _refusals(path: Path, what: str) -> Iterator[None]:
    """Turn what the disk refuses into `KeysError`."""
    try:
        yield
    except OSError as error:
        raise KeysError(str(path), f"{what}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    why = os.strerror(error.errno).lower() if error.errno else str(error)
    return f"{why}; see to its permissions, or name another file"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
