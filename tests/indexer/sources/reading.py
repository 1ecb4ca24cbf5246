"""What the tests of the sources share: a source read to its end, and files to read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer.records import CaseRecord
from indexer.sources import Refused, read_sources


def read(*paths: Path) -> tuple[list[CaseRecord], list[Refused]]:
    """Return the cases and the refusals of ``paths``."""
    given = list(read_sources(paths))
    return (
        [one for one in given if isinstance(one, CaseRecord)],
        [one for one in given if isinstance(one, Refused)],
    )


def record(case_id: str, text: str = "") -> dict[str, Any]:
    """Return a neutral record."""
    opinions = [{"text": text or f"Held in {case_id}."}]
    return {"id": case_id, "case_name": "A v. B", "opinions": opinions}


def write(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write ``files`` below ``folder`` and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
