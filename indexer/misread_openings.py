"""The first words of an opinion that stands alone, with what a scanner did to them undone."""

import re
from typing import Final

_MISTER: Final = (
    r"[^\w\n]{0,4}[ji]?M[^\s.,]{0,3}?[^\w\n]{0,3}(?:[a-z][^\w\n]{1,3})?(?<=[\s.,'\-!\u2018\u2019])"
)
_TITLE: Final = re.compile(
    rf"{_MISTER}(?P<chief>[Cc]hief\s+)?J[u\u00fc]st[il1]\s?[coe]e\b[\s.,']{{1,3}}(?=[A-Z])",
    re.IGNORECASE,
)
_UNTITLED: Final = re.compile(r"[^\w\s\"\u201c\u2018']{1,3}\s?(?=[A-Z])")
"""Specks before the first word; quotation marks are no specks."""
_CURIAM: Final = re.compile(r"(?i:p[a-z]{1,2}\s+c[a-z]{1,2}[rb]iam)\b")
_NAME_OVER: Final = re.compile(r"\n\s*(?=(?:dissents?|concurs?|dissented|concurred)\b)")
_LONGEST_LIST: Final = 200
"""Characters of the names that stand above ``dissent``."""


def mended(head: str) -> str:
    """Return the first words of an opinion as they were set: ``M«. 'Justice. Holmes`` is ``Mr. Justice Holmes``.

    Only for the top of a text that is known to be one opinion: elsewhere a speck may be a mark.
    Votes whose verb stands below the names (``Mr. Justice Black and Mr. Justice Reed`` / ``dissent.``)
    become one line. Letters of the judge's own name are left as they are.
    """
    speck = _UNTITLED.match(head)
    if speck:
        head = head[speck.end() :]
    title = _TITLE.match(head)
    if title:
        head = f"Mr. {'Chief ' if title['chief'] else ''}Justice {head[title.end() :]}"
    curiam = _CURIAM.match(head)
    if curiam:
        head = f"Per Curiam{head[curiam.end() :]}"
    verb = _NAME_OVER.search(head, 0, _LONGEST_LIST)
    if verb and "." not in re.sub(r"\bM\w{0,2}\.", "", head[: verb.start()]):
        head = f"{head[: verb.start()]} {head[verb.end() :]}"
    return head
