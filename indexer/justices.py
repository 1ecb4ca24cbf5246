"""The Justices of the United States: whom a misread name and a bare ``The Chief Justice`` stand for."""

from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches
from functools import cache
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

_NOW: Final = 9999
JUSTICES: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    "Alito": ((2006, _NOW),),
    "Baldwin": ((1830, 1844),),
    "Barbour": ((1836, 1841),),
    "Barrett": ((2020, _NOW),),
    "Black": ((1937, 1971),),
    "Blackmun": ((1970, 1994),),
    "Blair": ((1790, 1795),),
    "Blatchford": ((1882, 1893),),
    "Bradley": ((1870, 1892),),
    "Brandeis": ((1916, 1939),),
    "Brennan": ((1956, 1990),),
    "Brewer": ((1890, 1910),),
    "Breyer": ((1994, 2022),),
    "Brown": ((1891, 1906),),
    "Burger": ((1969, 1986),),
    "Burton": ((1945, 1958),),
    "Butler": ((1923, 1939),),
    "Byrnes": ((1941, 1942),),
    "Campbell": ((1853, 1861),),
    "Cardozo": ((1932, 1938),),
    "Catron": ((1837, 1865),),
    "Chase": (
        (1796, 1811),
        (1864, 1873),
    ),
    "Clark": ((1949, 1967),),
    "Clarke": ((1916, 1922),),
    "Clifford": ((1858, 1881),),
    "Curtis": ((1851, 1857),),
    "Cushing": ((1790, 1810),),
    "Daniel": ((1842, 1860),),
    "Davis": ((1862, 1877),),
    "Day": ((1903, 1922),),
    "Douglas": ((1939, 1975),),
    "Duvall": ((1811, 1835),),
    "Ellsworth": ((1796, 1800),),
    "Field": ((1863, 1897),),
    "Fortas": ((1965, 1969),),
    "Frankfurter": ((1939, 1962),),
    "Fuller": ((1888, 1910),),
    "Ginsburg": ((1993, 2020),),
    "Goldberg": ((1962, 1965),),
    "Gorsuch": ((2017, _NOW),),
    "Gray": ((1882, 1902),),
    "Grier": ((1846, 1870),),
    "Harlan": (
        (1877, 1911),
        (1955, 1971),
    ),
    "Holmes": ((1902, 1932),),
    "Hughes": (
        (1910, 1916),
        (1930, 1941),
    ),
    "Hunt": ((1873, 1882),),
    "Iredell": ((1790, 1799),),
    "Jackson": (
        (1893, 1895),
        (1941, 1954),
        (2022, _NOW),
    ),
    "Jay": ((1789, 1795),),
    "Johnson": (
        (1792, 1793),
        (1804, 1834),
    ),
    "Kagan": ((2010, _NOW),),
    "Kavanaugh": ((2018, _NOW),),
    "Kennedy": ((1988, 2018),),
    "Lamar": (
        (1888, 1893),
        (1911, 1916),
    ),
    "Livingston": ((1807, 1823),),
    "Lurton": ((1910, 1914),),
    "Marshall": (
        (1801, 1835),
        (1967, 1991),
    ),
    "Matthews": ((1881, 1889),),
    "McKenna": ((1898, 1925),),
    "McKinley": ((1838, 1852),),
    "McLean": ((1830, 1861),),
    "McReynolds": ((1914, 1941),),
    "Miller": ((1862, 1890),),
    "Minton": ((1949, 1956),),
    "Moody": ((1906, 1910),),
    "Moore": ((1800, 1804),),
    "Murphy": ((1940, 1949),),
    "Nelson": ((1845, 1872),),
    "O'Connor": ((1981, 2006),),
    "Paterson": ((1793, 1806),),
    "Peckham": ((1896, 1909),),
    "Pitney": ((1912, 1922),),
    "Powell": ((1972, 1987),),
    "Reed": ((1938, 1957),),
    "Rehnquist": ((1972, 2005),),
    "Roberts": (
        (1930, 1945),
        (2005, _NOW),
    ),
    "Rutledge": (
        (1789, 1795),
        (1943, 1949),
    ),
    "Sanford": ((1923, 1930),),
    "Scalia": ((1986, 2016),),
    "Shiras": ((1892, 1903),),
    "Sotomayor": ((2009, _NOW),),
    "Souter": ((1990, 2009),),
    "Stevens": ((1975, 2010),),
    "Stewart": ((1958, 1981),),
    "Stone": ((1925, 1946),),
    "Story": ((1812, 1845),),
    "Strong": ((1870, 1880),),
    "Sutherland": ((1922, 1938),),
    "Swayne": ((1862, 1881),),
    "Taft": ((1921, 1930),),
    "Taney": ((1836, 1864),),
    "Thomas": ((1991, _NOW),),
    "Thompson": ((1823, 1843),),
    "Todd": ((1807, 1826),),
    "Trimble": ((1826, 1828),),
    "Van Devanter": ((1911, 1937),),
    "Vinson": ((1946, 1953),),
    "Waite": ((1874, 1888),),
    "Warren": ((1953, 1969),),
    "Washington": ((1799, 1829),),
    "Wayne": ((1835, 1867),),
    "White": (
        (1894, 1921),
        (1962, 1993),
    ),
    "Whittaker": ((1957, 1962),),
    "Wilson": ((1789, 1798),),
    "Woodbury": ((1845, 1851),),
    "Woods": ((1881, 1887),),
}
"""Surnames of those who sat, but for some of the first who wrote next to nothing, and the years in which they did."""
_ALIKE: Final = 0.74
"""Least likeness (difflib's ratio) of a misread name to the one it stands for, where nobody knows who sat."""
_ALIKE_SITTING: Final = 0.6
"""The same among the nine who sat then."""
_ANOTHER: Final = 0.8
"""The same for a name that is another Justice's, of another time."""
_APART: Final = 0.1
"""How much more alike than the next the name must be that is the least alike."""


