"""What a source gave that was indexed, but not as it stands: where, and what was done about it."""

import json
from dataclasses import asdict, dataclass

from indexer.raw import NoteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something about cases that are indexed; nothing was refused."""

    place: str
    """File, and the line where there are lines, of the first case that it is about."""
    kind: NoteKind
    note: str
    """What was found and what was done; where it helps, what to do."""
    case_id: str | None = None
    """The first case that it is about."""
    cases: int = 1
    """How many cases it is about."""

    def __str__(self) -> str:
        return f"{self.place}: {self.note}"

    def to_json_line(self) -> str:
        """Return one line of ``notices.jsonl``, without its line end."""
        return json.dumps(asdict(self), ensure_ascii=False)
