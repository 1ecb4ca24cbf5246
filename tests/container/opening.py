"""The compose file as its own head says to change it, line by marked line."""

import re
from typing import Final

_AWAY: Final = re.compile(r"^.*# \(\d\) away\b.*\n", re.MULTILINE)
_IN: Final = re.compile(r"^( *)# (.+?) # \(\d\) in\b.*$", re.MULTILINE)
_HERE_ONLY: Final = re.compile(r'"127\.0\.0\.1:([^"]*".*# \(1\))')


def opened(text: str) -> str:
    """Return ``text`` with its marks obeyed: lines put in, lines taken away, a port for other machines."""
    return _HERE_ONLY.sub(r'"\1', _IN.sub(r"\1\2", _AWAY.sub("", text)))
