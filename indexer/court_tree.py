"""Who hears appeals from whom, as data: what courts-db does not say, or says wrongly.

The circuits are those of 28 U.S.C. § 41 as it stands today (the Eleventh was part of the Fifth until
October 1981). The courts of last resort are each state's own constitution's.
"""

from typing import Final

SUPREME_COURT: Final = "scotus"

_CIRCUITS: Final = {
    "cadc": "Washington D.C.|Washignton D.C.|District of Columbia|D.C.|DC",
    "ca1": "Maine|Massachusetts|New Hampshire|Puerto Rico|Rhode Island",
    "ca2": "Connecticut|New York|Vermont",
    "ca3": "Delaware|New Jersey|Pennsylvania|Virgin Islands",
    "ca4": "Maryland|North Carolina|South Carolina|Virginia|West Virginia",
    "ca5": "Canal Zone|Panama|Louisiana|Mississippi|Texas",
    "ca6": "Kentucky|Michigan|Ohio|Tennessee",
    "ca7": "Illinois|Indiana|Wisconsin",
    "ca8": "Arkansas|Iowa|Minnesota|Missouri|Nebraska|North Dakota|South Dakota",
    "ca9": (
        "Alaska|Arizona|California|Guam|Hawaii|Idaho|Montana|Nevada|Northern Mariana Islands"
        "|Oregon|Washington"
    ),
    "ca10": "Colorado|Kansas|New Mexico|Oklahoma|Utah|Wyoming",
    "ca11": "Alabama|Florida|Georgia",
}
CIRCUIT_OF: Final = {
    place: circuit for circuit, places in _CIRCUITS.items() for place in places.split("|")
}
"""Location, as courts-db writes it (its misspellings included) → the circuit that hears its appeals."""

COURTS_OF_APPEALS: Final = frozenset({*_CIRCUITS, "cafc"})

LAST_RESORT: Final = {
    "Alabama": ("ala",),
    "Alaska": ("alaska",),
    "American Samoa": ("amsamoa",),
    "Arizona": ("ariz",),
    "Arkansas": ("ark",),
    "California": ("cal",),
    "Colorado": ("colo",),
    "Connecticut": ("conn",),
    "Delaware": ("del",),
    "Florida": ("fla",),
    "Georgia": ("ga",),
    "Guam": ("guam",),
    "Hawaii": ("haw",),
    "Idaho": ("idaho",),
    "Illinois": ("ill",),
    "Indiana": ("ind",),
    "Iowa": ("iowa",),
    "Kansas": ("kan",),
    "Kentucky": ("ky",),
    "Louisiana": ("la",),
    "Maine": ("me",),
    "Maryland": ("md",),
    "Massachusetts": ("mass",),
    "Michigan": ("mich",),
    "Minnesota": ("minn",),
    "Mississippi": ("miss",),
    "Missouri": ("mo",),
    "Montana": ("mont",),
    "Nebraska": ("neb",),
    "Nevada": ("nev",),
    "New Hampshire": ("nh",),
    "New Jersey": ("nj",),
    "New Mexico": ("nm",),
    "New York": ("ny",),
    "North Carolina": ("nc",),
    "North Dakota": ("nd",),
    "Northern Mariana Islands": ("nmi",),
    "Ohio": ("ohio",),
    "Oklahoma": ("okla", "oklacrimapp"),
    "Oregon": ("or",),
    "Pennsylvania": ("pa",),
    "Puerto Rico": ("prsupreme",),
    "Rhode Island": ("ri",),
    "South Carolina": ("sc",),
    "South Dakota": ("sd",),
    "Tennessee": ("tenn",),
    "Texas": ("tex", "texcrimapp"),
    "Utah": ("utah",),
    "Vermont": ("vt",),
    "Virginia": ("va",),
    "Washington": ("wash",),
    "Washington D.C.": ("dc",),
    "West Virginia": ("wva",),
    "Wisconsin": ("wis",),
    "Wyoming": ("wyo",),
}
"""Location → its courts of last resort; Texas and Oklahoma have one for crime and one for the rest."""

APPEALS_TO: Final = {
    **dict.fromkeys(("cit", "cusc", "uscfc", "cc", "cavc", "ccpa", "ptab", "ttab", "bpai"), "cafc"),
    **dict.fromkeys(("acca", "afcca", "nmcca", "uscgcoca"), "armfor"),
    **{f"bap{number}": f"ca{number}" for number in (1, 2, 6, 8, 9, 10)},
}
"""Federal courts whose appeals do not follow the map of the circuits."""

CITED_AS: Final = {"scotus": "U.S.", "ca2": "2d Cir.", "ca3": "3d Cir.", "ny": "N.Y."}
"""The Bluebook's form (table T1) where courts-db has another."""
