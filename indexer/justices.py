"""The Justices of the United States: whom a misread name and a bare ``The Chief Justice`` stand for."""

from difflib import get_close_matches
from typing import Final

from indexer.judges import cited_judge

_CHIEFS: Final = (
    ("1789-09-26", "Jay"),
    ("1795-08-12", "Rutledge"),
    ("1796-03-08", "Ellsworth"),
    ("1801-02-04", "Marshall"),
    ("1836-03-28", "Taney"),
    ("1864-12-15", "Chase"),
    ("1874-03-04", "Waite"),
    ("1888-10-08", "Fuller"),
    ("1910-12-19", "White"),
    ("1921-07-11", "Taft"),
    ("1930-02-24", "Hughes"),
    ("1941-07-03", "Stone"),
    ("1946-06-24", "Vinson"),
    ("1953-10-05", "Warren"),
    ("1969-06-23", "Burger"),
    ("1986-09-26", "Rehnquist"),
    ("2005-09-29", "Roberts"),
)
"""The day each took the office, in order."""

JUSTICES: Final = (
    "Alito",
    "Baldwin",
    "Barbour",
    "Barrett",
    "Black",
    "Blackmun",
    "Blair",
    "Blatchford",
    "Bradley",
    "Brandeis",
    "Brennan",
    "Brewer",
    "Breyer",
    "Brown",
    "Burger",
    "Burton",
    "Butler",
    "Byrnes",
    "Campbell",
    "Cardozo",
    "Catron",
    "Chase",
    "Clark",
    "Clarke",
    "Clifford",
    "Curtis",
    "Cushing",
    "Daniel",
    "Davis",
    "Day",
    "Douglas",
    "Duvall",
    "Ellsworth",
    "Field",
    "Fortas",
    "Frankfurter",
    "Fuller",
    "Ginsburg",
    "Goldberg",
    "Gorsuch",
    "Gray",
    "Grier",
    "Harlan",
    "Holmes",
    "Hughes",
    "Hunt",
    "Iredell",
    "Jackson",
    "Jay",
    "Johnson",
    "Kagan",
    "Kavanaugh",
    "Kennedy",
    "Lamar",
    "Livingston",
    "Lurton",
    "Marshall",
    "Matthews",
    "McKenna",
    "McKinley",
    "McLean",
    "McReynolds",
    "Miller",
    "Minton",
    "Moody",
    "Moore",
    "Murphy",
    "Nelson",
    "O'Connor",
    "Paterson",
    "Peckham",
    "Pitney",
    "Powell",
    "Reed",
    "Rehnquist",
    "Roberts",
    "Rutledge",
    "Sanford",
    "Scalia",
    "Shiras",
    "Sotomayor",
    "Souter",
    "Stevens",
    "Stewart",
    "Stone",
    "Story",
    "Strong",
    "Sutherland",
    "Swayne",
    "Taft",
    "Taney",
    "Thomas",
    "Thompson",
    "Todd",
    "Trimble",
    "Van Devanter",
    "Vinson",
    "Waite",
    "Warren",
    "Washington",
    "Wayne",
    "White",
    "Whittaker",
    "Wilson",
    "Woodbury",
    "Woods",
)
"""Surnames of those who sat, but for some of the first who wrote next to nothing."""
_ALIKE: Final = 0.74
"""Least likeness (difflib's ratio) of a misread name to the one it stands for."""


def chief_justice(date: str | None) -> str | None:
    """Return who was Chief Justice on ``date`` (ISO 8601, perhaps partial); the year of taking office counts as not yet."""
    if date is None:
        return None
    before = [name for since, name in _CHIEFS if since[: len(date)] < date]
    return before[-1] if before else None


def surname(written: str, *, justice: bool = False) -> str | None:
    """Return the surname in ``written`` (``L. HAND``, ``McREYNOLDS``) in ordinary letters, or None.

    With ``justice`` a name that is nearly a Justice's is that Justice's: scanners misread capitals.
    """
    plain = written.replace("`", "'").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    cited = cited_judge(plain.replace("\N{LEFT SINGLE QUOTATION MARK}", "'"))
    if cited is None:
        return None
    name = cited.rpartition(",")[0]
    if justice and name not in JUSTICES:
        near = get_close_matches(name, JUSTICES, n=1, cutoff=_ALIKE)
        return near[0] if near else name
    return name
