"""Courts by id or name (courts-db), and which courts' holdings bind which."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

import courts_db

from indexer.court_tree import (
    APPEALS_TO,
    CIRCUIT_OF,
    CITED_AS,
    COURTS_OF_APPEALS,
    LAST_RESORT,
    SUPREME_COURT,
)
from indexer.dates import date_parts

_INTERMEDIATE: Final = re.compile(
    r"\bappeals?\b|\bappellate\b|(?:superior|commonwealth) court of pennsylvania", re.IGNORECASE
)

_NEAR: Final = 3


class CourtLevel(StrEnum):
    """Where a court stands among those of its system."""

    LAST_RESORT = "last_resort"
    INTERMEDIATE = "intermediate"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Court:
    """A court, as far as it is known."""

    id: str | None
    """As given, or the courts-db id that the name means; `None` where it means none or several."""
    name: str | None
    """As given, else courts-db's; `None` for an id that courts-db does not have."""
    citation_string: str | None
    """As the Bluebook cites it: ``6th Cir.``, ``U.S.``."""
    parent: str | None = None
    """The courts-db id of the court that it is a part of."""


def resolve_court(court_id: str | None, court_name: str | None, date: str | None) -> Court | None:
    """Return the court of a case from what its source says; `None` when that is nothing.

    A given id is kept, known or not. Without one the name is looked up, among the courts that
    existed on ``date`` (ISO 8601, perhaps partial) if it fits several; the first look-up of a name
    takes about a second. What stays open stays open: nothing is guessed.
    """
    if court_id is None and court_name is not None:
        court_id = _id_of(court_name, date)
    if court_id is None:
        return None if court_name is None else Court(id=None, name=court_name, citation_string=None)
    known = _courts().get(court_id, {})
    return Court(
        id=court_id,
        name=court_name or known.get("name", "").strip() or None,
        citation_string=CITED_AS.get(court_id) or known.get("citation_string") or None,
        parent=known.get("parent"),
    )


def is_known_court(court_id: str) -> bool:
    """Whether courts-db has a court of that id."""
    return court_id in _courts()


def near_courts(text: str) -> list[str]:
    """Return the ids of at most three courts that ``text`` may mean, in any letter case; best first.

    Those of that name or citation form, else those with ``text`` in their name when they are few,
    else those whose ids are spelt much like it.
    """
    wanted = text.casefold().strip()
    if not wanted:
        return []
    names = {
        court_id: (court_id, court["name"].casefold(), court["citation_string"].casefold())
        for court_id, court in _courts().items()
    }
    named = [court_id for court_id, forms in names.items() if wanted in forms]
    partly = [court_id for court_id, forms in names.items() if wanted in forms[1]]
    few = partly if len(partly) <= _NEAR else []
    return named[:_NEAR] or few or get_close_matches(wanted, names, n=_NEAR, cutoff=0.6)


def court_level(court_id: str) -> CourtLevel | None:
    """Return where a court stands; `None` for one that courts-db does not have or does not place."""
    court = _courts().get(court_id)
    if court is None:
        return None
    if court_id == SUPREME_COURT or _is_last_resort(court):
        return CourtLevel.LAST_RESORT
    if court_id in COURTS_OF_APPEALS or court.get("level") == "iac" or _hears_appeals(court):
        return CourtLevel.INTERMEDIATE
    trial = court["type"] in ("trial", "bankruptcy") or court.get("level") in ("gjc", "ljc")
    trial = trial or court_id in ("cit", "tax")  # courts-db has these as appellate
    return CourtLevel.TRIAL if trial or _is_district(court) else None


def _hears_appeals(court: Mapping[str, Any]) -> bool:
    return court["system"] == "state" and _INTERMEDIATE.search(court["name"]) is not None


def court_parent(court_id: str) -> str | None:
    """Return the id of the court that a court is a part of; `None` where it is part of none."""
    return _courts().get(court_id, {}).get("parent") or None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtPlace:
    """Where a court stands in the whole of courts; `None` for what courts-db does not say."""

    system: str | None
    """``federal``, ``state``, ``tribal``, …"""
    location: str | None
    """The state or territory."""
    circuit: str | None
    """Of a federal court: the court of appeals that hears its appeals, or that it is."""


