"""What a source could not give: where it stands, and why."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One record, line or file that is not indexed; the rest of its source is."""

    place: str
    """File, and the line where there are lines: ``cases.jsonl:17``."""
    reason: str
    """What is wrong with it, and where it helps, what to do."""
    case_id: str | None = None
    """The id of the case, where it could be read."""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"

    def to_json_line(self) -> str:
        """Return one line of ``refused.jsonl``, without its line end."""
        return json.dumps(asdict(self), ensure_ascii=False)