def chief_justice(date: str | None) -> str | None:
    """Return who was Chief Justice on ``date`` (ISO 8601, perhaps partial); the year of taking office counts as not yet."""
    if date is None:
        return None
    before = [name for since, name in _CHIEFS if since[: len(date)] < date]
    return before[-1] if before else None


def surname(written: str, *, justice: bool = False, date: str | None = None) -> str | None:
    """Return the surname in ``written`` (``L. HAND``, ``McREYNOLDS``) in ordinary letters, or None.

    With ``justice`` a name that is nearly a Justice's is that Justice's, of those who sat on ``date``
    (ISO 8601, perhaps partial) where it is known: scanners misread capitals.
    """
    plain = written.replace("`", "'").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    cited = cited_judge(plain.replace("\N{LEFT SINGLE QUOTATION MARK}", "'"))
    if cited is None:
        return None
    name = cited.rpartition(",")[0]
    if not justice:
        return name
    year = (date or "")[:4]
    return _meant(name, _sitting(int(year)) if year.isdecimal() else frozenset())


@cache
def _sitting(year: int) -> frozenset[str]:
    """Return who sat at some time of ``year``."""
    return frozenset(
        name for name, terms in JUSTICES.items() if any(a <= year <= b for a, b in terms)
    )


def _meant(name: str, sitting: frozenset[str]) -> str:
    """Return the Justice whom ``name``, perhaps misread, stands for; itself where it is like nobody's."""
    if name in sitting or (name in JUSTICES and not sitting):
        return name
    likeness = sorted(
        (
            (SequenceMatcher(None, one.casefold(), name.casefold()).ratio(), one)
            for one in sitting or JUSTICES
        ),
        reverse=True,
    )
    (best, nearest), (next_best, _) = likeness[:2]
    if name in JUSTICES:
        return nearest if best >= _ANOTHER else name
    if best >= _ALIKE or (sitting and best >= _ALIKE_SITTING and best - next_best >= _APART):
        return nearest
    near = get_close_matches(name, JUSTICES, n=1, cutoff=_ALIKE)
    return near[0] if near else name
