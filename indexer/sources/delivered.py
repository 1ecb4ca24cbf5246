"""What a source hands on: a case as it came, and where it stood."""

from dataclasses import dataclass

from indexer.raw import RawCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One case of a source, not yet parsed."""

    place: str
    """File, and the line where there are lines: ``cases.jsonl:17``."""
    case: RawCase
