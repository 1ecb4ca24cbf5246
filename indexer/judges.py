"""Judges as a citation names them: surname and office (The Bluebook, rule 10.6.1 and table T11)."""

import re
from typing import Final

_TITLES: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Hon|Honorable|Chief|Associate|Senior|Circuit|District|Bankruptcy|Magistrate"
    r"|Presiding|Administrative|Justice|Judge|[ACPJ]{1,2}\.\s?[CPJ]\.|J\.|J|Jr|Sr|I{2,3})(?:\b|(?<=\.))\.?",
    re.IGNORECASE,
)
_CHIEF: Final = re.compile(r"\bchief\s+(?:justice|judge)\b|\bC\.\s?J\b", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s?$")
_PARTICLES: Final = frozenset({"van", "von", "vande", "vander", "de", "du", "la", "le", "st."})
_CHIEF_JUSTICES: Final = {
    "Taft": "1921-07-11",
    "Hughes": "1930-02-24",
    "Stone": "1941-07-03",
    "Vinson": "1946-06-24",
    "Warren": "1953-10-05",
    "Burger": "1969-06-23",
    "Rehnquist": "1986-09-26",
    "Roberts": "2005-09-29",
}
"""Chief Justices of the United States and the day each took the office; nobody left it for another."""


def cited_judge(author: str, *, court_id: str | None = None, date: str | None = None) -> str | None:
    """Return ``author`` as ``Stevens, J.`` or ``Roberts, C.J.``; `None` where no name is in it.

    Sources write ``MR. JUSTICE BLACK``, ``SUTTON, Circuit Judge.``, ``Kennedy``, ``Thomas'``. Where the
    court and the date (ISO 8601, perhaps partial) are those of a Chief Justice of the United States,
    the name alone is enough for the office; the year of taking it counts as not yet.
    """
    words = _TITLES.sub(" ", author.replace("(", " ").replace(")", " ")).replace(",", " ").split()
    words = [_POSSESSIVE.sub("", word.rstrip(".:;")) for word in words]
    words = [word for word in words if word]
    if not words or "curiam" in author.lower():
        return None
    surname = _cased(words[-1])
    if len(words) > 1 and words[-2].lower() in _PARTICLES:
        surname = f"{words[-2].title()} {surname}"
    chief = _CHIEF.search(author) or (court_id == "scotus" and _was_chief(surname, date))
    return f"{surname}, {'C.J.' if chief else 'J.'}"


def _was_chief(surname: str, date: str | None) -> bool:
    since = _CHIEF_JUSTICES.get(surname)
    return since is not None and date is not None and date > since[: len(date)]


def _cased(name: str) -> str:
    """Return a name that is set in capitals in ordinary letters."""
    if name.isupper() or name.islower():
        return name.title()
    irish = re.fullmatch(r"(Mac|Mc)([A-Z]{2,})", name)
    return f"{irish[1]}{irish[2].capitalize()}" if irish else name
