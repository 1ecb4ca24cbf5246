"""How much memory a stretch of this process took at its worst; of Linux."""

import re
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_FORGET: Final = Path("/proc/self/clear_refs")
_PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")
_NOW: Final = re.compile(r"VmRSS:\s+(\d+) kB")


class Peak:
    """The most that was held since it was made, beyond what was held then."""

    def __init__(self) -> None:
        """Let the kernel forget what was held before: an earlier test may have needed far more."""
        _FORGET.write_text("5")
        self._before = self._read(_NOW)

    def grown_mb(self) -> float:
        """Return it, in MiB."""
        return (self._read(_PEAK) - self._before) / 1024

    @staticmethod
    def _read(line: re.Pattern[str]) -> int:
        found = line.search(_STATUS.read_text())
        assert found is not None
        return int(found[1])
