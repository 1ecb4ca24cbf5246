"""The first words of an opinion that stands alone, with what a scanner did to them undone."""

import re
from typing import Final

_MISTER: Final = r"[^\w\n]{0,4}(?:j?m[^\s.,]{0,3}?|ji[nr])[^\w\n]{0,4}(?:[a-z][^\w\n]{1,3})?(?<=[\s.,'\-!\u2018\u2019])"
_TITLE: Final = re.compile(
    rf"{_MISTER}(?P<chief>chief\s+)?j[u\u00fc]st[il1]\s?[coe]e\b[\s.,']{{1,3}}(?=[a-z])",
    re.IGNORECASE,
)
_FIRST_WORD: Final = re.compile(r"^[^\W\d_]+")
_UNTITLED: Final = re.compile(r"[^\w\s\"\u201c\u2018']{1,3}\s?(?=[A-Z])")
"""Specks before the first word; quotation marks are no specks."""
_CURIAM: Final = re.compile(r"(?i:p[a-z]{1,2}\s+c[a-z]{1,2}[rb]iam)\b")
_COLLEAGUE: Final = re.compile(
    r"(?:(?<=\band)|\s)[\s\-]?M[a-z]{1,2}[.,]{1,2}[\s.]*(?=(?:Chief )?Just)"
)
_NAMES: Final = 300
"""Characters at the top in which the colleagues who join are named."""
_NAME_OVER: Final = re.compile(r"\n\s*(?=(?:dissents?|concurs?|dissented|concurred)\b)")
_LONGEST_LIST: Final = 200
"""Characters of the names that stand above ``dissent``."""


def mended(head: str) -> str:
    """Return the first words of an opinion as they were set: ``M«. 'Justice. Holmes`` is ``Mr. Justice Holmes``.

    Only for the top of a text that is known to be one opinion: elsewhere a speck may be a mark.
    Votes whose verb stands below the names (``Mr. Justice Black and Mr. Justice Reed`` / ``dissent.``)
    become one line. Misread letters of the judge's own name are left as they are.
    """
    speck = _UNTITLED.match(head)
    if speck:
        head = head[speck.end() :]
    title = _TITLE.match(head)
    if title:
        head = _titled(head[title.end() :], chief=title["chief"] is not None)
    curiam = _CURIAM.match(head)
    if curiam:
        head = f"Per Curiam{head[curiam.end() :]}"
    head = _COLLEAGUE.sub(" Mr. ", head[:_NAMES]) + head[_NAMES:]
    verb = _NAME_OVER.search(head, 0, _LONGEST_LIST)
    if verb and "." not in re.sub(r"\bM\w{0,2}\.", "", head[: verb.start()]):
        head = f"{head[: verb.start()]} {head[verb.end() :]}"
    return head


def _titled(name: str, *, chief: bool) -> str:
    """Return ``name`` and what follows under its title: a chief's in capitals, so that it is no word behind his office."""
    if not chief:
        return f"Mr. Justice {name}"
    return f"Mr. Chief Justice {_FIRST_WORD.sub(lambda word: word[0].upper(), name, count=1)}"
