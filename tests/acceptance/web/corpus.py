"""Short made-up cases of many courts, years and voices, for what counts and chooses them."""

from typing import Any, Final

COURTS: Final = (
    ("scotus", "Supreme Court of the United States", 1954),
    ("scotus", "Supreme Court of the United States", 1989),
    ("ca6", "Court of Appeals for the Sixth Circuit", 1991),
    ("ca6", "Court of Appeals for the Sixth Circuit", 2004),
    ("mied", "District Court, E.D. Michigan", 2005),
    ("ohnd", "District Court, N.D. Ohio", 1978),
    ("miwb", "United States Bankruptcy Court, W.D. Michigan", 2011),
    ("ca9", "Court of Appeals for the Ninth Circuit", 1999),
    ("cand", "District Court, N.D. California", 2001),
    ("tax", "United States Tax Court", 1969),
    ("cal", "California Supreme Court", 1966),
    ("calctapp", "California Courts of Appeal", 1983),
    ("calctapp2d", "California Court of Appeal, Second Appellate District", 1985),
    ("ny", "New York Court of Appeals", 1921),
    ("nyappdiv", "The Four Departments of the Appellate Division", 1935),
    ("nysupct", "New York Supreme Court", 1949),
    ("tex", "Texas Supreme Court", 2015),
    ("fla", "Supreme Court of Florida", 2019),
)
HARBOUR: Final = (
    "The harbor master let barge {place} drift against the pier at night. He who moors a vessel in "
    "a storm answers for the ropes that he chose.\n\nII. ANALYSIS\n\nA master of a harbor owes care "
    "to every hull in it, and the pier of {name} was broken by a rope that no sailor would trust."
)


def many_courts() -> list[dict[str, Any]]:
    """Return records of the neutral format; every third has a dissent, every fourth is unpublished."""
    return [_record(place, *known) for place, known in enumerate(COURTS)]


def _record(place: int, court_id: str, court: str, year: int) -> dict[str, Any]:
    name = f"Pier {place} v. Harbor"
    opinions = [{"type": "lead", "author": "Hull", "text": HARBOUR.format(place=place, name=court)}]
    if place % 3 == 0:
        told = f"I would hold the owner of barge {place} to his own ropes, whatever the harbor did."
        opinions.append({"type": "dissent", "author": "Brennan", "text": told})
    return {
        "id": f"pier-{place}",
        "case_name": name,
        "court_id": court_id,
        "court": court,
        "date_filed": str(year),
        "citations": [f"{400 + place} U.S. {10 * place + 1}"] if court_id == "scotus" else [],
        "docket_number": None if court_id == "scotus" else f"{place}-17",
        "status": "unpublished" if place % 4 == 3 else "published",
        "opinions": opinions,
    }
