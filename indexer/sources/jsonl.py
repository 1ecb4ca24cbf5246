"""Neutral records, one JSON object a line (API.md, section 2); gzip and xz too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from indexer.errors import RecordError
from indexer.sources.delivered import Delivered
from indexer.sources.fields import raw_case
from indexer.sources.lines import JsonLine, json_lines
from indexer.sources.refused import Refused

_SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".jsonl.xz", ".ndjson", ".ndjson.gz", ".ndjson.xz")


def claims(path: Path, head: bytes) -> bool:
    """Whether ``path``, which begins with ``head`` (uncompressed), holds neutral records."""
    if path.name.lower().endswith(_SUFFIXES):
        return True
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and b'"case_name"' in start


def read(files: Sequence[Path]) -> Iterator[Delivered | Refused]:
    """Yield the cases of ``files`` in order, and why a line gives none."""
    for path in files:
        for line in json_lines(path):
            yield line if isinstance(line, Refused) else _case(line)


def _case(line: JsonLine) -> Delivered | Refused:
    try:
        return Delivered(place=line.place, case=raw_case(line.fields))
    except RecordError as error:
        given = line.fields.get("id")
        case_id = given if isinstance(given, str) else None
        return Refused(place=line.place, reason=error.reason, case_id=case_id)