@lru_cache(maxsize=4096)
def court_place(court_id: str) -> CourtPlace:
    """Return where a court stands; all `None` for one that courts-db does not have."""
    court = _courts().get(court_id, {})
    system = court.get("system") or None
    circuits = binding_courts(court_id) & COURTS_OF_APPEALS if system == "federal" else frozenset()
    return CourtPlace(
        system=system,
        location=court.get("location") or None,
        circuit=next(iter(sorted(circuits)), None),
    )


@lru_cache(maxsize=4096)
def binding_courts(court_id: str) -> frozenset[str]:
    """Return the ids of the courts whose holdings bind ``court_id``, itself included.

    The ordinary rule of vertical precedent, by today's map: a federal trial or bankruptcy court is
    bound by its circuit, every federal and state court by the Supreme Court, a state's courts by
    its court of last resort, its trial courts by its intermediate courts too. A bankruptcy court is
    listed under its district court as well. Not told apart: departments and districts of one
    intermediate court, panels and the full bench, state law in federal courts (and the reverse),
    what the old Fifth Circuit left to the Eleventh, published and unpublished. A court without a
    fixed place above it (Tax Court, tribal courts, one that courts-db does not know) is bound by
    what is certain: itself, and the Supreme Court if it is federal or a state's.
    """
    court = _courts().get(court_id)
    if court is None:
        return frozenset({court_id})
    if court["system"] == "federal":
        return frozenset({court_id, SUPREME_COURT, *_above_federal(court)})
    if court["system"] == "state" or _is_last_resort(court):
        return frozenset({court_id, SUPREME_COURT, *_above_state(court)})
    return frozenset({court_id})


@lru_cache(maxsize=1)
def _courts() -> Mapping[str, Mapping[str, Any]]:
    return {court["id"]: court for court in courts_db.courts}


@lru_cache(maxsize=4096)
def _id_of(name: str, date: str | None) -> str | None:
    """Return the one court that ``name`` means; `None` when it means none or several."""
    _courts()  # find_court reads a global that only the first use of courts_db.courts makes
    bankruptcy = "bankrupt" in name.lower()
    found = courts_db.find_court(name, bankruptcy=bankruptcy)
    if len(found) > 1 and date is not None:
        year, month, day = date_parts(date)
        on = datetime(year, month or 7, day or 1)
        found = courts_db.find_court(name, bankruptcy=bankruptcy, date_found=on)
    return found[0] if len(found) == 1 else None


def _above_federal(court: Mapping[str, Any]) -> set[str]:
    court_id, circuit = court["id"], CIRCUIT_OF.get(court["location"])
    if court_id == SUPREME_COURT or court_id in COURTS_OF_APPEALS:
        return set()
    if court_id in APPEALS_TO:
        return {APPEALS_TO[court_id]}
    if circuit is None:
        return set()
    if court["type"] == "bankruptcy":
        return {circuit, *_district_of(court)}
    return {circuit} if _is_district(court) else set()


def _is_district(court: Mapping[str, Any]) -> bool:
    return "District Court" in court["name"] and court["type"] != "bankruptcy"


def _district_of(bankruptcy: Mapping[str, Any]) -> set[str]:
    """Return the district court that a bankruptcy court is a unit of (28 U.S.C. § 151)."""
    at_home = {
        court["id"]: not court["dates"][-1].get("end")
        for court in _courts().values()
        if court["system"] == "federal"
        and court["location"] == bankruptcy["location"]
        and _is_district(court)
    }
    same_name = f"{bankruptcy['id'][:-1]}d"
    if same_name in at_home:
        return {same_name}
    sitting = {court_id for court_id, sits in at_home.items() if sits}
    return sitting if len(sitting) == 1 else set()


def _is_last_resort(court: Mapping[str, Any]) -> bool:
    return court["id"] in LAST_RESORT.get(court["location"], ())


def _is_intermediate(court: Mapping[str, Any]) -> bool:
    if court["system"] != "state" or _is_last_resort(court):
        return False
    return court["type"] == "appellate" and _INTERMEDIATE.search(court["name"]) is not None


def _above_state(court: Mapping[str, Any]) -> set[str]:
    if _is_last_resort(court):
        return set()
    above = set(LAST_RESORT.get(court["location"], ()))
    if not _is_intermediate(court):
        above |= {
            other["id"]
            for other in _courts().values()
            if other["location"] == court["location"] and _is_intermediate(other)
        }
    return above
