"""Neutral records, one JSON object a line (API.md, section 2), or in a list."""

from collections.abc import Iterator, Sequence
from typing import Final

from indexer.errors import RecordError
from indexer.sources.delivered import Delivered
from indexer.sources.fields import raw_case
from indexer.sources.json_records import json_keys, json_records
from indexer.sources.lines import JsonLine
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.repeats import once
from indexer.sources.source_file import SourceFile, plain_name

_SUFFIXES: Final = (".jsonl", ".ndjson")


def claims(file: SourceFile, head: bytes) -> bool:
    """Whether ``file``, which begins with ``head`` (uncompressed), holds neutral records."""
    return plain_name(file).lower().endswith(_SUFFIXES) or "case_name" in json_keys(head)


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the cases of ``files`` in order, and why a line gives none."""
    for file in files:
        for line in json_records(file):
            yield line if isinstance(line, Refused) else _case(line)


def _case(line: JsonLine) -> Delivered | Refused:
    try:
        with one_record():
            return Delivered(place=line.place, case=once(raw_case(line.fields)))
    except RecordError as error:
        given = line.fields.get("id")
        case_id = given if isinstance(given, str) else None
        return Refused(place=line.place, reason=error.reason, case_id=case_id)
