"""The one cleaning that an opinion's words go through. Nothing that carries law is changed."""

import re
from typing import Final

_CP1252: Final = {
    code: character
    for code in range(0x80, 0xA0)
    if (character := bytes([code]).decode("cp1252", errors="ignore"))
}
"""What the C1 controls stand for in text that was once Windows-1252 (as HTML 5 reads ``&#151;``)."""
_DROPPED: Final = dict.fromkeys((*range(9), *range(14, 32), *range(127, 160), 65279, 64976, 64977))
_LINE_ENDS: Final = {0x0B: "\n", 0x0C: "\n", 0x2028: "\n", 0x2029: "\n\n"}
_TABLE: Final = {**_DROPPED, **_CP1252, **_LINE_ENDS}
_NEEDED: Final = re.compile("[" + re.escape("".join(map(chr, _TABLE))) + "]")


def clean_text(delivered: str) -> str:
    r"""Return ``delivered`` with one kind of line end and without control characters.

    Line ends, form feeds and Unicode separators become ``\\n``; byte order marks and controls go,
    but for tabs. The C1 controls that Windows-1252 has characters for become those: an em dash
    that a converter left as U+0097 is an em dash. Cleaning twice is cleaning once.
    """
    text = delivered.replace("\r\n", "\n").replace("\r", "\n") if "\r" in delivered else delivered
    return text.translate(_TABLE) if _NEEDED.search(text) else text
