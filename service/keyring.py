"""The keys that open this service, kept up with their file while it runs."""

import logging
from collections.abc import Callable
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from service import keys
from service.errors import KeysError, SettingsError
from service.keys import Key
from service.settings import Settings

_log: Final = logging.getLogger(__name__)
_LOOK_EVERY_S: Final = 1.0
_TELL_EVERY_S: Final = 60.0


class Keyring:
    """Knows a key again. For the event loop's thread only, so it needs no lock.

    The file is looked at once a second while requests come: a key that was revoked is refused, and
    one that was made is taken, without a restart. While the file cannot be read the keys known until
    then stay, so that a mount that is away for a moment shuts nobody out; but a key may have been
    revoked in it, so the log says so every minute, and `unread` does.
    """

    def __init__(
        self,
        *,
        fixed: tuple[Key, ...] = (),
        file: Path | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """Read the file. Raises `KeysError` when that cannot be done, or holds a key of `fixed`."""
        self._fixed = fixed
        self._file = file
        self._now = now
        self._seen: object = None
        self._looked = now()
        self._unread = False
        self._told = -inf
        self._keys = fixed
        self._load()

    @classmethod
    def of(cls, settings: Settings) -> "Keyring | None":
        """Return the keys that ``settings`` name; `None` when they name none: everybody may ask.

        Raises `SettingsError` or `KeysError` when they cannot be read.
        """
        if settings.keys_file is None and not settings.keys:
            return None
        try:
            fixed = tuple(Key.of_hash(text) for text in settings.keys)
        except ValueError as error:
            raise SettingsError(
                f"OPINION_SEARCH_KEYS: each is NAME:SHA256, and {error}; see: opinion-search keys list"
            ) from None
        return cls(fixed=fixed, file=settings.keys_file)

    def find(self, text: str) -> Key | None:
        """Return the key that ``text`` is, revoked or not; `None` when there is none."""
        self._look_again()
        return keys.find(self._keys, text)

    def unread(self) -> bool:
        """Whether the file cannot be read now: who was revoked in it since is still let in."""
        self._look_again()
        return self._unread

    def good(self) -> int:
        """Return how many keys open the service now."""
        return sum(key.revoked is None for key in self._keys)

    def _look_again(self) -> None:
        now = self._now()
        if self._file is None or now - self._looked < _LOOK_EVERY_S:
            return
        self._looked = now
        if not self._unread and self._signature() == self._seen:
            return
        try:
            self._load()
        except KeysError as error:
            self._unread = True
            if now - self._told >= _TELL_EVERY_S:
                self._told = now
                _log.error(
                    "the keys known until now stay in force, as no others can be read: %s", error
                )
            return
        if self._unread:
            _log.warning("the file of keys is read again")
        self._unread, self._told = False, -inf

    def _load(self) -> None:
        if self._file is None:
            return
        seen = self._signature()  # first: what changes while it is read is read again
        known = keys.read(self._file)
        names = {key.name for key in known}
        for key in self._fixed:
            if key.name in names:
                raise KeysError(
                    f"{self._file}: {key.name}", "OPINION_SEARCH_KEYS has this name too; rename one"
                )
        self._keys = (*self._fixed, *known)
        self._seen = seen

    def _signature(self) -> object:
        if self._file is None:
            return None
        try:
            state = self._file.stat()
        except OSError:
            return None
        # Times alone do not tell what is changed within a tick of the clock.
        change = state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino
        return change, state.st_mode, state.st_uid, state.st_gid
